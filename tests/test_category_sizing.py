"""Worked numbers of the category marts, from readings to what analysts ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from counter_readings import Bounds, counted, series
from deliveries import Line

from seller_intel import warehouse

REGISTRY = "reporting_currency: CNY\nshops: []\nsources: []\n"
RUN = "20261010T060000"
ZERO = date(2026, 8, 31)  # day 0; September has days 1 to 30
MONTH = "2026-09-01"
# category: units of each shop in September, at a price of 1
MARKETS = {
    "a346": (40, 30, 20, 10),
    "a347": (25, 20, 15, 10, 8, 7, 6, 5, 4),
    "a347_merged": (25, 20, 15, 10, 8, 7, 6, 9),
    "a348": (1,) * 8,
    "a348_alone": (5,),
    "a349": (1, 2, 3, 4),
    "a349_one": (0, 0, 0, 10),
    "a350": (25, 20, 15),
    "a351": (91, *(1,) * 9, *(0,) * 3),
}
# what is known is 60 % of the market; ten more are not seen
_FRAME_SQL = """
    insert into core.agg_category_frames_monthly (
        platform_id, category_id, month_date, seen_count, first_count, second_count,
        both_count, listing_count_est, standard_error, frame_share, market_hi_ratio
    )
    values ('pinduoduo', 'pinduoduo:a350', %s, 3, 3, 3, 3, 13, 0, 0.6, 2)
