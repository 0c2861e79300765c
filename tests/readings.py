"""Readings of a small market of listings, for tests of prices and versions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

FIRST_DAY = date(2026, 1, 1)
PLATFORMS = ("taobao", "jd", "pinduoduo", "shopee")


def reading(listing: int, day: date, price: str, **said: Any) -> dict[str, Any]:
    """Return one reading of a listing at ten in the morning, Chinese time."""
    moment = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return {
        "platform_id": "taobao",
        "listing_id": str(listing),
        "observed_at": moment.isoformat(),
        "currency": "CNY",
        "shop_id": f"taobao:{listing % 3}",
        "title": f"洗发水 {listing} 500ml",
        "platform_category_id": "11",
        "status": "on",
        "price": price,
        **said,
    }


def day_of(number: int) -> date:
    """Return a day of the market, 0 the first."""
    return FIRST_DAY + timedelta(days=number)


def market(days: range, listings: int = 24, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield the readings of a market on some days; the same days, the same readings."""
    for listing in range(listings):
        draw = random.Random(f"{seed} {listing}")
        base = draw.uniform(20, 200)
        for number in range(days.stop):
            today = random.Random(f"{seed} {listing} {number}")
            if today.random() < 0.15:
                base *= today.uniform(0.85, 1.1)
            if number not in days or today.random() < 0.2:
                continue
            for _ in range(today.choice((1, 1, 2))):
                yield _reading(today, listing, number, base)


def _reading(
    today: random.Random, listing: int, number: int, base: float
) -> dict[str, Any]:
    platform = PLATFORMS[listing % len(PLATFORMS)]
    price = base * (10 if today.random() < 0.02 else 1)
    abroad = platform == "shopee"
    said: dict[str, Any] = {
        "platform_id": platform,
        "shop_id": f"{platform}:{listing % 5}",
        "currency": "USD" if abroad else "CNY",
        "list_price": f"{base * 1.3:.2f}",
        "title": f"洗发水 {listing} 第{number // 17}版 {100 + listing}ml",
        "observed_at": datetime(
            *day_of(number).timetuple()[:3], today.randrange(24), 30, tzinfo=UTC
        ).isoformat(),
        "brand": today.choice((None, f"brand {listing % 4}")),
        "status": today.choice(("on", "on", "on", "sold_out")),
        "counter_text": today.choice(("1万+人付款", "已拼9.1万件", "37万+", None)),
    }
    if platform == "pinduoduo":
        said["group_price"] = f"{price:.2f}"
        price *= 1.15
    if today.random() < 0.1:
        said |= {"coupon_amount": "5.00", "coupon_min_amount": "50.00"}
    told = None if today.random() < 0.05 else f"{price:.2f}"
    return reading(listing, day_of(number), told, **said)  # type: ignore[arg-type]
