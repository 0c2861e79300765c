"""Units every listing sells on every day: our own by our orders, rivals' by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox import days, draws, supply
from sandbox.catalogue import Catalogue
from sandbox.prices import Prices
from sandbox.trade import LOTTERY, Trade


@dataclass(frozen=True)
class Demand:
    """Units and paid orders, one row per listing and one column per day."""

    units: np.ndarray
    orders: np.ndarray
    before: np.ndarray
    """Units sold in a listing's life before the first simulated day."""


def build(
    seed: int, catalogue: Catalogue, prices: Prices, states: np.ndarray, trade: Trade
) -> Demand:
    """Return what every listing sells."""
    draw = draws.of(seed, "demand")
    listings = catalogue.listings
    count = len(listings)
    busy = np.where(
        (listings["currency"] == "USD").to_numpy()[:, None],
        days.busyness("US")[None, :],
        days.busyness("CN")[None, :],
    ).astype("float32")
    relative = (prices.final / listings["base_price"].to_numpy()[:, None]).astype("f4")
    season = 1 + 0.25 * np.sin(
        2 * np.pi * (np.arange(days.COUNT) / 365 + np.arange(8)[:, None] / 8)
    )
    category = listings["category_no"].to_numpy()
    mean = listings["rate"].to_numpy(dtype="f4")[:, None] * busy * season[category]
    mean *= relative**-1.6 * np.exp(draw.normal(0, 0.2, mean.shape).astype("f4"))
    mean *= states == supply.ON
    units = draw.poisson(mean).astype("int32")
    # most orders are of one piece
    orders = draw.binomial(units, 0.9).astype("int32")
    own = listings["own_shop"].to_numpy() >= 0
    units[own], orders[own] = _own(trade, count, own)
    age = -listings["listed_day"].to_numpy()
    before = (listings["rate"] * age.clip(min=0) * np.where(own, 0.2, 1.0)).to_numpy()
    return Demand(units, orders, before.astype("int64"))


def _own(trade: Trade, count: int, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return units and orders of paid orders by payment day; lotteries do not count."""
    order = trade.lines["order"].to_numpy()
    paid_at = trade.orders["paid_at"].to_numpy()[order]
    kind = trade.orders["kind"].to_numpy()[order]
    counts = (paid_at < days.COUNT * days.SECONDS) & (kind != LOTTERY)
    listing = trade.lines["listing"].to_numpy()[counts]
    place = listing * days.COUNT + paid_at[counts] // days.SECONDS
    pieces = trade.lines["quantity"].to_numpy()[counts]
    size = count * days.COUNT
    units = np.bincount(place, weights=pieces, minlength=size)
    orders = np.bincount(place, minlength=size)
    return (
        units.reshape(count, days.COUNT)[own].astype("int32"),
        orders.reshape(count, days.COUNT)[own].astype("int32"),
    )
