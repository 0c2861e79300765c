"""When a listing can be bought: listed, sold out for a while, taken off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sandbox import days, draws
from sandbox.catalogue import Catalogue

ABSENT, ON, SOLD_OUT, OFF = range(4)
NAMES = ("absent", "on", "sold_out", "off")


def build(seed: int, catalogue: Catalogue) -> np.ndarray:
    """Return the state of each listing on each day."""
    draw = draws.of(seed, "supply")
    listings = catalogue.listings
    count = len(listings)
    day = np.arange(days.COUNT)[None, :]
    state = np.full((count, days.COUNT), ON, dtype="int8")
    for _ in range(3):
        start = draw.integers(0, days.COUNT, count)
        length = draw.integers(3, 13, count)
        hit = draw.random(count) < 0.25
        hit[_first_of_own_shops(listings)] = False
        gap = hit[:, None] & (day >= start[:, None]) & (day < (start + length)[:, None])
        state[gap] = SOLD_OUT
    state[day >= listings["gone_day"].to_numpy()[:, None]] = OFF
    state[day < listings["listed_day"].to_numpy()[:, None]] = ABSENT
    return state


def _first_of_own_shops(listings: pd.DataFrame) -> np.ndarray:
    """Return the listings that are always on sale, one of each own shop."""
    own = listings["own_shop"].to_numpy()
    return np.asarray([np.argmax(own == number) for number in range(own.max() + 1)])
