"""Reading a CSV of a million order lines into landing, against pandas reading it."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from bench.place import warehouse_of_its_own
from bench.result import Result

LINES = 1_000_000
HEADER = (
    *("order_id", "shop_id", "status", "created_at", "paid_at", "updated_at"),
    *("paid_amount", "currency", "freight_amount", "channel", "line_id"),
    *("listing_id", "sku_id", "title", "quantity", "line_paid_amount"),
)


def run() -> Iterator[Result]:
    """Yield the speed against pandas.read_csv alone, and the reader's peak memory."""
    with warehouse_of_its_own() as home:
        inbox = home / "inbox"
        inbox.mkdir()
        path = inbox / "orders.csv"
        _write(path)
        alone = _pandas_seconds(path)
        said = json.loads(
            subprocess.run(
                [sys.executable, "-c", _CHILD],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.splitlines()[-1]
        )
        ours = said["seconds"]
        yield Result(
            "file_ingest_rows_per_s",
            alone / ours,
            "of pandas.read_csv",
            at_least=0.1,
            detail=f"{LINES / ours:,.0f} rows a second into landing;"
            f" pandas.read_csv alone {LINES / alone:,.0f}",
        )
        yield Result(
            "file_ingest_peak_mb",
            said["peak_mb"],
            "MB",
            at_most=300,
            detail=f"{path.stat().st_size / 1e6:.0f} MB file",
        )


_CHILD = """
import json, resource, time
from seller_intel import extraction, sources
source = sources.get("bench")
began = time.perf_counter()
landed = extraction.land(source, "20260105T060000")
seconds = time.perf_counter() - began
assert sum(each.manifest["errors"] for each in landed) == 0, landed
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak}))
"""


def _pandas_seconds(path: Path) -> float:
    began = time.perf_counter()
    frame = pd.read_csv(path)
    seconds = time.perf_counter() - began
    assert len(frame) == LINES
    return seconds


def _write(path: Path) -> None:
    """Write order lines, two to an order, as the generic orders template has them."""
    draw = random.Random(11)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(LINES):
            order = number // 2
            day = f"2025-{1 + order % 12:02}-{1 + order % 28:02}"
            price = f"{draw.randrange(100, 99_999) / 100:.2f}"
            writer.writerow(
                (
                    f"10{order:012}",
                    "taobao:1",
                    "completed",
                    f"{day} 10:{order % 60:02}:00",
                    f"{day} 10:{order % 60:02}:30",
                    f"{day} 12:{order % 60:02}:00",
                    price,
                    "CNY",
                    "0.00",
                    "search",
                    f"10{number:012}",
                    f"{draw.randrange(10**12)}",
                    f"{draw.randrange(10**12)}",
                    "保湿面霜 50g",
                    1,
                    price,
                )
            )
