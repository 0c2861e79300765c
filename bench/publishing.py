"""Publishing beside readers: how long the switch takes, and the longest stall."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import claims, clock, published, warehouse

PUBLISHES = 15
MARTS = 45
COLUMNS = 25
ROWS = 2_000
READERS = 3
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> Iterator[Result]:
    """Yield the median time of the publishing transaction and the longest stall."""
    with warehouse_of_its_own():
        stop = threading.Event()
        stalls: list[float] = []
        took: list[float] = []
        readers: list[threading.Thread] = []
        for number in range(PUBLISHES):
            name = clock.run_of(FIRST + timedelta(days=number))
            _build(name)
            began = time.perf_counter()
            published.publish(name)
            took.append((time.perf_counter() - began) * 1_000)
            if not readers:
                readers = [
                    threading.Thread(target=_read, args=(stop, stalls))
                    for _ in range(READERS)
                ]
                for reader in readers:
                    reader.start()
        stop.set()
        for reader in readers:
            reader.join()
        yield Result(
            "publish_ms",
            statistics.median(took),
            "ms",
            at_most=500,
            detail=f"{MARTS} marts of {COLUMNS} columns, {READERS} readers asking;"
            f" slowest {max(took):.0f}",
        )
        yield Result(
            "reader_stall_ms",
            max(stalls),
            "ms",
            at_most=300,
            detail=f"longest of {len(stalls):,} queries during {PUBLISHES} publishes",
        )


def _build(name: str) -> None:
    """Build marts as dbt would: tables of transformer in marts_build."""
    with claims.held(name, "core"):
        pass
    with claims.held(name, "marts"), warehouse.as_role("transformer") as session:
        columns = ", ".join(f"n * {number} as c{number}" for number in range(COLUMNS))
        for number in range(MARTS):
            session.execute(
                f"create table marts_build.mart_{number} as"
                f" select '{name}' as run_text, {columns}"
                f" from generate_series(1, {ROWS}) as n"
            )


def _read(stop: threading.Event, stalls: list[float]) -> None:
    """Ask as a reader without a pause; keep how long each answer took."""
    number = 0
    with warehouse.as_role("reader") as session:
        session.connection.autocommit = True
        while not stop.is_set():
            number += 1
            began = time.perf_counter()
            session.rows(f"select count(*), min(run_text) from mart_{number % MARTS}")
            stalls.append((time.perf_counter() - began) * 1_000)
