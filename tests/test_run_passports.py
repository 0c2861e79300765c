"""The passports of runs tell what was published, refused and rolled back, and why."""

from __future__ import annotations

import pytest
from marts_at_hand import build, run_no
from status_runs import check, core, deliver, publish, status_of, two_shops

from seller_intel import clock, published


@pytest.fixture
def market(postgres):
    return two_shops(postgres)


def test_a_refused_run_blocks_and_readers_keep_the_previous_one(market):
    deliver(market, 1, "files__orders", "drop", 1)
    publish(market, 1)
    core(market, 2)
    build(run_no(2))
    check(market, 2, "shop_sales_daily", "critical", False, "gmv")

    published.refuse(run_no(2), "shop_sales_daily: gmv fell by 90 %")

    passports = market.rows(
        "select run_id, status, is_current, published_at is null as is_unpublished,"
        " checks_failed, reason from marts.run_passports order by run_id"
    )
    assert [row["status"] for row in passports] == ["published", "refused"]
    assert [row["is_current"] for row in passports] == [True, False]
    assert passports[1]["is_unpublished"]
    assert passports[1]["checks_failed"] == 1
    assert "90 %" in passports[1]["reason"]
    status = status_of()
    assert (status["run_id"], status["status"]) == (run_no(1), "blocked")
    assert status["status_zh"] == "已阻断"
    assert status["failed_check_count"] == 1
    assert status_of("price_changes")["status"] == "blocked"
    assert market.value("select max(run) from marts.shop_sales_daily") == run_no(1)

    publish(market, 3)

    assert status_of()["status"] != "blocked"
    assert status_of()["previous_run_id"] == run_no(1)


def test_a_failed_build_blocks_and_is_told(market):
    publish(market, 1)
    with pytest.raises(ZeroDivisionError):
        build(run_no(2), {"shop_sales_daily": Broken()})

    told = market.rows(
        "select status, reason from marts.run_passports where run_id = %s", [run_no(2)]
    )
    assert told == [{"status": "failed", "reason": "ZeroDivisionError: no data"}]
    assert status_of()["status"] == "blocked"


class Broken(str):
    """A mart that cannot be built."""

    def replace(self, *_):
        raise ZeroDivisionError("no data")


def test_a_rollback_is_told_by_the_current_row(market):
    publish(market, 1)
    publish(market, 2)

    published.rollback()

    assert market.rows(
        "select run_id, status, is_current from marts.run_passports order by 1"
    ) == [
        {"run_id": run_no(1), "status": "published", "is_current": True},
        {"run_id": run_no(2), "status": "published", "is_current": False},
    ]
    assert status_of()["run_id"] == run_no(1)


def test_a_passport_counts_every_stream_and_the_sums_hold(market):
    deliver(market, 1, "files__orders", "drop", 5)
    deliver(market, 1, "files__orders", "other", 3)
    deliver(market, 1, "files__ads", "ads", 1, status="rejected", rejected=9)
    deliver(market, 1, "files__listings", "crawl", -24)
    publish(market, 1)
    deliver(market, 2, "files__orders", "drop", 1)

    rows = market.rows("select * from marts.run_passport_sources order by stream_id")

    assert [row["stream_id"] for row in rows] == [
        "files__ads",
        "files__listings",
        "files__orders",
    ]
    for row in rows:
        assert row["received"] == row["loaded"] + row["quarantined"]
        assert row["loaded"] == row["kept"] + row["rejected"] + row["repeated"]
    ads, listings, orders = rows
    assert (ads["rejected"], ads["latest_source_at"]) == (9, None)
    assert listings["latest_source_at"] == clock.as_of(run_no(1))
    assert orders["received"] == 20
    passport = market.rows("select * from marts.run_passports")[0]
    assert passport["is_current"]
    assert passport["git_commit"]
    assert passport["thresholds_version"]
    assert set(passport["source_watermarks"]) == {"files__orders", "files__listings"}
