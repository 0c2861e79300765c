"""A time zone says which day of its shop an order is of, and changes nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import core_market as made
import pytest
from deliveries import Line

RUN = "20260201T060000"
SHOP, OTHER_SHOP = "taobao:9", "shopify:us"
# Every seven hours and a minute: near each midnight of each zone there are orders.
MOMENTS = [
    datetime(2026, 1, 3, 1, tzinfo=UTC) + timedelta(hours=7, minutes=1) * number
    for number in range(45)
]


def _orders(shop_id: str) -> list[dict[str, Any]]:
    return [
        made.order(
            f"{shop_id}-{number}",
            shop_id=shop_id,
            platform_id=shop_id.partition(":")[0],
            buyer_ref=f"b{number % 12}",
            paid_amount=f"{100 + number}.00",
            freight_amount="0.00",
            **dict.fromkeys(("created_at", "updated_at", "paid_at"), at.isoformat()),
        )
        for number, at in enumerate(MOMENTS)
    ]


def _by_day(zone: str) -> dict[date, tuple[int, int]]:
    """Return orders and sales of each day, as the standard library places them."""
    count: Counter[date] = Counter()
    gmv: Counter[date] = Counter()
    for number, at in enumerate(MOMENTS):
        day = at.astimezone(ZoneInfo(zone)).date()
        count[day] += 1
        gmv[day] += 100 + number
    return {day: (count[day], gmv[day]) for day in count}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_orders_are_of_the_day_of_their_shop_and_no_amount_changes(postgres, zone):
    postgres.register(made.REGISTRY.format(time_zone=zone))
    core = Line()
    windows = [("2026-01-01T16:00:00+00:00", "2026-01-20T16:00:00+00:00")]
    for shop in (SHOP, OTHER_SHOP):
        core.deliver("orders", _orders(shop), windows=windows)
    core.build(RUN)
    core.publishable(RUN)

    def sold(shop: str) -> dict[date, tuple[int, int]]:
        rows = postgres.rows(
            "select sales_date, order_count, gmv from marts_build.shop_sales_daily"
            " where shop_id = %s and channel = 'all' and order_count > 0",
            [shop],
        )
        return {row["sales_date"]: (row["order_count"], row["gmv"]) for row in rows}

    assert sold(SHOP) == _by_day(zone)
    # the shop beside it keeps its own days
    assert sold(OTHER_SHOP) == _by_day("America/New_York")
    customers = postgres.rows(
        "select count(*) as customers, sum(order_count) as orders,"
        " sum(lifetime_gmv) as gmv from marts_build.customer_lifetimes"
        " where shop_id = %s",
        [SHOP],
    )[0]
    assert tuple(customers.values()) == (
        12,
        len(MOMENTS),
        sum(100 + number for number in range(len(MOMENTS))),
    )
