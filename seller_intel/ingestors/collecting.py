"""Collecting: the lists that one credential may ask for, read into landings.

An ingestor names its lists (paging.Query) and hands them to `collect`, which cuts the
windows, reads each whole, writes what it gives, and says what was covered and what went
wrong. What was read before a failure stays; the next run goes on from there.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import paging, windows
from seller_intel.ingestors.ahead import Ahead
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.lines import Lines
from seller_intel.ingestors.paging import Page, Query, Row, Tally, TooDeep

_LOG = logging.getLogger(__name__)
# With these nothing more can be had with this credential.
_ENDS_ALL = (Kind.CREDENTIAL_REFUSED, Kind.CLOCK_OFF, Kind.QUOTA_USED_UP)
_SWITCH_SECONDS = 0.02


def collect(asked: Asked, session: Session, queries: Sequence[Query]) -> Got:
    """Read every list that feeds a wanted stream; one that fails stops no other.

    A refused credential ends the run as a failure, a used-up quota ends it in peace:
    what was covered is landed and the next run goes on.
    """
    got = Got()
    read: dict[str, Any] = {}
    covers: dict[str, list[Window]] = {}
    wanted = {stream.name for stream in asked.source.streams}
    with (
        _undisturbed(),
        Lines(asked) as lines,
        Ahead(session.manners.at_once) as ahead,
    ):
        for query in queries:
            if wanted.isdisjoint(query.streams):
                continue
            tallies: list[dict[str, Any]] = []
            spans: list[Window] = []
            try:
                for tally, covered in _windows(asked, query, ahead, lines):
                    tallies.append(tally.entry())
                    spans.append(covered)
                    for stream in wanted.intersection(query.streams):
                        asked.writer(stream)
            except ApiFault as fault:
                _LOG.warning("%s: %s", query.name, fault)
                if fault.kind is Kind.QUOTA_USED_UP:
                    got.manifest["stopped"] = f"{query.name}: {fault}"
                else:
                    got.failures.append(f"{query.name}: {fault}")
                if fault.kind in _ENDS_ALL:
                    break
            finally:
                read[query.name] = tallies
                covers[query.name] = windows.joined(spans)
        # Nothing of what was asked ahead is waited for.
        session.close()
    got.windows = _covered(wanted, queries, covers)
    got.manifest |= {
        "read": read,
        "requests": dict(sorted(session.outcomes.items())),
        "personal": dict(sorted(asked.hasher.counts.items())),
    }
    return got


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let the thread that reads rows go on: it is what the others wait for.

    Python looks for cycles seldom, since the rows of a page make none and are many; and
    a thread whose reply has come asks for its turn four times as late.
    """
    collected, switched = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(200_000, 20, 100)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(switched)
        gc.set_threshold(*collected)


def _covered(
    wanted: set[str], queries: Sequence[Query], covers: dict[str, list[Window]]
) -> dict[str, list[Window]]:
    """Return what is covered of each stream: what all the lists that feed it cover."""
    covered: dict[str, list[Window]] = {}
    for query in queries:
        spans = covers.get(query.name, [])
        for stream in wanted.intersection(query.streams):
            before = covered.get(stream, spans)
            covered[stream] = windows.common(before, spans)
    return {stream: spans for stream, spans in covered.items() if spans}


def source_of(asked: Asked, **more: Any) -> dict[str, Any]:
    """Return the `_source` of a record: its shop, and what `more` ties it to."""
    shop = asked.source.shop
    return {"shop_id": shop.shop_id if shop else None, **more}


def marked(record: Row, source: dict[str, Any]) -> Row:
    """Return a record with its `_source`, put into it."""
    record["_source"] = source
    return record


def _windows(
    asked: Asked, query: Query, ahead: Ahead, lines: Lines
) -> Iterator[tuple[Tally, Window]]:
    """Read the windows that are due, oldest first; yield each when it is whole."""
    due = windows.due(asked, query.streams, query.lag, query.history, query.look_back)
    if due is None:
        return
    (start, end), (covered_from, _) = due
    if start > covered_from:
        _LOG.warning(
            "%s: nothing from before %s is to be had", query.name, start.isoformat()
        )
    pieces = windows.cut((start, end), query.longest)
    origin = query.first_page if query.is_numbered else None
    firsts = ahead.each(lambda piece: query.ask(piece, origin), pieces)
    for piece, first in zip(pieces, firsts, strict=True):
        for tally in _whole(query, piece, first, ahead, lines):
            yield tally, (min(covered_from, tally.window[0]), tally.window[1])
            covered_from = tally.window[1]


def _whole(
    query: Query, window: Window, first: Page, ahead: Ahead, lines: Lines
) -> Iterator[Tally]:
    """Read one window, in halves where it holds more than can be paged through."""
    tally = Tally(window)
    try:
        for label, rows in paging.read(query, tally, first, ahead):
            begin = window[0].strftime("%Y%m%dT%H%M%S")
            _write(query, f"{query.name} {begin} {label}", rows, lines)
    except TooDeep:
        halves = windows.halves(window)
        if halves is None:
            said = f"more than {query.depth} rows in the second {window[0].isoformat()}"
            raise ApiFault(Kind.BAD_REPLY, said) from None
        origin = query.first_page if query.is_numbered else None
        for half in halves:
            yield from _whole(query, half, query.ask(half, origin), ahead, lines)
        return
    yield tally


def _write(query: Query, label: str, rows: Sequence[Row], lines: Lines) -> None:
    """Write the records of a page; a row that gives none is kept as an error."""
    lines.begin(label)
    for row in rows:
        try:
            query.land(row, lines.put)
        except (ApiFault, KeyError, TypeError, ValueError, AttributeError) as error:
            # Its values may be personal, so only the names of its fields are kept.
            reason = error.said if isinstance(error, ApiFault) else repr(error)
            names = {"fields": sorted(map(str, row))}
            lines.error(lines.first_wanted(query.streams), reason[:300], names)
    lines.end()
