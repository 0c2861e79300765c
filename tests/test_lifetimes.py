"""Lifetime models give the published figures, and hold at the edges."""

from __future__ import annotations

from pathlib import Path

import buyers
import numpy as np
import pandas
import pytest
from scipy.special import roots_jacobi

from seller_intel import lifetime_scores as scores
from seller_intel import lifetimes
from seller_intel.lifetimes import BgNbd, GammaGamma

CDNOW = Path(__file__).parents[2] / "shared/data/cdnow/CDNOW_sample.txt"
PUBLISHED = BgNbd(0.243, 4.414, 0.793, 2.426)
needs_cdnow = pytest.mark.skipif(
    not CDNOW.exists(), reason="the published data does not lie beside the checkout"
)


def one(value: float) -> np.ndarray:
    return np.array([float(value)])


def integrated(model: BgNbd, x: float, age: float, horizon: float) -> float:
    """Return the orders expected of who still buys, by quadrature over who leaves.

    With the chance p to leave known, purchases stop at rate lambda p, so that
    (1 - (1 + p t / (alpha + T))^-(r + x)) / p are expected; p is Beta(a, b + x).
    """
    nodes, weights = roots_jacobi(140, model.b + x - 1, model.a - 1)
    p = (1 + nodes) / 2
    bought = -np.expm1(-(model.r + x) * np.log1p(p * horizon / (model.alpha + age))) / p
    return float(weights @ bought / weights.sum())


@pytest.fixture(scope="module")
def cdnow() -> scores.Customers:
    """The 1/10 sample up to 30 September 1997."""
    columns = ["master", "customer", "day", "pieces", "value"]
    rows = pandas.read_csv(CDNOW, sep=r"\s+", header=None, names=columns)
    rows["day"] = pandas.to_datetime(rows["day"].astype(str))
    days = rows.groupby(["customer", "day"], as_index=False)["value"].sum()
    assert (len(rows), len(days)) == (6_919, 6_696)
    number = (days["day"] - pandas.Timestamp("1997-01-01")).dt.days.to_numpy()
    purchases = buyers.Purchases(
        days["customer"].to_numpy(), number, days["value"].to_numpy()
    )
    return buyers.summary(purchases, 272)[1]


@pytest.fixture(scope="module")
def fitted(cdnow: scores.Customers) -> scores.Model:
    return scores.fit(cdnow)


@needs_cdnow
def test_a_521_purchases_of_a_day_are_one(cdnow):
    assert cdnow.x.sum() == 2_457
    assert (cdnow.x == 0).sum() == 1_411
    assert cdnow.x.size == 2_357


@needs_cdnow
def test_a_522_bgnbd_returns_the_published_parameters(fitted):
    found = fitted.orders

    assert [found.r, found.alpha, found.a, found.b] == pytest.approx(
        [0.2426, 4.4135, 0.7929, 2.4258], abs=0.002
    )
    assert found.loglik == pytest.approx(-9_582.4256, abs=0.01)
    assert found.problem == ""


@needs_cdnow
def test_a_523_a_new_customer_buys_as_published(fitted):
    weeks = (0.1429, 1, 3, 31.8571, 32, 78)

    found = [lifetimes.orders_of_new(fitted.orders, each) for each in weeks]

    assert found == pytest.approx(
        [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8580], abs=5e-5
    )


def test_a_524_a_customer_is_expected_to_buy_as_published():
    alive = lifetimes.p_alive(PUBLISHED, one(2), one(30.43), one(38.86))
    expected = alive * lifetimes.expected_orders(PUBLISHED, one(2), one(38.86), 39)

    assert expected[0] == pytest.approx(1.22603, abs=1e-5)
    assert alive[0] == pytest.approx(0.72658, abs=1e-5)


@pytest.mark.parametrize("age", [0, 0.1, 40, 4_000])
def test_a_525_who_never_came_back_is_alive_by_construction(age):
    assert lifetimes.p_alive(PUBLISHED, one(0), one(0), one(age))[0] == 1


