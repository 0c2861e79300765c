"""Readings of sold counters as a crawl would bring them, for tests of estimates."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

Bounds = tuple[int, int]


def counted(
    listing: str, day: date, bounds: Bounds | None, **said: Any
) -> dict[str, Any]:
    """Return a reading at ten in the evening of Shanghai, which closes its own day."""
    moment = datetime.combine(day, time(14), UTC)
    lo, hi = bounds if bounds is not None else (None, None)
    return {
        "platform_id": "pinduoduo",
        "listing_id": listing,
        "observed_at": moment.isoformat(),
        "currency": "CNY",
        "shop_id": "pinduoduo:1",
        "title": listing,
        "platform_category_id": "11",
        "status": "on",
        "price": "10.00",
        "counter_type": None if bounds is None else "lifetime",
        "counter_lo": lo,
        "counter_hi": hi,
        **said,
    }


def series(
    listing: str, first: date, bounds: Mapping[int, Bounds], **said: Any
) -> Iterator[dict[str, Any]]:
    """Yield readings by number of the day, 0 the first."""
    for number, pair in bounds.items():
        yield counted(listing, first + timedelta(days=number), pair, **said)


def digits_shown(level: int, style: str) -> Bounds:
    """Return what a page that shows so many digits tells of a count."""
    keep = {"one": 1, "two": 2}.get(style, len(str(level)))
    step = 10 ** max(0, len(str(level)) - keep)
    return level // step * step, level // step * step + step - 1


def odd_market(seed: int, units: int, days: int) -> dict[str, dict[int, Bounds]]:
    """Return counters that fall, jump and stutter, by listing and number of day."""
    draw = random.Random(seed)
    found: dict[str, dict[int, Bounds]] = {}
    for number in range(units):
        style = draw.choice(("exact", "one", "two", "mixed"))
        level = draw.choice((5, 90, 500, 9_500, 20_000, 99_000))
        rate = draw.choice((0, 1, 20, 300, 5_000))
        readings: dict[int, Bounds] = {}
        for day in range(draw.choice((5, days // 2, days))):
            level += draw.randrange(rate * 2 + 1)
            chance = draw.random()
            if chance < 0.02:
                level = int(level * draw.random())
            elif chance > 0.985:
                level += draw.choice((30_000, 200_000))
            if draw.random() < 0.7:
                shown = int(level * draw.random()) if draw.random() < 0.04 else level
                way = (
                    draw.choice(("exact", "one", "two")) if style == "mixed" else style
                )
                readings[day] = digits_shown(shown, way)
        found[f"odd{number}"] = readings
    return found


def of_market(
    market: Mapping[str, Mapping[int, Bounds]], first: date, days: Iterable[int]
) -> list[dict[str, Any]]:
    """Return the readings of a market on some days."""
    wanted = set(days)
    return [
        counted(listing, first + timedelta(days=day), bounds)
        for listing, readings in market.items()
        for day, bounds in readings.items()
        if day in wanted
    ]
