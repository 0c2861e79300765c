"""Hold-out scores decide what is published, and bound what is predicted."""

from __future__ import annotations

from dataclasses import replace

import buyers
import numpy as np
import pytest

from seller_intel import lifetime_scores as scores
from seller_intel.lifetimes import BgNbd, GammaGamma

GOOD = scores.Model(
    BgNbd(0.9, 9.0, 1.0, 3.6, -1.0), GammaGamma(6.0, 4.0, 15.0, -1.0, 0.10)
)
PLAIN = scores.Scores(100, 104, 0.04, 0.5, 1.0, 0.8)
NAIVE = replace(PLAIN, rmse=2.0)
DAYS, HELD_OUT = 700, 182


def test_a_542_rmse_may_grow_by_a_twentieth():
    kept = replace(PLAIN, rmse=1.05)
    lost = replace(PLAIN, rmse=1.0501)

    assert scores.judge(GOOD, GOOD, kept, NAIVE, PLAIN).status == "published"
    verdict = scores.judge(GOOD, GOOD, lost, NAIVE, PLAIN)
    assert (verdict.status, verdict.is_published) == ("rejected", False)


def test_a_543_the_total_error_may_grow_by_five_points():
    kept = replace(PLAIN, total_error_rate=-0.09)
    lost = replace(PLAIN, total_error_rate=0.0901)

    assert scores.judge(GOOD, GOOD, kept, NAIVE, PLAIN).status == "published"
    assert scores.judge(GOOD, GOOD, lost, NAIVE, PLAIN).status == "rejected"


def test_a_fit_worse_than_the_naive_rule_is_rejected():
    naive = replace(PLAIN, rmse=0.99)

    assert scores.judge(GOOD, GOOD, PLAIN, naive, None).status == "rejected"


def test_a_544_too_few_customers_and_values_that_go_with_frequency():
    correlated = replace(GOOD, values=replace(GOOD.values, correlation=-0.31))

    small = scores.too_small(499, 200, 26)
    assert small and small.status == "too_small"
    assert scores.too_small(500, 99, 26)
    assert scores.too_small(500, 100, None)
    assert scores.too_small(500, 100, 26) is None
    verdict = scores.judge(correlated, GOOD, PLAIN, NAIVE, None)
    assert (verdict.status, verdict.is_published) == ("value_off", True)


def test_a_mean_without_bound_is_no_value():
    endless = replace(GOOD, values=replace(GOOD.values, q=1.0))

    assert scores.judge(endless, GOOD, PLAIN, NAIVE, None).status == "value_off"
    assert scores.judge(GOOD, endless, PLAIN, NAIVE, None).status == "value_off"


def test_a_fit_that_did_not_converge_is_not_published():
    lost = replace(GOOD, orders=replace(GOOD.orders, problem="two starts differ"))

    verdict = scores.judge(lost, GOOD, PLAIN, NAIVE, None)

    assert (verdict.status, verdict.reason) == ("not_converged", "two starts differ")


@pytest.mark.parametrize(
    ("weeks", "held_out"), [(25.9, None), (26, 13), (40, 20), (52, 26), (300, 26)]
)
def test_half_of_a_short_history_is_held_out(weeks, held_out):
    assert scores.holdout_weeks(weeks) == held_out


@pytest.fixture(scope="module")
def world() -> tuple[scores.Model, scores.Customers, np.ndarray]:
    """A shop of a BG/NBD world before its hold-out, and what the hold-out brought."""
    purchases = buyers.draw(30_000, DAYS)
    known, customers = buyers.summary(purchases, DAYS - HELD_OUT - 1)
    after = buyers.bought_after(purchases, known, DAYS - HELD_OUT - 1)
    return scores.fit(customers), customers, after


def test_future_orders_are_met_within_five_percent_in_total(world):
    model, customers, after = world

    predicted = scores.predict_orders(model.orders, customers, HELD_OUT / 7)[0]
    found = scores.score(predicted, after)
    naive = scores.score(scores.naive_orders(customers, HELD_OUT / 7), after)

    assert abs(found.total_error_rate) < 0.05
    assert found.rmse < naive.rmse
    assert found.correlation > 0.5


def test_bounds_hold_for_customers_they_were_not_made_of(world):
    model, customers, after = world
    is_mine = np.arange(after.size) % 2 == 0
    mine, others = (
        scores.Customers(*(column[rows] for column in vars(customers).values()))
        for rows in (is_mine, ~is_mine)
    )
    weeks = HELD_OUT / 7
    known = scores.factors(model, mine, weeks, after[is_mine], after[is_mine])

    predicted = scores.predict_orders(model.orders, others, weeks)[0]
    place = np.searchsorted(known.edges, predicted, side="right")
    lo = predicted * np.array(known.orders_lo)[place]
    hi = predicted * np.array(known.orders_hi)[place]
    is_inside = (lo <= after[~is_mine]) & (after[~is_mine] <= hi)

    assert len(known.orders_lo) == 10
    assert is_inside.mean() >= 0.90
    for number in range(10):
        if known.orders_lo[number] > 0:
            assert 0.87 <= is_inside[place == number].mean() <= 0.94


def test_a_year_is_bounded_and_discounted(world):
    model, customers, after = world
    known = scores.factors(model, customers, 26, after, after * 50)

    found = scores.predict(model, known, customers, 0.01)

    for stem in ("exp_orders_12m", "exp_value_12m"):
        assert np.all(found[f"{stem}_lo"] <= found[f"{stem}_est"])
        assert np.all(found[f"{stem}_est"] <= found[f"{stem}_hi"])
    ratio = found["exp_value_12m_discounted"] / found["exp_value_12m_est"]
    assert np.all((ratio > 1 / 1.01**12) & (ratio < 1 / 1.01))


def test_without_values_no_value_is_expected(world):
    model, customers, after = world
    known = scores.factors(model, customers, 26, after, after)

    found = scores.predict(scores.Model(model.orders, None), known, customers, 0.01)

    assert np.isnan(found["exp_value_12m_est"]).all()
    assert np.isfinite(found["exp_orders_12m_est"]).all()


def test_the_order_of_customers_changes_nothing(world):
    model, customers, _ = world
    shuffled = np.random.default_rng(3).permutation(customers.x.size)
    others = scores.Customers(*(each[shuffled] for each in vars(customers).values()))

    found = scores.fit(others)

    assert found.orders == model.orders
    assert found.values.p == pytest.approx(model.values.p, rel=1e-6)
    assert found.values.loglik == pytest.approx(model.values.loglik, rel=1e-9)


def test_nothing_bought_in_the_hold_out_has_no_relative_error():
    found = scores.score(np.ones(5), np.zeros(5))

    assert np.isnan(found.total_error_rate)
    assert found.mae == 1