@needs_cdnow
def test_a_526_repeats_are_spread_as_published(fitted, cdnow):
    observed = [1411, 439, 214, 100, 62, 38, 29, 64]
    model = fitted.orders

    found = [
        sum(_chance(model, repeats, age) for age in cdnow.age) for repeats in range(7)
    ]
    found.append(cdnow.x.size - sum(found))

    assert found == pytest.approx(
        [1407.7, 460.3, 192.5, 101.2, 59.8, 38.1, 25.5, 71.9], abs=0.2
    )
    chi_square = sum((o - e) ** 2 / e for o, e in zip(observed, found, strict=True))
    assert chi_square == pytest.approx(4.822, abs=0.05)


def _chance(model: BgNbd, x: int, age: float) -> float:
    """Return P(X(t) = x), equation 8 of the paper."""
    from scipy.special import beta, gamma

    stay = (
        beta(model.a, model.b + x)
        / beta(model.a, model.b)
        * gamma(model.r + x)
        / (gamma(model.r) * gamma(x + 1))
        * (model.alpha / (model.alpha + age)) ** model.r
        * (age / (model.alpha + age)) ** x
    )
    if x == 0:
        return stay
    rest = sum(
        gamma(model.r + j)
        / (gamma(model.r) * gamma(j + 1))
        * (age / (model.alpha + age)) ** j
        for j in range(x)
    )
    gone = beta(model.a + 1, model.b + x - 1) / beta(model.a, model.b)
    return stay + gone * (1 - (model.alpha / (model.alpha + age)) ** model.r * rest)


@needs_cdnow
def test_a_527_gamma_gamma_returns_the_published_parameters(fitted):
    found = fitted.values

    assert [found.p, found.q, found.v] == pytest.approx([6.249, 3.744, 15.44], abs=0.02)
    assert found.loglik == pytest.approx(-4_055.92, abs=0.01)
    assert found.correlation == pytest.approx(0.1139, abs=1e-4)
    assert found.population_mean == pytest.approx(35.17, abs=0.01)


@needs_cdnow
def test_a_528_a_mean_is_drawn_towards_that_of_all(fitted):
    found = lifetimes.expected_value(fitted.values, one(2), one(22.35))

    assert found[0] == pytest.approx(24.6586, abs=1e-3)


@needs_cdnow
def test_a_529_a_year_of_a_customer(fitted):
    customer = scores.Customers(one(2), one(30.43), one(38.86), one(2), one(22.35))
    known = scores.Factors(26, (), (1.0,), (1.0,), (1.0,), (1.0,))

    found = scores.predict(fitted, known, customer, 0.01)

    assert found["exp_orders_12m_est"][0] == pytest.approx(1.558578, abs=1e-4)
    assert found["exp_value_12m_est"][0] == pytest.approx(38.43, abs=0.01)
    assert found["exp_value_12m_discounted"][0] == pytest.approx(36.20, abs=0.01)


@pytest.mark.parametrize("unit", ["day", "month", "30 days"])
def test_a_530_a_horizon_in_another_unit_is_refused(unit):
    with pytest.raises(lifetimes.UnitMismatch, match="counts weeks"):
        lifetimes.expected_orders(PUBLISHED, one(2), one(38.86), 12, unit)


def test_expected_orders_agree_with_integration_over_who_leaves():
    random = np.random.default_rng(1)
    for _ in range(400):
        model = BgNbd(*np.exp(random.uniform(_logs(0.05, 0.5, 0.002, 0.05), _TOPS)))
        x = float(random.choice([0, 1, 2, 10, 133]))
        age, horizon = random.uniform(0, 150), float(random.choice([1 / 7, 4, 26, 52]))

        found = lifetimes.expected_orders(model, one(x), one(age), horizon)[0]

        assert found == pytest.approx(integrated(model, x, age, horizon), rel=1e-7)


def _logs(*values: float) -> np.ndarray:
    return np.log(values)


_TOPS = _logs(5, 50, 20, 600)


@pytest.mark.parametrize(
    "model",
    [BgNbd(0.5, 4, 1.0, 2.0), BgNbd(0.5, 4, 0.3, 0.7), BgNbd(0.5, 4, 1 + 1e-9, 2)],
)
def test_where_the_formula_divides_nothing_by_nothing_its_limit_counts(model):
    for x in (0, 3):
        found = lifetimes.expected_orders(model, one(x), one(20), 52)[0]

        assert found == pytest.approx(integrated(model, x, 20, 52), rel=1e-5)


