"""Lifetime models: who buys again (BG/NBD) and for how much (Gamma-Gamma).

BG/NBD: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way,
Marketing Science 24(2), 2005. Gamma-Gamma: P. Fader, B. Hardie, The Gamma-Gamma Model
of Monetary Value, note 25, brucehardie.com, 2013. Both by maximum likelihood over the
logarithms of the parameters, from two starts, with analytic gradients.

Time is in weeks throughout. `x` is the number of purchase days after the first, `t_x`
the age at the last of them, `age` (T) the age at the end of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import digamma, gammaln, hyp2f1

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]

TIME_UNIT = "week"
LOWEST, HIGHEST = 1e-4, 1e4
STARTS_APART = 0.5
_SCALES = (0.5, 2.0)
_BOUNDS = (np.log(1e-6), np.log(1e6))
_NEAR = 1e-6
_LEVEL = 1e-6
_NONE = float("nan")


class UnitMismatch(ValueError):
    """A horizon is in another unit of time than the model it is asked of."""


@dataclass(frozen=True)
class BgNbd:
    """Parameters of BG/NBD; `problem` says why they must not be used, or is empty."""

    r: float
    alpha: float
    a: float
    b: float
    loglik: float = float("nan")
    problem: str = ""
    time_unit: str = TIME_UNIT


@dataclass(frozen=True)
class GammaGamma:
    """Parameters of Gamma-Gamma, and how far values depend on frequency."""

    p: float
    q: float
    v: float
    loglik: float = float("nan")
    correlation: float = float("nan")
    problem: str = ""

    @property
    def population_mean(self) -> float:
        """The mean value of a customer not known yet; infinite for q <= 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")


def fit_orders(x: Floats, t_x: Floats, age: Floats) -> BgNbd:
    """Return BG/NBD by maximum likelihood; customers with equal figures count once."""
    (x, t_x, age), weights = _grouped(x, t_x, age)
    if not weights.size:
        return BgNbd(_NONE, _NONE, _NONE, _NONE, problem="there is no customer")
    if not np.all((x >= 0) & (t_x >= 0) & (t_x <= age)):
        raise ValueError("want x >= 0 and 0 <= t_x <= age")
    typical = max(float(np.average(age, weights=weights)), 1.0)
    starts = [np.log([s, s * typical, s, 2 * s]) for s in _SCALES]
    counts, place = np.unique(x, return_inverse=True)
    found = _highest(
        lambda point: _orders_loglik(point, counts, place, t_x, age, weights),
        starts,
        float(weights.sum()),
    )
    r, alpha, a, b = found.parameters
    return BgNbd(r, alpha, a, b, found.loglik, found.problem)


def fit_values(x: Floats, value: Floats) -> GammaGamma:
    """Return Gamma-Gamma of the mean values of repeat purchases, both above zero."""
    if not np.all((x > 0) & (value > 0)):
        raise ValueError("want x > 0 and values > 0")
    if x.size < 2:
        return GammaGamma(_NONE, _NONE, _NONE, problem="too few have a value")
    together = correlation(x, value)
    # values near one, so that the start fits any currency; brought back afterwards
    unit = float(np.mean(value))
    (x, value), weights = _grouped(x, value / unit)
    starts = [np.log([2 * s, 2 * s, s]) for s in _SCALES]
    customers = float(weights.sum())
    found = _highest(
        lambda point: _values_loglik(point, x, value, weights), starts, customers
    )
    p, q, v = found.parameters
    loglik = found.loglik - customers * float(np.log(unit))
    return GammaGamma(p, q, v * unit, loglik, together, found.problem)


