"""The status of a mart tells its age, what it lacks and what its checks found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from marts_at_hand import MARTS, release, run_no
from status_runs import check, core, deliver, measure, publish, status_of, two_shops


@pytest.fixture
def market(postgres):
    return two_shops(postgres)


def test_a_stream_without_dates_has_no_age(market):
    deliver(market, 1, "files__orders", "drop", 1)
    market.execute("update ops.loads set got_to = null")
    publish(market, 1)

    assert status_of()["age_hours"] is None
    assert status_of()["is_fresh"] is True


def test_a_fresh_mart_is_ok_and_measured_from_its_most_overdue_source(market):
    market.execute(
        "insert into ops.sources values"
        " ('more', 'files__orders', 'files', null, 'record', 20, null)"
    )
    deliver(market, 1, "files__orders", "drop", 12)
    deliver(market, 1, "files__orders", "more", 10)
    deliver(market, 1, "files__ads", "ads", 30)
    deliver(market, 1, "files__listings", "crawl", 2)
    measure(market, 1, "shop_sales_daily")
    publish(market, 1)

    status = status_of()

    assert (status["age_hours"], status["sla_hours"]) == (10, 20)
    assert status["is_fresh"] is True
    assert (status["status"], status["status_zh"]) == ("ok", "正常")
    assert str(status["latest_business_date"]) == "2026-01-01"
    assert status["coverage_share"] == Decimal("0.9")
    assert status["changed_row_share"] == Decimal("0.25")
    assert (status["run_id"], status["previous_run_id"]) == (run_no(1), None)


def test_every_published_mart_has_one_row_and_column_groups_have_their_own(market):
    deliver(market, 1, "files__orders", "drop", 1)
    publish(market, 1)

    rows = market.rows(
        "select mart_name, column_group, streams_not_carried from marts.data_status"
        " order by mart_name"
    )

    assert rows == [
        {
            "mart_name": "price_changes",
            "column_group": "all",
            "streams_not_carried": None,
        },
        {
            "mart_name": "shop_sales_daily",
            "column_group": "all",
            "streams_not_carried": "ads (jd:2)",
        },
        {
            "mart_name": "shop_sales_daily.ad_cost_amount",
            "column_group": "ad_cost_amount",
            "streams_not_carried": "ads (jd:2)",
        },
    ]


def test_a_column_with_streams_of_its_own_is_as_old_as_those(market):
    deliver(market, 1, "files__orders", "drop", 12)
    deliver(market, 1, "files__ads", "ads", 60)
    publish(market, 1)

    status = status_of("shop_sales_daily.ad_cost_amount")

    assert (status["age_hours"], status["sla_hours"]) == (60, 48)
    assert status["status"] == "stale"
    assert status_of()["status"] == "ok"


def test_a_source_is_as_fresh_as_the_freshest_of_its_streams(market):
    market.execute(
        "insert into ops.sources values"
        " ('drop', 'files__refunds', 'files', null, 'record', 36, null)"
    )
    deliver(market, 1, "files__orders", "drop", 12)
    deliver(market, 1, "files__refunds", "drop", 90)
    publish(market, 1)

    assert status_of()["age_hours"] == 12


def test_a_stream_that_no_source_brings_is_named(market):
    market.execute("delete from ops.sources where source = 'ads'")
    publish(market, 1)

    assert status_of()["streams_not_carried"] == "ads"


def test_a_mart_grows_stale_without_any_run(market):
    deliver(market, 1, "files__orders", "drop", 1)
    publish(market, 1)
    market.execute("update ops.meta set value = 'false' where key = 'is_sandbox'")

    status = status_of()

    assert status["age_hours"] > 36
    assert status["is_fresh"] is False
    assert (status["status"], status["status_zh"]) == ("stale", "已过期")


def test_the_sandbox_tells_age_by_its_latest_run(market):
    deliver(market, 1, "files__orders", "drop", 1)
    publish(market, 1)
    assert status_of()["age_hours"] == 1

    publish(market, 3)

    assert status_of()["age_hours"] == 49
    assert status_of()["status"] == "stale"


def test_age_is_of_what_was_published_not_of_what_was_loaded_since(market):
    deliver(market, 1, "files__orders", "drop", 1)
    publish(market, 1)

    deliver(market, 3, "files__orders", "drop", 1)
    core(market, 3)

    assert status_of()["age_hours"] == 49


def test_warnings_are_counted_on_their_mart_and_column(market):
    check(market, 1, "marts_build.shop_sales_daily", "warning", False, "ad_cost_amount")
    check(market, 1, "marts_build.shop_sales_daily", "warning", False, "gmv")
    check(market, 1, "marts_build.shop_sales_daily", "warning", True, "gmv")
    publish(market, 1)

    assert status_of()["warning_check_count"] == 2
    assert status_of()["status"] == "warned"
    assert status_of("shop_sales_daily.ad_cost_amount")["warning_check_count"] == 1
    assert status_of("price_changes")["status"] == "ok"


def test_a_mart_without_dated_streams_is_fresh(postgres):
    release(
        run_no(1), {**MARTS, "metric_dictionary": "select 'gmv'::text as metric_id"}
    )

    status = status_of("metric_dictionary")

    assert (status["status"], status["age_hours"]) == ("ok", None)
