"""Lifetime models: the size of the published sample, and a million customers."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.result import Result
from seller_intel import lifetime_scores as scores
from seller_intel.lifetime_scores import Customers
from seller_intel.lifetimes import Floats

CUSTOMERS = 1_000_000
SAMPLE = 2_357
SUMMARY = Path(__file__).parents[2] / "shared/data/cdnow/cdnow_customers_summary.csv"
WEEKS = 104
R, ALPHA, A, B = 0.24, 4.4, 0.8, 2.4


def run() -> Iterator[Result]:
    """Yield the time of a fit of CDNOW, of a large one, and of predictions."""
    small, which = _sample()
    yield Result(
        "fit_cdnow_s",
        _timed(scores.fit, small),
        "s",
        at_most=0.5,
        detail=f"both models of 2,357 customers over 39 weeks, {which}",
    )
    customers, after = _drawn(CUSTOMERS, WEEKS)
    began = time.perf_counter()
    model = scores.fit(customers)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_048_576
    yield Result(
        "fit_1m_customers_s",
        seconds,
        "s",
        at_most=20,
        detail=f"{memory:.2f} GB at most",
    )
    yield Result("fit_1m_customers_gb", memory, "GB", at_most=2)
    known = scores.factors(model, customers, 26, after, after * 30)
    yield Result(
        "predict_1m_customers_s",
        _timed(scores.predict, model, known, customers, 0.01),
        "s",
        at_most=8,
        detail="with bounds and twelve discount steps",
    )


def _sample() -> tuple[Customers, str]:
    """Return the customers of CDNOW where its summary is at hand, else drawn ones."""
    if not SUMMARY.exists():
        return _drawn(SAMPLE, 39)[0], "drawn as CDNOW fits"
    x, t_x, age = np.loadtxt(SUMMARY, delimiter=",", skiprows=1, usecols=(1, 2, 3)).T
    value = np.random.default_rng(1).lognormal(3.0, 0.6, x.size) * (x > 0)
    return Customers(x, t_x, age, x, value), "those of CDNOW with values drawn"


def _timed(verb, *arguments: object) -> float:
    began = time.perf_counter()
    verb(*arguments)
    return time.perf_counter() - began


def _drawn(count: int, weeks: int) -> tuple[Customers, Floats]:
    """Return customers of a BG/NBD world and what each buys in 26 weeks more."""
    random = np.random.default_rng(1)
    rate, leaves = random.gamma(R, 1 / ALPHA, count), random.beta(A, B, count)
    age = random.integers(0, weeks * 7, count) / 7
    now, last = np.zeros(count), np.zeros(count)
    bought, after = np.zeros(count), np.zeros(count)
    stays = np.ones(count, dtype=bool)
    while stays.any():
        now = now + random.exponential(1 / rate)
        stays &= now <= age + 26
        is_past = stays & (now <= age)
        bought += is_past
        after += stays & ~is_past
        last = np.where(is_past, now, last)
        stays &= random.random(count) >= leaves
    last = np.minimum(np.ceil(last * 7) / 7, age)
    value = np.exp(random.normal(3.0, 0.6, count)) * (bought > 0)
    return Customers(bought, last, age, bought, value), after
