"""Run every benchmark, or those named; print a table, write bench/results.json."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import (
    apis,
    builds,
    closures,
    crawl_sizes,
    crawls,
    estimate_quality,
    estimates,
    files,
    lifetimes,
    lines,
    loads,
    matching,
    parsing,
    price_quality,
    publishing,
)
from bench.result import Result

RESULTS = Path(__file__).with_name("results.json")
BENCHMARKS: dict[str, Callable[[], Iterator[Result]]] = {
    "loads": loads.run,
    "files": files.run,
    "apis": apis.run,
    "apis_beside": apis.run_beside,
    "apis_many": apis.run_many,
    "builds": builds.run,
    "publishing": publishing.run,
    "parsing": parsing.run,
    "closures": closures.run,
    "lifetimes": lifetimes.run,
    "lines": lines.run,
    "crawls": crawls.run,
    "crawl_sizes": crawl_sizes.run,
    "matching": matching.run,
    "price_quality": price_quality.run,
    "estimates": estimates.run,
    "estimate_quality": estimate_quality.run,
}


def main(names: list[str]) -> int:
    """Run the benchmarks; return 1 where a budget is not kept."""
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        sys.exit(f"no benchmark {sorted(unknown)}; there are {list(BENCHMARKS)}")
    console = Console()
    found: list[Result] = []
    for name in names or BENCHMARKS:
        began = time.monotonic()
        console.print(f"{name} ...")
        found += BENCHMARKS[name]()
        console.print(f"{name}: {time.monotonic() - began:.0f} s")
        _keep(found)
    console.print(_table(found))
    return 0 if all(result.passed for result in found) else 1


def _keep(found: list[Result]) -> None:
    """Write the results; figures of benchmarks not run now stay as they were."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = {row["name"]: row for row in kept}
    rows |= {result.name: result.row() for result in found}
    RESULTS.write_text(json.dumps(list(rows.values()), indent=2) + "\n")


def _table(found: list[Result]) -> Table:
    table = Table("benchmark", "value", "unit", "budget", "kept", "detail", box=None)
    for result in found:
        kept = "yes" if result.passed else "NO"
        value = f"{result.value:,.3g}"
        table.add_row(
            result.name, value, result.unit, result.budget, kept, result.detail
        )
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
