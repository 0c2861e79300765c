"""The estimator on published snapshots: Double-11 beauty, Pinduoduo replies."""

from __future__ import annotations

import json

import pytest
from deliveries import Line

from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS

_SHARES = """
    with shops as (
        select shop_id, sum(final_price * counter_lo) as shown
        from core.fct_listing_snapshots
        where
            platform_id = 'taobao'
            and observed_date = date '2016-11-14'
            and counter_lo is not null
        group by shop_id
    ),
    shares as (
        select shown / sum(shown) over () as share,
            row_number() over (order by shown desc nulls last) as place
        from shops
    )
    select count(*) as shops, max(share) as cr1,
        sum(case when place <= 4 then share end) as cr4,
        sum(10000 * share * share) as hhi
    from shares
"""


def test_a_352_the_day_after_the_festival_is_shared_as_published(line):
    found = line.row(_SHARES)
    beauty = figures.beauty().drop_duplicates()
    day = beauty[beauty.day.astype(str) == "2016-11-14"].dropna(subset="sale_count")
    shown = day.price.astype(float) * day.sale_count.astype(float)
    shares = (shown.groupby(day["店名"]).sum() / shown.sum()).sort_values()

    assert len(day) == 1_922
    assert found["shops"] == 19 == len(shares)
    assert round(float(found["cr1"]), 6) == 0.137757 == round(shares.iloc[-1], 6)
    assert round(float(found["cr4"]), 6) == 0.488995 == round(shares[-4:].sum(), 6)
    assert round(float(found["hhi"]), 2) == 907.71


def test_brands_share_every_day_as_pandas_says(line):
    rows = line.rows(
        "select observed_date, shop_id, sum(final_price * counter_lo) as shown"
        " from core.fct_listing_snapshots"
        " where platform_id = 'taobao' and counter_lo is not null"
        " group by observed_date, shop_id"
    )
    beauty = figures.beauty().drop_duplicates().dropna(subset="sale_count")
    shown = beauty.price.astype(float) * beauty.sale_count.astype(float)
    sizes = shown.groupby([beauty.day, beauty["店名"]]).sum()
    found = {}
    for row in rows:
        found.setdefault(row["observed_date"], []).append(float(row["shown"]))

    assert len(rows) == len(sizes)
    assert len(found) == 10
    for day, brands in sizes.groupby(level=0):
        assert sorted(found[day]) == pytest.approx(sorted(brands))
        assert _hhi(found[day]) == pytest.approx(_hhi(list(brands)), rel=1e-9)


def _hhi(sizes: list[float]) -> float:
    return sum((100 * size / sum(sizes)) ** 2 for size in sizes)


def test_a_334_counters_that_fall_sell_nothing_below_zero(line):
    events = line.value(
        "select count(*) from core.fct_counter_events where platform_id = 'taobao'"
    )
    least = line.value(
        "select min(units_lo) from core.fct_listing_sales_daily"
        " where platform_id = 'taobao'"
    )

    assert events == 0
    assert least == 0


def test_the_festival_is_seen_in_what_must_have_been_sold(line):
    days = line.rows(
        "select sales_date, sum(units_lo) as units from core.fct_listing_sales_daily"
        " where platform_id = 'taobao' group by sales_date order by units desc"
    )

    # the set tells days and no hours, so a reading of the 11th closes the 10th
    assert [str(day["sales_date"]) for day in days[:2]] == ["2016-11-10", "2016-11-11"]
    assert days[0]["units"] > 20 * days[2]["units"]
    assert days[1]["units"] > 5 * days[2]["units"]


def test_every_text_of_a_pinduoduo_reply_holds_its_count(postgres):
    path = published_sets.DATA / "pdd_goods_api_2018/pdd_goods_list_2018-12-11.json"
    goods = json.loads(path.read_text(encoding="utf-8"))["goods_list"]
    postgres.register("reporting_currency: CNY\nshops: []\nsources: []\n")
    line = Line()
    line.deliver(
        "listings",
        [
            {
                "platform_id": "pinduoduo",
                "listing_id": str(each["goods_id"]),
                "observed_at": "2018-12-11T08:00:00+00:00",
                "currency": "CNY",
                "counter_text": each["sales_tip"],
            }
            for each in goods
        ],
    )
    line.build("20181212T060000", full_refresh=True)

    bounds = {
        row["listing_id"]: (row["counter_lo"], row["counter_hi"])
        for row in postgres.rows("select * from core.fct_listing_snapshots")
    }
    assert len(bounds) == len(goods) > 5
    for each in goods:
        lo, hi = bounds[f"pinduoduo:{each['goods_id']}"]

        assert lo <= each["cnt"] <= hi
