"""Pinduoduo: a shop's orders and refunds, and the affiliate orders of 多多进宝 (DDK).

Facts: the platform reference, page Pinduoduo (gateway and signature 1, lists 2, fields
3, affiliate orders 5); refunds as pdd.refund.list.increment.get documents them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    collecting,
    personal_fields,
    pinduoduo_groups,
    pop,
    replies,
    windows,
)
from seller_intel.ingestors.connecting import Conversation, of_app
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.ingestors.pop import Pop
from seller_intel.sources import Source

HISTORY = timedelta(days=90)
# Changes show up to 3 minutes late (page section 2), and an end later than that is
# refused: a minute more is for clocks that do not agree.
LAG = timedelta(minutes=4)
PERSONAL = {
    "orders": {
        # no buyer is named; this id tells who ships to the same address
        "open_address_id": "address",
        "open_address_id_2": "address",
        "address": DROP,
        "address_mask": DROP,
        "receiver_name": DROP,
        "receiver_name_mask": DROP,
        "receiver_phone": DROP,
        "receiver_phone_mask": DROP,
        "receiver_address": DROP,
        "receiver_address_mask": DROP,
        "buyer_memo": DROP,
        "remark": DROP,
        "id_card_name": DROP,
        "id_card_num": DROP,
        "pay_no": DROP,
    },
    "refunds": {"receiver_phone": DROP, "user_phone": DROP, "dispute_reason": DROP},
    "commissions": {"custom_parameters": "member"},
}
_IDS = {
    "orders": ("order_sn", "group_order_id"),
    "order_lines": ("goods_id", "sku_id"),
    "refunds": ("id", "order_sn", "goods_id", "sku_id"),
    "commissions": ("order_sn", "goods_id", "group_id", "zs_duo_id"),
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with lines and groups, refunds, affiliate orders of one shop."""
    called = pop.opened(asked.source, transport)
    with called.session:
        lists = [_orders(asked, called), _refunds(asked, called)]
        lists.append(_commissions(asked, called))
        return collecting.collect(asked, called.session, lists)


def _orders(asked: Asked, called: Pop) -> Query:
    """Return the list of orders: by change, or by confirmation in the first reading.

    Both hold orders that are paid and whose group is formed; others are not shown. The
    number of the group stands in the detail alone, a request for each order.
    """
    streams = ("orders", "order_lines", pinduoduo_groups.STREAM)
    is_first = windows.is_first(asked, streams)
    wanted = {stream.name for stream in asked.source.streams}
    is_whole = asked.source.options.get("details") == "all"
    if is_first:
        method, rows, stem = "pdd.order.list.get", "order_list", "confirm_at"
    else:
        method, rows = "pdd.order.number.list.increment.get", "order_sn_list"
        stem = "updated_at"
    listed = _lister(called, method, rows)
    filters = {"order_status": 5, "refund_status": 5, "is_lucky_flag": 0}
    if is_first:
        del filters["is_lucky_flag"]

    def page(window: Window, number: int) -> Page:
        start, end = (int(instant.timestamp()) for instant in window)
        return listed(number, filters | {f"start_{stem}": start, f"end_{stem}": end})

    def whole(order: Row) -> Row:
        sent = {"order_sn": _key(order, "order_sn")}
        told = called.ask("pdd.order.information.get", sent)
        return order | replies.mapping(told.get("order_info"), "order_info")

    return Query(
        name="orders by confirmation" if is_first else "orders",
        streams=streams,
        ask=page,
        identify=lambda order: (_key(order, "order_sn"), _state_of(order)),
        land=_order_lander(asked),
        detail=whole if is_whole or pinduoduo_groups.STREAM in wanted else None,
        longest=timedelta(hours=24) if is_first else timedelta(minutes=30),
        lag=LAG,
        history=HISTORY,
    )


def _refunds(asked: Asked, called: Pop) -> Query:
    listed = _lister(called, "pdd.refund.list.increment.get", "refund_list")

    def page(window: Window, number: int) -> Page:
        start, end = (int(instant.timestamp()) for instant in window)
        # 1: of every kind, in every state
        sent = {"after_sales_type": 1, "after_sales_status": 1}
        return listed(number, sent | {"start_updated_at": start, "end_updated_at": end})

    return Query(
        name="refunds",
        streams=("refunds",),
        ask=page,
        identify=lambda row: (
            str(row["id"]),
            f"{row.get('updated_time')} {row.get('after_sales_status')}",
        ),
        land=_lander(asked, "refunds", "id"),
        longest=timedelta(minutes=30),
        lag=LAG,
        history=HISTORY,
    )


