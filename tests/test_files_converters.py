"""Cells are read exactly, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seller_intel.ingestors import converters, money, times

CHINA = ZoneInfo("Asia/Shanghai")
amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)


@given(amounts)
def test_an_amount_with_marks_and_separators_is_read_to_the_cent(amount):
    for shown in (f"{amount}", f"¥{amount:,}", f"RMB {amount:,}", f"{amount} 元"):
        assert money.money(shown.replace("¥-", "-¥")) == amount


@given(amounts)
def test_a_decimal_comma_is_read_where_the_contract_says_so(amount):
    swapped = f"{amount:,}".translate({ord(","): ".", ord("."): ","})

    assert money.money(swapped, ",") == amount


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("￥１，２３４．５０", "1234.50"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        ("−3", "-3"),
        ("1 234.5", "1234.5"),
        ("12,34,567.89", "1234567.89"),
    ],
)
def test_amounts_are_read_as_people_write_them(cell, expected):
    assert money.money(cell) == Decimal(expected)


@pytest.mark.parametrize(
    "cell", ["12,50", "1,23", "1.2.3", "1e5", "abc", "¥", "1,2345"]
)
def test_an_amount_that_may_mean_two_things_is_not_read(cell):
    with pytest.raises(ValueError, match="no number"):
        money.money(cell)


def test_fen_become_yuan_exactly():
    assert money.money("1680", unit=money.unit_of("fen")) == Decimal("16.80")


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_rounding_to_the_minor_unit_errs_by_half_of_it_at_most(amount):
    rounded = Decimal(money.quantised(amount, 2))

    assert abs(rounded - amount) <= Decimal("0.005")
    assert money.quantised(Decimal("-0.001"), 2) == "0.00"


def test_a_price_off_the_minor_unit_stays_as_it_is_where_that_matters():
    assert money.exact(Decimal("12.345"), 2) == "12.345"
    assert money.exact(Decimal("12.5"), 2) == "12.50"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('="2853311223344556677"', "2853311223344556677"),
        ("\t6920000000000000001", "6920000000000000001"),
        ("'00123", "00123"),
        ("13085.0", "13085"),
        ("１２３", "123"),
    ],
)
def test_guards_around_ids_are_taken_off(cell, expected):
    assert converters.identifier(converters.unguarded(cell)) == expected


@pytest.mark.parametrize("cell", ["1.23E+17", "2.85331E+18", "2853311223344556800.0"])
def test_an_id_that_lost_its_digits_is_refused(cell):
    with pytest.raises(converters.Unreadable, match="lost its digits"):
        converters.identifier(cell)


@pytest.mark.parametrize("cell", ["", "-", "--", "null", "NULL", " ", "\\N", "nan"])
def test_missing_has_many_spellings(cell):
    assert converters.is_missing(converters.unguarded(cell))


def test_yes_and_no_are_read_in_chinese_and_english():
    assert [converters.boolean(cell) for cell in ("是", "Yes", "1", "否", "f")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(converters.Unreadable):
        converters.boolean("maybe")


moments = st.datetimes(datetime(1992, 1, 1), datetime(2037, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(moments, st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]))
def test_the_quick_way_to_utc_agrees_with_the_calendar(moment, name):
    zone = ZoneInfo(name)
    quick = times.utc_hours(zone)(f"{moment:%Y-%m-%d %H:%M:%S}")

    expected = moment.replace(tzinfo=zone).astimezone(UTC).isoformat()

    assert quick is None or quick == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2016/5/23 22:02", "2016-05-23T14:02:00+00:00"),
        ("2026年11月2日 8时5分", "2026-11-02T00:05:00+00:00"),
        ("2026-11-22T10:00:00-05:00", "2026-11-22T15:00:00+00:00"),
        ("2026-11-22 06:05:00 -0500", "2026-11-22T11:05:00+00:00"),
        ("20261122", "2026-11-21T16:00:00+00:00"),
        ("0001-01-01 00:00:00", None),
        ("0000-00-00 00:00:00", None),
    ],
)
def test_times_are_read_as_exports_write_them(cell, expected):
    assert times.timestamp(times.reader(CHINA))(cell) == expected


def test_an_order_of_day_and_month_is_never_guessed():
    with pytest.raises(times.NotATime):
        times.reader(CHINA)("05/06/2026")

    read = times.reader(CHINA, ("%d/%m/%Y",))

    assert read("05/06/2026") == datetime(2026, 6, 5, tzinfo=CHINA)


@given(st.integers(30_000, 60_000), st.integers(0, 86_399))
def test_serial_days_of_a_spreadsheet_are_read_to_the_second(days, seconds):
    read = times.reader(UTC, ("excel",))
    expected = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days, seconds)

    assert read(repr(days + seconds / 86_400)) == expected
