"""Verdicts: a load accepted, refused, replaced or taken back, its counts frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seller_intel import counting, warehouse
from seller_intel.deliveries import Pending, scratch
from seller_intel.warehouse import Session


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
    load_seq = _next_number(session)
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
        status = row.pop("status") if row else "unknown"
        if row is None or status != "accepted":
            raise LookupError(
                f"load {load_id} is {status}; only an accepted load can be taken back"
            )
        load = Pending(**row)
        load_seq = _next_number(session)
        session.run_file(
            "audit/refuse_load.sql", {"load_id": load_id}, table=load.stream_id
        )
        _add_version(
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


def _still_pending(session: Session, load: Pending) -> dict[str, Any] | None:
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
        _add_version(
            session,
            load_id,
            status="replaced",
            load_seq=_next_number(session),
            reason=f"replaced by load {successor}",
            at=at,
        )


def _add_version(
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


def _next_number(session: Session) -> int:
    return session.value("select nextval('ops.load_seq')")


def _verdict(load: Pending, status: str, **said: Any) -> Verdict:
    return Verdict(
        load_id=load.load_id,
        stream_id=load.stream_id,
        source=load.source,
        run=load.run,
        status=status,
        **said,
    )
