"""WeChat Store (微信小店): orders, after-sales and league commissions.

Facts: the platform reference, page WeChat Store (orders 2, league 3); after-sales as
GitHub binarywang/WxJava has them. Lists give ids alone, so each detail is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    channels,
    children,
    collecting,
    personal_fields,
    replies,
)
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.sources import Source

_ADDRESS = "order_detail.delivery_info.address_info"
_FINDER = "order_detail.commission_info.finder_info"
_LEAGUE = "league/headsupplier/order"
PERSONAL = {
    "orders": {
        "openid": "buyer",
        "unionid": "union_id",
        f"{_ADDRESS}.user_name": DROP,
        f"{_ADDRESS}.postal_code": DROP,
        f"{_ADDRESS}.detail_info": DROP,
        f"{_ADDRESS}.house_number": DROP,
        f"{_ADDRESS}.tel_number": DROP,
        f"{_ADDRESS}.virtual_order_tel_number": DROP,
        f"{_ADDRESS}.tel_number_ext_info": DROP,
        f"{_ADDRESS}.hash_code": DROP,
        "order_detail.delivery_info.address_under_review": DROP,
        "order_detail.delivery_info.ewaybill_order_code": DROP,
        "order_detail.delivery_info.recharge_info": DROP,
        "order_detail.greeting_card_info": DROP,
        "order_detail.custom_info": DROP,
        "order_detail.sku_sharer_infos[].sharer_openid": "buyer",
        "order_detail.sku_sharer_infos[].sharer_unionid": "union_id",
        "order_detail.ext_info.customer_notes": DROP,
        "order_detail.ext_info.merchant_notes": DROP,
        "order_detail.sharer_info.sharer_openid": "buyer",
        "order_detail.sharer_info.sharer_unionid": "union_id",
        "order_detail.commission_infos[].nickname": DROP,
    },
    "order_lines": {},
    "refunds": {
        "openid": "buyer",
        "unionid": "union_id",
        "details": DROP,
        "return_info": DROP,
        "merchant_upload_info": DROP,
        "virtual_tel_num_info": DROP,
        "exchange_delivery_info": DROP,
    },
    "commissions": {
        f"{_FINDER}.openfinderid": "member",
        f"{_FINDER}.nickname": "member",
    },
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, after-sales and league commissions."""
    with channels.opened(asked.source, transport) as session:
        return collecting.collect(asked, session, _queries(asked, session))


def _queries(asked: Asked, session: Session) -> list[Query]:
    return [
        Query(
            "orders",
            ("orders", "order_lines"),
            ask=_orders(session),
            identify=lambda row: _state(row, "order_id"),
            detail=_order_detail(session),
            land=_land_order(asked),
            longest=timedelta(days=7),
            is_numbered=False,
        ),
        Query(
            "after-sales",
            ("refunds",),
            ask=_after_sales(session),
            identify=lambda row: _state(row, "after_sale_order_id"),
            detail=_after_sale_detail(session),
            land=_land_after_sale(asked),
            longest=timedelta(days=1),
            is_numbered=False,
        ),
        Query(
            "league orders",
            ("commissions",),
            ask=_league_orders(session),
            identify=_league_state,
            detail=_league_detail(session),
            land=_land_league_order(asked),
            longest=timedelta(days=7),
            is_numbered=False,
        ),
    ]


def _orders(session: Session) -> Callable[[Window, Any], Page]:
    def page(window: Window, following: str | None) -> Page:
        params = {"update_time_range": _range(window), "page_size": 100}
        told = channels.ask(session, "order/list/get", _on(params, following))
        return _ids(told, "order_id_list", "order_id")

    return page


def _order_detail(session: Session) -> Callable[[Row], Row]:
    def detail(row: Row) -> Row:
        told = channels.ask(session, "order/get", row)
        return replies.mapping(told.get("order"), "order")

    return detail


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "wechat_store")

    def land(order: Row, put: Put) -> None:
        key, _ = _state(order, "order_id")
        detail = replies.mapping(order.get("order_detail"), "order_detail")
        lines = replies.rows(detail.pop("product_infos", None), "product_infos")
        children.as_text(order, "order_id")
        scrub(order)
        order["_source"] = collecting.source_of(asked)
        put("orders", key, order)
        for line in lines:
            children.as_text(line, "product_id", "sku_id")
        parent = key, order.get("update_time")
        children.land(
            asked, put, "order_lines", parent, lines, lambda _, position: str(position)
        )

    return land


