"""How long Airflow needs for each DAG file, beyond what Airflow itself imports."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import settings

ROUNDS = 3


def run() -> Iterator[Result]:
    """Yield the slowest DAG file of the sandbox market's registry."""
    root = settings.current().root
    registry = (root / "sources.yml").read_text(encoding="utf-8")
    with warehouse_of_its_own(registry):
        seconds = {
            path.stem: statistics.median(_seconds(path) for _ in range(ROUNDS))
            for path in sorted((root / "dags").glob("*.py"))
            if "@dag" in path.read_text(encoding="utf-8")
        }
    slowest = max(seconds, key=lambda name: seconds[name])
    yield Result(
        "dag_parse_seconds",
        seconds[slowest],
        "s",
        at_most=0.3,
        detail=", ".join(f"{name} {took:.2f}" for name, took in seconds.items()),
    )


_CHILD = """
import runpy, sys, time
import airflow.sdk
sys.path.insert(0, sys.argv[2])
began = time.perf_counter()
runpy.run_path(sys.argv[1])
print(time.perf_counter() - began)
"""


def _seconds(path: Path) -> float:
    said = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(path.parent)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(said.stdout.splitlines()[-1])
