"""Xiaohongshu shops through Ark: orders and after-sales.

Facts: the platform reference, page Xiaohongshu, section 2; after-sales as GitHub
zsmhub/xhs-sdk has them. Both lists are thin, so each row's detail is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import ark, children, collecting, personal_fields, replies
from seller_intel.ingestors.ark import Ark
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.sources import Source

_UPDATED = 2
_LONGEST = timedelta(minutes=30)
PERSONAL = {
    "orders": {
        "userId": "buyer",
        "openAddressId": DROP,
        "receiverName": DROP,
        "receiverPhone": DROP,
        "receiverTel": DROP,
        "receiverAddress": DROP,
        "receiverTownName": DROP,
        "customerRemark": DROP,
        "sellerRemark": DROP,
    },
    "order_lines": {},
    "refunds": {
        "userId": "buyer",
        "openAddressId": DROP,
        "return_address": DROP,
        "returnAddress": DROP,
        "desc": DROP,
        "proofPhotos": DROP,
    },
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, and after-sales."""
    opened = ark.opened(asked.source, transport)
    with opened.session as session:
        return collecting.collect(asked, session, _queries(asked, opened))


def _queries(asked: Asked, opened: Ark) -> list[Query]:
    return [
        Query(
            "orders",
            ("orders", "order_lines"),
            ask=_orders(opened),
            identify=_order_state,
            detail=_order_detail(opened),
            land=_land_order(asked),
            longest=_LONGEST,
            depth=10_000,
        ),
        Query(
            "after-sales",
            ("refunds",),
            ask=_after_sales(opened),
            identify=_after_sale_state,
            detail=_after_sale_detail(opened),
            land=_land_after_sale(asked),
            longest=_LONGEST,
            page_size=50,
            depth=50_000,
        ),
    ]


def _orders(opened: Ark) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        told = opened.ask(
            "order.getOrderList",
            {
                "startTime": int(window[0].timestamp()),
                "endTime": int(window[1].timestamp()),
                "timeType": _UPDATED,
                "orderType": 0,
                "orderStatus": 0,
                "pageNo": number,
                "pageSize": 100,
            },
        )
        rows = replies.rows(told.get("orderList"), "orderList")
        return Page(rows, replies.count(told.get("total", 0), "total"))

    return page


def _order_detail(opened: Ark) -> Callable[[Row], Row]:
    def detail(row: Row) -> Row:
        key, _ = _order_state(row)
        return opened.ask("order.getOrderDetail", {"orderId": key})

    return detail


def _order_state(row: Row) -> tuple[str, str]:
    key = replies.identifier(row.get("orderId"), "orderId")
    return key, f"{row.get('updateTime')} {row.get('orderStatus')}"


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "xiaohongshu")

    def land(order: Row, put: Put) -> None:
        key, _ = _order_state(order)
        lines = replies.rows(order.pop("skuList", None), "skuList")
        scrub(order)
        order["_source"] = collecting.source_of(asked)
        put("orders", key, order)
        parent = key, order.get("updateTime")
        children.land(asked, put, "order_lines", parent, lines, _line_key)

    return land


def _line_key(line: Row, position: int) -> str:
    return f"{replies.identifier(line.get('skuId'), 'skuId')}/{position}"


def _after_sales(opened: Ark) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        told = opened.ask(
            "afterSale.listAfterSaleInfos",
            {
                "startTime": int(window[0].timestamp()) * 1000,
                "endTime": int(window[1].timestamp()) * 1000,
                "timeType": _UPDATED,
                "pageNo": number,
                "pageSize": 50,
            },
        )
        rows = replies.rows(told.get("afterSaleBasicInfos"), "afterSaleBasicInfos")
        return Page(rows, replies.count(told.get("totalCount", 0), "totalCount"))

    return page


def _after_sale_detail(opened: Ark) -> Callable[[Row], Row]:
    def detail(row: Row) -> Row:
        key, _ = _after_sale_state(row)
        told = opened.ask("afterSale.getAfterSaleInfo", {"returnsId": key})
        return replies.mapping(told.get("afterSaleInfo"), "afterSaleInfo")

    return detail


def _after_sale_state(row: Row) -> tuple[str, str]:
    key = replies.identifier(row.get("returnsId"), "returnsId")
    return key, f"{row.get('updatedAt')} {row.get('status')}"


def _land_after_sale(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "xiaohongshu")

    def land(row: Row, put: Put) -> None:
        key, _ = _after_sale_state(row)
        scrub(row)
        row["_source"] = collecting.source_of(asked)
        put("refunds", key, row)

    return land


def _probe(source: Source) -> str:
    """Count the orders that changed within half an hour."""
    end = clock.wall() - timedelta(minutes=1)
    opened = ark.opened(source)
    with opened.session:
        page = _orders(opened)((end - _LONGEST, end), 1)
    return f"the shop answers; orders changed within half an hour: {page.total}"


CONNECT = Conversation(
    title="Xiaohongshu (小红书)",
    questions=(
        Question("login", "appId"),
        Question("password", "appSecret", is_secret=True),
        Question("access_token", "accessToken", is_secret=True),
        Question("refresh_token", "refreshToken", is_secret=True),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    history_days=7,
)
