"""The sold counters a platform shows: cut to few digits, sometimes falling."""

from __future__ import annotations

import numpy as np

from sandbox import days, draws
from sandbox.catalogue import Catalogue
from sandbox.demand import Demand

_WINDOW = 30
_TYPES = {
    "pinduoduo": "lifetime",
    "douyin": "lifetime",
    "taobao": "rolling_30d",
    "amazon": "badge_recent",
}


def levels(
    seed: int, catalogue: Catalogue, demand: Demand, first: int, last: int
) -> np.ndarray:
    """Return the true counter at the close of each day, before it is cut to a text."""
    listings = catalogue.listings
    platform = listings["platform"].to_numpy()
    lifetime = np.isin(platform, ("pinduoduo", "douyin", "jd"))
    sold = demand.units.cumsum(axis=1, dtype="int64")
    total = demand.before[:, None] + sold[:, first : last + 1]
    total -= _taken_back(seed, total, first, last, lifetime)
    bought = np.zeros((len(listings), days.COUNT + _WINDOW), dtype="int64")
    bought[:, _WINDOW:] = demand.orders.cumsum(axis=1, dtype="int64")
    ends = np.arange(first, last + 1) + _WINDOW
    recent = bought[:, ends] - bought[:, ends - _WINDOW]
    return np.where(lifetime[:, None], total, recent)


def _taken_back(
    seed: int, total: np.ndarray, first: int, last: int, lifetime: np.ndarray
) -> np.ndarray:
    """Return what a platform struck from a counter: fake orders, listings re-made."""
    draw = draws.of(seed, "counter falls")
    falls = lifetime & (draw.random(len(total)) < 0.04)
    when = draw.integers(0, days.COUNT, len(total))
    share = draw.uniform(0.05, 0.6, len(total))
    day = np.arange(first, last + 1)[None, :]
    fallen = falls[:, None] & (day >= when[:, None])
    return np.where(fallen, (total[:, :1] * share[:, None]).astype("int64"), 0)


def types(platform: np.ndarray) -> list[str | None]:
    """Return the type of counter each listing shows, None where it shows none."""
    return [_TYPES.get(name) for name in platform]


def text(platform: str, level: int) -> str | None:
    """Return the text a page shows for a true count."""
    if platform == "pinduoduo":
        return f"已拼{_ten_thousands(level)}件"
    if platform == "douyin":
        return f"已售 {_ten_thousands(level)}"
    if platform == "taobao":
        return f"{_one_digit(level)}人付款"
    if platform == "amazon":
        return _badge(level)
    return None


def digits(shown: str) -> str:
    """Return how much of a count a text tells: exact, two or one."""
    if "万" not in shown and "+" not in shown:
        return "exact"
    return "one" if "+" in shown else "two"


def _ten_thousands(level: int) -> str:
    if level < 10_000:
        return str(level)
    if level < 100_000:
        return f"{level // 1_000 / 10:.1f}万"
    return f"{_floor(level) // 10_000}万+"


def _one_digit(level: int) -> str:
    if level < 100:
        return str(level)
    floor = _floor(level)
    return f"{floor}+" if floor < 10_000 else f"{floor // 10_000}万+"


def _badge(level: int) -> str | None:
    if level < 50:
        return None
    floor = 50 if level < 100 else _floor(level)
    size = str(floor) if floor < 1_000 else f"{floor // 1_000}K"
    return f"{size}+ bought in past month"


def _floor(level: int) -> int:
    step = 10 ** (len(str(level)) - 1)
    return level // step * step
