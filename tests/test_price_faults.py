"""Prices with parts missing: each has a clear outcome, and nothing is lost."""

from __future__ import annotations

import pytest
from deliveries import Line
from readings import day_of, reading

REGISTRY = """
reporting_currency: CNY
shops: []
sources: []
"""
RUN = "20260220T060000"
DAYS = range(40)


@pytest.fixture(scope="module")
def market(shared_postgres):
    """Listings with what is wrong about them, one each, built to the marts."""
    shared_postgres.register(REGISTRY)
    line = Line()
    readings = [
        # 1: never a price; 2: none on some days
        *(reading(1, day_of(day), None) for day in DAYS),
        *(reading(2, day_of(day), None if 10 <= day < 20 else "50.00") for day in DAYS),
        # 3: from yuan to dollars on day 20, with a rate; 4: to pounds, without one
        *(
            reading(
                number,
                day_of(day),
                "70.00" if day < 20 else "10.00",
                currency="CNY" if day < 20 else currency,
            )
            for number, currency in ((3, "USD"), (4, "GBP"))
            for day in DAYS
        ),
        # 5: seen in an activity that the seller's list names without an end
        *(reading(5, day_of(day), "90.00" if day >= 30 else "100.00") for day in DAYS),
        # a price of nothing that is listed
        {**reading(6, day_of(5), "9.90"), "listing_id": None},
    ]
    line.deliver("listings", readings, source="crawl")
    line.deliver(
        "activities",
        [
            {
                "platform_id": "taobao",
                "activity_id": name,
                "kind": "festival",
                "starts_at": "2026-01-31T00:00:00+08:00",
                "ends_at": ends_at,
            }
            for name, ends_at in (
                ("open", None),
                ("closed", "2026-02-05T00:00:00+08:00"),
            )
        ],
        source="reference",
    )
    line.deliver(
        "fx_rates",
        [
            {
                "platform_id": "all",
                "rate_source": "seller",
                "rate_date": str(day_of(day)),
                "base_currency": "USD",
                "quote_currency": "CNY",
                "rate": "7",
            }
            for day in range(0, 40, 5)
        ],
        source="rates",
    )
    line.build(RUN, full_refresh=True)
    line.publishable(RUN)
    return shared_postgres


def _prices(market, listing: int) -> dict[int, dict]:
    rows = market.rows(
        "select *, price_date - date '2026-01-01' as day_no"
        " from marts_build.competitor_prices_daily where listing_id = %s",
        [f"taobao:{listing}"],
    )
    return {row["day_no"]: row for row in rows if row["day_no"] < len(DAYS)}


def _changes(market, listing: int) -> list[dict]:
    return market.rows(
        "select * from marts_build.price_changes where listing_id = %s",
        [f"taobao:{listing}"],
    )


def test_a_listing_without_a_price_is_kept_and_has_no_price(market):
    readings = market.rows(
        "select price_quality, status from core.fct_listing_snapshots"
        " where listing_id = 'taobao:1'"
    )

    assert len(readings) == len(DAYS)
    assert {row["price_quality"] for row in readings} == {"missing"}
    assert {row["final_price"] for row in _prices(market, 1).values()} <= {None}
    assert _changes(market, 1) == []


def test_days_without_a_price_carry_the_last_for_a_week_and_change_nothing(market):
    prices = _prices(market, 2)

    assert {prices[day]["final_price"] for day in range(10)} == {50}
    assert all(prices[day]["is_carried"] for day in range(10, 17))
    assert prices[16]["days_since_seen"] == 7
    assert prices.get(17, {}).get("final_price") is None
    assert prices[25]["daily_price"] == 50
    assert _changes(market, 2) == []


def test_a_price_without_a_listing_stays_at_the_door(market):
    held = market.rows(
        "select reject_reason from staging.stg_files__listings where listing_id is null"
    )
    known = market.value(
        "select count(*) from core.fct_listing_snapshots where final_price = 9.9"
    )

    assert [row["reject_reason"] for row in held] == ["missing_listing_id"]
    assert known == 0


def test_an_activity_without_an_end_covers_nothing_and_is_told(market):
    reasons = {
        row["activity_id"]: row["reject_reason"]
        for row in market.rows(
            "select activity_id, reject_reason from staging.stg_files__activities"
        )
    }
    kinds = [row["kind"] for row in _changes(market, 5)]
    prices = _prices(market, 5)

    assert reasons == {"taobao:open": "missing_ends_at", "taobao:closed": None}
    assert kinds == ["activity_start"]
    assert prices[34]["activity_id"] == "taobao:closed"
    assert prices[35]["activity_id"] is None
    # days 30 to 34 were the activity's and count in no ordinary price
    assert prices[39]["daily_price"] == 100


def test_a_new_currency_is_no_fall_of_the_price(market):
    prices = _prices(market, 3)

    assert _changes(market, 3) == []
    assert {prices[day]["final_price"] for day in DAYS} == {70}
    assert prices[39]["daily_price"] == 70


def test_a_currency_without_a_rate_leaves_the_price_open_and_the_reading_kept(market):
    prices = _prices(market, 4)
    pounds = market.rows(
        "select final_price, final_price_original, price_quality"
        " from core.fct_listing_snapshots"
        " where listing_id = 'taobao:4' and currency = 'GBP'"
    )

    assert _changes(market, 4) == []
    assert {prices[day]["final_price"] for day in range(20)} == {70}
    assert {prices[day]["final_price"] for day in range(20, 40)} == {None}
    assert len(pounds) == 20
    assert {
        (row["final_price"], row["final_price_original"], row["price_quality"])
        for row in pounds
    } == {(None, 10, "ok")}
