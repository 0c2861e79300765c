"""Hold-out scores of lifetime models, whether a fit may be published, and intervals.

A fit is made twice: on the data before the hold-out, to be scored on it, and on all
data, to be published. How far actual purchases fell from predicted ones in the hold-out
gives the intervals: they are empirical, nothing is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seller_intel import lifetimes
from seller_intel.lifetimes import BgNbd, Floats, GammaGamma

HOLDOUT_WEEKS, SHORTEST_HOLDOUT = 26, 13
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 500, 100
MOST_CORRELATION = 0.30
RMSE_SLACK, TOTAL_SLACK = 1.05, 0.05
YEAR_WEEKS, STEPS = 52, 12
BINS, LOW, HIGH = 10, 0.05, 0.95
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Customers:
    """What is known of customers up to a date; equal positions, one customer.

    `x` repeat purchase days, `t_x` and `age` in weeks; `valued` the repeat purchase
    days with a value above zero, `value` their mean, 0 where there is none.
    """

    x: Floats
    t_x: Floats
    age: Floats
    valued: Floats
    value: Floats


@dataclass(frozen=True)
class Model:
    """A fit of both parts; without `values` there is no value to expect."""

    orders: BgNbd
    values: GammaGamma | None


@dataclass(frozen=True)
class Scores:
    """How predicted repeat purchase days met the actual ones of a hold-out."""

    actual: float
    predicted: float
    total_error_rate: float
    mae: float
    rmse: float
    correlation: float


@dataclass(frozen=True)
class Factors:
    """What a prediction is multiplied by for its bounds, by bins of predicted orders.

    `edges` part the bins; a customer belongs to the bin of what the model expects of
    him over `weeks`, the length of the hold-out.
    """

    weeks: float
    edges: tuple[float, ...]
    orders_lo: tuple[float, ...]
    orders_hi: tuple[float, ...]
    value_lo: tuple[float, ...]
    value_hi: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a fit, and why."""

    status: str
    reason: str

    @property
    def is_published(self) -> bool:
        """Whether its predictions are the ones to read."""
        return self.status in ("published", "value_off")


def fit(customers: Customers) -> Model:
    """Return both models of some customers."""
    has_value = customers.valued > 0
    return Model(
        lifetimes.fit_orders(customers.x, customers.t_x, customers.age),
        lifetimes.fit_values(customers.valued[has_value], customers.value[has_value]),
    )


def predict_orders(model: BgNbd, customers: Customers, *weeks: float) -> list[Floats]:
    """Return the purchase days expected of each customer in each of some horizons."""
    pairs = np.stack([customers.x, customers.age], axis=1)
    pairs, place = _unique_rows(pairs)
    alive = lifetimes.p_alive(model, customers.x, customers.t_x, customers.age)
    return [
        lifetimes.expected_orders(model, pairs[:, 0], pairs[:, 1], horizon)[place]
        * alive
        for horizon in weeks
    ]


def score(predicted: Floats, actual: Floats) -> Scores:
    """Return how predictions met what happened; nothing happened, nothing relative."""
    error = predicted - actual
    total = float(actual.sum())
    return Scores(
        actual=total,
        predicted=float(predicted.sum()),
        total_error_rate=float(error.sum()) / total if total else float("nan"),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        correlation=lifetimes.correlation(predicted, actual),
    )


def naive_orders(customers: Customers, weeks: float) -> Floats:
    """Return what the past pace alone would bring: x / T a week; none where T = 0."""
    age = np.where(customers.age > 0, customers.age, 1.0)
    return np.where(customers.age > 0, customers.x / age * weeks, 0.0)


def factors(
    model: Model, customers: Customers, weeks: float, orders: Floats, value: Floats
) -> Factors:
    """Return the factors of the bounds from what a hold-out brought.

    Customers are cut into ten equal bins by predicted orders, ties by their position;
    a bin's factors are the 5th and 95th percentile of actual over predicted.
    """
    predicted = predict_orders(model.orders, customers, weeks)[0]
    ranked = np.argsort(predicted, kind="stable")
    bins = [each for each in np.array_split(ranked, BINS) if each.size]
    edges = tuple(float(predicted[each[0]]) for each in bins[1:])
    expected = predicted * _mean_values(model, customers)
    lo, hi = _percentiles(orders, predicted, bins)
    value_lo, value_hi = _percentiles(value, expected, bins)
    return Factors(weeks, edges, lo, hi, value_lo, value_hi)


