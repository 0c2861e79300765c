"""Claims: one run builds at a time, and a dead one is taken over."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from seller_intel import candidates, clock, retention, warehouse
from seller_intel.warehouse import Session

log = logging.getLogger(__name__)

BEAT_SECONDS = 30.0


class ClaimRefused(RuntimeError):
    """Another run is building, or this one may not go on; the message names it."""


class ClaimLost(ClaimRefused):
    """Another process took the claim over while this one was silent."""


@dataclass(frozen=True)
class Claim:
    """The right of one process to build a part of a run, and what core must follow."""

    run: str
    part: str
    claimed_by: str
    from_seq: int
    to_seq: int


def claim(run: str, part: str, full_refresh: bool = False) -> Claim:
    """Take the claim of a run, or raise ClaimRefused while another run is alive.

    The claim's run is later than every build before it: where the clock went backwards
    it is the last one's plus a second, and the run asked for stands beside it. For the
    marts, an empty schema of candidates replaces what was there.
    """
    with warehouse.as_role("owner") as session:
        warehouse.lock(session, "claim")
        own = _effective(session, run)
        _refuse_others(session, own)
        session.run_file("publish/take_over.sql", {"run": own})
        if part == "marts":
            _require_core(session)
            candidates.make(session)
        taken = _take(session, own, run, part, full_refresh)
    if own != run:
        log.warning("run %s is not later than the last build: it is %s", run, own)
    if part == "marts":
        with warehouse.as_role("owner", autocommit=True) as session:
            retention.drop_left(session)
    return taken


@contextmanager
def held(run: str, part: str, full_refresh: bool = False) -> Iterator[Claim]:
    """Claim a part, keep the claim alive, and say at the end whether it was built."""
    taken = claim(run, part, full_refresh)
    try:
        with _beating(taken):
            yield taken
    except ClaimLost:
        raise
    except BaseException as error:
        detail = f"{type(error).__name__}: {error}"[:4000]
        finish(taken.run, part, "failed", detail, taken.claimed_by)
        raise
    if not finish(taken.run, part, "done", claimed_by=taken.claimed_by):
        raise ClaimLost(f"run {taken.run} lost its claim on {part} to another process")


@contextmanager
def kept(run: str, is_built: bool = False) -> Iterator[Claim]:
    """Keep the claim of a claimed run alive; after an error any run may take it."""
    taken = require(run, is_built)
    try:
        with _beating(taken):
            yield taken
    except BaseException:
        _let_go(taken)
        raise


def require(run: str, is_built: bool = False) -> Claim:
    """Take over the claim of the claimed run; refuse any other run.

    `is_built` asks in addition for complete marts.
    """
    with warehouse.as_role("owner") as session:
        warehouse.lock(session, "claim")
        rows = session.rows("select * from ops.claims order by run, part")
        mine = [row for row in rows if run in (row["run"], row["asked_run"])]
        if not mine:
            raise ClaimRefused(_no_claim(run, rows))
        row = mine[-1]
        if is_built and row["built_at"] is None:
            raise ClaimRefused(f"the marts of run {row['run']} are not built")
        me = _myself()
        session.execute(
            "update ops.builds set claimed_by = %s, heartbeat_at = clock_timestamp()"
            " where run = %s and part = %s",
            [me, row["run"], row["part"]],
        )
        return Claim(
            row["run"], row["part"], me, row["from_seq"] or 0, row["to_seq"] or 0
        )


def finish(
    run: str,
    part: str,
    status: str,
    detail: str | None = None,
    claimed_by: str | None = None,
) -> bool:
    """Write how a part ended; return False where the claim was not this process's.

    After core is done its run goes on holding the claim, for the marts.
    """
    with warehouse.as_role("owner") as session:
        warehouse.lock(session, "claim")
        return finish_within(session, run, part, status, detail, claimed_by)


def finish_within(
    session: Session,
    run: str,
    part: str,
    status: str,
    detail: str | None = None,
    claimed_by: str | None = None,
) -> bool:
    """Write how a part ended, in the caller's transaction."""
    found = session.run_file(
        "publish/finish.sql",
        {
            "run": run,
            "part": part,
            "status": status,
            "detail": detail,
            "claimed_by": claimed_by,
        },
    )
    if found and part == "core" and status == "done":
        row = session.one(
            "select * from ops.builds where run = %s and part = 'core'", [run]
        )
        assert row is not None
        marts = row | {"part": "marts", "status": "claimed"}
        session.run_file("publish/claim.sql", marts)
    return bool(found)


