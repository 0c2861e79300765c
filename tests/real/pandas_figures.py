"""What pandas alone makes of the published files; nothing of the product is used."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pandas

from tests.real.published_sets import DATA, rates

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Return an amount in cents, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@cache
def tmall() -> pandas.DataFrame:
    """Return the Tmall orders: what was paid, given back, and when."""
    path = DATA / "tmall_orders_2020" / "tmall_order_report.csv"
    read = pandas.read_csv(path, dtype=str)
    orders = pandas.DataFrame(
        {
            "total": read["总金额"].map(Decimal),
            "kept": read["买家实际支付金额"].map(Decimal),
            "refund": read["退款金额"].map(Decimal),
            "province": read["收货地址"].str.extract(r"^(内蒙古|黑龙江|..)")[0],
            "created": pandas.to_datetime(read["订单创建时间"]),
            "paid_at": pandas.to_datetime(read["订单付款时间"]),
        }
    )
    orders["paid"] = orders.kept + orders.refund
    orders["is_valid"] = orders.paid_at.notna()
    return orders


@cache
def uci() -> pandas.DataFrame:
    """Return the lines of the gift wholesaler."""
    path = DATA / "uci_online_retail_year1" / "online_retail_2009_2010.parquet"
    lines = pandas.read_parquet(path)
    lines.columns = pandas.Index(
        ["invoice", "code", "title", "quantity", "at", "price", "customer", "country"]
    )
    lines["at"] = pandas.to_datetime(lines["at"])
    lines["amount"] = [
        Decimal(int(quantity)) * Decimal(str(price))
        for quantity, price in zip(lines.quantity, lines.price, strict=True)
    ]
    lines["is_cancelled"] = lines.invoice.str.startswith("C")
    lines["is_bad_debt"] = lines.invoice.str.startswith("A")
    lines["is_sold"] = (
        ~lines.is_cancelled
        & ~lines.is_bad_debt
        & (lines.quantity > 0)
        & (lines.price > 0)
    )
    return lines


@cache
def uci_orders() -> pandas.DataFrame:
    """Return an order per invoice sold, in pounds and at the rate of its day."""
    sold = uci()[uci().is_sold]
    orders = sold.groupby("invoice", sort=False).agg(
        at=("at", "first"),
        customer=("customer", "first"),
        units=("quantity", "sum"),
        amount=("amount", "sum"),
    )
    orders["amount"] = orders.amount.map(cents)
    return _converted(orders, "GBP")


@cache
def uci_refunds() -> pandas.DataFrame:
    """Return a refund per cancelled invoice."""
    lines = uci()
    cancelled = lines[lines.is_cancelled & (lines.quantity < 0)]
    refunds = cancelled.groupby("invoice", sort=False).agg(
        at=("at", "first"), amount=("amount", "sum")
    )
    refunds["amount"] = refunds.amount.map(lambda amount: cents(-amount))
    return _converted(refunds, "GBP")


def uci_days() -> pandas.DataFrame:
    """Return the sales of each day."""
    orders = uci_orders()
    first_day = orders.groupby("customer").day.transform("min")
    days = orders.groupby("day").agg(
        order_count=("amount", "size"),
        customers=("customer", "nunique"),
        anonymous_order_count=("customer", lambda each: int(each.isna().sum())),
        units=("units", "sum"),
        gmv=("yuan", "sum"),
    )
    new = orders[orders.day == first_day].groupby("day").customer.nunique()
    days["new_buyers"] = new.reindex(days.index, fill_value=0)
    days["buyers"] = days.customers + days.anonymous_order_count
    back = uci_refunds().groupby("day").yuan.sum()
    every = days.index.union(back.index)
    days = days.reindex(every)
    amounts = days[["gmv"]].astype(object).where(days[["gmv"]].notna(), Decimal(0))
    days = days.drop(columns="gmv").fillna(0).astype(int)
    days["gmv"] = amounts["gmv"]
    days["refund_amount"] = [back.get(day, Decimal(0)) for day in every]
    return days


def uci_cohorts() -> pandas.DataFrame:
    """Return customers, orders and pounds in yuan by cohort and age in months."""
    known = uci_orders().dropna(subset="customer").copy()
    month = known["at"].dt.year * 12 + known["at"].dt.month - 1
    known["cohort"] = month.groupby(known.customer).transform("min")
    known["age"] = month - known.cohort
    return known.groupby(["cohort", "age"]).agg(
        active=("customer", "nunique"), orders=("yuan", "size"), net=("yuan", "sum")
    )


def _converted(rows: pandas.DataFrame, currency: str) -> pandas.DataFrame:
    """Add the local day and the amount at the last rate at or before it."""
    known = [(day, rate) for day, code, rate in rates() if code == currency]
    rows["day"] = rows["at"].dt.date
    found = {
        day: max((date, rate) for date, rate in known if date <= day)[1]
        for day in rows.day.unique()
    }
    rows["yuan"] = [
        amount * found[day]
        for amount, day in zip(rows["amount"], rows["day"], strict=True)
    ]
    return rows


@cache
def beauty() -> pandas.DataFrame:
    """Return the beauty listings, as published."""
    path = DATA / "double11_beauty_2016" / "double11_taobao_beauty.gbk.csv"
    read = pandas.read_csv(path, encoding="gbk", dtype=str)
    read["price"] = read.price.map(Decimal)
    read["day"] = pandas.to_datetime(read.update_time).dt.date
    read["sale_count"] = read.sale_count.astype("Int64")
    return read.sort_values(["id", "day"], kind="stable")


def beauty_changes() -> pandas.DataFrame:
    """Return the moves between sightings that are neither a cent nor half a percent."""
    days = beauty().drop_duplicates().copy()
    days["before"] = days.groupby("id").price.shift()
    known = days[days.before.notna()].copy()
    size = (known.price - known.before).abs()
    return known[(size >= CENT) & (size >= known.before * Decimal("0.005"))]


@cache
def pinduoduo() -> pandas.DataFrame:
    """Return the Pinduoduo listings with the numbers that stand beside the lists."""
    path = DATA / "pdd_listings_2018" / "pdd_listings.gbk.csv"
    read = pandas.read_csv(path, encoding="gb18030", dtype=str)
    return pandas.DataFrame(
        {
            "title": read["Name"].str[2:-2],
            "category": read["j"].str.strip("[]"),
            "position": read["i+1"].str.strip("[]").astype(int),
            "price": read["PRICE"].map(Decimal),
            "sold": read["SALENUM"].astype(int),
        }
    )


@cache
def shopify() -> pandas.DataFrame:
    """Return the lines of all exports; an order's own cells stand on its first."""
    parts = []
    for path in sorted((DATA / "shopify_orders_export").glob("*.csv")):
        parts.append(pandas.read_csv(path, dtype=str).assign(shop=path.stem))
    lines = pandas.concat(parts, ignore_index=True)
    lines["day"] = lines["Created at"].str[:10]
    return lines


@cache
def olist(name: str) -> pandas.DataFrame:
    """Return one table of the marketplace sample."""
    path: Path = DATA / "olist_sample" / f"olist_{name}_dataset.csv.gz"
    return pandas.read_csv(path, dtype=str)
