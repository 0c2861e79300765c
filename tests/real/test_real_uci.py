"""UCI Online Retail, first year: sales, refunds and cohorts beside pandas."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS

# Fractions of a cent come from rates with more digits than a cent has.
CENT = Decimal("0.005")


def test_uci_lines_are_all_accounted_for(line):
    lines = figures.uci()
    files = line.value(
        "select manifest -> 'files' from ops.loads"
        " where is_current and source = 'uci' and stream_id = 'files__orders'"
    )

    assert [file["rows"] for file in files] == [525_461] == [len(lines)]
    assert line.account("uci", "orders")["kept"] == 20_951
    assert line.account("uci", "order_lines")["kept"] == 511_565
    assert line.account("uci", "refunds")["kept"] == len(figures.uci_refunds())
    unused = lines[~lines.is_sold & ~(lines.is_cancelled & (lines.quantity < 0))]
    assert len(lines) == 511_565 + 10_205 + len(unused)


def test_uci_sales_are_those_of_pandas_in_pounds(line):
    found = line.rows(
        """
        select
            orders.customer_id is not null as is_known,
            count(distinct orders.order_id) as orders,
            count(*) as lines,
            count(distinct orders.customer_id) as customers,
            count(distinct (orders.customer_id, orders.paid_date)) as customer_days
        from core.fct_orders as orders
        inner join core.fct_order_lines as lines on orders.order_id = lines.order_id
        where orders.shop_id = 'giftware:uk' and orders.is_valid
        group by orders.customer_id is not null
        order by 1
        """
    )
    pounds = line.rows(
        "select customer_id is not null as is_known, sum(paid_amount_original) as paid"
        " from core.fct_orders where shop_id = 'giftware:uk' and is_valid"
        " group by customer_id is not null order by 1"
    )
    orders = figures.uci_orders()
    known = orders[orders.customer.notna()]

    guests, identified = found
    assert identified["lines"] == 407_664
    assert identified["orders"] == 19_213 == len(known)
    assert identified["customers"] == 4_312 == known.customer.nunique()
    assert identified["customer_days"] == 16_999
    assert guests["orders"] == 20_951 - 19_213
    assert guests["lines"] == 511_565 - 407_664
    paid = {row["is_known"]: row["paid"] for row in pounds}
    assert paid[True] == known.amount.sum()
    assert abs(paid[True] - Decimal("8832003.27")) < 1
    assert paid[True] + paid[False] == orders.amount.sum()
    assert abs(paid[True] + paid[False] - Decimal("10305892.02")) < 1


def test_uci_daily_sales_are_those_of_pandas_to_the_cent(line):
    expected = figures.uci_days()
    found = line.days("giftware:uk")
    counts = ["order_count", "buyers", "new_buyers", "anonymous_order_count", "units"]

    assert len(found) == 374  # 2009-12-01 to 2010-12-09, Saturdays and holidays too
    for day, row in found.items():
        if day not in expected.index:
            assert row["order_count"] == row["gmv"] == row["refund_amount"] == 0
            continue
        want = expected.loc[day]
        assert {name: row[name] for name in counts} == {
            name: int(want[name]) for name in counts
        }
        for name in ("gmv", "refund_amount"):
            assert abs(row[name] - want[name]) < CENT, (day, name)
        assert row["net_sales"] == row["gmv"] - row["refund_amount"]
    assert set(expected.index) <= set(found)


def test_uci_cancellations_are_refunds_of_no_known_order(line):
    found = line.row(
        "select count(*) as refunds, sum(refund_amount_original) as pounds,"
        " count(distinct order_id) as orders, min(order_id) as order_id"
        " from core.fct_refunds where shop_id = 'giftware:uk'"
    )

    assert found == {
        "refunds": len(figures.uci_refunds()),
        "pounds": figures.uci_refunds().amount.sum(),
        "orders": 1,
        "order_id": "giftware:unknown:uk",
    }


def test_uci_cohorts_are_those_of_pandas(line):
    expected = figures.uci_cohorts()
    found = line.rows(
        "select * from marts.cohort_retention_monthly"
        " where shop_id = 'giftware:uk' and channel = 'all'"
        " and active_customers is not null"
    )

    assert len(found) == 13 * 14 / 2
    sizes = expected.xs(0, level="age").active
    for row in found:
        cohort = row["cohort_month_date"].year * 12 + row["cohort_month_date"].month - 1
        key = (cohort, row["age_months"])
        active, orders, net = (
            expected.loc[key] if key in expected.index else (0, 0, Decimal(0))
        )
        assert row["cohort_size"] == sizes[cohort]
        assert (row["active_customers"], row["order_count"]) == (active, orders)
        assert abs(row["net_sales_by_order"] - net) < CENT
        assert row["is_partial"] == (cohort + row["age_months"] == 2010 * 12 + 11)


@pytest.mark.parametrize(
    ("cohort", "active"),
    [
        (
            "2009-12-01",
            [955, 337, 319, 406, 363, 343, 360, 327, 321, 346, 403, 473, 237],
        ),
        ("2010-01-01", [383, 79, 119, 117, 101, 115, 99, 88, 107, 122, 116, 38]),
        ("2010-06-01", [270, 47, 51, 55, 62, 77, 18]),
        ("2010-10-01", [377, 97, 35]),
    ],
)
def test_a_511_to_514_uci_retention_is_the_published_triangle(line, cohort, active):
    found = line.rows(
        "select active_customers, is_partial from marts.cohort_retention_monthly"
        " where shop_id = 'giftware:uk' and channel = 'all'"
        " and cohort_month_date = %s and active_customers is not null"
        " order by age_months",
        [cohort],
    )

    assert [row["active_customers"] for row in found] == active
    assert [row["is_partial"] for row in found] == [False] * (len(active) - 1) + [True]
