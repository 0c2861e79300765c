"""The simulated calendar: its fixed limits and how busy each of its days is."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

ORDERS_START = date(2025, 8, 15)
LISTINGS_START = date(2026, 8, 15)
HISTORY_END = date(2026, 11, 12)
HORIZON = date(2027, 6, 30)
COUNT = (HORIZON - ORDERS_START).days + 1
SECONDS = 86_400
NEVER = 1 << 40
"""Seconds after ORDERS_START at which what never happens, happens."""

# (first day, last day, how many times an ordinary day)
_CHINA = (
    ("2025-10-31", "2025-11-03", 2.6),
    ("2025-11-04", "2025-11-09", 1.5),
    ("2025-11-10", "2025-11-10", 2.4),
    ("2025-11-11", "2025-11-11", 6.0),
    ("2025-11-12", "2025-11-18", 0.7),
    ("2025-12-12", "2025-12-12", 2.8),
    ("2026-01-18", "2026-02-08", 1.4),
    ("2026-02-14", "2026-02-22", 0.35),
    ("2026-03-06", "2026-03-08", 2.0),
    ("2026-05-20", "2026-05-20", 1.6),
    ("2026-05-31", "2026-06-03", 2.2),
    ("2026-06-04", "2026-06-15", 1.4),
    ("2026-06-16", "2026-06-18", 3.6),
    ("2026-06-19", "2026-06-25", 0.7),
    ("2026-09-09", "2026-09-09", 1.7),
    ("2026-10-01", "2026-10-07", 0.8),
    ("2026-10-31", "2026-11-03", 2.6),
    ("2026-11-04", "2026-11-09", 1.5),
    ("2026-11-10", "2026-11-10", 2.4),
    ("2026-11-11", "2026-11-11", 6.0),
    ("2026-11-12", "2026-11-18", 0.7),
    ("2026-12-12", "2026-12-12", 2.8),
    ("2027-01-08", "2027-01-29", 1.4),
    ("2027-02-03", "2027-02-11", 0.35),
    ("2027-03-06", "2027-03-08", 2.0),
    ("2027-05-31", "2027-06-03", 2.2),
    ("2027-06-16", "2027-06-18", 3.6),
)
_AMERICA = (
    ("2025-11-28", "2025-11-30", 3.5),
    ("2025-12-01", "2025-12-01", 4.0),
    ("2025-12-02", "2025-12-18", 1.6),
    ("2026-02-10", "2026-02-13", 1.5),
    ("2026-05-06", "2026-05-09", 1.5),
    ("2026-07-14", "2026-07-16", 1.6),
    ("2026-11-27", "2026-11-29", 3.5),
    ("2026-11-30", "2026-11-30", 4.0),
    ("2026-12-01", "2026-12-18", 1.6),
    ("2027-02-10", "2027-02-13", 1.5),
)
_WEEK = (0.97, 0.95, 0.96, 0.98, 1.0, 1.08, 1.06)  # Monday first


def number_of(day: date) -> int:
    """Return how many days after ORDERS_START a day is; refuse days never simulated."""
    number = (day - ORDERS_START).days
    if not 0 <= number < COUNT:
        raise ValueError(f"the market runs from {ORDERS_START} to {HORIZON}, not {day}")
    return number


def date_of(number: int) -> date:
    """Return the day of a number."""
    return ORDERS_START + timedelta(days=int(number))


def busyness(country: str) -> np.ndarray:
    """Return how busy each day is beside an ordinary one, for CN or US buyers."""
    weekday = (np.arange(COUNT) + ORDERS_START.weekday()) % 7
    busy = np.asarray(_WEEK)[weekday]
    for first, last, factor in _CHINA if country == "CN" else _AMERICA:
        start = number_of(date.fromisoformat(first))
        end = number_of(date.fromisoformat(last))
        busy[start : end + 1] *= factor
    return busy


def at(moments: np.ndarray) -> np.ndarray:
    """Return wall-clock datetimes of seconds after ORDERS_START."""
    return np.datetime64(ORDERS_START, "s") + np.asarray(moments, dtype="int64")
