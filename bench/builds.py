"""Builds on a million orders: in full, the day after, and against a shorter history."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bench import orders
from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import clock, loading, steps, warehouse

ORDERS = 1_000_000
SHORT_HISTORY = 100_000
NEW_SHARE = 0.01
ROUNDS = 3


def run() -> Iterator[Result]:
    """Yield the full build, a day's share of it, growth with history, and queries."""
    short = _history(SHORT_HISTORY)
    long = _history(ORDERS)
    empty = long["empty_core"] + long["empty_marts"]
    full = long["full_core"] + long["full_marts"]
    day = long["day_core"] + long["day_marts"]
    yield Result(
        "build_full_1m_orders_s",
        full,
        "s",
        detail=f"core {long['full_core']:.1f}, marts {long['full_marts']:.1f};"
        f" an empty build {empty:.1f}",
    )
    yield Result(
        "day_two_share",
        max(0.0, day - empty) / (full - empty),
        "ratio",
        at_most=0.15,
        detail=f"{NEW_SHARE:.0%} new orders: {day:.1f} s against {full:.1f} s,"
        f" both net of {empty:.1f} s",
    )
    yield Result(
        "history_growth",
        long["day_core"] / short["day_core"],
        "ratio",
        at_most=1.2,
        detail=f"the same day's core: {long['day_core']:.1f} s on {ORDERS:,} orders,"
        f" {short['day_core']:.1f} s on {SHORT_HISTORY:,}",
    )
    yield Result(
        "door_1m_orders_s",
        long["door"],
        "s",
        detail="audit_raw of a million orders with lines and refunds",
    )
    yield Result(
        "mart_queries_p95_ms",
        long["query_p95_ms"],
        "ms",
        at_most=100,
        detail="the documented query of each mart, on a million orders",
    )


def _history(count: int) -> dict[str, float]:
    """Build a history in full, then days of the same size on top of it."""
    with warehouse_of_its_own():
        seconds: dict[str, float] = {}
        runs = iter(_runs())
        run = next(runs)
        _land_and_load(run, 0, count, orders.DAYS)
        seconds["door"] = _timed(steps.audit_raw, run)
        seconds["full_core"] = _timed(steps.build_core, run, full_refresh=True)
        seconds["full_marts"] = _timed(steps.build_marts, run)
        steps.publish(run)
        seconds["empty_core"], seconds["empty_marts"] = _day(next(runs))
        days = []
        new = int(ORDERS * NEW_SHARE)
        for number in range(ROUNDS):
            run = next(runs)
            _land_and_load(run, count + number * new, new, 1, number)
            steps.audit_raw(run)
            days.append(_day(run))
        seconds["day_core"] = sorted(core for core, _ in days)[ROUNDS // 2]
        seconds["day_marts"] = sorted(marts for _, marts in days)[ROUNDS // 2]
        seconds["query_p95_ms"] = _query_p95_ms()
        return seconds


def _day(run: str) -> tuple[float, float]:
    core = _timed(steps.build_core, run)
    marts = _timed(steps.build_marts, run)
    steps.publish(run)
    return core, marts


def _land_and_load(run: str, first: int, count: int, days: int, day: int = 0) -> None:
    later = timedelta(days=orders.DAYS + day if days == 1 else 0)
    for landed in orders.land(run, first, count, orders.FIRST + later, days):
        loading.load(landed, clock.as_of(run))


def _runs() -> Iterator[str]:
    start = orders.FIRST + timedelta(days=orders.DAYS + 10)
    for day in range(1_000):
        yield clock.run_of(start + timedelta(days=day))


def _timed(verb: Any, *arguments: Any, **named: Any) -> float:
    began = time.perf_counter()
    verb(*arguments, **named)
    return time.perf_counter() - began


_QUERIES = (
    "select sales_date, gmv, net_sales, contribution_profit from shop_sales_daily"
    " where shop_id = 'taobao:1' and channel = 'all' order by 1",
    "select cohort_month_date, age_months, retention_share"
    " from cohort_retention_monthly"
    " where channel = 'all' and not is_partial order by 1, 2",
    "select price_date, final_price, daily_price from competitor_prices_daily"
    " where listing_id = 'taobao:1' order by price_date",
    "select * from price_changes where is_new_low and changed_date >= ("
    "select latest_business_date from data_status"
    " where mart_name = 'price_changes') - 7",
)


def _query_p95_ms() -> float:
    """Ask every documented query twenty times as reader; return the 95th percentile."""
    times = []
    with warehouse.as_role("reader") as session:
        for query in _QUERIES * 20:
            began = time.perf_counter()
            session.rows(query)
            times.append((time.perf_counter() - began) * 1_000)
    return sorted(times)[int(len(times) * 0.95)]
