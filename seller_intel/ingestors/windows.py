"""Windows: the stretch of time a list is asked for, cut as the platform wants it."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from seller_intel.extraction import Asked, Window

SHORTEST = timedelta(seconds=1)
_UNSTATED = timedelta(days=30)


def is_first(asked: Asked, streams: tuple[str, ...]) -> bool:
    """Say whether some of these streams were never read, or a backfill is asked for."""
    wanted = _wanted(asked, streams)
    return asked.window is not None or not all(
        stream in asked.covered for stream in wanted
    )


def due(
    asked: Asked,
    streams: tuple[str, ...],
    lag: timedelta,
    history: timedelta | None = None,
    look_back: timedelta = timedelta(0),
) -> tuple[Window, Window] | None:
    """Return what to ask for and what is covered with it; None where nothing is due.

    The two differ where the platform gives nothing so old: what it no longer gives
    counts as covered, since no later run could get it. They differ too by `look_back`,
    by which more is asked for again than is new, unless a backfill states its window.
    Windows end `lag` before the run, for a platform shows a change after a while.
    """
    if asked.window:
        start, end = asked.window
    else:
        start = min(
            asked.covered.get(stream, first_instant(asked))
            for stream in _wanted(asked, streams)
        )
        end = asked.as_of
    end = min(end, asked.as_of - lag)
    start, end = _whole(start), _whole(end)
    if start >= end:
        return None
    asked_from = start if asked.window else start - look_back
    if history:
        asked_from = min(max(asked_from, _whole(asked.as_of - history)), end)
    return (asked_from, end), (start, end)


def first_instant(asked: Asked) -> datetime:
    """Return where a source begins: its `since`, or a month before the run."""
    since = asked.source.since
    if since is None:
        return asked.as_of - _UNSTATED
    zone = ZoneInfo(asked.source.shop.time_zone) if asked.source.shop else UTC
    # What is covered is counted from midnight UTC, so no later than that.
    return min(
        datetime.combine(since, time.min, zone), datetime.combine(since, time.min, UTC)
    ).astimezone(UTC)


def cut(window: Window, longest: timedelta) -> list[Window]:
    """Return the windows that together make one, oldest first, none longer."""
    start, end = window
    number = max(1, math.ceil((end - start) / longest))
    edges = [start + index * longest for index in range(number)] + [end]
    return list(itertools.pairwise(edges))


def halves(window: Window) -> tuple[Window, Window] | None:
    """Return the two halves of a window, None where it is too short to be cut."""
    start, end = window
    middle = _whole(start + (end - start) / 2)
    if middle - start < SHORTEST or end - middle < SHORTEST:
        return None
    return (start, middle), (middle, end)


def joined(spans: list[Window]) -> list[Window]:
    """Return spans with those that touch made one."""
    whole: list[Window] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def common(some: list[Window], others: list[Window]) -> list[Window]:
    """Return the spans that both lists hold."""
    both = [
        (max(start, other_start), min(end, other_end))
        for start, end in some
        for other_start, other_end in others
    ]
    return joined([(start, end) for start, end in both if start < end])


def _wanted(asked: Asked, streams: tuple[str, ...]) -> list[str]:
    there = {stream.name for stream in asked.source.streams}
    return [stream for stream in streams if stream in there]


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
