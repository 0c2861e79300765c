"""Five Shopee price histories, three years of readings, some of them poisoned."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from deliveries import Line

from tests.real import published_sets

pytestmark = published_sets.MARKS
DATA = published_sets.DATA / "shopee_price_history"
# Money is written as dong x 100,000.
SCALE = Decimal(100_000)
PHONE, MONITOR, CHARGER = "10753341705", "13309490267", "3391609027"
STATUS = {
    "normal": "on",
    "sold_out": "sold_out",
    "banned": "banned",
    "offensive_hide": "off",
}


def _published() -> pd.DataFrame:
    """Return every reading as published, with its price in dong."""
    parts = [
        pd.read_csv(path, dtype=str).assign(listing=path.name.partition(".")[0])
        for path in sorted(DATA.glob("*.csv.gz"))
    ]
    read = pd.concat(parts, ignore_index=True)
    read["dong"] = read["price"].map(lambda price: Decimal(price) / SCALE)
    read["is_whole"] = read["dong"].map(lambda price: price % 1 == 0)
    return read


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return _published()


@pytest.fixture(scope="module")
def histories(shared_postgres, published):
    """The readings through core to the price marts."""
    shared_postgres.register("reporting_currency: VND\nshops: []\nsources: []\n")
    line = Line()
    line.deliver(
        "listings",
        [
            {
                "platform_id": "shopee",
                "listing_id": row.listing,
                "observed_at": pd.Timestamp(int(row.time), unit="s", tz="UTC")
                .to_pydatetime()
                .isoformat(),
                "currency": "VND",
                "status": STATUS[row.item_status],
                "price": str(row.dong),
                "counter_type": "rolling_30d",
                "counter_lo": row.sold,
                "counter_hi": row.sold,
            }
            for row in published.itertuples()
        ],
        source="track",
    )
    line.build("20251210T060000", full_refresh=True)
    line.publishable("20251210T060000")
    return shared_postgres


def _qualities(histories, listing: str) -> dict[tuple[str, str], int]:
    rows = histories.rows(
        "select status, price_quality, count(*) as readings"
        " from core.fct_listing_snapshots where listing_id = %s"
        " group by status, price_quality",
        [f"shopee:{listing}"],
    )
    return {(row["status"], row["price_quality"]): row["readings"] for row in rows}


def test_a_410_prices_that_nobody_can_pay_are_named(histories):
    found = _qualities(histories, PHONE)

    assert sum(found.values()) == 6_282
    assert found["on", "implausible"] + found["on", "ok"] == 5_104
    assert found["on", "implausible"] == 2_084


def test_every_reading_of_a_part_of_a_dong_is_named_and_few_others(
    histories, published
):
    rows = histories.rows(
        "select listing_id, observed_at, price_quality from core.fct_listing_snapshots"
    )
    named = {
        (row["listing_id"].removeprefix("shopee:"), int(row["observed_at"].timestamp()))
        for row in rows
        if row["price_quality"] == "implausible"
    }
    parted = published[~published["is_whole"]]
    wanted = set(zip(parted["listing"], parted["time"].astype(int), strict=True))

    assert len(rows) == len(published) == 13_922
    assert wanted <= named
    assert len(named - wanted) <= 5


def test_no_poisoned_price_reaches_the_marts(histories, published):
    rows = histories.rows(
        "select listing_id, final_price, lowest_final_price, highest_final_price"
        " from marts_build.competitor_prices_daily where final_price is not null"
    )
    whole = published[published["is_whole"]].groupby("listing")["dong"]
    shown = {listing: set(prices) for listing, prices in whole}

    assert len(rows) > 500
    for row in rows:
        assert {
            row["final_price"],
            row["lowest_final_price"],
            row["highest_final_price"],
        } <= shown[row["listing_id"].removeprefix("shopee:")]


def test_falls_of_a_rolling_counter_are_no_events(histories, published):
    sold = published[published["listing"] == PHONE]["sold"].astype(int)
    events = histories.value("select count(*) from core.fct_counter_events")

    assert (sold.diff() < 0).sum() == 1_118
    assert events == 0
