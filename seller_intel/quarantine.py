"""Quarantine: lines of which no record could be made, listed and put through again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from seller_intel import (
    clock,
    installation,
    landing,
    loading,
    personal,
    sources,
    warehouse,
)
from seller_intel.ingestors import contracts, files
from seller_intel.landing import Writer
from seller_intel.loading import LoadReport
from seller_intel.warehouse import Session, sql

Reader = Callable[[str, str], files.Record | None]


@dataclass(frozen=True)
class Open:
    """One line or row that is not in core: where it came from and why."""

    load_id: int
    stream_id: str
    source: str
    run: str
    kind: str
    line_no: int | None
    rule: str
    reason: str
    position: str | None
    record: str | None


def listed(limit: int | None = None) -> list[Open]:
    """Return the quarantined lines and rejected rows not put through yet."""
    with warehouse.as_role("transformer") as session:
        rows = session.rows_of_file("load/open_rows.sql", {"limit": limit})
    return [Open(**row) for row in rows]


def replay(run: str, load_id: int | None = None) -> list[LoadReport]:
    """Put through what can be read now, as new loads; mark the rows that went through.

    A quarantined line is read again with its contract as it stands now; a rejected row
    is loaded again as it is, for the door to judge by the rules of now. What still
    cannot be read stays open in its old load.
    """
    with warehouse.as_role("transformer") as session:
        loads = session.rows_of_file("load/open_loads.sql", {"load_id": load_id})
    reports = []
    for load in loads:
        report = _replay(load, _free_run(load, run))
        if report:
            reports.append(report)
    return reports


def _free_run(load: dict[str, Any], run: str) -> str:
    """Return the first run from this one on that has not landed this stream yet."""
    while landing.of(load["stream_id"], load["source"], run):
        run = clock.run_of(clock.as_of(run) + timedelta(seconds=1))
    return run


def _replay(load: dict[str, Any], run: str) -> LoadReport | None:
    with landing.scratch() as scratch:
        writer = Writer(load["stream_id"], load["source"], run, scratch)
        through = _Through()
        with warehouse.as_role("transformer") as session:
            _reload_rejected(session, load, writer, through)
            _reread_quarantined(session, load, writer, through)
        if not writer.records:
            writer.discard()
            return None
        landed = writer.finish({"replay_of": load["load_id"], "windows_got": []})

    def mark(session: Session, new_load: int) -> None:
        through.mark(session, load["load_id"], new_load)

    return loading.load(landed, clock.wall(), load["load_id"], mark)


class _Through:
    """Which rows of a load went through this time."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.references: list[str] = []
        self.whole_load = False

    def mark(self, session: Session, load_id: int, new_load: int) -> None:
        """Mark the rows as replayed by the new load."""
        session.execute(
            "update ops.quarantine set replayed_by = %s"
            " where load_id = %s and line_no = any(%s)",
            [new_load, load_id, self.lines],
        )
        session.execute(
            "update ops.rejected_rows set replayed_by = %s"
            " where load_id = %s and replayed_by is null"
            " and (%s or source_ref = any(%s))",
            [new_load, load_id, self.whole_load, self.references],
        )


def _reload_rejected(
    session: Session, load: dict[str, Any], writer: Writer, through: _Through
) -> None:
    for row in _rejected(session, load):
        writer.record(
            row["record_key"],
            row["observed_at"].isoformat(),
            row["source_ref"],
            row["payload"],
        )
        through.references.append(row["source_ref"])
    if load["status"] == "rejected":
        through.whole_load = True


def _rejected(session: Session, load: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name = (
        "load/rows_of_load.sql"
        if load["status"] == "rejected"
        else "load/rejected_rows.sql"
    )
    with session.connection.cursor("rejected") as cursor:
        cursor.execute(
            warehouse.statement(
                name, table=load["stream_id"], staging=f"stg_{load['stream_id']}"
            ),
            {"load_id": load["load_id"]},
        )
        yield from cursor


def _reread_quarantined(
    session: Session, load: dict[str, Any], writer: Writer, through: _Through
) -> None:
    reader = _reader(load)
    if reader is None:
        return
    rows = session.rows(
        sql.SQL(
            "select line_no, position, record from ops.quarantine"
            " where load_id = %s and replayed_by is null order by line_no"
        ),
        [load["load_id"]],
    )
    for row in rows:
        made = reader(row["position"], row["record"])
        if made:
            writer.record(made.key, made.observed_at, made.source_ref, made.record)
            through.lines.append(row["line_no"])


def _reader(load: dict[str, Any]) -> Reader | None:
    """Return how lines of a load are read again, or None where its source cannot."""
    source = sources.get(load["source"])
    if source.platform != "files":
        return None
    stream = load["stream_id"].partition("__")[2]
    stated = {
        contracts.load(rule.contract).name: rule.contract for rule in source.files
    }
    by_name = {
        entry["name"]: entry["contract"]
        for entry in load["manifest"].get("files") or []
    }
    hasher = personal.Hasher(installation.pii_key())
    as_of = clock.as_of(load["run"])

    def read(position: str, record: str) -> files.Record | None:
        name = position.rpartition(":")[0]
        contract = by_name.get(name)
        if contract is None:
            return None
        return files.reread(
            contracts.load(stated.get(contract, contract)),
            orjson.loads(record),
            stream=stream,
            source=source,
            position=position,
            as_of=as_of,
            hasher=hasher,
        )

    return read
