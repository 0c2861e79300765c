"""Pending loads: their staging rows, copied once, and the facts of each delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from seller_intel import warehouse
from seller_intel.suites import Check, SuiteError
from seller_intel.warehouse import Session, sql

# With how many earlier loads a delivery is compared, and how many are too few.
HISTORY = 14
ENOUGH = 3
# Fewer records than this are nothing to judge a volume by.
JUDGED_FROM = 20
# How many records are looked at for their fields; fewer than the least say little.
SAMPLE = 10_000
SAMPLE_MIN = 100
# How many new records make a raw table worth analysing before it is read.
ANALYSED_FROM = 50_000
FACTS = (
    "received",
    "loaded",
    "usable",
    "staged_difference",
    "rejected_share",
    "quarantined_share",
    "volume_ratio",
    "age_ratio",
    "hours_ahead",
    "new_fields",
    "missing_fields",
    "retyped_fields",
    "restructured_fields",
    "crawl_fault",
)
_ALWAYS = ("load_id", "record_key", "source_ref", "reject_reason")


@dataclass(frozen=True)
class Pending:
    """A load that waits for its verdict."""

    load_id: int
    stream_id: str
    source: str
    run: str
    loaded: int


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other door is open, and keep this one until the end."""
    with warehouse.as_role("transformer", autocommit=True) as session:
        session.execute("select pg_advisory_lock(hashtextextended('audit', 0))")
        yield


def pending() -> list[Pending]:
    """Return the loads without a verdict, in the order they came."""
    with warehouse.as_role("transformer") as session:
        return [Pending(**row) for row in session.rows_of_file("audit/pending.sql")]


def make_tables() -> None:
    """Make the door's own tables, in place of what an earlier one left behind."""
    with warehouse.as_role("transformer") as session:
        drop_tables(session)
        session.run_file("audit/delivery_tables.sql")


def drop_tables(session: Session) -> None:
    """Remove the door's own tables."""
    left = session.rows(
        "select tablename from pg_tables"
        " where schemaname = 'staging' and tablename like 'door\\_%'"
    )
    for row in left:
        session.execute(
            sql.SQL("drop table staging.{}").format(sql.Identifier(row["tablename"]))
        )


def prepare(
    stream_id: str,
    loads: Sequence[Pending],
    suite: str,
    checks: Sequence[Check],
    as_of: datetime,
) -> None:
    """Copy what the suite asks about from staging, once; measure the loads."""
    if sum(load.loaded for load in loads) >= ANALYSED_FROM:
        _analyse(stream_id)
    copied = scratch(stream_id)
    ids = sql.SQL(", ").join(sql.Literal(load.load_id) for load in loads)
    with warehouse.as_role("transformer") as session:
        session.execute("set local work_mem = '64MB'")
        session.run_file(
            "audit/copy_staging.sql",
            scratch=copied,
            view=f"stg_{stream_id}",
            columns=_columns(session, stream_id, suite, checks),
            loads=ids,
        )
        if len(loads) > 1:
            session.execute(
                sql.SQL("create index on staging.{} (load_id)").format(
                    sql.Identifier(copied)
                )
            )
        session.execute(sql.SQL("analyze staging.{}").format(sql.Identifier(copied)))
        session.run_file(
            "audit/delivery_history.sql",
            {"stream_id": stream_id, "history": HISTORY},
            loads=ids,
        )
        session.run_file(
            "audit/payload_fields.sql", {"sample": SAMPLE}, table=stream_id, loads=ids
        )
        session.run_file(
            "audit/payload_drift.sql", {"sample_min": SAMPLE_MIN}, loads=ids
        )
        session.run_file(
            "audit/delivery_facts.sql",
            {"as_of": as_of, "enough": ENOUGH, "judged_from": JUDGED_FROM},
            table=stream_id,
            scratch=copied,
            loads=ids,
        )
        session.run_file(
            "audit/crawl_faults.sql", {"history": HISTORY, "enough": ENOUGH}, loads=ids
        )


def _analyse(stream_id: str) -> None:
    """Tell the planner what a large load changed; every later step reads the table."""
    with warehouse.as_role("transformer") as session:
        session.execute(sql.SQL("analyze raw.{}").format(sql.Identifier(stream_id)))


def scratch(stream_id: str) -> str:
    """Return the name of the copy of a stream's staging rows."""
    return f"door__{stream_id}"


def facts() -> dict[int, dict[str, object]]:
    """Return the facts of each load by its id."""
    with warehouse.as_role("transformer") as session:
        rows = session.rows("select * from staging.door_loads")
    return {row["load_id"]: row for row in rows}


def stream_query(stream_id: str) -> str:
    """Return the query of all pending rows of a stream that staging does not refuse."""
    return (
        sql.SQL("select * from staging.{} where reject_reason is null")
        .format(sql.Identifier(scratch(stream_id)))
        .as_string()
    )


def rows_query(load: Pending) -> str:
    """Return the query of the rows of a load that staging does not refuse."""
    return (
        sql.SQL("select * from staging.{} where load_id = {} and reject_reason is null")
        .format(sql.Identifier(scratch(load.stream_id)), sql.Literal(load.load_id))
        .as_string()
    )


def facts_query(loads: Iterable[int]) -> str:
    """Return the query of the facts of some loads."""
    return (
        sql.SQL("select * from staging.door_loads where load_id in ({})")
        .format(sql.SQL(", ").join(map(sql.Literal, loads)))
        .as_string()
    )


def _columns(
    session: Session, stream_id: str, suite: str, checks: Sequence[Check]
) -> sql.Composable:
    """Return the staging columns to copy: the keys and what the suite asks about."""
    there = {
        row["attname"]
        for row in session.rows(
            "select attname from pg_attribute"
            " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
            [f'staging."stg_{stream_id}"'],
        )
    }
    if not there:
        raise SuiteError(f"there is no staging model stg_{stream_id}")
    asked = dict.fromkeys(column for check in checks for column in check.needed_columns)
    unknown = [column for column in asked if column not in there]
    if unknown:
        raise SuiteError(
            f"{suite} asks about {', '.join(unknown)}, which stg_{stream_id}"
            " does not have"
        )
    if any(check.needs_every_column for check in checks):
        return sql.SQL("*")
    return sql.SQL(", ").join(map(sql.Identifier, dict.fromkeys((*_ALWAYS, *asked))))