"""
# shop, price, units
BANDS = (
    ("s1", "50.00", 10),
    ("s1", "80.00", 20),
    ("s2", "100.00", 30),
    ("s3", "150.00", 10),
    ("s3", "250.00", 5),
    ("s4", "300.00", 25),
)


def _readings() -> Iterator[dict[str, Any]]:
    for category, market in MARKETS.items():
        for number, units in enumerate(market):
            yield from _sold(f"{category}-{number}", units, category, f"s{number}")
    for number, (shop, price, units) in enumerate(BANDS):
        yield from _sold(f"a344-{number}", units, "a344", shop, price=price)
    # A-312 at a price of 10 and A-311 at a price of 20
    wide: dict[int, Bounds] = {0: (9_000, 9_999), 30: (10_000, 19_999)}
    exact: dict[int, Bounds] = {0: (120, 120), 30: (155, 155)}
    for listing, bounds, price in (
        ("a341-0", wide, "10.00"),
        ("a341-1", exact, "20.00"),
    ):
        # the price is seen all month, the counter at its ends alone
        for day in range(31):
            yield from series(
                listing,
                ZERO,
                {day: bounds.get(day, (0, 0))},
                platform_category_id="a341",
                price=price,
                **({} if day in bounds else {"counter_lo": None, "counter_hi": None}),
            )
    # 100 units in the week of 7 September, 274 in the next
    yield from series(
        "a354-0",
        ZERO,
        {day: (level, level) for day, level in ((6, 500), (13, 600), (20, 874))},
        platform_category_id="a354",
    )
    # 400 in one list, 350 in the other, 280 in both; none in both
    yield from _passes("a342", 400, 350, 280)
    yield from _passes("apart", 20, 10, 0)


def _sold(
    listing: str, units: int, category: str, shop: str, price: str = "1.00"
) -> Iterator[dict[str, Any]]:
    yield from series(
        listing,
        ZERO,
        {day: (100 + units * day // 30,) * 2 for day in (0, 6, 12, 18, 24, 30)},
        platform_category_id=category,
        shop_id=f"pinduoduo:{category}-{shop}",
        price=price,
    )


def _passes(
    category: str, first: int, second: int, both: int
) -> Iterator[dict[str, Any]]:
    for number in range(first + second - both):
        for name, from_, to in (
            ("sales", 0, first),
            ("new", first - both, first + second - both),
        ):
            if from_ <= number < to:
                yield counted(
                    f"{category}-{number}",
                    date(2026, 9, 10 if name == "sales" else 11),
                    (50, 50),
                    platform_category_id=category,
                    rank_list=name,
                )


@pytest.fixture(scope="module")
def marts(shared_postgres) -> Any:
    """The worked markets, built and published."""
    shared_postgres.register(REGISTRY)
    line = Line()
    line.deliver("listings", _readings(), source="crawl")
    line.build(RUN, full_refresh=True)
    with warehouse.as_role("owner") as session:
        session.execute(_FRAME_SQL, [MONTH])
    line.publishable(RUN)
    return shared_postgres


def size(marts: Any, category: str) -> dict[str, Any]:
    """Return the size of a category in September."""
    (row,) = marts.rows(
        "select * from marts_build.category_size_monthly"
        " where category_id = %s and month_date = %s",
        [f"pinduoduo:{category}", MONTH],
    )
    return row


def held(marts: Any, category: str, level: str = "shop") -> dict[str, Any]:
    """Return who holds a category in September, by sales."""
    (row,) = marts.rows(
        "select * from marts_build.category_concentration_monthly where category_id ="
        " %s and month_date = %s and level = %s and measure = 'gmv'",
        [f"pinduoduo:{category}", MONTH, level],
    )
    return row


def near(value: float) -> Any:
    """Return a number to compare with, as it is printed in the acceptance."""
    return pytest.approx(value, abs=5e-7 * max(1, abs(value)))


def test_a_341_bounds_are_added_end_to_end(marts):
    row = size(marts, "a341")

    for name, expected in (
        ("units", (36, 3_702, 11_034)),
        ("gmv", (710, 37_370, 110_690)),
    ):
        found = [float(row[f"{name}_{each}"]) for each in ("lo", "est", "hi")]
        assert found == pytest.approx(expected, abs=0.005)


def test_a_342_two_passes_tell_how_much_was_not_seen(marts):
    (frame,) = marts.rows(
        "select * from core.agg_category_frames_monthly"
        " where category_id = 'pinduoduo:a342'"
    )

    assert float(frame["listing_count_est"]) == pytest.approx(499.8932, abs=5e-5)
    assert float(frame["standard_error"]) == pytest.approx(7.2868, abs=5e-5)
    assert float(frame["frame_share"]) == pytest.approx(0.940201, abs=5e-7)
    assert 900_000 * float(frame["market_hi_ratio"]) == pytest.approx(984_590.98, abs=1)
    assert 470_000 / float(frame["frame_share"]) == pytest.approx(499_893.24, abs=0.6)


def test_a_343_one_pass_tells_nothing_of_the_market(marts):
    row = size(marts, "a346")

    assert row["frame_share"] is None
    assert [row[f"market_gmv_{each}"] for each in ("lo", "est", "hi")] == [None] * 3


def test_two_passes_that_never_meet_are_told_and_not_relied_on(marts):
    row = size(marts, "apart")

    assert float(row["frame_share"]) == pytest.approx(30 / 230)
    assert not row["is_reliable"]


def test_a_344_bands_show_where_demand_meets_few_sellers(marts):
    rows = marts.rows(
        "select * from marts_build.price_bands_monthly where category_id ="
        " 'pinduoduo:a344' and month_date = %s and scheme = 'fixed'"
        " and listing_count > 0 order by band_no",
        [MONTH],
    )
    # the shipped bands cut at 50, 100, 200; A-344 cuts at 100 and 200
    low = [sum(float(row[name]) for row in rows[:1]) for name in ("units_est",)]

    assert low == [30]
    assert [row["units_est"] for row in rows] == [30, 40, 30]
    assert [row["seller_count"] for row in rows] == [1, 2, 2]
    assert [float(row["seller_share"]) for row in rows] == [0.2, 0.4, 0.4]
    assert [float(row["unit_share"]) for row in rows] == [0.3, 0.4, 0.3]
    assert [float(row["gmv_est"]) for row in rows] == [2_100, 4_500, 8_750]
    assert [float(row["gap_index"]) for row in rows] == [1.5, 1.0, 0.75]


@pytest.mark.parametrize(
    ("category", "hhi", "band"),
    [
        ("a346", 3_000, "high"),
        ("a347", 1_540, "moderate"),
        ("a347_merged", 1_580, "moderate"),
        ("a348", 1_250, "moderate"),
        ("a348_alone", 10_000, "high"),
    ],
)
def test_a_346_to_a_348_hhi_is_that_of_the_shares(marts, category, hhi, band):
    row = held(marts, category)

    assert float(row["hhi"]) == near(hhi)
    assert row["band"] == band
    assert row["hhi_lo"] == row["hhi_hi"] == row["hhi"]


def test_a_346_ratios_are_those_of_the_largest(marts):
    row = held(marts, "a346")

    assert float(row["cr1"]) == near(0.4)
    assert float(row["cr4"]) == float(row["cr10"]) == near(1)


@pytest.mark.parametrize(
    ("category", "gini"),
    [("a348", 0), ("a349", 0.25), ("a349_one", 0.75)],
)
def test_a_349_gini_is_that_of_the_players(marts, category, gini):
    assert float(held(marts, category)["gini"]) == near(gini)


def test_a_350_what_was_not_seen_bounds_the_index(marts):
    row = held(marts, "a350", "listing")

    assert [float(row[f"hhi_{each}"]) for each in ("lo", "est", "hi")] == [
        near(1_410),
        near(1_410),
        near(1_800),
    ]


def test_a_351_ten_that_hold_more_than_nine_tenths_are_an_alert(marts):
    assert held(marts, "a351")["is_head_alert"]


def test_a_354_growth_of_174_percent_is_stored_as_1_74(marts):
    (row,) = marts.rows(
        "select * from marts_build.category_trends_weekly"
        " where category_id = 'pinduoduo:a354' and week_date = '2026-09-14'"
    )

    assert float(row["wow_rate"]) == near(1.74)
    assert float(row["units_est"]) == near(2.74 * 100)


def test_parents_hold_what_their_children_hold(marts):
    shares = marts.rows(
        "select scheme, sum(unit_share) as units, sum(seller_share) as sellers"
        " from marts_build.price_bands_monthly where category_id = 'pinduoduo:a344'"
        " and month_date = %s group by scheme",
        [MONTH],
    )

    assert {row["scheme"] for row in shares} == {"fixed", "quantile5", "range5"}
    assert {round(float(row["units"]), 9) for row in shares} == {1}
    assert {round(float(row["sellers"]), 9) for row in shares} == {1}
