"""The status marts tell what was published, refused, and how far it can be trusted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from marts_at_hand import MARTS, build, release, run_no

from seller_intel import clock, lineage, published, warehouse

SHOPS = "('taobao:1', 'taobao', 'One', null, true, null, 'Asia/Shanghai', 'CNY'),"
SHOPS += "('jd:2', 'jd', 'Two', null, true, null, 'Asia/Shanghai', 'CNY')"
MANIFEST = {
    "sources": {
        f"source.raw.files__{stream}": {
            "name": f"files__{stream}",
            "source_name": "raw",
        }
        for stream in ("orders", "refunds", "ads", "listings")
    }
    | {"source.ops.shops": {"name": "shops", "source_name": "ops"}},
    "nodes": {
        "model.fct_orders": {
            "resource_type": "model",
            "name": "fct_orders",
            "schema": "core",
            "depends_on": {
                "nodes": [
                    "source.raw.files__orders",
                    "source.raw.files__refunds",
                    "source.ops.shops",
                ]
            },
        },
        "model.shop_sales_daily": {
            "resource_type": "model",
            "name": "shop_sales_daily",
            "schema": "marts_build",
            "depends_on": {"nodes": ["model.fct_orders", "source.raw.files__ads"]},
            "config": {"meta": {"column_streams": {"ad_cost_amount": ["ads"]}}},
        },
        "model.price_changes": {
            "resource_type": "model",
            "name": "price_changes",
            "schema": "marts_build",
            "depends_on": {"nodes": ["source.raw.files__listings"]},
        },
    },
}


@pytest.fixture
def market(postgres):
    """Two shops; orders for both, advertisements for one, listings from a crawl."""
    postgres.execute(f"insert into ops.shops values {SHOPS}")
    postgres.execute(
        "insert into ops.sources values"
        " ('drop', 'files__orders', 'files', null, 'record', 36, null),"
        " ('back', 'files__refunds', 'files', null, 'record', 36, null),"
        " ('ads', 'files__ads', 'files', 'taobao:1', 'record', 48, null),"
        " ('crawl', 'files__listings', 'files', null, 'observation', 12, null)"
    )
    postgres.execute("update ops.meta set value = 'true' where key = 'is_sandbox'")
    return postgres


def test_lineage_follows_figures_and_not_names_or_touched_keys():
    def model(name, *parents, schema="core", meta=None):
        return {
            "resource_type": "model",
            "name": name,
            "schema": schema,
            "depends_on": {"nodes": list(parents)},
            "config": {"meta": meta or {}},
        }

    sources = {
        stream: {"name": f"files__{stream}", "source_name": "raw"}
        for stream in ("orders", "shops", "members", "traffic")
    }
    nodes = {
        "dim_shops": model("dim_shops", "shops"),
        "int_orders_touched": model("int_orders_touched", "members"),
        "fct_coverage_daily": model("fct_coverage_daily", "traffic"),
        "fct_orders": model("fct_orders", "orders", "int_orders_touched", "dim_shops"),
        "sales": model(
            "sales", "fct_orders", "fct_coverage_daily", schema="marts_build"
        ),
        "told": model(
            "told", "fct_orders", schema="marts_build", meta={"streams": ["ads"]}
        ),
    }

    assert lineage.streams({"nodes": nodes, "sources": sources}) == {
        ("sales", "all"): {"orders"},
        ("told", "all"): {"ads"},
    }


def test_a_stream_without_dates_has_no_age(market):
    deliver(market, 1, "files__orders", "drop", 1)
    market.execute("update ops.loads set got_to = null")
    publish(market, 1)

    assert status_of()["age_hours"] is None
    assert status_of()["is_fresh"] is True


def deliver(postgres, number, stream, source, hours_old, status="accepted", rejected=1):
    """Let a load of ten lines reach up to some hours before the number-th run."""
    postgres.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, load_seq, received, loaded, quarantined, kept, rejected, repeated,"
        " sha256, manifest, got_to, loaded_at) values (nextval('ops.load_id'), 1, true,"
        " %s, %s, %s, %s, case when %s = 'accepted' then nextval('ops.load_seq') end,"
        " 10, 9, 1, 9 - %s, %s, 0, '', '{}', %s::timestamptz"
        " - make_interval(hours => %s), %s)",
        [
            stream,
            source,
            run_no(number),
            status,
            status,
            rejected,
            rejected,
            clock.as_of(run_no(number)),
            hours_old,
            clock.as_of(run_no(number)),
        ],
    )


def check(postgres, number, table, severity, is_passed, column=None, stage="gate"):
    postgres.execute(
        "insert into ops.checks (run, stage, table_name, expectation, column_name,"
        " severity, is_passed, checked_at)"
        " values (%s, %s, %s, 'expect', %s, %s, %s, %s)",
        [
            run_no(number),
            stage,
            table,
            column,
            severity,
            is_passed,
            clock.as_of(run_no(number)),
        ],
    )


def measure(postgres, number, mart, date="2026-01-01"):
    postgres.execute(
        "insert into ops.mart_stats values (%s, %s, 20, %s, 0.9, 0.25, 'x')",
        [run_no(number), mart, date],
    )


def core(postgres, number):
    postgres.execute(
        "insert into ops.builds (run, part, status, from_seq, to_seq, started_at)"
        " values (%s, 'core', 'done', 0, (select max(load_seq) from ops.loads), %s)",
        [run_no(number), clock.as_of(run_no(number))],
    )


def publish(postgres, number):
    core(postgres, number)
    build(run_no(number))
    lineage.record(run_no(number), MANIFEST)
    published.publish(run_no(number))


def status_of(mart="shop_sales_daily"):
    with warehouse.as_role("reader") as session:
        return session.one(
            "select * from marts.data_status where mart_name = %s", [mart]
        )


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


def test_status_views_are_described_in_english_and_chinese(postgres):
    rows = postgres.rows(
        "select attrelid::regclass::text as view, attname,"
        " col_description(attrelid, attnum) as told,"
        " obj_description(attrelid, 'pg_class') as view_told"
        " from pg_attribute where attnum > 0 and attrelid in"
        " (select oid from pg_class where relnamespace = 'marts'::regnamespace)"
    )

    assert len(rows) > 50
    for row in rows:
        for told in (row["told"], row["view_told"]):
            assert told, row
            assert any("\u4e00" <= letter <= "\u9fff" for letter in told), row
            assert any("a" <= letter <= "z" for letter in told), row


def test_an_analyst_reads_status_before_anything_was_published_or_crawled(postgres):
    with warehouse.as_role("reader") as session:
        for view in (
            "run_passports",
            "run_passport_sources",
            "data_status",
            "crawl_health_daily",
            "crawl_fields_daily",
        ):
            assert session.rows(f"select * from {view}") == []


def test_a_mart_without_dated_streams_is_fresh(postgres):
    release(
        run_no(1), {**MARTS, "metric_dictionary": "select 'gmv'::text as metric_id"}
    )

    status = status_of("metric_dictionary")

    assert (status["status"], status["age_hours"]) == ("ok", None)


def crawl(postgres, day, filled, requests=10, blocked=0, items=100, delay=1):
    postgres.execute(
        "insert into ops.crawl_outcomes values"
        " (%s, 'rivals', 'web__listings', date '2026-01-01' + %s, %s, %s, %s, 0, 0,"
        " %s, %s, 100, %s)",
        [
            run_no(day),
            day,
            requests,
            requests - blocked,
            blocked,
            requests,
            items,
            delay,
        ],
    )
    postgres.execute(
        "insert into ops.crawl_fields values (%s, 'rivals', 'web__listings',"
        " date '2026-01-01' + %s, 'final_price', %s, %s)",
        [run_no(day), day, filled, items],
    )


def test_crawl_health_counts_outcomes_and_sees_a_changed_page(postgres):
    for day, filled in ((0, 99), (7, 98), (14, 97), (21, 99), (1, 10), (28, 60)):
        crawl(postgres, day, filled, blocked=2)

    rows = postgres.rows("select * from marts.crawl_health_daily order by crawl_date")

    assert [row["layout_alert"] for row in rows] == [False] * 5 + [True]
    for row in rows:
        outcomes = row["ok"] + row["blocked"] + row["robots_refused"] + row["errors"]
        assert row["requests"] == outcomes == 10
    assert rows[0]["item_coverage_share"] == 1
    assert rows[0]["field_fill_shares"] == {"final_price": pytest.approx(0.99)}
    fields = postgres.rows(
        "select fill_share, median_28d from marts.crawl_fields_daily"
        " where crawl_date = '2026-01-29'"
    )
    assert fields == [{"fill_share": Decimal("0.6"), "median_28d": Decimal("0.985")}]


def test_crawl_health_weighs_delays_and_counts_quarantine(postgres):
    crawl(postgres, 0, 100, requests=10, delay=1)
    postgres.execute(
        "insert into ops.crawl_outcomes values ('20260101T070000', 'more',"
        " 'web__listings', '2026-01-01', 30, 30, 0, 0, 0, 30, 300, null, 3)"
    )
    postgres.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, received, loaded, quarantined, sha256, manifest, loaded_at) values"
        " (1, 1, true, 'web__listings', 'rivals', %s, 'pending', 12, 10, 2, '', '{}',"
        " now())",
        [run_no(0)],
    )
    postgres.execute(
        "insert into ops.quarantine values (1, 1, 'r', 'r', null, null, 7),"
        " (1, 2, 'r', 'r', null, null, null)"
    )

    row = postgres.rows("select * from marts.crawl_health_daily")[0]

    assert row["requests"] == 40
    assert row["delay_seconds_p50"] == 3
    assert (row["quarantined"], row["replayed"]) == (2, 1)
