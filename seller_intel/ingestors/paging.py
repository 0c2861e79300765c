"""Paging: every row of a window, although the list moves while it is read.

A numbered list is read from its last page to the first: what leaves a closed window
moves later rows to earlier pages, which are still to come. Where anything moved (the
total changed, a row came twice, rows are lacking) the window is read again until it
stands still; what is lacking after that is a shortfall, and raised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson

from seller_intel.extraction import Window
from seller_intel.ingestors.ahead import Ahead
from seller_intel.ingestors.faults import ApiFault, Kind

Row = dict[str, Any]
Put = Callable[[str, str, Row], None]
PASSES = 5


class Shortfall(ApiFault):
    """A platform counts more rows in a window than it gives."""


class TooDeep(Exception):
    """A window holds more rows than the platform lets one page through."""


@dataclass(frozen=True)
class Page:
    """One page of a list.

    `total` is the platform's own count of the whole window, None where it tells none;
    `cursor` leads to the page after this one, None at the end (unused with numbers).
    """

    rows: Sequence[Row]
    total: int | None = None
    cursor: Any = None


@dataclass(frozen=True)
class Query:
    """One list of a platform, asked for by windows of time.

    name       what the manifest calls it
    streams    what it lands
    ask        the page of a number (numbered lists; every page states the total, or at
               least the first), or of a cursor (None: the first)
    identify   the key of a row in the list, and a text that changes when the row does
    land       hands the records of a row to `put(stream, key, record)`
    detail     makes a row whole with a request of its own
    is_thin    says which rows need that; without it all do
    longest    the longest window the platform takes
    lag        how long before the run a window must end
    look_back  how much before what is covered is asked for again
    history    how far back the platform goes
    depth      rows the platform lets one page through in a window
    is_shifting  whether a cursor counts rows from the start and no total tells what
               slipped by: then several pages are read until two readings agree
    """

    name: str
    streams: tuple[str, ...]
    ask: Callable[[Window, Any], Page]
    identify: Callable[[Row], tuple[str, str]]
    land: Callable[[Row, Put], None]
    longest: timedelta
    detail: Callable[[Row], Row] | None = None
    is_thin: Callable[[Row], bool] | None = None
    lag: timedelta = timedelta(minutes=1)
    look_back: timedelta = timedelta(0)
    history: timedelta | None = None
    page_size: int = 100
    first_page: int = 1
    depth: int | None = None
    is_numbered: bool = True
    is_shifting: bool = False


@dataclass
class Tally:
    """What reading one window came to."""

    window: Window
    total: int | None = None
    received: int = 0
    pages: int = 0
    passes: int = 1
    seen: dict[str, str] = field(default_factory=dict, repr=False)
    this_pass: set[str] = field(default_factory=set, repr=False)
    has_moved: bool = False

    def entry(self) -> dict[str, Any]:
        """Return its line in the manifest."""
        start, end = self.window
        stated = {
            "from": start.isoformat(),
            "to": end.isoformat(),
            "total": self.total,
            "received": self.received,
        }
        if self.passes > 1:
            stated["passes"] = self.passes
        return stated

    def begin_pass(self) -> None:
        """Start to read the window from its beginning."""
        self.this_pass, self.has_moved = set(), False

    def fresh(self, query: Query, rows: Sequence[Row]) -> list[Row]:
        """Note rows; return those not seen before in the shape they have now."""
        self.pages += 1
        identify, this_pass, seen = query.identify, self.this_pass, self.seen
        new = []
        for row in rows:
            try:
                key, version = identify(row)
            except (ApiFault, KeyError, TypeError, ValueError, AttributeError):
                # Without a key it is known by all it holds.
                key, version = f"?{orjson.dumps(row).hex()}", ""
            if key in this_pass:
                self.has_moved = True
            else:
                this_pass.add(key)
            if seen.get(key) != version:
                seen[key] = version
                new.append(row)
        self.received = len(self.seen)
        return new


def read(
    query: Query, tally: Tally, first: Page, ahead: Ahead
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the rows of a window with the name of their page, each version once.

    `first` is the first page, asked for already. Raises TooDeep before anything is
    yielded where numbers do not reach, and in the middle where cursors do not.
    """
    reading = _by_number if query.is_numbered else _by_cursor
    last_pass: set[str] = set()
    for number in range(PASSES):
        pages = tally.pages
        tally.begin_pass()
        tally.passes = number + 1
        for label, page in reading(query, tally, first, ahead):
            yield label, tally.fresh(query, _made_whole(query, page.rows, ahead))
        several = query.is_shifting and tally.pages > pages + 1
        if _stood_still(tally) and (not several or tally.this_pass == last_pass):
            return
        last_pass = tally.this_pass
        first = query.ask(tally.window, query.first_page if query.is_numbered else None)
    if tally.total is not None and tally.received < tally.total:
        raise Shortfall(
            Kind.BAD_REPLY,
            f"{query.name} from {tally.window[0].isoformat()} to"
            f" {tally.window[1].isoformat()}: the platform counts {tally.total},"
            f" gave {tally.received} in {PASSES} readings",
        )