def test_gradients_are_those_of_the_likelihood():
    _, customers = buyers.summary(buyers.draw(300, 300), 299)
    counts, place = np.unique(customers.x, return_inverse=True)
    weights = np.ones(customers.x.size)
    has_value = customers.valued > 0
    cases = [
        (
            lambda point: lifetimes._orders_loglik(
                point, counts, place, customers.t_x, customers.age, weights
            ),
            np.log([0.4, 7.0, 0.6, 1.9]),
        ),
        (
            lambda point: lifetimes._values_loglik(
                point,
                customers.valued[has_value],
                customers.value[has_value],
                weights[has_value],
            ),
            np.log([2.0, 3.0, 40.0]),
        ),
    ]
    for likelihood, point in cases:
        _, gradient = likelihood(point)
        steps = np.eye(point.size) * 1e-6
        numeric = [
            (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
            for step in steps
        ]

        assert gradient == pytest.approx(numeric, rel=1e-5, abs=1e-4)


def test_equal_customers_weigh_as_often_as_they_are():
    _, customers = buyers.summary(buyers.draw(400, 300), 299)
    columns = customers.x, customers.t_x, customers.age

    once = lifetimes.fit_orders(*columns)
    thrice = lifetimes.fit_orders(*(np.tile(each, 3) for each in columns))

    assert thrice.loglik == pytest.approx(3 * once.loglik, rel=1e-9)
    assert thrice.r == pytest.approx(once.r, rel=1e-3)


def test_known_parameters_are_found_again():
    _, customers = buyers.summary(buyers.draw(20_000, 700, newest=350), 699)

    found = lifetimes.fit_orders(customers.x, customers.t_x, customers.age)

    assert found.problem == ""
    # purchases of one day are one, which takes a little of the rate
    assert found.r == pytest.approx(buyers.R, rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(
        buyers.A / (buyers.A + buyers.B), rel=0.1
    )


@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [
        ([133, 0, 2], [52.0, 0, 52.0], [52.0, 0, 52.0]),
        ([0, 0, 0], [0, 0, 0], [4.0, 9.0, 30.0]),
        ([1], [3.0], [9.0]),
        ([0], [0], [0]),
        ([400, 1], [5_000.0, 1.0], [5_000.0, 5_000.0]),
    ],
)
def test_edges_give_figures_or_say_why_not(x, t_x, age):
    x, t_x, age = (np.array(each, dtype=float) for each in (x, t_x, age))

    model = lifetimes.fit_orders(x, t_x, age)

    assert np.isfinite(model.loglik)
    alive = lifetimes.p_alive(PUBLISHED, x, t_x, age)
    assert np.all((alive >= 0) & (alive <= 1))
    assert np.all(lifetimes.expected_orders(PUBLISHED, x, age, 52) > 0)


def test_a_shop_without_repeats_has_no_fit_to_publish():
    nobody = np.zeros(600)

    model = lifetimes.fit_orders(nobody, nobody, np.linspace(1, 60, 600))

    assert "outside" in model.problem or "failed" in model.problem


def test_no_customer_at_all_is_a_problem_and_no_crash():
    nobody = np.zeros(0)

    assert lifetimes.fit_orders(nobody, nobody, nobody).problem
    assert lifetimes.fit_values(nobody, nobody).problem


def test_time_running_backwards_is_refused():
    with pytest.raises(ValueError, match="t_x <= age"):
        lifetimes.fit_orders(one(1), one(9), one(8))


@pytest.mark.parametrize("unit", [1.0, 1e9, 1e-6])
def test_values_may_be_in_any_currency(unit):
    _, customers = buyers.summary(buyers.draw(3_000, 300), 299)
    has_value = customers.valued > 0
    x, value = customers.valued[has_value], customers.value[has_value]

    found = lifetimes.fit_values(x, value * unit)
    plain = lifetimes.fit_values(x, value)

    assert found.p == pytest.approx(plain.p, rel=1e-4)
    assert found.population_mean == pytest.approx(
        plain.population_mean * unit, rel=1e-4
    )
    assert isinstance(found, GammaGamma)
