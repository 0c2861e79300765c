"""What every listing asks on every day: daily prices, activities, coupons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox import days, draws, goods
from sandbox.catalogue import Catalogue

_CHINA = ("taobao", "pinduoduo", "jd", "douyin")
# name, kind, first day, last day, price factor
_FESTIVALS = (
    ("双11 2025", "双11", "2025-10-31", "2025-11-11", 0.80),
    ("双12 2025", "双12", "2025-12-10", "2025-12-12", 0.87),
    ("年货节 2026", "年货节", "2026-01-18", "2026-02-08", 0.92),
    ("38节 2026", "38节", "2026-03-06", "2026-03-08", 0.88),
    ("618 2026", "618", "2026-05-31", "2026-06-18", 0.83),
    ("99大促 2026", "99大促", "2026-09-07", "2026-09-09", 0.90),
    ("双11 2026", "双11", "2026-10-31", "2026-11-11", 0.80),
    ("双12 2026", "双12", "2026-12-10", "2026-12-12", 0.87),
    ("年货节 2027", "年货节", "2027-01-08", "2027-01-29", 0.92),
    ("38节 2027", "38节", "2027-03-06", "2027-03-08", 0.88),
    ("618 2027", "618", "2027-05-31", "2027-06-18", 0.83),
)
_AMERICAN = (
    ("Black Friday 2025", "black_friday", "2025-11-28", "2025-12-01", 0.75),
    ("Prime Day 2026", "prime_day", "2026-07-14", "2026-07-16", 0.82),
    ("Black Friday 2026", "black_friday", "2026-11-27", "2026-11-30", 0.75),
)


@dataclass(frozen=True)
class Prices:
    """Prices in cents, one row per listing and one column per day."""

    activities: pd.DataFrame
    list_price: np.ndarray
    regular: np.ndarray
    shown: np.ndarray
    activity: np.ndarray
    coupon: np.ndarray
    coupon_min: np.ndarray
    coupon_on: np.ndarray
    final: np.ndarray


def build(
    seed: int,
    catalogue: Catalogue,
    shops: tuple[goods.OwnShop, ...] = goods.OWN_SHOPS,
) -> Prices:
    """Return the prices of a catalogue on every simulated day."""
    draw = draws.of(seed, "prices")
    listings = catalogue.listings
    base = listings["base_price"].to_numpy()
    odd = np.where(listings["currency"] == "CNY", 10, 1)
    activities = _activities(seed, shops)
    list_price = _rounded(base * (1.25 + 0.3 * draw.random(len(base))), odd)
    regular = _rounded((base[:, None] * _levels(draw, len(base))), odd[:, None])
    joined, depth = _joined(draw, listings, activities)
    regular = np.where(_raised(draw, joined), _up(regular, odd), regular)
    in_activity = joined >= 0
    reduced = _rounded(regular * np.where(in_activity, depth, 1.0), odd[:, None])
    shown = np.where(in_activity, np.minimum(reduced, regular), regular)
    coupon = np.asarray([0, 300, 500, 1000, 2000])[
        draws.among(draw, [0.6, 0.1, 0.14, 0.1, 0.06], len(base))
    ]
    coupon = np.where(coupon * 4 < base, coupon, 0)
    coupon_min = np.where(coupon > 0, (base * 0.009).astype("int64") * 100, 0)
    months = (np.arange(days.COUNT) // 30)[None, :]
    coupon_on = (coupon > 0)[:, None] & (
        (months + np.arange(len(base))[:, None]) % 3 > 0
    )
    usable = coupon_on & (shown >= coupon_min[:, None])
    return Prices(
        activities=activities,
        list_price=list_price,
        regular=regular,
        shown=shown,
        activity=joined,
        coupon=coupon,
        coupon_min=coupon_min,
        coupon_on=coupon_on,
        final=shown - np.where(usable, coupon[:, None], 0),
    )


def _rounded(cents: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Return prices ending as shops like them: 58.90 yuan, 19.99 dollars."""
    return (np.maximum(np.round(cents / 100), 1) * 100 - odd).astype("int64")


def _levels(draw: np.random.Generator, count: int) -> np.ndarray:
    """Return price levels that stay for weeks and then jump."""
    jumps = draw.random((count, days.COUNT)) < 1 / 38
    jumps[:, 0] = True
    level = np.exp(draw.normal(0, 0.06, (count, days.COUNT))).astype("float32")
    since = np.maximum.accumulate(
        np.where(jumps, np.arange(days.COUNT, dtype="int16"), 0), axis=1
    )
    return np.take_along_axis(level, since.astype("int64"), axis=1)


def _activities(seed: int, shops: tuple[goods.OwnShop, ...]) -> pd.DataFrame:
    rows = [
        _activity(platform, None, *festival, share=0.6)
        for platform in _CHINA
        for festival in _FESTIVALS
    ]
    rows += [
        _activity(platform, None, *festival, share=0.7)
        for platform in ("amazon", "shopify")
        for festival in _AMERICAN
    ]
    draw = draws.of(seed, "flash sales")
    for shop in shops:
        day = 25
        while day < days.COUNT - 5:
            first, last = days.date_of(day), days.date_of(day + 3)
            name = f"店庆快闪 {first:%m%d}" if shop.country == "CN" else f"Sale {first}"
            rows.append(
                _activity(
                    shop.platform,
                    shop.shop_id,
                    name,
                    "flash_sale",
                    first.isoformat(),
                    last.isoformat(),
                    0.85,
                    share=0.5,
                )
            )
            day += int(draw.integers(35, 60))
    return pd.DataFrame(rows)


def _activity(
    platform: str,
    shop_id: str | None,
    name: str,
    kind: str,
    first: str,
    last: str,
    factor: float,
    share: float,
) -> dict:
    code = "shop" if shop_id else "all"
    return {
        "activity_id": f"{code}-{kind}-{first}",
        "platform": platform,
        "shop_id": shop_id or "",
        "name": name,
        "kind": kind,
        "first": first,
        "last": last,
        "factor": factor,
        "share": share,
    }


def _joined(
    draw: np.random.Generator, listings: pd.DataFrame, activities: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return which activity a listing is in on each day (-1: none), and how deep."""
    joined = np.full((len(listings), days.COUNT), -1, dtype="int16")
    depth = np.ones((len(listings), days.COUNT), dtype="float32")
    platform = listings["platform"].to_numpy()
    shop = listings["shop_id"].to_numpy()
    for number, activity in enumerate(activities.itertuples()):
        here = platform == activity.platform
        if activity.shop_id:
            here &= shop == activity.shop_id
        here &= draw.random(len(listings)) < activity.share
        factor = activity.factor * (0.94 + 0.12 * draw.random(len(listings)))
        first = days.number_of(pd.Timestamp(activity.first).date())
        last = days.number_of(pd.Timestamp(activity.last).date())
        free = here[:, None] & (joined[:, first : last + 1] < 0)
        joined[:, first : last + 1][free] = number
        depth[:, first : last + 1] = np.where(
            free, factor[:, None], depth[:, first : last + 1]
        )
    return joined, depth


def _raised(draw: np.random.Generator, joined: np.ndarray) -> np.ndarray:
    """Return the days on which tricksters ask more, just before an activity."""
    trickster = draw.random(len(joined)) < 0.05
    soon = np.zeros(joined.shape, dtype=bool)
    for ahead in range(1, 19):
        soon[:, :-ahead] |= joined[:, ahead:] >= 0
    return soon & (joined < 0) & trickster[:, None]


def _up(regular: np.ndarray, odd: np.ndarray) -> np.ndarray:
    return _rounded(regular * 1.12, odd[:, None])
