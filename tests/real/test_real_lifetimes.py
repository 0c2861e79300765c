"""Lifetime models on UCI Online Retail, and what the marts say of its customers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas
import pytest

from seller_intel import lifetime_scores as scores
from tests import buyers
from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS

FIRST = pandas.Timestamp("2009-12-01")


@pytest.fixture(scope="module")
def purchases() -> buyers.Purchases:
    """The purchase days of identified customers, by days since 1 December 2009."""
    lines = figures.uci()
    sold = lines[lines.is_sold & lines.customer.notna()]
    day = (sold["at"].dt.normalize() - FIRST).dt.days
    days = (
        sold.assign(day=day, value=sold["amount"].astype(float))
        .groupby(["customer", "day"], as_index=False)["value"]
        .sum()
    )
    customer = pandas.factorize(days["customer"], sort=True)[0]
    return buyers.Purchases(customer, days["day"].to_numpy(), days["value"].to_numpy())


def _day(text: str) -> int:
    return (pandas.Timestamp(text) - FIRST).days


def test_a_541_the_fit_to_august_is_the_published_one(purchases):
    _, customers = buyers.summary(purchases, _day("2010-08-31"))

    model = scores.fit(customers)

    assert customers.x.size == 3_321
    assert (customers.x == 0).sum() == 1_358
    assert customers.x.sum() == 7_404
    assert model.orders.loglik >= -22_655.05
    assert model.orders.r == pytest.approx(0.777, rel=0.02)
    assert model.orders.alpha == pytest.approx(9.63, rel=0.02)
    assert model.values.population_mean == pytest.approx(416.6, rel=0.01)
    assert model.values.correlation == pytest.approx(0.193, abs=0.001)


def test_thirty_weeks_foresee_the_rest_better_than_the_naive_rule(purchases):
    cut = 30 * 7 - 1
    known, customers = buyers.summary(purchases, cut)
    weeks = (purchases.day.max() - cut) / 7
    after = buyers.bought_after(purchases, known, cut)

    model = scores.fit(customers)
    predicted = scores.predict_orders(model.orders, customers, weeks)[0]
    found = scores.score(predicted, after)
    naive = scores.score(scores.naive_orders(customers, weeks), after)

    assert (known.size, after.sum()) == (2_954, 6_402)
    assert found.total_error_rate == pytest.approx(-0.064, abs=0.002)
    assert found.correlation == pytest.approx(0.796, abs=0.002)
    assert naive.total_error_rate == pytest.approx(-0.155, abs=0.002)
    assert found.rmse < naive.rmse


def test_a_503_customers_come_back_as_the_curve_says(line):
    rows = line.rows(
        "select day_no, repeat_share, survival_se from marts.retention_curves"
        " where shop_id = 'giftware:uk' and segment_kind = 'all'"
        " and day_no in (30, 90, 365) order by 1"
    )

    found = [
        (row["day_no"], round(row["repeat_share"], 4), round(row["survival_se"], 4))
        for row in rows
    ]
    assert found == [
        (30, Decimal("0.1944"), Decimal("0.0061")),
        (90, Decimal("0.4796"), Decimal("0.0081")),
        (365, Decimal("0.8516"), Decimal("0.0094")),
    ]


def test_every_customer_of_the_shop_has_a_row(line):
    row = line.row(
        "select count(*) as customers, sum(order_count) as orders,"
        " sum(purchase_day_count) as days from marts.customer_lifetimes"
        " where shop_id = 'giftware:uk'"
    )

    assert tuple(row.values()) == (4_312, 19_213, 16_999)


def test_predictions_start_where_the_data_end(line):
    row = line.row(
        "select as_of_date, status, customer_count from marts.clv_model_fits"
        " where shop_id = 'giftware:uk'"
    )

    assert str(row["as_of_date"]) == "2010-12-05"
    assert row["status"] == "published"
    assert np.isclose(row["customer_count"], 4_300, rtol=0.01)
