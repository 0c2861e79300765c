"""Deliveries that the door has accepted, and builds of core, without landing files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seller_intel import streams, transform, warehouse
from seller_intel.warehouse import Jsonb, sql

Record = Mapping[str, Any]
Window = tuple[str, str]
_RANGE_SQL = "select coalesce(max(load_seq), 0) from ops.loads"
_ACCEPTED = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass
class Line:
    """Accepts deliveries and builds core from its mark, as the steps would."""

    mark: int = 0

    def deliver(
        self,
        stream: str,
        records: Iterable[Record],
        source: str = "tmall",
        run: str = "20260131T060000",
        windows: Sequence[Window] = (),
    ) -> int:
        """Put records of a files stream into raw as an accepted load; return its id."""
        lines = list(records)
        with warehouse.as_role("owner") as session:
            load_id = session.value("select nextval('ops.load_id')")
            session.copy_in(
                sql.SQL("copy raw.{} from stdin").format(
                    sql.Identifier(f"files__{stream}")
                ),
                _copied(load_id, stream, lines),
            )
            _judge(session, load_id, 1, "accepted", stream, source, run, len(lines))
            for got_from, got_to in windows:
                session.execute(
                    "insert into ops.load_windows values (%s, %s, %s)",
                    [load_id, got_from, got_to],
                )
        return load_id

    def take_back(self, load_id: int, status: str = "rejected") -> None:
        """Reject or replace an accepted load."""
        with warehouse.as_role("owner") as session:
            last = session.one(
                "select * from ops.loads where load_id = %s and is_current", [load_id]
            )
            assert last is not None
            session.execute(
                "update ops.loads set is_current = false where load_id = %s", [load_id]
            )
            _judge(
                session,
                load_id,
                last["version"] + 1,
                status,
                last["stream_id"].partition("__")[2],
                last["source"],
                last["run"],
                last["received"],
            )

    def build(
        self, run: str = "20260201T060000", full_refresh: bool = False
    ) -> transform.Built:
        """Build core up to the newest verdict and move the mark."""
        with warehouse.as_role("owner") as session:
            newest = session.value(_RANGE_SQL)
        built = transform.build_core(run, self.mark, newest, full_refresh)
        self.mark = newest
        return built

    def publishable(self, run: str = "20260201T060000") -> None:
        """Build the marts into an empty schema of candidates."""
        with warehouse.as_role("owner") as session:
            session.execute("drop schema if exists marts_build cascade")
            session.execute("create schema marts_build")
            session.execute("grant usage, create on schema marts_build to transformer")
        transform.build_marts(run)


def contents(schema: str, skip: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return every table of a schema as sorted texts of its rows."""
    with warehouse.as_role("owner") as session:
        names = session.rows(
            "select tablename from pg_tables where schemaname = %s order by 1", [schema]
        )
        return {
            row["tablename"]: [
                each["line"]
                for each in session.rows(
                    sql.SQL("select cast(t as text) as line from {} as t").format(
                        sql.Identifier(schema, row["tablename"])
                    )
                    + sql.SQL(" order by 1")
                )
            ]
            for row in names
            if row["tablename"] not in set(skip)
        }


def _copied(load_id: int, stream: str, records: Sequence[Record]) -> Iterable[bytes]:
    key = [part for part in streams.all_streams()[stream].key if part != "#"]
    for number, record in enumerate(records, 2):
        parts = "|".join(str(record.get(part) or "") for part in key)
        fields = (
            load_id,
            f"{record['platform_id']}:{parts}",
            record.get("observed_at", _ACCEPTED.isoformat()),
            f"{stream}.csv:{number}",
            json.dumps(record).replace("\\", "\\\\"),
        )
        yield ("\t".join(map(str, fields)) + "\n").encode()


def _judge(
    session: warehouse.Session,
    load_id: int,
    version: int,
    status: str,
    stream: str,
    source: str,
    run: str,
    count: int,
) -> None:
    session.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, load_seq, received, loaded, quarantined, kept, rejected, repeated,"
        " sha256, manifest, loaded_at, decided_at)"
        " values (%s, %s, true, %s, %s, %s, %s, nextval('ops.load_seq'), %s, %s, 0,"
        " %s, 0, 0, 'x', %s, %s, %s)",
        [
            load_id,
            version,
            f"files__{stream}",
            source,
            run,
            status,
            count,
            count,
            count,
            Jsonb({}),
            _ACCEPTED,
            _ACCEPTED,
        ],
    )
