"""Runs of a small warehouse for tests of the status marts: loads, checks, releases."""

from __future__ import annotations

from marts_at_hand import build, run_no

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


def two_shops(postgres):
    """Return a warehouse of two shops: orders of both, ads of one, crawled listings."""
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
    """Note what a check of a run found."""
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
    """Note what was measured of a mart of a run."""
    postgres.execute(
        "insert into ops.mart_stats values (%s, %s, 20, %s, 0.9, 0.25, 'x')",
        [run_no(number), mart, date],
    )


def core(postgres, number):
    """Note that core was built in a run, of all that is loaded."""
    postgres.execute(
        "insert into ops.builds (run, part, status, from_seq, to_seq, started_at)"
        " values (%s, 'core', 'done', 0, (select max(load_seq) from ops.loads), %s)",
        [run_no(number), clock.as_of(run_no(number))],
    )


def publish(postgres, number):
    """Build core and the marts of a run and publish them."""
    core(postgres, number)
    build(run_no(number))
    lineage.record(run_no(number), MANIFEST)
    published.publish(run_no(number))


def status_of(mart="shop_sales_daily"):
    """Return the published status of a mart or of a group of its columns."""
    with warehouse.as_role("reader") as session:
        return session.one(
            "select * from marts.data_status where mart_name = %s", [mart]
        )
