"""The estimator on a million readings: in full, a day more, and what analysts ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import listings
from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import (
    clock,
    dbt_process,
    loading,
    sources,
    steps,
    transform,
    warehouse,
)

LISTINGS = 10_000
DAYS = 100
_CORE, _ESTIMATES = "path:models/core", "path:models/core/estimates"
_MARTS = "path:models/marts/category_sizing"


def run() -> Iterator[Result]:
    """Yield the speed of a full build, a day's share of it, and the queries."""
    with warehouse_of_its_own():
        full = _estimated(0, DAYS, 0)
        with warehouse.as_role("owner") as session:
            mark = session.value("select max(load_seq) from ops.loads")
        day = _estimated(DAYS, DAYS + 1, mark)
        queries = _query_p95_ms()
    readings = LISTINGS * DAYS
    yield Result(
        "estimator_snapshots_per_s",
        readings / full,
        "1/s",
        at_least=1_000_000 / 60,
        detail=f"{readings:,} readings of {LISTINGS:,} listings in {full:.1f} s",
    )
    yield Result(
        "estimator_day_share",
        day / full,
        "ratio",
        at_most=0.1,
        detail=f"one reading more of every listing: {day:.1f} s",
    )
    yield Result(
        "category_queries_p95_ms",
        queries,
        "ms",
        at_most=100,
        detail="the documented queries of category_sizing at that size",
    )


def _estimated(first: int, last: int, mark: int) -> float:
    """Bring readings to core; return the seconds of the estimator's own models."""
    start = datetime.combine(listings.FIRST, datetime.min.time(), UTC)
    run = clock.run_of(start + timedelta(days=last, hours=1))
    landed = listings.land(run, listings.readings(LISTINGS, first, last), "bench")
    loading.load(landed, clock.as_of(run))
    steps.audit_raw(run)
    transform.refresh_staging(run)
    with warehouse.as_role("owner") as session:
        newest = session.value("select max(load_seq) from ops.loads")
    variables = {
        "run": run,
        "as_of": clock.as_of(run).isoformat(),
        "from_seq": mark,
        "to_seq": newest,
        "reporting_currency": sources.registry().reporting_currency,
    }
    is_full = mark == 0

    def call(select: list[str], exclude: list[str]) -> float:
        began = time.perf_counter()
        dbt_process.call(
            "run",
            transform.project_hash(),
            variables,
            select=select,
            exclude=exclude,
            full_refresh=is_full,
        )
        return time.perf_counter() - began

    if is_full:
        dbt_process.call("seed", transform.project_hash(), variables)
    call([_CORE], [_ESTIMATES])
    nothing = call(["dim_platforms"], [])
    seconds = call([_ESTIMATES], []) - nothing
    with warehouse.as_role("owner") as session:
        session.execute("create schema if not exists marts_build")
        session.execute("grant usage, create on schema marts_build to transformer")
    call([_MARTS], [])
    return seconds


_QUERIES = (
    "select category_id, gmv_est, gmv_hi / nullif(gmv_lo, 0) as spread_ratio"
    " from category_size_monthly where month_date = date '2026-03-01'"
    " order by gmv_est desc limit 20",
    "select band_lo, band_hi, gap_index from price_bands_monthly"
    " where category_id = 'pinduoduo:7' and month_date = date '2026-03-01'"
    " and scheme = 'range5' order by gap_index desc",
    "select month_date, cr4, hhi, band from category_concentration_monthly"
    " where category_id = 'pinduoduo:7' and level = 'shop' and measure = 'gmv'"
    " order by 1",
    "select category_id, trend_label, avg(yoy_rate) from category_trends_weekly"
    " where week_date >= date '2026-03-02' group by category_id, trend_label",
    "select title, units_lo, units_est, units_hi from listing_sales_monthly"
    " where shop_id = 'pinduoduo:7' and month_date = date '2026-03-01'"
    " order by units_est desc",
    "select counter_type, bias_rate, mape, interval_coverage_share"
    " from estimate_calibration_monthly where category_id = 'all'"
    " order by month_date desc",
)


def _query_p95_ms() -> float:
    """Ask every documented query twenty times; return the 95th percentile."""
    times = []
    with warehouse.as_role("owner") as session:
        session.execute("set search_path to marts_build")
        for query in _QUERIES * 20:
            began = time.perf_counter()
            session.rows(query)
            times.append((time.perf_counter() - began) * 1_000)
    return sorted(times)[int(len(times) * 0.95)]