def predict(
    model: Model, known: Factors, customers: Customers, discount: float
) -> dict[str, Floats]:
    """Return the predictions of a year by name, with their bounds.

    `discount` is the rate of a month: a twelfth of the year's weeks is discounted at
    its end. Values are not a number where the model has none.
    """
    steps = [YEAR_WEEKS * step / STEPS for step in range(1, STEPS + 1)]
    home, *growing = predict_orders(model.orders, customers, known.weeks, *steps)
    orders = growing[-1]
    mean = _mean_values(model, customers)
    discounted = np.zeros_like(orders)
    before = np.zeros_like(orders)
    for step, until in enumerate(growing, 1):
        discounted += (until - before) / (1 + discount) ** step
        before = until
    place = np.searchsorted(known.edges, home, side="right")
    value = orders * mean
    return {
        "p_alive": lifetimes.p_alive(
            model.orders, customers.x, customers.t_x, customers.age
        ),
        "exp_orders_12m_lo": orders * np.array(known.orders_lo)[place],
        "exp_orders_12m_est": orders,
        "exp_orders_12m_hi": orders * np.array(known.orders_hi)[place],
        "exp_value_12m_lo": value * np.array(known.value_lo)[place],
        "exp_value_12m_est": value,
        "exp_value_12m_hi": value * np.array(known.value_hi)[place],
        "exp_value_12m_discounted": discounted * mean,
    }


def holdout_weeks(weeks_of_data: float) -> int | None:
    """Return how much to hold out: 26 weeks, at most half; None below 2 x 13 weeks."""
    half = int(weeks_of_data // 2)
    return min(HOLDOUT_WEEKS, half) if half >= SHORTEST_HOLDOUT else None


def too_small(
    customer_count: int, repeat_customer_count: int, weeks: int | None
) -> Verdict | None:
    """Return the verdict on a shop with too little to be fitted, or None."""
    lacks = []
    if customer_count < FEWEST_CUSTOMERS:
        lacks.append(f"{customer_count} customers, not {FEWEST_CUSTOMERS}")
    if repeat_customer_count < FEWEST_REPEATERS:
        lacks.append(f"{repeat_customer_count} with a repeat, not {FEWEST_REPEATERS}")
    if weeks is None:
        lacks.append(f"less than {2 * SHORTEST_HOLDOUT} weeks of customers")
    return Verdict("too_small", "; ".join(lacks)) if lacks else None


def judge(
    model: Model, twin: Model, now: Scores, naive: Scores, before: Scores | None
) -> Verdict:
    """Return what becomes of a fit on all data.

    `now` are the scores of its twin, fitted before the hold-out, `before` those of the
    fit now published on the same hold-out.
    """
    if model.orders.problem:
        return Verdict("not_converged", model.orders.problem)
    if not np.isfinite(now.rmse):
        return Verdict("not_converged", "the hold-out cannot be predicted")
    if now.rmse > naive.rmse + _ROUNDING:
        reason = f"rmse {now.rmse:.4f}, the naive rule has {naive.rmse:.4f}"
        return Verdict("rejected", reason)
    if before and now.rmse > RMSE_SLACK * before.rmse + _ROUNDING:
        reason = f"rmse {now.rmse:.4f}, the published fit has {before.rmse:.4f}"
        return Verdict("rejected", reason)
    if before and _is_further_off(now.total_error_rate, before.total_error_rate):
        reason = (
            f"total error {now.total_error_rate:.4f}, the published fit has"
            f" {before.total_error_rate:.4f}"
        )
        return Verdict("rejected", reason)
    doubt = doubt_of(model.values) or _endless(twin.values)
    return Verdict("value_off", doubt) if doubt else Verdict("published", "")


def doubt_of(values: GammaGamma | None) -> str:
    """Return why no value is to be expected from a fit, or nothing."""
    if values and abs(values.correlation) > MOST_CORRELATION:
        return (
            f"value and frequency correlate by {values.correlation:.2f},"
            f" more than {MOST_CORRELATION:.2f}"
        )
    return _endless(values)


def _endless(values: GammaGamma | None) -> str:
    if values is None or values.problem:
        return f"values: {values.problem if values else 'not fitted'}"
    return f"q is {values.q:.3f}: the mean has no bound" if values.q <= 1 else ""


def _is_further_off(now: float, before: float) -> bool:
    return abs(now) > abs(before) + TOTAL_SLACK + _ROUNDING


def _mean_values(model: Model, customers: Customers) -> Floats:
    if model.values is None:
        return np.full(customers.x.shape, np.nan)
    return lifetimes.expected_value(model.values, customers.valued, customers.value)


def _percentiles(
    actual: Floats, predicted: Floats, bins: list[Any]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return per bin the factors of the bounds, which hold the estimate itself."""
    lo, hi = [], []
    ratio = np.divide(actual, predicted, out=np.ones_like(actual), where=predicted > 0)
    for each in bins:
        low, high = np.quantile(ratio[each], [LOW, HIGH])
        lo.append(float(min(1.0, low)))
        hi.append(float(max(1.0, high)))
    return tuple(lo), tuple(hi)


def _unique_rows(pairs: Floats) -> tuple[Floats, Any]:
    order = np.lexsort(pairs.T)
    rows = pairs[order]
    is_new = np.r_[True, np.any(np.diff(rows, axis=0) != 0, axis=1)]
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.cumsum(is_new[: len(order)]) - 1
    return rows[is_new[: len(order)]], place
