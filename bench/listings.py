"""Readings of listings of any number, landed as the file ingestor would land them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from sandbox import counters
from seller_intel import landing
from seller_intel.landing import Landed, Writer

FIRST = date(2026, 1, 1)
_WINDOW = 30
_CATEGORIES = 40
_SHOPS = 500


def land(run: str, records: Iterable[Mapping[str, Any]], source: str) -> Landed:
    """Land readings of listings in canonical fields."""
    with landing.scratch() as scratch:
        writer = Writer("files__listings", source, run, scratch)
        for number, record in enumerate(records, 2):
            key = f"{record['platform_id']}:{record['listing_id']}||"
            moment = str(record["observed_at"])
            writer.record(key + moment, moment, f"listings.csv:{number}", dict(record))
        return writer.finish({"streams": [], "windows_got": []})


def readings(count: int, first: int, last: int, seed: int = 1) -> Iterator[Any]:
    """Yield the readings of a market on the days first to last, not included.

    Counters are shown as platforms do: of the listings about 60 % are exact, 25 % show
    two digits and 15 % one; a sixth are windows of 30 days.
    """
    draw = np.random.default_rng(seed)
    kind = draw.random(count)
    base = np.exp(draw.normal(6, 2, count)).astype("int64") + 1
    base = np.select(
        [kind < 0.5, kind < 0.75, kind < 0.85],
        [base % 9_000, 10_000 + base % 80_000, 100_000 + base * 10],
        base,
    )
    # about a year to sell what the counter says
    rate = base / 365 * np.exp(draw.normal(0, 0.7, count))
    # a day's sales follow from the seed and the day alone
    sold = np.stack(
        [
            np.random.default_rng((seed, day)).poisson(rate)
            for day in range(last + _WINDOW)
        ],
        axis=1,
    ).cumsum(axis=1)
    for day in range(first, last):
        moment = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC)
        for number in range(count):
            is_rolling = kind[number] >= 0.85
            platform = "taobao" if is_rolling else "pinduoduo"
            level = int(sold[number, day + _WINDOW])
            level -= int(sold[number, day]) if is_rolling else -int(base[number])
            yield {
                "platform_id": platform,
                "listing_id": str(number),
                "observed_at": (
                    moment + timedelta(hours=14, minutes=number % 60)
                ).isoformat(),
                "currency": "CNY",
                "shop_id": f"{platform}:{number % _SHOPS}",
                "title": f"listing {number}",
                "platform_category_id": str(number % _CATEGORIES),
                "status": "on",
                "price": f"{20 + number % 90}.00",
                "counter_text": counters.text(platform, level),
                "counter_type": "rolling_30d" if is_rolling else "lifetime",
            }
