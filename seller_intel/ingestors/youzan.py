"""Youzan through its open platform: orders, refunds, salesmen and what they earn.

Facts: the platform reference, page Youzan (orders 2, fields 3, salesmen 5); refunds as
youzan.trade.refund.search 3.0.1 documents them (a mirror of doc.youzanyun.com, 2026).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    beijing,
    children,
    collecting,
    personal_fields,
    replies,
    youzan_salesmen,
)
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.ingestors.youzan_session import ask, open_session
from seller_intel.sources import Source

PERSONAL = {
    "orders": {
        "buyer_info.yz_open_id": "buyer",
        "buyer_info.buyer_id": DROP,
        "buyer_info.buyer_phone": DROP,
        "buyer_info.fans_id": DROP,
        "buyer_info.fans_nickname": DROP,
        "buyer_info.outer_user_id": DROP,
        "address_info.receiver_name": DROP,
        "address_info.receiver_tel": DROP,
        "address_info.delivery_address": DROP,
        "address_info.delivery_postal_code": DROP,
        "address_info.address_extra": DROP,
        "address_info.self_fetch_info": DROP,
        **{
            f"order_info.order_extra.{name}": DROP
            for name in (
                *("buyer_name", "cashier_name", "invoice_title", "id_card_name"),
                *("id_card_number", "id_card_front_photo", "id_card_back_photo"),
            )
        },
        "remark_info": DROP,
        "invoice_info": DROP,
    },
    "order_lines": {"buyer_messages": DROP, "customs_info": DROP},
    "refunds": {"yz_open_id": "buyer", "buyer_phone": DROP, "desc": DROP},
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, refunds, salesmen and their commissions."""
    with open_session(asked.source, transport) as session:
        return collecting.collect(asked, session, _queries(asked, session))


def _queries(asked: Asked, session: Session) -> list[Query]:
    return [
        Query(
            "orders",
            ("orders", "order_lines"),
            ask=_orders(asked, session),
            identify=_order_version,
            land=_land_order(asked),
            longest=timedelta(days=30),
            lag=timedelta(seconds=30),
            depth=10_000,
        ),
        Query(
            "refunds",
            ("refunds",),
            ask=_refunds(session),
            identify=_refund_version,
            land=_land_refund(asked),
            longest=timedelta(days=30),
            lag=timedelta(seconds=30),
            page_size=50,
            depth=3000,
        ),
        *youzan_salesmen.queries(asked, session),
    ]


def _orders(asked: Asked, session: Session) -> Callable[[Window, Any], Page]:
    version = str(asked.source.options.get("orders_version", "4.0.4"))

    def page(window: Window, number: int) -> Page:
        told = ask(
            session,
            "youzan.trades.sold.get",
            version,
            {
                "start_update": beijing.text(window[0]),
                "end_update": beijing.text(window[1]),
                "page_no": number,
                "page_size": 100,
            },
        )
        rows = replies.rows(told.get("full_order_info_list"), "full_order_info_list")
        total = replies.count(told.get("total_results", 0), "total_results")
        return Page([_full(row) for row in rows], total)

    return page


def _full(row: Row) -> Row:
    return replies.mapping(row.get("full_order_info"), "full_order_info")


def _order_version(order: Row) -> tuple[str, str]:
    told = replies.mapping(order.get("order_info"), "order_info")
    tid = replies.identifier(told.get("tid"), "tid")
    return tid, f"{told.get('update_time')} {told.get('status')}"


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "youzan")
    lines = personal_fields.scrubber(PERSONAL["order_lines"], asked.hasher, "youzan")

    def land(order: Row, put: Put) -> None:
        tid, _ = _order_version(order)
        rows = replies.rows(order.pop("orders", None), "orders")
        scrub(order)
        order["_source"] = collecting.source_of(asked)
        put("orders", tid, order)
        for line in rows:
            children.as_text(line, "oid", "item_id", "sku_id")
            lines(line)
        parent = tid, order["order_info"].get("update_time")
        children.land(
            asked, put, "order_lines", parent, rows, lambda line, _: line["oid"]
        )

    return land


def _refunds(session: Session) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        told = ask(
            session,
            "youzan.trade.refund.search",
            "3.0.1",
            {
                "update_time_start": int(window[0].timestamp()),
                "update_time_end": int(window[1].timestamp()),
                "page_no": number,
                "page_size": 50,
            },
        )
        rows = replies.rows(told.get("refunds"), "refunds")
        return Page(rows, replies.count(told.get("total", 0), "total"))

    return page


def _land_refund(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "youzan")

    def land(refund: Row, put: Put) -> None:
        scrub(refund)
        refund["_source"] = collecting.source_of(asked)
        put("refunds", _refund_version(refund)[0], refund)

    return land


def _refund_version(refund: Row) -> tuple[str, str]:
    key = replies.identifier(refund.get("refund_id"), "refund_id")
    return key, f"{refund.get('modified')} {refund.get('status')}"


def _probe(source: Source) -> str:
    """Count the orders that changed within a day."""
    end = clock.wall() - timedelta(minutes=1)
    params = {
        "start_update": beijing.text(end - timedelta(days=1)),
        "end_update": beijing.text(end),
        "page_no": 1,
        "page_size": 1,
    }
    with open_session(source) as session:
        told = ask(session, "youzan.trades.sold.get", "4.0.4", params)
    count = replies.count(told.get("total_results", 0), "total_results")
    return f"the shop answers; orders changed within a day: {count}"


CONNECT = Conversation(
    title="Youzan (有赞)",
    questions=(
        Question("login", "client id of the self-use application"),
        Question("password", "client secret", is_secret=True),
        Question("grant_id", "number of the shop (kdt_id)"),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds", "members", "commissions"),
    advice={
        Kind.PERMISSION_MISSING: "Apply for the groups 交易, 售后 and 分销员 in the"
        " application's console at youzanyun.com.",
    },
)
