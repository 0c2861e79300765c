"""Reading CSVs of a million order lines into landing, against pandas reading them."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bench.place import REGISTRY, warehouse_of_its_own
from bench.result import Result

LINES = 1_000_000
LINE_HEADER = (
    *("order_id", "line_id", "updated_at", "shop_id", "listing_id", "sku_id"),
    *("title", "quantity", "unit_price", "line_paid_amount", "currency"),
)
ORDER_HEADER = (
    *("order_id", "shop_id", "status", "created_at", "paid_at", "updated_at"),
    *("paid_amount", "currency", "freight_amount", "channel", "line_id"),
    *("listing_id", "sku_id", "title", "quantity", "line_paid_amount"),
)


@dataclass(frozen=True)
class Read:
    """One file read by pandas, and by the file ingestor in a process of its own."""

    ratio: float
    rows_per_s: float
    pandas_rows_per_s: float
    peak_mb: float
    file_mb: float


def run() -> Iterator[Result]:
    """Yield the speed against pandas.read_csv alone, and the reader's peak memory."""
    lines = _read("order_lines", LINE_HEADER)
    yield Result(
        "file_ingest_rows_per_s",
        lines.ratio,
        "of pandas.read_csv",
        at_least=0.1,
        detail=f"order lines, one stream: {lines.rows_per_s:,.0f} rows a second into"
        f" landing; pandas.read_csv alone {lines.pandas_rows_per_s:,.0f}",
    )
    yield Result(
        "file_ingest_peak_mb",
        lines.peak_mb,
        "MB",
        at_most=300,
        detail=f"{lines.file_mb:.0f} MB file",
    )
    both = _read("orders", ORDER_HEADER)
    yield Result(
        "file_ingest_orders_with_lines",
        both.ratio,
        "of pandas.read_csv",
        detail=f"two lines to an order, two streams: {both.rows_per_s:,.0f} rows a"
        f" second into landing, peak {both.peak_mb:.0f} MB",
    )


_CHILD = """
import json, time
from pathlib import Path
from seller_intel import extraction, sources
from seller_intel.ingestors import files
source = sources.get("bench")
began = time.perf_counter()
landed = extraction.land(source, "20260105T060000")
seconds = time.perf_counter() - began
assert sum(each.manifest["errors"] for each in landed) == 0, landed
assert max(each.manifest["records"] for each in landed) == LINES, landed
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak}))
"""


def _read(contract: str, header: tuple[str, ...]) -> Read:
    registry = REGISTRY.replace("contract: orders", f"contract: {contract}")
    with warehouse_of_its_own(registry) as home:
        inbox = home / "inbox"
        inbox.mkdir()
        path = inbox / "export.csv"
        _write(path, header)
        alone = _pandas_seconds(path)
        child = _CHILD.replace("LINES", str(LINES))
        said = json.loads(
            subprocess.run(
                [sys.executable, "-c", child],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.splitlines()[-1]
        )
        return Read(
            ratio=alone / said["seconds"],
            rows_per_s=LINES / said["seconds"],
            pandas_rows_per_s=LINES / alone,
            peak_mb=said["peak_mb"],
            file_mb=path.stat().st_size / 1e6,
        )


def _pandas_seconds(path: Path) -> float:
    began = time.perf_counter()
    frame = pd.read_csv(path)
    seconds = time.perf_counter() - began
    assert len(frame) == LINES
    return seconds


def _write(path: Path, header: tuple[str, ...]) -> None:
    """Write order lines, two to an order, as a generic template has them."""
    draw = random.Random(11)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore")
        writer.writeheader()
        for number in range(LINES):
            order = number // 2
            day = f"2025-{1 + order % 12:02}-{1 + order % 28:02}"
            price = f"{draw.randrange(100, 99_999) / 100:.2f}"
            writer.writerow(
                {
                    "order_id": f"10{order:012}",
                    "line_id": f"10{number:012}",
                    "shop_id": "taobao:1",
                    "status": "completed",
                    "created_at": f"{day} 10:{order % 60:02}:00",
                    "paid_at": f"{day} 10:{order % 60:02}:30",
                    "updated_at": f"{day} 12:{order % 60:02}:00",
                    "listing_id": f"{draw.randrange(10**12)}",
                    "sku_id": f"{draw.randrange(10**12)}",
                    "title": "保湿面霜 50g",
                    "quantity": 1,
                    "unit_price": price,
                    "paid_amount": price,
                    "line_paid_amount": price,
                    "currency": "CNY",
                    "freight_amount": "0.00",
                    "channel": "search",
                }
            )
