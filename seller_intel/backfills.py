"""Backfills: a run of its own for every window that is asked for again."""

from __future__ import annotations

from datetime import timedelta

from seller_intel import clock, landing
from seller_intel.sources import Source

Window = tuple


def run_of(source: Source, run: str, window: Window | None) -> str:
    """Return the run under which a source lands a window.

    The windows of one backfill are asked for in the same second, and a run names one
    landing. So a window takes the first second, from the run on, in which this source
    has landed no other; asked again, it finds its own.
    """
    if window is None:
        return run
    asked = [each.isoformat() for each in window]
    while _windows(source, run) - {tuple(asked)}:
        run = clock.run_of(clock.as_of(run) + timedelta(seconds=1))
    return run


def _windows(source: Source, run: str) -> set[tuple[str | None, ...]]:
    landed = (
        landing.of(stream.stream_id, source.name, run) for stream in source.streams
    )
    return {tuple(each.manifest["window_asked"]) for each in landed if each}
