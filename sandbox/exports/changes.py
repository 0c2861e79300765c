"""Which orders a shop's export of some days holds, and how they stand at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sandbox import days
from sandbox.market import Market
from sandbox.trade import EVENTS


@dataclass(frozen=True)
class Export:
    """Orders that changed from `first` to `last`, as they stand when `last` ends."""

    first: date
    last: date
    until: int
    orders: pd.DataFrame
    lines: pd.DataFrame

    @property
    def name(self) -> str:
        """The days of the export as they stand in file names."""
        return f"{self.first}_{self.last}"


def exports(market: Market, shop_no: int, first: date, last: date) -> list[Export]:
    """Return the exports of some days: one a day, or one a month where they are more.

    An order created before `first` is in the export of the first month.
    """
    start = days.number_of(first) * days.SECONDS
    until = (days.number_of(last) + 1) * days.SECONDS
    orders = market.trade.orders
    orders = orders[orders["shop"].to_numpy() == shop_no]
    changed = np.zeros(len(orders), dtype=bool)
    for event in EVENTS:
        moment = orders[event].to_numpy()
        changed |= (moment >= start) & (moment < until)
    orders = orders[changed]
    lines = market.trade.lines
    lines = lines[np.isin(lines["order"].to_numpy(), orders.index.to_numpy())]
    created = orders["created_at"].to_numpy()
    held = []
    for begin, end in months(first, last):
        upper = (days.number_of(end) + 1) * days.SECONDS
        lower = days.number_of(begin) * days.SECONDS if begin > first else 0
        chosen = orders[(created >= lower) & (created < upper)]
        mine = lines[np.isin(lines["order"].to_numpy(), chosen.index.to_numpy())]
        held.append(Export(begin, end, until, chosen, mine))
    return held


def months(first: date, last: date) -> list[tuple[date, date]]:
    """Return the days from first to last cut at the ends of months."""
    parts = []
    begin = first
    while begin <= last:
        after = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(last, after - timedelta(days=1))
        parts.append((begin, end))
        begin = end + timedelta(days=1)
    return parts