def _after_sales(session: Session) -> Callable[[Window, Any], Page]:
    def page(window: Window, following: str | None) -> Page:
        params = {
            "begin_update_time": int(window[0].timestamp()),
            "end_update_time": int(window[1].timestamp()),
        }
        path = "aftersale/getaftersalelist"
        told = channels.ask(session, path, _on(params, following))
        return _ids(told, "after_sale_order_id_list", "after_sale_order_id")

    return page


def _after_sale_detail(session: Session) -> Callable[[Row], Row]:
    def detail(row: Row) -> Row:
        told = channels.ask(session, "aftersale/getaftersaleorder", row)
        return replies.mapping(told.get("after_sale_order"), "after_sale_order")

    return detail


def _land_after_sale(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "wechat_store")

    def land(row: Row, put: Put) -> None:
        key, _ = _state(row, "after_sale_order_id")
        children.as_text(row, "after_sale_order_id", "order_id")
        scrub(row)
        row["_source"] = collecting.source_of(asked)
        put("refunds", key, row)

    return land


def _league_orders(session: Session) -> Callable[[Window, Any], Page]:
    def page(window: Window, following: str | None) -> Page:
        params = {"update_time_range": _range(window), "page_size": 30}
        told = channels.ask(session, f"{_LEAGUE}/list/get", _on(params, following))
        rows = replies.rows(told.get("list"), "list")
        return Page(rows, cursor=_following(told))

    return page


def _league_detail(session: Session) -> Callable[[Row], Row]:
    def detail(row: Row) -> Row:
        told = channels.ask(session, f"{_LEAGUE}/get", row)
        # as the platform spells it
        return replies.mapping(told.get("commssion_order"), "commssion_order")

    return detail


def _league_state(row: Row) -> tuple[str, str]:
    order, changed = _state(row, "order_id")
    return f"{order}/{replies.identifier(row.get('sku_id'), 'sku_id')}", changed


def _land_league_order(asked: Asked) -> Callable[[Row, Put], None]:
    table = PERSONAL["commissions"]
    scrub = personal_fields.scrubber(table, asked.hasher, "wechat_store")

    def land(row: Row, put: Put) -> None:
        key, _ = _league_state(row)
        children.as_text(row, "order_id", "sku_id")
        scrub(row)
        finder = row["order_detail"]["commission_info"].get("finder_info") or {}
        payee = finder.get("openfinderid_hash") or finder.get("nickname_hash")
        row["_source"] = collecting.source_of(asked, payee_ref=payee)
        put("commissions", key, row)

    return land


def _range(window: Window) -> dict[str, int]:
    return {
        "start_time": int(window[0].timestamp()),
        "end_time": int(window[1].timestamp()),
    }


def _on(params: Row, following: str | None) -> Row:
    return {**params, "next_key": following} if following else params


def _ids(told: Row, name: str, key: str) -> Page:
    """Return a page of ids as rows that ask for their detail."""
    found = told.get(name) or []
    if not isinstance(found, list):
        raise ApiFault(Kind.BAD_REPLY, f"{name} should be a list")
    rows = [{key: replies.identifier(each, key)} for each in found]
    return Page(rows, cursor=_following(told))


def _following(told: Row) -> str | None:
    """Return what leads to the next page, None at the end."""
    if not told.get("has_more"):
        return None
    return replies.identifier(told.get("next_key"), "next_key")


def _state(row: Row, key: str) -> tuple[str, str]:
    changed = f"{row.get('update_time')} {row.get('status')}"
    return replies.identifier(row.get(key), key), changed


def _probe(source: Source) -> str:
    """Look whether orders changed within a day."""
    end = clock.wall()
    with channels.opened(source) as session:
        page = _orders(session)((end - timedelta(days=1), end), None)
    more = " or more" if page.cursor else ""
    return f"the shop answers; orders changed within a day: {len(page.rows)}{more}"


CONNECT = Conversation(
    title="WeChat Store (微信小店)",
    questions=(
        Question("login", "AppID of the shop"),
        Question("password", "AppSecret of the shop", is_secret=True),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    advice={
        Kind.PERMISSION_MISSING: "Put this machine's address on the white list of the"
        " shop (服务市场, 经营工具, 自研). League commissions need a head supplier's"
        " account.",
    },
)
