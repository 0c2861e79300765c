"""The record of every verb called: what it did, how long it took, how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seller_intel import clock, warehouse


@dataclass
class Entry:
    """What a verb says of itself while it runs."""

    rows: int | None = None
    detail: str | None = None
    is_skipped: bool = False


@contextmanager
def recorded(
    step: str, run: str, source: str | None = None, stream_id: str | None = None
) -> Iterator[Entry]:
    """Write a row to ops.steps when the verb starts, and its outcome when it ends."""
    entry = Entry()
    began = time.monotonic()
    with warehouse.as_role("loader") as session:
        step_id = session.value(
            "insert into ops.steps"
            " (run, step, source, stream_id, started_at, outcome)"
            " values (%s, %s, %s, %s, %s, 'running') returning step_id",
            [run, step, source, stream_id, clock.wall()],
        )
    outcome = "failed"
    try:
        yield entry
        outcome = "skipped" if entry.is_skipped else "done"
    except Exception as error:
        entry.detail = f"{type(error).__name__}: {error}"[:4000]
        raise
    finally:
        with warehouse.as_role("loader") as session:
            session.execute(
                "update ops.steps set finished_at = %s, seconds = %s, outcome = %s,"
                " row_count = %s, detail = %s where step_id = %s",
                [
                    clock.wall(),
                    round(time.monotonic() - began, 3),
                    outcome,
                    entry.rows,
                    entry.detail,
                    step_id,
                ],
            )
