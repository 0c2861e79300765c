"""Pending loads at the door: their staging rows and facts, and the verdict on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from seller_intel import counting, warehouse
from seller_intel.suites import Check, SuiteError
from seller_intel.warehouse import Session, sql

HISTORY = 14
ENOUGH = 3
JUDGED_FROM = 20
SAMPLE = 10_000
SAMPLE_MIN = 100
FACTS = (
    "received",
    "loaded",
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


@dataclass(frozen=True)
class Verdict:
    """What the door said of one load, and why; pending: it could not be judged."""

    load_id: int
    stream_id: str
    source: str
    run: str
    status: str
    reason: str | None = None
    load_seq: int | None = None
    kept: int = 0
    rejected: int = 0
    repeated: int = 0

    @property
    def is_accepted(self) -> bool:
        """Whether the load is read further."""
        return self.status == "accepted"


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
    ids = sql.SQL(", ").join(sql.Literal(load.load_id) for load in loads)
    with warehouse.as_role("transformer") as session:
        session.execute("set local work_mem = '64MB'")
        session.run_file(
            "audit/copy_staging.sql",
            scratch=scratch(stream_id),
            view=f"stg_{stream_id}",
            columns=_columns(session, stream_id, suite, checks),
            loads=ids,
        )
        if len(loads) > 1:
            session.execute(
                sql.SQL("create index on staging.{} (load_id)").format(
                    sql.Identifier(scratch(stream_id))
                )
            )
        session.execute(
            sql.SQL("analyze staging.{}").format(sql.Identifier(scratch(stream_id)))
        )
        session.run_file(
            "audit/payload_fields.sql",
            {"sample": SAMPLE},
            table=stream_id,
            loads=ids,
        )
        session.run_file(
            "audit/delivery_facts.sql",
            {
                "stream_id": stream_id,
                "as_of": as_of,
                "history": HISTORY,
                "enough": ENOUGH,
                "judged_from": JUDGED_FROM,
                "sample_min": SAMPLE_MIN,
            },
            table=stream_id,
            scratch=scratch(stream_id),
            loads=ids,
        )


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


def accept(session: Session, load: Pending, at: datetime) -> Verdict | None:
    """Give a load its number and freeze its counts; None if it is not pending now.

    The caller holds the lock of the load numbers, so that they commit in order.
    """
    row = _still_pending(session, load)
    if row is None:
        return None
    if row["replaces"] is not None:
        _retire(session, row["replaces"], load.load_id, at)
    session.run_file(
        "audit/refuse_rows.sql",
        {"load_id": load.load_id},
        scratch=scratch(load.stream_id),
    )
    counts = counting.counted(session, load.load_id, load.stream_id)
    counts["rejected"] = row["loaded"] - counts["kept"] - counts["repeated"]
    load_seq = _next_seq(session)
    session.execute(
        "update ops.loads set status = 'accepted', load_seq = %(load_seq)s,"
        " kept = %(kept)s, rejected = %(rejected)s, repeated = %(repeated)s,"
        " decided_at = %(at)s where load_id = %(load_id)s and is_current",
        {**counts, "load_seq": load_seq, "at": at, "load_id": load.load_id},
    )
    session.execute(
        "insert into ops.load_fields select * from staging.door_fields"
        " where load_id = %s",
        [load.load_id],
    )
    return _verdict(load, "accepted", load_seq=load_seq, **counts)


def refuse(
    session: Session, load: Pending, reason: str, at: datetime
) -> Verdict | None:
    """Reject a pending load whole; None if it is not pending now."""
    row = _still_pending(session, load)
    if row is None:
        return None
    session.run_file(
        "audit/refuse_rows.sql",
        {"load_id": load.load_id},
        scratch=scratch(load.stream_id),
    )
    session.run_file(
        "audit/refuse_load.sql", {"load_id": load.load_id}, table=load.stream_id
    )
    session.execute(
        "update ops.loads set status = 'rejected', kept = 0, rejected = loaded,"
        " repeated = 0, reason = %s, decided_at = %s"
        " where load_id = %s and is_current",
        [reason, at, load.load_id],
    )
    return _verdict(load, "rejected", reason=reason, rejected=row["loaded"])


def unjudged(load: Pending, reason: str) -> Verdict:
    """Return the verdict on a load that could not be judged: it waits."""
    return _verdict(load, "pending", reason=reason)


def take_back(load_id: int, reason: str, at: datetime) -> Verdict:
    """Reject a load that was accepted: a new version of it, with its own number."""
    with warehouse.as_role("transformer") as session:
        lock_numbers(session)
        row = session.one(
            "select load_id, stream_id, source, run, status, loaded from ops.loads"
            " where load_id = %s and is_current",
            [load_id],
        )
        if row is None or row["status"] != "accepted":
            state = row["status"] if row else "unknown"
            raise LookupError(
                f"load {load_id} is {state}; only an accepted load can be taken back"
            )
        del row["status"]
        load = Pending(**row)
        load_seq = _next_seq(session)
        session.run_file(
            "audit/refuse_load.sql", {"load_id": load_id}, table=load.stream_id
        )
        _new_version(
            session,
            load_id,
            status="rejected",
            load_seq=load_seq,
            reason=reason,
            at=at,
            counts=(0, load.loaded, 0),
        )
        return _verdict(
            load, "rejected", reason=reason, load_seq=load_seq, rejected=load.loaded
        )


def lock_numbers(session: Session) -> None:
    """Wait for the right to give load numbers, held until the transaction ends."""
    warehouse.lock(session, "load_seq")


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


def _still_pending(session: Session, load: Pending) -> dict | None:
    return session.one(
        "select loaded, replaces from ops.loads"
        " where load_id = %s and is_current and status = 'pending' for update",
        [load.load_id],
    )


def _retire(session: Session, load_id: int, successor: int, at: datetime) -> None:
    """Let an accepted load give way to the changed delivery of the same run."""
    accepted = session.value(
        "select 1 from ops.loads"
        " where load_id = %s and is_current and status = 'accepted'",
        [load_id],
    )
    if accepted:
        _new_version(
            session,
            load_id,
            status="replaced",
            load_seq=_next_seq(session),
            reason=f"replaced by load {successor}",
            at=at,
        )


def _new_version(
    session: Session,
    load_id: int,
    *,
    status: str,
    load_seq: int,
    reason: str,
    at: datetime,
    counts: tuple[int | None, int | None, int | None] = (None, None, None),
) -> None:
    kept, rejected, repeated = counts
    session.run_file(
        "audit/next_version.sql",
        {
            "load_id": load_id,
            "status": status,
            "load_seq": load_seq,
            "kept": kept,
            "rejected": rejected,
            "repeated": repeated,
            "reason": reason,
            "decided_at": at,
        },
    )


def _next_seq(session: Session) -> int:
    return session.value("select nextval('ops.load_seq')")


def _verdict(load: Pending, status: str, **said: object) -> Verdict:
    return Verdict(
        load_id=load.load_id,
        stream_id=load.stream_id,
        source=load.source,
        run=load.run,
        status=status,
        **said,  # type: ignore[arg-type]
    )
