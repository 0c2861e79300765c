"""Paging: every row of a window, whatever moves while it is read."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest

from seller_intel.ingestors import paging, windows
from seller_intel.ingestors.ahead import Ahead
from seller_intel.ingestors.faults import ApiFault
from seller_intel.ingestors.paging import Page, Query, Shortfall, Tally, TooDeep

START = datetime(2026, 11, 22, tzinfo=UTC)
WINDOW = (START, START + timedelta(hours=1))
SIZE = 10


class List:
    """A list that is asked for by window, and changes between the requests."""

    def __init__(
        self, rows: int, *, is_descending: bool = True, changes=lambda _: None
    ):
        self.rows = {str(number): number % 3600 for number in range(rows)}
        self.is_descending, self.changes = is_descending, changes
        self.asked = 0

    def found(self, window=WINDOW) -> list[str]:
        start, end = ((at - START).total_seconds() for at in window)
        there = [key for key, at in self.rows.items() if start <= at <= end]
        return sorted(
            there, key=lambda key: (self.rows[key], key), reverse=self.is_descending
        )

    def page(self, window, number) -> Page:
        self.asked += 1
        self.changes(self)
        found = self.found(window)
        keys = found[(number - 1) * SIZE : number * SIZE]
        return Page([{"id": key, "at": self.rows[key]} for key in keys], len(found))

    def followed(self, window, number) -> Page:
        page = self.page(window, number or 1)
        more = (number or 1) * SIZE < page.total
        return Page(page.rows, None, (number or 1) + 1 if more else None)


def query(ask, **more) -> Query:
    stated = {"name": "orders", "streams": ("orders",), "page_size": SIZE, **more}
    return Query(
        ask=ask,
        identify=lambda row: (row["id"], str(row["at"])),
        land=lambda row, put: None,
        longest=timedelta(hours=1),
        **stated,
    )


def read(asked: Query, window=WINDOW, at_once: int = 1) -> tuple[Tally, list[dict]]:
    tally, rows = Tally(window), []
    with Ahead(at_once) as ahead:
        first = asked.ask(window, 1 if asked.is_numbered else None)
        for _, part in paging.read(asked, tally, first, ahead):
            rows += part
    return tally, rows


def leaving(draw: random.Random):
    """Return a change: now and then an order is changed, and leaves the window."""

    def change(there: List) -> None:
        inside = [key for key, at in there.rows.items() if at <= 3600]
        if inside and draw.random() < 0.6:
            there.rows[draw.choice(inside)] = 5000

    return change


def rising(draw: random.Random):
    """Return a change: now and then an order comes to the end of the window."""
    left = [12]

    def change(there: List) -> None:
        if left[0] and draw.random() < 0.5:
            left[0] -= 1
            there.rows[draw.choice(list(there.rows))] = 3599

    return change


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 95, 100])
def test_a_list_that_stands_still_is_read_once(rows, at_once):
    there = List(rows)

    tally, landed = read(query(there.page), at_once=at_once)

    pages = -(-rows // SIZE)
    assert len(landed) == len({row["id"] for row in landed}) == rows
    assert there.asked == (1 if pages <= 1 else pages + 1)
    assert (tally.total, tally.received, tally.passes) == (rows, rows, 1)


@pytest.mark.parametrize(
    ("kind", "is_descending"), [(leaving, True), (leaving, False), (rising, True)]
)
@pytest.mark.parametrize("seed", range(40))
def test_a_list_that_moves_loses_no_row_and_keeps_the_last_version(
    seed, is_descending, kind
):
    there = List(73, is_descending=is_descending, changes=kind(random.Random(seed)))

    _, landed = read(query(there.page))

    newest = {row["id"]: row["at"] for row in landed}
    for key in there.found():
        assert newest[key] == there.rows[key]


@pytest.mark.parametrize("seed", range(40))
def test_pages_counted_from_the_start_are_read_until_two_readings_agree(seed):
    there = List(73, changes=leaving(random.Random(seed)))
    calm = List(73)

    _, landed = read(query(there.followed, is_numbered=False, is_shifting=True))
    read(query(calm.followed, is_numbered=False, is_shifting=True))

    assert set(there.found()) <= {row["id"] for row in landed}
    assert calm.asked == 16


def test_a_row_that_stays_away_is_a_shortfall():
    there = List(35)
    page = there.page

    def short(window, number):
        given = page(window, number)
        return Page([row for row in given.rows if row["id"] != "17"], given.total)

    with pytest.raises(Shortfall, match="counts 35, gave 34"):
        read(query(short))


def test_a_page_that_comes_twice_in_place_of_another_is_read_again():
    there = List(50)
    page, lied = there.page, []

    def twice(window, number):
        if number == 3 and not lied:
            lied.append(1)
            return page(window, 4)
        return page(window, number)

    tally, landed = read(query(twice))

    assert {row["id"] for row in landed} == set(there.rows)
    assert tally.passes == 2


def test_rows_are_told_apart_only_by_what_changed_in_them():
    there = List(30)
    page, lied = there.page, []

    def again(window, number):
        given = page(window, number)
        if number == 2 and not lied:
            lied.append(1)
            return Page([*given.rows, *given.rows], given.total)
        return given

    _, landed = read(query(again))

    assert len(landed) == 30


def test_a_window_deeper_than_the_platform_pages_is_not_begun():
    with pytest.raises(TooDeep):
        read(query(List(51).page, depth=50))


def test_a_window_of_very_many_rows_is_read_in_halves_where_it_can_be(monkeypatch):
    monkeypatch.setattr(paging, "MANY", 40)
    many = List(51)

    with pytest.raises(TooDeep):
        read(query(many.page))

    a_second = START, START + timedelta(seconds=1)
    crowded = List(0)
    crowded.rows = {str(number): 0 for number in range(51)}
    tally, rows = read(query(crowded.page), a_second)

    assert many.asked == 1
    assert tally.received == len(rows) == 51


def test_cursors_that_lead_in_a_circle_are_refused():
    def circle(window, at):
        return Page([{"id": str(at), "at": 0}], None, {None: 1, 1: 2, 2: 1}[at])

    with pytest.raises(ApiFault, match="circle"):
        read(query(circle, is_numbered=False))


def test_a_total_that_changes_on_the_way_makes_a_cursor_list_be_read_again():
    totals = iter([3, 2, 2, 2])

    def followed(window, at):
        keys = ("a", "b") if at else ("c",)
        rows = [{"id": key, "at": 0} for key in keys[: 2 if at else 1]]
        return Page(rows[:1], next(totals), None if at else 1)

    tally, _ = read(query(followed, is_numbered=False))

    assert tally.passes == 2


def test_thin_rows_alone_are_made_whole_and_stay_in_their_places():
    asked_for = []

    def detail(row):
        asked_for.append(row["id"])
        return row | {"whole": True}

    made = query(
        List(9, is_descending=False).page,
        detail=detail,
        is_thin=lambda row: row["at"] % 2 == 1,
    )

    _, landed = read(made)

    assert sorted(asked_for) == ["1", "3", "5", "7"]
    assert [row["id"] for row in landed] == [str(number) for number in range(9)]
    assert [row["id"] for row in landed if "whole" in row] == ["1", "3", "5", "7"]


@pytest.mark.parametrize("seconds", [1, 59, 3600, 3601, 7200, 90_000])
def test_windows_are_cut_without_gap_and_none_too_long(seconds):
    whole = (START, START + timedelta(seconds=seconds))

    pieces = windows.cut(whole, timedelta(hours=1))

    assert pieces[0][0] == whole[0]
    assert pieces[-1][1] == whole[1]
    assert all(one[1] == other[0] for one, other in itertools.pairwise(pieces))
    assert all(
        timedelta(0) < end - start <= timedelta(hours=1) for start, end in pieces
    )


def test_a_window_of_a_second_is_not_halved():
    assert windows.halves((START, START + timedelta(seconds=1))) is None
    assert windows.halves((START, START + timedelta(seconds=3))) == (
        (START, START + timedelta(seconds=1)),
        (START + timedelta(seconds=1), START + timedelta(seconds=3)),
    )


def test_what_all_lists_of_a_stream_cover_is_covered():
    def at(hour):
        return START + timedelta(hours=hour)

    both = windows.common([(at(0), at(5)), (at(7), at(9))], [(at(2), at(8))])

    assert both == [(at(2), at(5)), (at(7), at(8))]
