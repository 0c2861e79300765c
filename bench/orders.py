"""A shop's orders of any number, landed as the file ingestor would land them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from seller_intel import landing
from seller_intel.landing import Landed, Writer

FIRST = datetime(2024, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
DAYS = 365
CUSTOMERS_PER_ORDER = 0.35
LISTINGS = 2_000


def land(run: str, first: int, count: int, start: datetime, days: int) -> list[Landed]:
    """Land orders numbered from `first`, with lines and refunds, over some days."""
    names = ("orders", "order_lines", "refunds")
    window = [start.isoformat(), (start + timedelta(days=days)).isoformat()]
    with landing.scratch() as scratch:
        writers = {
            name: Writer(f"files__{name}", "bench", run, scratch) for name in names
        }
        for number in range(first, first + count):
            _write(writers, number, start, days)
        return [
            writer.finish({"streams": [], "windows_got": [window]})
            for writer in writers.values()
        ]


def _write(writers: dict[str, Writer], number: int, start: datetime, days: int) -> None:
    draw = random.Random(number)
    created = start + timedelta(seconds=draw.randrange(days * 86_400))
    is_paid = draw.random() < 0.9
    lines = list(_lines(number, draw))
    goods = sum((Decimal(line["line_paid_amount"]) for line in lines), Decimal(0))
    freight = Decimal(draw.choice(("0.00", "0.00", "6.00")))
    paid_at = (created + timedelta(minutes=2)).isoformat() if is_paid else None
    common = {"platform_id": "taobao", "currency": "CNY"}
    order_id = str(10**15 + number)
    is_refunded = is_paid and draw.random() < 0.06
    updated = created + timedelta(days=3 if is_refunded else 0, hours=1)
    order = common | {
        "order_id": order_id,
        "shop_id": "taobao:1",
        "status": "completed" if is_paid else "closed",
        "created_at": created.isoformat(),
        "paid_at": paid_at,
        "updated_at": updated.isoformat(),
        "paid_amount": str(goods + freight if is_paid else Decimal(0)),
        "goods_amount": str(goods),
        "freight_amount": str(freight),
        "channel": draw.choice(("search", "live", "ads")),
        "buyer_ref": f"{_customer(number, draw):064x}",
    }
    when, ref = created.isoformat(), f"orders.csv:{number}"
    writers["orders"].record(f"taobao:{order_id}", when, ref, order)
    for line in lines:
        record = (
            common | line | {"order_id": order_id, "updated_at": order["updated_at"]}
        )
        key = f"taobao:{line['line_id']}"
        writers["order_lines"].record(key, when, ref, record)
    if is_refunded:
        refund = common | {
            "refund_id": f"{order_id}:refund",
            "order_id": order_id,
            "shop_id": "taobao:1",
            "status": "succeeded",
            "refund_amount": lines[0]["line_paid_amount"],
            "succeeded_at": updated.isoformat(),
            "updated_at": updated.isoformat(),
        }
        writers["refunds"].record(f"taobao:{refund['refund_id']}", when, ref, refund)


def _customer(number: int, draw: random.Random) -> int:
    """Return a customer: about three orders each, whatever the number of orders."""
    neighbourhood = number - number % 1_000
    return neighbourhood * 7 + draw.randrange(int(1_000 * CUSTOMERS_PER_ORDER))


def _lines(number: int, draw: random.Random) -> Iterator[dict[str, Any]]:
    for position in range(draw.choice((1, 1, 1, 2))):
        listing = draw.randrange(LISTINGS)
        yield {
            "line_id": f"{number}-{position}",
            "listing_id": str(listing),
            "sku_id": f"{listing}-1",
            "quantity": draw.choice((1, 1, 2)),
            "line_paid_amount": f"{draw.randrange(990, 29_900) / 100:.2f}",
        }
