"""Shopify exports of nine shops, and the Olist marketplace sample."""

from __future__ import annotations

from decimal import Decimal

from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS


def test_shopify_orders_are_told_apart_by_id_and_filled_down(line):
    lines = figures.shopify()
    orders = lines[lines.Id.notna()]
    found = line.rows(
        "select orders.order_id, orders.shop_id, count(*) as lines,"
        " sum(lines.quantity) as units"
        " from core.fct_orders as orders"
        " inner join core.fct_order_lines as lines on orders.order_id = lines.order_id"
        " where orders.platform_id = 'shopify' group by 1, 2"
    )
    filled = lines.assign(Id=lines.Id.ffill()).groupby(["Id", "shop"])
    expected = filled["Lineitem quantity"].agg(
        ["size", lambda units: units.astype(int).sum()]
    )

    assert {
        (row["order_id"], row["shop_id"]): (row["lines"], row["units"]) for row in found
    } == {
        (f"shopify:{order}", f"shopify:{shop}"): tuple(row)
        for (order, shop), row in expected.iterrows()
    }
    assert len(found) == 238
    assert orders.Name.duplicated().sum() == 50


def test_shopify_days_are_those_of_the_zone_of_each_shop(line):
    orders = figures.shopify()
    orders = orders[orders.Id.notna()]
    is_unpaid = orders["Financial Status"] != "paid"
    expected = orders[is_unpaid].groupby(["shop", "day"]).size()
    found = line.rows(
        "select shop_id, sales_date, unpaid_order_count, order_count, gmv"
        " from marts.shop_sales_daily"
        " where shop_id like 'shopify:%%' and channel = 'all'"
    )

    assert {
        (row["shop_id"].partition(":")[2], str(row["sales_date"])): row[
            "unpaid_order_count"
        ]
        for row in found
        if row["unpaid_order_count"]
    } == expected.to_dict()
    assert sum(row["order_count"] for row in found) == (~is_unpaid).sum() == 1
    assert sum(row["gmv"] for row in found) == 0


def test_shopify_orders_cancelled_unpaid_are_no_sales(line):
    orders = figures.shopify()
    excluded = line.rows(
        "select order_id from core.fct_orders where platform_id = 'shopify'"
        " and exclusion_reason = 'closed_before_payment'"
    )

    assert {row["order_id"] for row in excluded} == {
        f"shopify:{order}" for order in orders.Id[orders["Cancelled at"].notna()]
    }
    assert len(excluded) == 24


def test_olist_orders_take_the_sum_of_their_payments(line):
    payments = figures.olist("order_payments")
    paid = payments.groupby("order_id").payment_value.agg(
        lambda values: sum(map(Decimal, values))
    )
    found = line.rows(
        "select order_id, paid_amount_original from core.fct_orders"
        " where shop_id = 'olist:sample'"
    )

    assert (payments.groupby("order_id").size() > 1).sum() == 240
    assert {row["order_id"]: row["paid_amount_original"] for row in found} == {
        f"olist:{order}": amount for order, amount in paid.items()
    }


def test_olist_orphans_are_kept_and_named(line):
    orders, items = figures.olist("orders"), figures.olist("order_items")
    unpaid = set(orders.order_id) - set(figures.olist("order_payments").order_id)
    bare = set(orders.order_id) - set(items.order_id)
    quarantined = line.rows(
        "select quarantine.rule, quarantine.record from ops.quarantine as quarantine"
        " inner join ops.loads as loads on quarantine.load_id = loads.load_id"
        " where loads.is_current and loads.source = 'olist'"
    )
    without_lines = line.rows(
        "select order_id from core.fct_order_lines"
        " where listing_id = 'unknown' and order_id like 'olist:%%'"
    )

    assert line.account("olist", "orders")["received"] == 8_000
    assert [row["rule"] for row in quarantined] == ["missing_paid_amount"]
    (record,) = [row["record"] for row in quarantined]
    (order_id,) = unpaid
    people = orders.merge(figures.olist("customers")).set_index("order_id")
    assert order_id in record
    assert people.customer_unique_id[order_id] not in record
    waiting = (items.order_id == order_id).sum()
    assert line.value(
        "select count(*) from core.fct_order_lines where order_id like 'olist:%%'"
    ) == len(items) - waiting + len(bare)
    assert len(bare) == 68
    assert {row["order_id"] for row in without_lines} == {
        f"olist:{order}" for order in bare
    }


def test_olist_buyers_are_persons_and_not_orders(line):
    orders = figures.olist("orders").merge(figures.olist("customers"))
    paid = orders[orders.order_id.isin(figures.olist("order_payments").order_id)]
    found = line.row(
        "select count(distinct customer_id) as persons, count(*) as orders"
        " from core.fct_orders where shop_id = 'olist:sample'"
    )

    assert found == {
        "persons": paid.customer_unique_id.nunique(),
        "orders": len(paid),
    }
