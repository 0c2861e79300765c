"""Douyin shops through Doudian: orders, after-sales and orders that creators brought.

Facts: the platform reference, page Douyin (orders 2, fields 3, creators 4); after-sales
as GitHub zsmhub/doudian-sdk has afterSale.List.
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
    doudian,
    personal_fields,
    replies,
)
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.doudian import Doudian
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.sources import Source

# Whom an order goes to stands on the order and, again, on each of its lines.
_DROPPED = (
    *("open_id", "open_address_id", "user_nick_name", "user_icon", "author_name"),
    *("mask_post_receiver", "encrypt_post_receiver", "post_receiver", "post_addr"),
    *("mask_post_tel", "encrypt_post_tel", "post_tel", "post_code"),
    *("mask_pay_tel", "encrypt_pay_tel", "pay_tel", "doudian_pay_id"),
    *("receive_info", "user_id_info", "user_coordinate", "account_list"),
    *("buyer_words", "seller_words", "sku_customization_info", "custom_property_list"),
    *(f"mask_post_addr.{name}" for name in ("street", "detail", "encrypt_detail")),
)
_PEOPLE = {"doudian_open_id": "buyer", **dict.fromkeys(_DROPPED, DROP)}
PERSONAL = {
    "orders": _PEOPLE,
    "order_lines": _PEOPLE,
    "refunds": {
        "aftersale_info.remark": DROP,
        "seller_logs": DROP,
        "order_info.buyer_words": DROP,
    },
    "commissions": {
        "buyer_openid": "buyer",
        "author_openid": "buyer",
        "author_account": DROP,
        "author_short_id": DROP,
    },
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, after-sales and creators' commissions."""
    opened = doudian.opened(asked.source, transport)
    with opened.session as session:
        return collecting.collect(asked, session, _queries(asked, opened))


def _queries(asked: Asked, opened: Doudian) -> list[Query]:
    return [
        Query(
            "orders",
            ("orders", "order_lines"),
            ask=_orders(opened),
            identify=lambda row: _state(row, "order_id", "update_time", "order_status"),
            land=_land_order(asked),
            longest=timedelta(days=1),
            first_page=0,
            # a query is said to end there, which no public source confirms
            depth=50_000,
        ),
        Query(
            "after-sales",
            ("refunds",),
            ask=_after_sales(opened),
            identify=_after_sale_state,
            land=_land_after_sale(asked),
            longest=timedelta(days=1),
            page_size=50,
            first_page=0,
            depth=10_000,
        ),
        Query(
            "creator orders",
            ("commissions",),
            ask=_creator_orders(opened),
            identify=lambda row: _state(row, "order_id", "update_time", "flow_point"),
            land=_land_creator_order(asked),
            longest=timedelta(days=30),
            history=timedelta(days=90),
            is_numbered=False,
            # whether its cursor is a place or a count of rows is nowhere said
            is_shifting=True,
        ),
    ]


def _orders(opened: Doudian) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        told = opened.ask(
            "order.searchList",
            {
                "update_time_start": int(window[0].timestamp()),
                "update_time_end": int(window[1].timestamp()),
                "order_by": "update_time",
                "order_asc": True,
                "page": number,
                "size": 100,
            },
        )
        rows = replies.rows(told.get("shop_order_list"), "shop_order_list")
        return Page(rows, replies.count(told.get("total"), "total"))

    return page


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "douyin")
    lines = personal_fields.scrubber(PERSONAL["order_lines"], asked.hasher, "douyin")

    def land(order: Row, put: Put) -> None:
        key = replies.identifier(order.get("order_id"), "order_id")
        rows = replies.rows(order.pop("sku_order_list", None), "sku_order_list")
        children.as_text(order, "order_id", "shop_id")
        scrub(order)
        order["_source"] = collecting.source_of(asked)
        put("orders", key, order)
        for line in rows:
            children.as_text(line, "order_id", "product_id", "sku_id", "author_id")
            lines(line)
        parent = key, order.get("update_time")
        children.land(asked, put, "order_lines", parent, rows, _line_key)

    return land


def _line_key(line: Row, _: int) -> str:
    return replies.identifier(line.get("order_id"), "order_id of a line")


def _after_sales(opened: Doudian) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        told = opened.ask(
            "afterSale.List",
            {
                "update_start_time": int(window[0].timestamp()),
                "update_end_time": int(window[1].timestamp()),
                "order_by": ["update_time asc"],
                "page": number,
                "size": 50,
            },
        )
        rows = replies.rows(told.get("items"), "items")
        return Page(rows, replies.count(told.get("total"), "total"))

    return page


def _after_sale_state(item: Row) -> tuple[str, str]:
    told = replies.mapping(item.get("aftersale_info"), "aftersale_info")
    return _state(told, "aftersale_id", "update_time", "aftersale_status")


def _land_after_sale(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "douyin")

    def land(item: Row, put: Put) -> None:
        key, _ = _after_sale_state(item)
        scrub(item)
        children.as_text(item["aftersale_info"], "aftersale_id", "related_id")
        item["_source"] = collecting.source_of(asked)
        put("refunds", key, item)

    return land


def _creator_orders(opened: Doudian) -> Callable[[Window, Any], Page]:
    def page(window: Window, cursor: str | None) -> Page:
        told = opened.ask(
            "buyin.kolOrderAds",
            {
                "time_type": "update",
                "start_time": beijing.text(window[0]),
                "end_time": beijing.text(window[1]),
                "size": 20,
                "cursor": cursor or "0",
            },
        )
        rows = replies.rows(told.get("orders"), "orders")
        following = str(told.get("cursor") or "")
        is_last = len(rows) < 20 or following in ("", "0")
        return Page(rows, cursor=None if is_last else following)

    return page


def _land_creator_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["commissions"], asked.hasher, "douyin")

    def land(row: Row, put: Put) -> None:
        key = replies.identifier(row.get("order_id"), "order_id")
        scrub(row)
        children.as_text(row, "order_id", "product_id", "shop_id", "author_buyin_id")
        payee = row.get("author_openid_hash") or asked.hasher.hash(
            "member", row.get("author_buyin_id"), "douyin"
        )
        row["_source"] = collecting.source_of(asked, payee_ref=payee)
        put("commissions", key, row)

    return land


def _state(row: Row, key: str, changed: str, status: str) -> tuple[str, str]:
    """Return a row's key, and what differs once it has changed."""
    return replies.identifier(
        row.get(key), key
    ), f"{row.get(changed)} {row.get(status)}"


def _probe(source: Source) -> str:
    """Count the orders that changed within an hour."""
    end = clock.wall()
    opened = doudian.opened(source)
    with opened.session:
        page = _orders(opened)((end - timedelta(hours=1), end), 0)
    return f"the shop answers; orders changed within an hour: {page.total}"


CONNECT = Conversation(
    title="Douyin shop (抖店)",
    questions=(
        Question("login", "app key"),
        Question("password", "app secret", is_secret=True),
        Question("shop_id", "number of the shop, for its own application", False, True),
        Question("access_token", "access token, if there is one", True, True),
        Question("refresh_token", "refresh token, if there is one", True, True),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    advice={
        Kind.PERMISSION_MISSING: "Apply for the packages 订单 and 售后 in the"
        " application's console; the platform may ask for its own cloud.",
    },
)