def _made_whole(query: Query, rows: Sequence[Row], ahead: Ahead) -> Sequence[Row]:
    """Return rows with those that are thin asked for one by one, in their places."""
    if query.detail is None:
        return rows
    thin = [
        at for at, row in enumerate(rows) if not query.is_thin or query.is_thin(row)
    ]
    if not thin:
        return rows
    made = list(rows)
    whole = ahead.each(query.detail, [rows[at] for at in thin])
    for at, row in zip(thin, whole, strict=True):
        made[at] = row
    return made


def _stood_still(tally: Tally) -> bool:
    """Say whether nothing moved in the pass that has ended and nothing is lacking."""
    is_whole = tally.total is None or len(tally.this_pass) == tally.total
    return is_whole and not tally.has_moved


def _by_number(
    query: Query, tally: Tally, first: Page, ahead: Ahead
) -> Iterator[tuple[str, Page]]:
    """Yield the pages from the last to the first, which is asked for again at the end.

    So the total is told before and after, and a window of one page costs one request.
    """
    total = first.total
    if total is None:
        raise ApiFault(Kind.BAD_REPLY, f"{query.name}: the reply tells no total")
    if query.depth is not None and total > query.depth:
        raise TooDeep
    pages = math.ceil(total / query.page_size)
    tally.total = total
    if pages > 1:
        numbers = range(query.first_page + pages - 1, query.first_page, -1)
        replies = ahead.each(lambda number: query.ask(tally.window, number), numbers)
        for number, page in zip(numbers, replies, strict=True):
            yield f"page {number}", page
        first = query.ask(tally.window, query.first_page)
        if first.total != total:
            tally.has_moved = True
            tally.total = first.total
    yield f"page {query.first_page}", first


def _by_cursor(
    query: Query, tally: Tally, first: Page, ahead: Ahead
) -> Iterator[tuple[str, Page]]:
    """Yield the pages as each leads to the next, which is asked for in the meantime."""
    page, number, given = first, 1, 0
    told = first.total
    cursors: set[str] = set()
    while True:
        if page.total is not None:
            tally.has_moved |= told is not None and page.total != told
            tally.total = told = page.total
        given += len(page.rows)
        if query.depth is not None and given > query.depth:
            raise TooDeep
        coming = None
        if page.cursor is not None:
            if str(page.cursor) in cursors:
                said = f"{query.name}: the pages lead round in a circle"
                raise ApiFault(Kind.BAD_REPLY, said)
            cursors.add(str(page.cursor))
            coming = ahead.ask(lambda at: query.ask(tally.window, at), page.cursor)
        yield f"page {number}", page
        if coming is None:
            return
        page, number = coming.result(), number + 1