def core_range() -> tuple[int, int]:
    """Return the verdicts core has not followed yet, as (from, to]."""
    with warehouse.as_role("owner") as session:
        return _core_range(session)


def next_run(run: str) -> str:
    """Return the run itself, or the first one after the last build if it is later."""
    with warehouse.as_role("owner") as session:
        last = session.value("select max(run) as run from ops.builds")
    return run if last is None or run > last else _second_after(last)


def _effective(session: Session, run: str) -> str:
    for row in session.rows("select run, asked_run from ops.claims order by run desc"):
        if run in (row["run"], row["asked_run"]):
            return row["run"]
    rows = session.rows_of_file("publish/last_build.sql")
    if not rows or run > rows[0]["run"]:
        return run
    last = rows[0]
    if run in (last["run"], last["asked_run"]) and not last["is_published"]:
        return last["run"]
    return _second_after(last["run"])


def _second_after(run: str) -> str:
    return clock.run_of(clock.as_of(run) + timedelta(seconds=1))


def _refuse_others(session: Session, run: str) -> None:
    alive = session.one(
        "select * from ops.claims where is_alive and run <> %s order by run", [run]
    )
    if alive:
        raise ClaimRefused(
            f"run {alive['run']} is building ({alive['part']} {alive['status']},"
            f" heartbeat {alive['heartbeat_at']:%Y-%m-%d %H:%M:%S %Z} by"
            f" {alive['claimed_by']}); wait for it, or ten minutes if it died"
        )


def _require_core(session: Session) -> None:
    last = session.one(
        "select run, status from ops.builds where part = 'core'"
        " order by run desc limit 1"
    )
    if last and last["status"] != "done":
        raise ClaimRefused(
            f"core is half built by run {last['run']} ({last['status']}):"
            " run build core again first"
        )


def _take(
    session: Session, run: str, asked_run: str, part: str, full_refresh: bool
) -> Claim:
    from_seq, to_seq = _core_range(session)
    if part == "marts":
        to_seq = from_seq
    taken = Claim(run, part, _myself(), 0 if full_refresh else from_seq, to_seq)
    row = asdict(taken) | {
        "status": "running",
        "is_full_refresh": full_refresh,
        "asked_run": asked_run,
    }
    if part == "core":
        session.execute(
            "delete from ops.builds where run = %s and part = 'marts'"
            " and status <> 'published'",
            [run],
        )
    session.run_file("publish/claim.sql", row)
    return taken


def _core_range(session: Session) -> tuple[int, int]:
    row = session.rows_of_file("publish/core_range.sql")[0]
    return row["from_seq"], row["to_seq"]


def _let_go(taken: Claim) -> None:
    """Let any run take the claim at once; this run takes it back if nobody has."""
    with warehouse.as_role("owner") as session:
        session.execute(
            "update ops.builds set heartbeat_at = null"
            " where run = %s and part = %s and claimed_by = %s",
            [taken.run, taken.part, taken.claimed_by],
        )


def _no_claim(run: str, rows: list[dict[str, Any]]) -> str:
    others = ", ".join(row["run"] for row in rows)
    return f"run {run} holds no claim; " + (
        f"claimed is {others}" if others else "none is claimed: build it first"
    )


def _myself() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@contextmanager
def _beating(taken: Claim) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=_beat, args=(taken, stop), name=f"claim-{taken.run}", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _beat(taken: Claim, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        try:
            with warehouse.as_role("owner") as session:
                found = session.run_file(
                    "publish/beat.sql",
                    {
                        "run": taken.run,
                        "part": taken.part,
                        "claimed_by": taken.claimed_by,
                    },
                )
        except warehouse.errors.Error as error:
            log.warning("no heartbeat for run %s: %s", taken.run, error)
            continue
        if not found:
            log.warning("run %s lost its claim on %s", taken.run, taken.part)
            return
