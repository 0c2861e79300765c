"""Worked numbers of the estimator, through core, from readings to months."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from counter_readings import counted, series
from deliveries import Line

REGISTRY = "reporting_currency: CNY\nshops: []\nsources: []\n"
RUN = "20261210T060000"
ZERO = date(2026, 8, 31)  # day 0; September has days 1 to 30
TEN_K, TWENTY_K, THIRTY_K = (10_000, 19_999), (20_000, 29_999), (30_000, 39_999)
STEPS = {
    number: TEN_K if number < 5 else TWENTY_K if number < 15 else THIRTY_K
    for number in range(21)
}
COUNTERS: dict[str, dict[int, tuple[int, int]]] = {
    "a311": {0: (120, 120), 30: (155, 155)},
    "a312": {0: (9_000, 9_999), 30: TEN_K},
    "a313": {0: TEN_K, 30: TEN_K},
    "a314": {0: TEN_K, 30: TEN_K},
    "a315": {0: TEN_K, 1: TEN_K},
    "a316": STEPS,
    "a318": {0: (9_900, 9_900), 3: (10_000, 10_999), 10: (11_000, 11_999)},
    "a319": {0: TWENTY_K, 1: TEN_K},
    # a hundredfold for one day, after a week of readings
    "leap": {n: (1_000 + n,) * 2 for n in range(10)}
    | {10: (100_000, 100_000)}
    | {n: (1_000 + n,) * 2 for n in range(11, 20)},
    # low for two days and back
    "glitch": {0: (500, 500), 1: (20, 20), 2: (21, 21), 3: (530, 530)},
    "one_day": {0: (700, 700)},
}


@pytest.fixture(scope="module")
def estimates(shared_postgres) -> Any:
    """Every worked listing, read out of order and twice, built and published."""
    shared_postgres.register(REGISTRY)
    line = Line()
    readings = [
        reading
        for listing, bounds in COUNTERS.items()
        for reading in series(
            listing,
            ZERO,
            bounds,
            # 400 days before day 30
            **({"listed_at": "2025-08-25T16:00:00+00:00"} if listing == "a314" else {}),
        )
    ]
    readings += [
        reading
        for variant in ("red", "blue")
        for reading in series(
            variant,
            ZERO,
            {0: (120, 120), 30: (155, 155)},
            family_id="a321",
            counter_scope="parent",
        )
    ]
    readings += _rolling()
    readings += _odd_pages()
    random.Random(3).shuffle(readings)
    line.deliver("listings", readings, source="crawl")
    line.deliver("listings", readings[::-1], source="again")
    line.build(RUN, full_refresh=True)
    line.publishable(RUN)
    return shared_postgres


def _rolling() -> list[dict[str, Any]]:
    told = {"counter_type": "rolling_30d"}
    november = date(2026, 11, 30)
    readings = [counted("a331", november, (300, 300), **told)]
    for listing, levels in (("a332", (500, 530)), ("a333", (530, 500))):
        readings += [
            counted(listing, november + timedelta(days=day), (level, level), **told)
            for day, level in enumerate(levels)
        ]
    return readings


def _odd_pages() -> list[dict[str, Any]]:
    reused = [
        counted(
            "reused",
            ZERO + timedelta(days=day),
            (100 + day, 100 + day) if day < 5 else (900 + day, 900 + day),
            title="kettle" if day < 5 else "socks",
            platform_category_id="11" if day < 5 else "12",
        )
        for day in range(10)
    ]
    moved = [
        counted(
            "moved",
            ZERO + timedelta(days=day),
            (1_000 + 10 * day, 1_000 + 10 * day),
            platform_category_id="11" if day <= 10 else "12",
        )
        for day in range(31)
    ]
    unknown = [
        counted("unknown", ZERO, None, counter_text="sold like hot cakes"),
        counted("unknown", ZERO + timedelta(days=1), None, counter_text="as before"),
    ]
    unpriced = [
        counted("unpriced", ZERO + timedelta(days=day), (50 + day,) * 2, price=None)
        for day in range(3)
    ]
    return reused + moved + unknown + unpriced


def month(estimates: Any, listing: str, first: str = "2026-09-01") -> dict[str, Any]:
    """Return the month of a listing, as core has it."""
    (row,) = estimates.rows(
        "select * from core.fct_listing_sales_monthly"
        " where sales_unit_id = %s and month_date = %s",
        [f"pinduoduo:{listing}", first],
    )
    return row


def days(estimates: Any, listing: str) -> dict[int, dict[str, Any]]:
    """Return the days of a listing by their number."""
    rows = estimates.rows(
        "select * from core.fct_listing_sales_daily where sales_unit_id = %s",
        [f"pinduoduo:{listing}"],
    )
    return {(row["sales_date"] - ZERO).days: row for row in rows}


def events(estimates: Any, listing: str) -> list[tuple[int, str]]:
    """Return the events of a listing: number of the day and kind."""
    rows = estimates.rows(
        "select * from core.fct_counter_events where sales_unit_id = %s order by 2",
        [f"pinduoduo:{listing}"],
    )
    return [((row["event_date"] - ZERO).days, row["event"]) for row in rows]


def period(of: dict[int, dict[str, Any]], first: int, last: int) -> tuple[Any, ...]:
    """Return the bounds and estimate of some days inside one episode."""
    rows = [of[day] for day in range(first, last + 1)]
    return (
        max(0, rows[-1]["level_lo"] - rows[0]["level_hi_before"]),
        float(sum(row["units_est"] for row in rows)),
        rows[-1]["level_hi"] - rows[0]["level_lo_before"],
    )


@pytest.mark.parametrize(
    ("listing", "lo", "est", "hi", "basis"),
    [
        ("a311", 35, 35, 35, "exact"),
        ("a312", 1, 3_667, 10_999, "prior"),
        ("a313", 0, 3_333, 9_999, "prior"),
        ("a314", 0, 1_124.9625, 9_999, "age"),
        ("a315", 0, 111.1, 9_999, "prior"),
        ("a316", 10_001, 20_000, 29_999, "crossing"),
        ("a318", 1_100, 1_692.3077, 2_099, "crossing"),
        ("moved", 300, 300, 300, "exact"),
    ],
)
def test_a_311_to_a_318_months_have_the_worked_bounds(
    estimates, listing, lo, est, hi, basis
):
    row = month(estimates, listing)

    assert (row["units_lo"], row["units_hi"]) == (lo, hi)
    assert float(row["units_est"]) == pytest.approx(est, abs=1e-4)
    assert row["sales_basis"] == basis


def test_a_311_days_of_a_gap_share_what_was_sold(estimates):
    each = days(estimates, "a311")

    assert set(each) == set(range(1, 31))
    for row in each.values():
        assert (row["units_lo"], row["units_hi"]) == (0, 35)
        assert float(row["units_est"]) == pytest.approx(1.166667, abs=1e-6)


def test_a_316_a_317_bounds_of_a_period_are_not_the_sum_of_its_days(estimates):
    each = days(estimates, "a316")

    assert {float(row["units_est"]) for row in each.values()} == {1_000}
    assert sum(row["units_lo"] for row in each.values()) == 2
    assert sum(row["units_hi"] for row in each.values()) == 219_980
    assert period(each, 5, 15) == (10_001, 11_000, 29_999)
    assert period(each, 6, 14) == (0, 9_000, 9_999)


def test_a_319_a_fall_has_an_event_and_no_row(estimates):
    assert days(estimates, "a319") == {}
    assert events(estimates, "a319") == [(1, "fall")]
    assert month(estimates, "a319")["units_lo"] is None


def test_a_321_variants_with_one_counter_are_one_unit(estimates):
    row = month(estimates, "a321")

    assert (row["units_lo"], row["units_est"], row["units_hi"]) == (35, 35, 35)
    assert row["variant_count"] == 2
    assert (
        estimates.value(
            "select count(*) from marts_build.listing_sales_monthly"
            " where sales_unit_id in ('pinduoduo:red', 'pinduoduo:blue')"
        )
        == 0
    )


def test_a_331_to_a_333_rolling_counters_share_their_window(estimates):
    november = month(estimates, "a331", "2026-11-01")
    grown = days(estimates, "a332")[92]
    shrunk = days(estimates, "a333")[92]

    assert [november[f"units_{each}"] for each in ("lo", "est", "hi")] == [300] * 3
    assert {row["units_est"] for row in days(estimates, "a331").values()} == {10}
    assert (grown["units_lo"], grown["units_est"], grown["units_hi"]) == (30, 30, 530)
    assert shrunk["units_lo"] == 0
    assert events(estimates, "a333") == []


def test_a_counter_that_leaps_for_a_day_sells_nothing_that_day(estimates):
    each = days(estimates, "leap")

    assert events(estimates, "leap") == [(10, "merge_jump"), (11, "fall")]
    assert {10, 11} & set(each) == set()
    assert {row["units_est"] for row in each.values()} == {1}


def test_readings_low_for_two_days_are_dropped(estimates):
    each = days(estimates, "glitch")

    assert events(estimates, "glitch") == [(1, "glitch"), (2, "glitch")]
    assert [float(each[day]["units_est"]) for day in (1, 2, 3)] == [10, 10, 10]


def test_another_product_under_the_same_id_begins_anew(estimates):
    assert events(estimates, "reused") == [(5, "identity_change")]
    assert 5 not in days(estimates, "reused")
    assert month(estimates, "reused")["units_hi"] == 8


def test_a_listing_that_moves_is_counted_where_it_stood(estimates):
    rows = estimates.rows(
        "select category_id, units_lo, units_est, units_hi, is_last"
        " from core.agg_category_units_monthly where sales_unit_id = 'pinduoduo:moved'"
        " and month_date = '2026-09-01' order by 1"
    )

    assert [(row["category_id"][-2:], row["units_est"]) for row in rows] == [
        ("11", 100),
        ("12", 200),
    ]
    assert [row["is_last"] for row in rows] == [False, True]


def test_a_text_never_seen_is_not_read(estimates):
    assert days(estimates, "unknown") == {}
    row = month(estimates, "unknown")
    assert (row["seen_days"], row["units_est"]) == (1, None)


def test_a_month_with_one_crawl_day_has_no_estimate(estimates):
    assert month(estimates, "one_day", "2026-08-01")["units_est"] is None


def test_units_without_a_price_stay_and_their_sales_are_null(estimates):
    row = month(estimates, "unpriced")

    assert (row["units_est"], row["gmv_est"], row["unpriced_units_est"]) == (2, None, 2)
