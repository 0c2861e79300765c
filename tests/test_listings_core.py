"""Listings through core to the price marts: the same whichever way they came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from deliveries import Line, contents
from readings import day_of, market, reading

REGISTRY = """
reporting_currency: CNY
shops:
  - {shop_id: "taobao:0", name: Ours, platform: taobao, time_zone: Asia/Shanghai,
     currency: CNY, is_own: true, owner_id: us, mode: platform}
sources: []
"""
RUN = "20260220T060000"
# Days on which prices that are not seen any more are carried further.
RUNS = ("20260127T060000", "20260129T060000", "20260131T060000")
OWN = "taobao:0"
CORE = Path(__file__).parents[1] / "dbt_project/models/core"
FOLDERS = (
    *("listings", "counters", "prices", "categories", "platforms"),
    *("policies", "positions", "traffic"),
)
# What says how a build went about it, not what it found.
ABOUT_THE_BUILD = {
    "int_counter_texts_read",
    "int_listing_prices_doubted",
    "int_listing_prices_touched",
    "int_listings_touched",
    "int_policies_touched",
    "int_price_inputs_changed",
}
PRICES = "marts_build.competitor_prices_daily"
CHANGES = "marts_build.price_changes"


def references() -> Iterator[tuple[str, list[dict]]]:
    """Yield what the seller keeps by hand, as it is first delivered."""
    yield (
        "activities",
        [
            {
                "platform_id": "taobao",
                "activity_id": "new-year",
                "kind": "festival",
                "starts_at": "2026-01-15T00:00:00+08:00",
                "ends_at": "2026-01-19T00:00:00+08:00",
            }
        ],
    )
    yield (
        "costs",
        [
            {
                "platform_id": "all",
                "listing_id": OWN,
                "valid_from": "2025-12-01",
                "unit_cost_amount": "14.00",
                "currency": "CNY",
                "basis": "purchase",
            }
        ],
    )
    yield (
        "listing_matches",
        [
            {
                "platform_id": "all",
                "own_listing_id": OWN,
                "rival_listing_id": f"{platform}:{number}",
                "valid_from": "2025-12-01",
                "confidence": "0.9",
            }
            for platform, number in (
                ("jd", 1),
                ("pinduoduo", 2),
                ("shopee", 3),
                ("taobao", 4),
            )
        ],
    )
    yield (
        "price_policies",
        [
            {
                "platform_id": "all",
                "policy_id": f"floor-{currency}",
                "policy_price": price,
                "currency": currency,
                "valid_from": "2026-01-05",
                "own_listing_id": OWN,
            }
            for currency, price in (("CNY", "70.00"), ("USD", "12.00"))
        ],
    )
    yield (
        "platform_fees",
        [
            {
                "platform_id": "taobao",
                "fee_kind": "commission",
                "valid_from": "2025-12-01",
                "fee_rate": "0.05",
            }
        ],
    )


def rates(first: int, last: int) -> list[dict]:
    """Return what a dollar cost on some days."""
    return [
        {
            "platform_id": "all",
            "rate_source": "seller",
            "base_currency": "USD",
            "quote_currency": "CNY",
            "rate_date": day_of(number).isoformat(),
            "rate": f"{7 + number / 1000}",
        }
        for number in range(first, last)
    ]


@pytest.fixture
def line(postgres) -> Line:
    """A warehouse that has read nothing."""
    postgres.register(REGISTRY)
    return Line()


def found() -> dict[str, list[str]]:
    """Return what core holds of listings, and the price marts, row by row."""
    made = {path.stem for each in FOLDERS for path in (CORE / each).glob("*.sql")}
    core = contents("core")
    return {name: core[name] for name in made - ABOUT_THE_BUILD} | {
        f"marts.{name}": rows for name, rows in contents("marts_build").items()
    }


def test_incremental_builds_give_what_a_full_one_gives(line):
    line.deliver("listings", market(range(25)), source="crawl")
    line.deliver("fx_rates", rates(0, 25))
    for stream, records in references():
        line.deliver(stream, records, source="reference")
    line.build(RUNS[0], full_refresh=True)

    # two days later, with a day that came late, and an activity more
    line.deliver("listings", market(range(25, 27)), source="crawl")
    wrong = line.deliver("listings", market(range(20, 22), seed=8), source="crawl")
    line.deliver("fx_rates", rates(25, 27))
    line.deliver(
        "activities",
        [
            {
                "platform_id": "jd",
                "activity_id": "flash",
                "kind": "flash",
                "shop_id": "jd:1",
                "starts_at": "2026-01-10T00:00:00+08:00",
                "ends_at": "2026-01-12T12:00:00+08:00",
            }
        ],
        source="reference_two",
    )
    line.build(RUNS[1])

    # the late day is taken back, a cost rises, a fee and the counters are read anew
    line.take_back(wrong)
    for stream, record in (
        (
            "costs",
            {
                "listing_id": OWN,
                "valid_from": "2026-01-12",
                "currency": "USD",
                "unit_cost_amount": "2.50",
                "platform_id": "all",
            },
        ),
        (
            "price_policies",
            {
                "platform_id": "all",
                "policy_id": "floor-CNY",
                "policy_price": "90.00",
                "currency": "CNY",
                "valid_from": "2026-01-15",
                "own_listing_id": OWN,
            },
        ),
        (
            "platform_fees",
            {
                "platform_id": "jd",
                "fee_kind": "commission",
                "fee_rate": "0.08",
                "valid_from": "2026-01-20",
            },
        ),
        (
            "counter_buckets",
            {
                "platform_id": "jd",
                "counter_type": "lifetime",
                "text_form": "37万+",
                "valid_from": "2026-01-05",
                "lo": "370000",
                "hi": "399999",
            },
        ),
        (
            "platform_rules",
            {
                "platform_id": "taobao",
                "rule_id": "reference_price_days",
                "valid_from": "2026-01-14",
                "value_number": "10",
            },
        ),
        (
            "category_map",
            {
                "platform_id": "taobao",
                "platform_category_id": "11",
                "category_id": "shampoo",
                "valid_from": "2025-12-01",
            },
        ),
    ):
        line.deliver(stream, [record], source="reference_three")
    line.build(RUNS[2])
    line.publishable(RUNS[2])
    by_steps = found()

    line.build(RUNS[2], full_refresh=True)
    line.publishable(RUNS[2])
    at_once = found()

    assert by_steps.keys() == at_once.keys()
    for name, rows in at_once.items():
        assert by_steps[name] == rows, name
    assert len(at_once["fct_listing_snapshots"]) > 500
    assert len(at_once["marts.price_changes"]) > 50
    assert len(at_once["marts.price_policy_breaches"]) > 3
    assert len(at_once["marts.price_positions_daily"]) > 20


def test_the_order_and_number_of_deliveries_do_not_matter(line):
    readings = list(market(range(30), listings=6))
    line.deliver("listings", readings, source="crawl")
    line.build(RUN, full_refresh=True)
    line.publishable(RUN)
    once = contents("marts_build")

    random.Random(1).shuffle(readings)
    line.deliver("listings", readings, source="crawl")
    line.build(RUN)
    line.publishable(RUN)

    assert contents("marts_build") == once


def test_prices_of_real_life_come_out_as_they_should(line, postgres):
    line.deliver(
        "listings",
        [
            # a slipped point, 1,699 for 40 days, 16,990 once
            *(reading(1, day_of(number), "1699.00") for number in range(40)),
            reading(1, day_of(40), "16990.00"),
            reading(1, day_of(41), "1699.00"),
            # a new low after 31 days, seen sold out, unseen for nine days
            *(reading(2, day_of(number), "100.00") for number in range(31)),
            reading(2, day_of(31), "99.00"),
            reading(2, day_of(32), None, status="sold_out"),
            reading(2, day_of(41), "99.00"),
            # raised before an activity, which then takes nothing off
            *(reading(3, day_of(number), "100.00") for number in range(20)),
            *(reading(3, day_of(number), "120.00") for number in range(20, 40)),
            reading(3, day_of(40), "105.00", activity_id="sale"),
            # three shops of one product cut within a week
            *(
                reading(
                    each, day_of(number), "50.00" if number < 35 + each else "45.00"
                )
                for each in (4, 5, 6)
                for number in range(30, 45)
            ),
        ],
        source="crawl",
    )
    line.deliver(
        "listing_matches",
        [
            {
                "platform_id": "all",
                "own_listing_id": "taobao:4",
                "rival_listing_id": f"taobao:{rival}",
                "valid_from": "2025-12-01",
            }
            for rival in (5, 6)
        ],
    )
    line.build(RUN, full_refresh=True)
    line.publishable(RUN)

    def changes(listing: int) -> list[dict]:
        return postgres.rows(
            f"select * from {CHANGES} where listing_id = %s order by changed_date",
            [f"taobao:{listing}"],
        )

    def price(listing: int, number: int) -> dict:
        (row,) = postgres.rows(
            f"select * from {PRICES} where listing_id = %s and price_date = %s",
            [f"taobao:{listing}", day_of(number)],
        )
        return row

    assert changes(1) == []
    assert price(1, 40)["is_carried"] and price(1, 40)["final_price"] == 1699
    assert [(row["is_new_low"], row["kind"]) for row in changes(2)] == [(True, "down")]
    assert price(2, 32)["status"] == "sold_out"
    assert (price(2, 38)["days_since_seen"], price(2, 38)["final_price"]) == (7, 99)
    assert (
        postgres.rows(
            f"select 1 from {PRICES} where listing_id = 'taobao:2' and price_date = %s",
            [day_of(39)],
        )
        == []
    )
    assert [(row["kind"], row["is_raised_before_activity"]) for row in changes(3)] == [
        ("up", False),
        ("activity_start", True),
    ]
    assert {
        (row["war_id"], row["war_seller_count"], float(row["war_depth_rate"]))
        for listing in (4, 5, 6)
        for row in changes(listing)
    } == {("taobao:4:2026-02-09", 3, 0.1)}
