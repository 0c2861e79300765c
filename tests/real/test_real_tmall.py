"""Tmall orders of February 2020, and what holds for every set."""

from __future__ import annotations

from decimal import Decimal

from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS


def test_every_load_is_accepted_and_accounts_for_every_record(line):
    loads = line.rows("select * from ops.loads where is_current")

    assert {load["status"] for load in loads} == {"accepted"}
    for load in loads:
        assert load["received"] == load["loaded"] + load["quarantined"]
        assert load["loaded"] == load["kept"] + load["rejected"] + load["repeated"]
        assert load["rejected"] == 0


def test_every_amount_finds_its_rate(line):
    assert line.value("select count(*) from core.fct_orders where is_fx_missing") == 0


def test_tmall_totals_are_those_of_pandas(line):
    orders = figures.tmall()
    valid = orders[orders.is_valid]
    found = line.row(
        """
        select
            count(*) as orders,
            sum(case when is_valid then 1 else 0 end) as valid,
            sum(case when is_valid then paid_amount end) as gmv,
            sum(refunded_amount) as refunds,
            sum(case when is_valid then net_sales_by_order end) as net,
            sum(case when is_settled then 1 else 0 end) as settled,
            sum(case when refunded_amount > 0 and not is_settled then 1 else 0 end)
                as fully,
            sum(case when refunded_amount > 0 and is_settled then 1 else 0 end)
                as partly
        from core.fct_orders
        where shop_id = 'taobao:feb2020'
        """
    )

    assert line.account("tmall", "orders")["received"] == 28_010
    assert found == {
        "orders": 28_010,
        "valid": 24_087,
        "gmv": Decimal("2474823.07"),
        "refunds": Decimal("572335.92"),
        "net": Decimal("1902487.15"),
        "settled": 18_955,
        "fully": 5_132,
        "partly": 514,
    }
    assert (len(orders), len(valid)) == (found["orders"], found["valid"])
    assert valid.paid.sum() == found["gmv"]
    assert (orders.total == orders.paid)[orders.is_valid].all()
    assert (orders.total != orders.paid)[~orders.is_valid].all()


def test_tmall_days_and_provinces_are_those_of_pandas(line):
    valid = figures.tmall()[figures.tmall().is_valid]
    by_day = valid.groupby(valid.paid_at.dt.date).paid.agg(["size", "sum"])
    found_days = line.rows(
        "select paid_date, count(*) as orders, sum(paid_amount) as gmv"
        " from core.fct_orders where shop_id = 'taobao:feb2020' and is_valid"
        " group by paid_date"
    )
    by_province = valid.groupby("province").agg(
        orders=("paid", "size"), gmv=("paid", "sum"), net=("kept", "sum")
    )
    found_provinces = line.rows(
        "select province, count(*) as orders, sum(paid_amount) as gmv,"
        " sum(net_sales_by_order) as net"
        " from core.fct_orders where shop_id = 'taobao:feb2020' and is_valid"
        " group by province"
    )

    assert {
        str(row["paid_date"]): (row["orders"], row["gmv"]) for row in found_days
    } == {str(day): (row["size"], row["sum"]) for day, row in by_day.iterrows()}
    assert {
        row["province"]: (row["orders"], row["gmv"], row["net"])
        for row in found_provinces
    } == {name: tuple(row) for name, row in by_province.iterrows()}
    assert tuple(by_province.loc["上海"]) == (
        3_060,
        Decimal("326457.79"),
        Decimal("264039.78"),
    )


def test_orders_paid_after_the_last_day_delivered_wait_in_core(line):
    after = line.rows(
        "select paid_date, created_date, paid_amount from core.fct_orders"
        " where shop_id = 'taobao:feb2020' and paid_date > date '2020-02-29'"
    )
    published = line.days("taobao:feb2020")

    assert len(after) == 6
    assert {str(row["created_date"]) for row in after} == {"2020-02-29"}
    assert sum(row["paid_amount"] for row in after) == Decimal("476.00")
    assert str(max(published)) == "2020-02-29"
    assert published[max(published)]["order_count"] == 1_820
    assert published[max(published)]["gmv"] == Decimal("198035.40")
