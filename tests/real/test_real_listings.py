"""Crawled listings, in GBK, beside pandas: Double-11 beauty and Pinduoduo."""

from __future__ import annotations

from tests.real import pandas_figures as figures
from tests.real import published_sets

pytest_plugins = ["tests.real.line"]
pytestmark = published_sets.MARKS


def test_beauty_repeats_are_counted_and_change_nothing(line):
    found = line.account("double11", "listings")

    assert (found["received"], found["kept"], found["repeated"]) == (27_598, 27_512, 86)
    assert figures.beauty().duplicated().sum() == 86
    snapshots = line.value(
        "select count(*) from core.fct_listing_snapshots where platform_id = 'taobao'"
    )
    assert snapshots == 27_512


def test_beauty_rows_without_counters_are_null_and_not_zero(line):
    published = figures.beauty()
    raw = line.value(
        "select count(*) from staging.stg_files__listings"
        " where platform_id = 'taobao' and counter_lo is null"
        " and review_count is null"
    )
    found = line.row(
        "select count(*) as listings, count(counter_lo) as counters,"
        " count(review_count) as reviews, min(counter_lo) as least,"
        " sum(case when counter_lo = 0 then 1 else 0 end) as zeros"
        " from core.fct_listing_snapshots where platform_id = 'taobao'"
    )
    known = published.drop_duplicates().sale_count.dropna()

    assert raw == 2_354 == published.sale_count.isna().sum()
    assert found["counters"] == found["reviews"] == 27_512 - 2_350 == len(known)
    assert found["least"] == 0
    assert found["zeros"] == (known == 0).sum()


def test_beauty_counters_fall_as_often_as_published(line):
    falls = line.value(
        """
        select count(*)
        from (
            select
                counter_lo,
                lag(counter_lo) over (partition by listing_id order by observed_at)
                    as counter_before
            from core.fct_listing_snapshots
            where platform_id = 'taobao' and counter_lo is not null
        ) as seen
        where counter_lo < counter_before
        """
    )

    assert falls == 1_374


def test_beauty_prices_of_each_listing_and_day_are_those_published(line):
    found = line.rows(
        "select listing_id, price_date, final_price, shown_price"
        " from marts.competitor_prices_daily"
        " where listing_id like 'taobao:A%%' and snapshot_count > 0"
    )
    published = figures.beauty().drop_duplicates()

    assert {
        (row["listing_id"], row["price_date"]): row["final_price"] for row in found
    } == {
        (f"taobao:{listing}", day): price
        for listing, day, price in zip(
            published.id, published.day, published.price, strict=True
        )
    }
    assert all(row["shown_price"] == row["final_price"] for row in found)


def test_beauty_price_changes_are_those_of_pandas(line):
    found = line.rows(
        "select * from marts.price_changes where listing_id like 'taobao:A%%'"
    )
    expected = figures.beauty_changes()

    assert {
        (
            row["listing_id"],
            row["changed_date"],
            row["price_before"],
            row["price_after"],
        )
        for row in found
    } == {
        (f"taobao:{row.id}", row.day, row.before, row.price)
        for row in expected.itertuples()
    }
    assert len(found) == len(expected)
    assert len({row["listing_id"] for row in found}) == 863
    assert {row["kind"] for row in found} == {"up", "down"}


def test_pinduoduo_cells_come_out_of_their_lists(line):
    published = figures.pinduoduo()
    found = line.rows(
        "select counter_lo as sold, shown_price_original as price, position"
        " from core.fct_listing_snapshots where platform_id = 'pinduoduo'"
    )
    distinct = published.drop_duplicates()

    received = line.account("pdd", "listings")
    assert (received["received"], received["quarantined"]) == (27_965, 0)
    assert len(found) == len(distinct) == 27_965 - 26
    assert sum(row["sold"] for row in found) == int(distinct.sold.sum())
    assert sum(row["price"] for row in found) == distinct.price.sum()
    assert sum(row["position"] for row in found) == int(distinct.position.sum())
    assert max(row["sold"] for row in found) == 3_705_865
