"""Exchange rates of working days, as a central bank publishes them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sandbox import days, draws
from sandbox.exports import tables
from sandbox.market import Market

_RATES = {"USD": 7.12, "EUR": 8.21, "GBP": 9.55, "HKD": 0.913, "JPY": 0.0472}
_EARLIER = 12


def build(seed: int) -> dict[str, np.ndarray]:
    """Return yuan per unit of each currency, from a little before ORDERS_START."""
    return {
        currency: rate
        * np.exp(
            np.cumsum(
                draws.of(seed, "rates", currency).normal(
                    0, 0.0018, days.COUNT + _EARLIER
                )
            )
        )
        for currency, rate in _RATES.items()
    }


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write the rates of some days; no file where none is a working day."""
    rates = build(market.seed)
    start = days.number_of(first)
    if first == days.ORDERS_START:
        start -= _EARLIER
    rows = []
    for number in range(start, days.number_of(last) + 1):
        day = days.ORDERS_START + timedelta(days=number)
        if day.weekday() < 5:
            rows += [
                (
                    "ecb",
                    currency,
                    "CNY",
                    str(day),
                    f"{rate[number + _EARLIER]:.4f}",
                )
                for currency, rate in rates.items()
            ]
    if not rows:
        return []
    header = (
        "rate_source",
        "base_currency",
        "quote_currency",
        "rate_date",
        "rate",
    )
    since = days.ORDERS_START + timedelta(days=start)
    return [
        tables.put(folder / f"fx_rates_{since}_{last}.csv", tables.csv(header, rows))
    ]
