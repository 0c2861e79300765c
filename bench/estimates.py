"""The estimator on a million readings: in full, a day more, and what analysts ask."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
FEW_LISTINGS, MANY_DAYS = 1_000, 400
_CORE, _ESTIMATES = "path:models/core", "path:models/core/estimates"
_PAGES = Path(__file__).parents[1] / "docs/marts"
_PRESENT = {
    "category_id": "pinduoduo:7",
    "listing_id": "pinduoduo:7",
    "shop_id": "pinduoduo:7",
    "platform_id": "pinduoduo",
}


def run() -> Iterator[Result]:
    """Yield the speed of a full build, a day's share, growth with days, and queries."""
    with warehouse_of_its_own():
        full = _estimated(0, DAYS, 0)
        with warehouse.as_role("owner") as session:
            mark = session.value("select max(load_seq) from ops.loads")
        day = _estimated(DAYS, DAYS + 1, mark)
        steps.build_marts(_run(DAYS + 1))
        steps.publish(_run(DAYS + 1))
        queries = _query_p95_ms()
    with warehouse_of_its_own():
        long = _estimated(0, MANY_DAYS, 0, FEW_LISTINGS)
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
        "estimator_history_growth",
        long / (FEW_LISTINGS * MANY_DAYS) / (full / readings),
        "ratio",
        at_most=1.2,
        detail=f"seconds a reading over {MANY_DAYS} days to those over {DAYS}",
    )
    yield Result(
        "mart_query_p95_ms",
        queries,
        "ms",
        at_most=100,
        detail="the documented queries of category_sizing and competitor_pricing,"
        " at that size",
    )


def _estimated(first: int, last: int, mark: int, count: int = LISTINGS) -> float:
    """Bring readings to core; return the seconds of the estimator's own models."""
    run = _run(last)
    landed = listings.land(run, listings.readings(count, first, last), "bench")
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
    return call([_ESTIMATES], []) - nothing


def _run(days: int) -> str:
    start = datetime.combine(listings.FIRST, datetime.min.time(), UTC)
    return clock.run_of(start + timedelta(days=days, hours=1))


def _query_p95_ms() -> float:
    """Ask every documented query twenty times; return the 95th percentile."""
    times = []
    with warehouse.as_role("reader") as session:
        for query in _queries() * 20:
            began = time.perf_counter()
            session.rows(query)
            times.append((time.perf_counter() - began) * 1_000)
    return sorted(times)[int(len(times) * 0.95)]


def _queries() -> list[str]:
    """Return the queries of the pages, asked of what this market has."""
    found: list[str] = []
    for page in ("category_sizing", "competitor_pricing"):
        text = (_PAGES / f"{page}.md").read_text(encoding="utf-8")
        for column, value in _PRESENT.items():
            text = re.sub(
                rf"\b{column} = '(?!all')[^']*'", f"{column} = '{value}'", text
            )
        found += re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    return [query.replace("%", "%%") for query in found]
