"""Readers: wait until nobody's snapshot is so old that a new version looks empty."""

from __future__ import annotations

import logging
import time

from seller_intel.patience import ReadersTooSlow
from seller_intel.warehouse import Session

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25


def wait(session: Session, run: str, seconds: float) -> float:
    """Return how long it took until every reader's snapshot sees the marts of a run.

    A session counts while it has held one snapshot since before the marts were
    complete: once it has been seen without, or in a newer transaction, it counts no
    more. Sessions of other databases, of the server and of this pipeline never do.
    """
    began = time.monotonic()
    waiting = _old_snapshots(session, run)
    while waiting:
        if time.monotonic() - began > seconds:
            names = ", ".join(sorted(set(waiting.values())))
            raise ReadersTooSlow(
                f"readers have held snapshots from before run {run} for"
                f" {seconds:.0f} s: {names}"
            )
        time.sleep(POLL_SECONDS)
        still = _old_snapshots(session, run)
        waiting = {key: name for key, name in waiting.items() if key in still}
    waited = time.monotonic() - began
    if waited > 1:
        log.info("waited %.1f s for readers with old snapshots", waited)
    return waited


def _old_snapshots(session: Session, run: str) -> dict[tuple[int, object], str]:
    return {
        (row["pid"], row["xact_start"]): (
            f"{row['usename']} (pid {row['pid']}, since {row['xact_start']:%H:%M:%S})"
        )
        for row in session.rows_of_file("publish/old_snapshots.sql", {"run": run})
    }
