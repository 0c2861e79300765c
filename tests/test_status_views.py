"""The status views are described and readable, and tell the health of crawls."""

from __future__ import annotations

from decimal import Decimal

import pytest
from marts_at_hand import run_no

from seller_intel import lineage, warehouse


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
