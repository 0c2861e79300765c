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
        platform: str = "files",
        keys: Sequence[str] = (),
    ) -> int:
        """Put records of a stream into raw as an accepted load; return its id.

        Records of a platform's own interface come with their keys.
        """
        lines = list(records)
        stream_id = f"{platform}__{stream}"
        with warehouse.as_role("owner") as session:
            load_id = session.value("select nextval('ops.load_id')")
            session.copy_in(
                sql.SQL("copy raw.{} from stdin").format(sql.Identifier(stream_id)),
                _copied(load_id, stream, lines, keys or _keys(stream, lines)),
            )
            _judge(session, load_id, 1, "accepted", stream_id, source, run, len(lines))
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
                last["stream_id"],
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


def settled() -> dict[str, list[str]]:
    """What a build of core leaves, less its own notes of what it had to look at."""
    return {
        name: lines
        for name, lines in contents("core").items()
        if not name.endswith(("_touched", "_decided", "_changed", "_logged"))
    }


def differences(
    stepwise: Mapping[str, list[str]], whole: Mapping[str, list[str]]
) -> dict[str, set[str]]:
    """Return the rows, by table, that stand in only one of two states of core."""
    return {
        name: {f"only stepwise: {line}" for line in set(stepwise[name]) - set(lines)}
        | {f"only whole: {line}" for line in set(lines) - set(stepwise[name])}
        for name, lines in whole.items()
        if stepwise[name] != lines
    }


def _keys(stream: str, records: Sequence[Record]) -> list[str]:
    key = [part for part in streams.all_streams()[stream].key if part != "#"]
    return [
        f"{record['platform_id']}:"
        + "|".join(str(record.get(part) or "") for part in key)
        for record in records
    ]


def _copied(
    load_id: int, stream: str, records: Sequence[Record], keys: Sequence[str]
) -> Iterable[bytes]:
    for number, (record, key) in enumerate(zip(records, keys, strict=True), 2):
        fields = (
            load_id,
            key,
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
    stream_id: str,
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
            stream_id,
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
