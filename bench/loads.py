"""Loading order JSON against bare COPY of the same rows, and its memory."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import landing, loading, warehouse
from seller_intel.landing import Landed

RUN = "20260105T060000"
AT = datetime(2026, 1, 5, 6, tzinfo=UTC)
ORDERS = 500_000
ROUNDS = 3
BIG_BYTES = 1_000_000_000


def run() -> Iterator[Result]:
    """Yield the ratio to bare COPY, and the peak memory on a gigabyte of JSON lines."""
    with warehouse_of_its_own():
        landed = land_orders(ORDERS, RUN)
        rows = list(_copied_rows(landed))
        ratios, speeds = [], []
        for _ in range(ROUNDS):
            bare = _bare_copy(rows)
            ours = _load(landed)
            ratios.append(bare / ours)
            speeds.append(ORDERS / ours)
        yield Result(
            "load_vs_copy",
            statistics.median(ratios),
            "ratio",
            at_least=0.8,
            detail=f"{ORDERS:,} orders, {statistics.median(speeds):,.0f} a second",
        )
    with warehouse_of_its_own():
        yield Result(
            "load_peak_mb",
            _peak_of_a_big_load(),
            "MB",
            at_most=200,
            detail="peak memory of the loading process on 1 GB of JSON lines",
        )


def order(number: int, draw: random.Random) -> dict[str, Any]:
    """Return one order as an ingestor would land it, about 900 bytes of JSON."""
    paid = f"{draw.randrange(100, 99_999) / 100:.2f}"
    return {
        "platform_id": "taobao",
        "order_id": str(3_900_000_000_000_000_000 + number),
        "shop_id": "taobao:1",
        "status": "completed",
        "created_at": "2025-11-11T00:00:07+00:00",
        "paid_at": "2025-11-11T00:01:12+00:00",
        "updated_at": "2025-11-20T12:30:00+00:00",
        "paid_amount": paid,
        "goods_amount": paid,
        "freight_amount": "0.00",
        "currency": "CNY",
        "buyer_ref": f"{draw.getrandbits(256):064x}",
        "province": "浙江省",
        "city": "杭州市",
        "note": "请尽快发货，谢谢！" * 4,
        "lines": [
            {"listing_id": str(draw.randrange(10**12)), "quantity": 1, "title": "面霜"}
            for _ in range(3)
        ],
        "promotions": {"shop": "店铺优惠券满200减20", "platform": None},
    }


def land_orders(count: int, run_text: str) -> Landed:
    """Land synthetic orders."""
    draw = random.Random(7)
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "bench", run_text, scratch)
        for number in range(count):
            writer.record(
                f"taobao:{number}",
                AT.isoformat(),
                f"orders.csv:{number}",
                order(number, draw),
            )
        return writer.finish({"windows_got": []})


def _copied_rows(landed: Landed) -> Iterator[bytes]:
    tally = loading.Tally(1)
    with landing.lines(landed) as lines:
        yield from loading.copy_rows(lines, 1, tally)


def _bare_copy(rows: list[bytes]) -> float:
    _empty()
    began = time.perf_counter()
    with warehouse.as_role("loader") as session:
        session.copy_in(
            "copy raw.files__orders"
            " (load_id, record_key, observed_at, source_ref, payload) from stdin",
            rows,
        )
    return time.perf_counter() - began


def _load(landed: Landed) -> float:
    _empty()
    began = time.perf_counter()
    loading.load(landed, AT)
    return time.perf_counter() - began


def _empty() -> None:
    with warehouse.as_role("owner") as session:
        session.execute("truncate raw.files__orders, ops.loads, ops.load_windows")
    with warehouse.as_admin(autocommit=True) as session:
        session.execute("checkpoint")


_CHILD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from seller_intel import landing, loading
landed = landing.of("files__orders", "bench", sys.argv[1])
loading.load(landed, datetime(2026, 1, 5, tzinfo=UTC))
status = Path("/proc/self/status").read_text()
print(json.dumps(int(status.partition("VmHWM:")[2].split()[0]) / 1024))
"""


def _peak_of_a_big_load() -> float:
    """Load a gigabyte in a process of its own and return its peak in MB."""
    size = len(json.dumps(order(0, random.Random(7)), ensure_ascii=False).encode())
    land_orders(BIG_BYTES // size, RUN)
    said = subprocess.run(
        [sys.executable, "-c", _CHILD, RUN], check=True, capture_output=True, text=True
    )
    return float(said.stdout)