def p_alive(model: BgNbd, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Return the chance that a customer still buys; 1 by construction where x = 0."""
    again = np.maximum(x, 1)
    with np.errstate(over="ignore"):
        odds = np.exp(
            np.log(model.a)
            - np.log(model.b + again - 1)
            + (model.r + again)
            * (np.log(model.alpha + age) - np.log(model.alpha + t_x))
        )
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def expected_orders(
    model: BgNbd, x: Floats, age: Floats, horizon: float, unit: str = TIME_UNIT
) -> Floats:
    """Return the purchase days expected in a horizon of a customer who still buys.

    The formula of the paper after Euler's transformation of 2F1, which keeps the terms
    of the series small. A horizon in another unit than the model's is refused: a weekly
    model asked for 30 daily steps gives a plausible, wrong figure.
    """
    if unit != model.time_unit:
        raise UnitMismatch(f"the model counts {model.time_unit}s, not {unit}s")
    # at a = 1 and a + b + x = 1 the formula is 0 / 0; its limit is the value beside
    a = model.a + _NEAR if abs(model.a - 1) < _NEAR else model.a
    c = a + model.b + np.asarray(x, dtype=float) - 1
    c = np.where(np.abs(c) < _NEAR, _NEAR, c)
    z = horizon / (model.alpha + np.asarray(age, dtype=float) + horizon)
    stays = np.exp((a - 1) * np.log1p(-z))
    return c / (a - 1) * (1 - stays * hyp2f1(a + model.b - 1 - model.r, a - 1, c, z))


def orders_of_new(model: BgNbd, horizon: float) -> float:
    """Return the repeat purchase days expected of a new customer in a horizon."""
    return float(expected_orders(model, np.zeros(1), np.zeros(1), horizon)[0])


def expected_value(model: GammaGamma, x: Floats, value: Floats) -> Floats:
    """Return the mean value of a purchase to come; the population's where x = 0."""
    seen = x > 0
    known = np.where(seen, value, 0.0)
    return np.where(
        seen,
        model.p * (model.v + x * known) / (model.p * x + model.q - 1),
        model.population_mean,
    )


@dataclass(frozen=True)
class _Found:
    parameters: list[float]
    loglik: float
    problem: str


def _highest(likelihood: Likelihood, starts: Sequence[Floats], scale: float) -> _Found:
    """Climb from every start; return the highest point and what is wrong with it."""

    def negative(point: Floats) -> tuple[float, Floats]:
        loglik, gradient = likelihood(point)
        return -loglik / scale, -gradient / scale

    climbs: list[Any] = [
        optimize.minimize(
            negative,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[_BOUNDS] * len(start),
            options={"maxiter": 2_000, "ftol": 1e-13, "gtol": 1e-8},
        )
        for start in starts
    ]
    best = min(climbs, key=lambda climb: climb.fun)
    # a search that can no longer rise has arrived where the ground is level
    failed = [
        climb.message
        for climb in climbs
        if not climb.success and np.abs(climb.jac).max() > _LEVEL
    ]
    parameters = [float(each) for each in np.exp(best.x)]
    apart = scale * (max(climb.fun for climb in climbs) - best.fun)
    problem = ""
    if failed or not np.isfinite(best.fun):
        problem = f"the optimiser failed: {'; '.join(failed) or 'no finite value'}"
    elif not all(LOWEST <= each <= HIGHEST for each in parameters):
        problem = f"a parameter is outside {LOWEST:g} to {HIGHEST:g}"
    elif apart > STARTS_APART:
        problem = f"two starts differ by {apart:.2f} in the log likelihood"
    return _Found(parameters, -scale * float(best.fun), problem)


def _orders_loglik(
    point: Floats,
    counts: Floats,
    place: NDArray[np.intp],
    t_x: Floats,
    age: Floats,
    weights: Floats,
) -> tuple[float, Floats]:
    r, alpha, a, b = np.exp(point)
    x = counts[place]
    past = np.maximum(x, 1) + b - 1
    log_age, log_last = np.log(alpha + age), np.log(alpha + t_x)
    alive = -(r + x) * log_age
    gone = np.where(x > 0, np.log(a) - np.log(past) - (r + x) * log_last, -np.inf)
    either = np.logaddexp(alive, gone)
    share_alive, share_gone = np.exp(alive - either), np.exp(gone - either)
    of_count = (
        gammaln(r + counts)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        + gammaln(b + counts)
        - gammaln(b)
        - gammaln(a + b + counts)
    )
    by_r = (digamma(r + counts) - digamma(r) + np.log(alpha))[place]
    by_both = (digamma(a + b) - digamma(a + b + counts))[place]
    by_b = by_both + (digamma(b + counts) - digamma(b))[place]
    slopes = (
        r * (by_r - share_alive * log_age - share_gone * log_last),
        r
        - alpha * (r + x) * (share_alive / (alpha + age) + share_gone / (alpha + t_x)),
        a * by_both + share_gone,
        b * (by_b - share_gone / past),
    )
    return (
        float(weights @ (of_count[place] + either)),
        np.array([weights @ slope for slope in slopes]),
    )


def _values_loglik(
    point: Floats, x: Floats, value: Floats, weights: Floats
) -> tuple[float, Floats]:
    p, q, v = np.exp(point)
    total = x * value
    log_all = np.log(total + v)
    loglik = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(value)
        + p * x * np.log(x)
        - (p * x + q) * log_all
    )
    both = digamma(p * x + q)
    slopes = (
        p * x * (both - digamma(p * x) + np.log(total) - log_all),
        q * (both - digamma(q) + np.log(v) - log_all),
        q - v * (p * x + q) / (total + v),
    )
    return float(weights @ loglik), np.array([weights @ slope for slope in slopes])


def _grouped(*columns: Floats) -> tuple[list[Floats], Floats]:
    """Return the different rows of some columns, and how often each occurs."""
    order = np.lexsort(columns)
    rows = [np.asarray(column, dtype=float)[order] for column in columns]
    if not order.size:
        return rows, np.zeros(0)
    differs = np.any([np.diff(column) != 0 for column in rows], axis=0)
    first = np.flatnonzero(np.r_[True, differs])
    counts = np.diff(np.r_[first, order.size]).astype(float)
    return [column[first] for column in rows], counts


def correlation(left: Floats, right: Floats) -> float:
    """Return Pearson's correlation; not a number where one side never varies."""
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])