def _commissions(asked: Asked, called: Pop) -> Query:
    scrub = personal_fields.scrubber(PERSONAL["commissions"], asked.hasher, "pinduoduo")

    def page(window: Window, number: int) -> Page:
        start, end = (int(instant.timestamp()) for instant in window)
        sent = {"start_update_time": start, "end_update_time": end}
        sent |= {"page": number, "page_size": 100}
        told = called.ask_without_token("pdd.ddk.order.list.increment.get", sent)
        rows = replies.rows(told.get("order_list"), "order_list")
        return Page(rows, replies.count(told.get("total_count") or 0, "total_count"))

    def land(row: Row, put: Put) -> None:
        key = _key(row, "order_sn")
        scrub(row)
        payee = row.get("custom_parameters_hash")
        if not payee and row.get("p_id"):
            payee = asked.hasher.hash("member", str(row["p_id"]), "pinduoduo")
        source = collecting.source_of(asked, payee_ref=payee)
        put(
            "commissions",
            key,
            collecting.marked(replies.with_ids(row, _IDS["commissions"]), source),
        )

    return Query(
        name="affiliate orders",
        streams=("commissions",),
        ask=page,
        identify=lambda row: (
            _key(row, "order_sn"),
            f"{row.get('order_modify_at')} {row.get('order_status')}",
        ),
        land=land,
        longest=timedelta(hours=24),
        history=HISTORY,
        depth=1_000_000,
    )


def _lister(called: Pop, method: str, name: str) -> Callable[[int, Row], Page]:
    """Return what asks for a page of a list; only the first counts, which is slow."""

    def listed(number: int, sent: Row) -> Page:
        sent |= {"page": number, "page_size": 100, "use_has_next": number > 1}
        told = called.ask(method, sent)
        total = told.get("total_count")
        counted = number == 1 or total is not None
        return Page(
            replies.rows(told.get(name), name),
            replies.count(total or 0, "total_count") if counted else None,
        )

    return listed


def _order_lander(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "pinduoduo")
    source = collecting.source_of(asked)

    def land(order: Row, put: Put) -> None:
        key, changed = _key(order, "order_sn"), order.get("updated_at")
        lines = replies.rows(order.pop("item_list", None), "item_list")
        scrub(order)
        pinduoduo_groups.land(asked, put, key, order, lines)
        put(
            "orders",
            key,
            collecting.marked(replies.with_ids(order, _IDS["orders"]), source),
        )
        for position, line in enumerate(lines, 1):
            ties = {
                "parent_key": key,
                "parent_updated_at": changed,
                "position": position,
            }
            record = collecting.marked(
                replies.with_ids(line, _IDS["order_lines"]), source | ties
            )
            put("order_lines", f"{key}/{position}", record)

    return land


def _lander(asked: Asked, stream: str, name: str) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL[stream], asked.hasher, "pinduoduo")
    source = collecting.source_of(asked)

    def land(row: Row, put: Put) -> None:
        key = _key(row, name)
        scrub(row)
        put(stream, key, collecting.marked(replies.with_ids(row, _IDS[stream]), source))

    return land


def _state_of(order: Row) -> str:
    names = ("updated_at", "order_status", "refund_status", "group_status")
    return " ".join(str(order.get(name)) for name in names)


def _key(row: Row, name: str) -> str:
    return replies.identifier(row.get(name), name)


def _probe(source: Source) -> str:
    """Ask how many orders changed in the last minutes."""
    called = pop.opened(source)
    now = int(clock.wall().timestamp()) - int(LAG.total_seconds())
    sent = {
        "order_status": 5,
        "refund_status": 5,
        "is_lucky_flag": 0,
        "start_updated_at": now - 1500,
        "end_updated_at": now,
        "page": 1,
        "page_size": 10,
        "use_has_next": False,
    }
    with called.session:
        told = called.ask("pdd.order.number.list.increment.get", sent)
    changed = replies.count(told.get("total_count") or 0, "total_count")
    return f"Pinduoduo answers; {changed} orders changed in the last half hour."


CONNECT = Conversation(
    title="Pinduoduo",
    questions=of_app("open.pinduoduo.com", "Client id", "Client secret"),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    history_days=HISTORY.days,
)
