"""Taobao and Tmall through TOP, the Taobao open platform.

Facts: the platform reference, page Taobao / Tmall (gateway and signature 1, lists 2,
fields 3, affiliate orders 5); refunds as taobao.refunds.receive.get documents them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    beijing,
    collecting,
    personal_fields,
    replies,
    top,
    windows,
)
from seller_intel.ingestors.connecting import Conversation, of_app
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.ingestors.top import Top
from seller_intel.sources import Source

HISTORY = timedelta(days=90)

_ORDER_FIELDS = (
    "tid,type,status,trade_from,created,pay_time,consign_time,end_time,modified,"
    "payment,total_fee,discount_fee,adjust_fee,post_fee,received_payment,"
    "commission_fee,point_fee,real_point_fee,buyer_obtain_point_fee,coupon_fee,"
    "tmall_coupon_fee,paid_coupon_fee,platform_subsidy_fee,propoint,order_tax_fee,"
    "credit_card_fee,cod_fee,yfx_fee,step_trade_status,step_paid_fee,buyer_open_uid,"
    "receiver_state,receiver_city,receiver_district,receiver_town,num,orders"
)
_DETAIL_FIELDS = f"{_ORDER_FIELDS},promotion_details,expandcard_info"
_REFUND_FIELDS = (
    "refund_id,tid,oid,status,order_status,good_status,refund_fee,total_fee,payment,"
    "created,modified,end_time,has_good_return,reason,num,num_iid,sku,outer_id,title,"
    "refund_phase,buyer_open_uid"
)
_DROPPED = (
    *("buyer_nick", "buyer_email", "buyer_alipay_no", "alipay_no"),
    *("alipay_id", "buyer_message", "buyer_memo", "seller_memo"),
    *("buyer_area", "buyer_ip", "oaid", "receiver_name", "receiver_address"),
    *("receiver_zip", "receiver_mobile", "receiver_phone", "invoice_name"),
)
PERSONAL = {
    "orders": {
        "buyer_open_uid": "buyer",
        **dict.fromkeys(_DROPPED, DROP),
    },
    "refunds": {
        "buyer_open_uid": "buyer",
        "buyer_nick": DROP,
        "alipay_no": DROP,
        "address": DROP,
        "desc": DROP,
    },
    "commissions": {"relation_id": "member", "special_id": "member"},
}
_IDS = {
    "orders": ("tid",),
    "order_lines": ("oid", "num_iid", "sku_id", "refund_id"),
    "refunds": ("refund_id", "tid", "oid", "num_iid"),
    "commissions": ("trade_id", "trade_parent_id", "item_id"),
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, refunds and affiliate orders of one seller."""
    called = top.opened(asked.source, transport)
    with called.session:
        lists = [_orders(asked, called), _refunds(asked, called)]
        lists.append(_commissions(asked, called))
        return collecting.collect(asked, called.session, lists)


def _orders(asked: Asked, called: Top) -> Query:
    """Return the list of orders: by change, or by creation where all is asked for."""
    is_first = windows.is_first(asked, ("orders", "order_lines"))
    stem = "created" if is_first else "modified"
    method = f"taobao.trades.sold.{'' if is_first else 'increment.'}get"
    listed = _lister(called, method, ("trades", "trade"))
    details = asked.source.options.get("details", "needed")

    def page(window: Window, number: int) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        sent = {f"start_{stem}": start, f"end_{stem}": end, "fields": _ORDER_FIELDS}
        return listed(number, sent)

    def whole(trade: Row) -> Row:
        sent = {"tid": _tid(trade), "fields": _DETAIL_FIELDS}
        told = called.ask("taobao.trade.fullinfo.get", sent)
        return replies.mapping(told.get("trade"), "trade")

    return Query(
        name="orders by creation" if is_first else "orders",
        streams=("orders", "order_lines"),
        ask=page,
        identify=lambda trade: (_tid(trade), str(trade.get("modified"))),
        land=_lander(asked),
        detail=None if details == "none" else whole,
        is_thin=None if details == "all" else _needs_detail,
        longest=_minutes(asked, "window_minutes", 24 * 60 if is_first else 30),
        history=HISTORY,
    )


def _refunds(asked: Asked, called: Top) -> Query:
    method, path = "taobao.refunds.receive.get", ("refunds", "refund")
    listed = _lister(called, method, path)
    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "taobao")
    source = collecting.source_of(asked)

    def page(window: Window, number: int) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        sent = {"start_modified": start, "end_modified": end, "fields": _REFUND_FIELDS}
        return listed(number, sent)

    def land(refund: Row, put: Put) -> None:
        key = replies.identifier(refund.get("refund_id"), "refund_id")
        scrub(refund)
        put(
            "refunds",
            key,
            collecting.marked(replies.with_ids(refund, _IDS["refunds"]), source),
        )

    return Query(
        name="refunds",
        streams=("refunds",),
        ask=page,
        identify=lambda row: (str(row["refund_id"]), str(row.get("modified"))),
        land=land,
        longest=_minutes(asked, "refund_window_minutes", 24 * 60),
        history=HISTORY,
    )


def _commissions(asked: Asked, called: Top) -> Query:
    """Return the affiliate orders by change, of the Alimama app of the connection.

    20 minutes are what is allowed in the big promotions too; outside them 180 are.
    """
    scrub = personal_fields.scrubber(PERSONAL["commissions"], asked.hasher, "taobao")

    def page(window: Window, at: tuple[int, str] | None) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        number, index = at or (1, "")
        sent = {"start_time": start, "end_time": end, "query_type": "4"}
        sent |= {"page_no": str(number), "page_size": "100"}
        if at:
            sent |= {"position_index": index, "jump_type": "1"}
        told = called.ask("taobao.tbk.order.details.get", sent)
        data = replies.mapping(told.get("data") or {}, "data")
        rows = _rows(data, "results", "publisher_order_dto")
        index = str(data.get("position_index") or "")
        more = str(data.get("has_next")).lower() == "true"
        return Page(rows, cursor=(number + 1, index) if more else None)

    def land(row: Row, put: Put) -> None:
        key = replies.identifier(row.get("trade_id"), "trade_id")
        own = row.get("pub_id")
        scrub(row)
        payee = row.get("relation_id_hash") or row.get("special_id_hash")
        if not payee and own:
            payee = asked.hasher.hash("member", str(own), "taobao")
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
        identify=lambda row: (str(row["trade_id"]), _state_of(row)),
        land=land,
        longest=_minutes(asked, "affiliate_window_minutes", 20),
        history=HISTORY,
        depth=10_000,
        is_numbered=False,
    )


def _lister(
    called: Top, method: str, path: tuple[str, str]
) -> Callable[[int, dict[str, str]], Page]:
    """Return what asks for a page of a list; only the first counts, which is slow."""

    def listed(number: int, sent: dict[str, str]) -> Page:
        counted = number == 1
        sent |= {"page_no": str(number), "page_size": "100"}
        sent |= {"use_has_next": "false" if counted else "true"}
        told = called.ask(method, sent)
        total = told.get("total_results", 0) if counted else None
        return Page(
            _rows(told, *path),
            replies.count(total, "total_results") if counted else None,
        )

    return listed


def _lander(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "taobao")
    source = collecting.source_of(asked)

    def land(trade: Row, put: Put) -> None:
        tid, modified = _tid(trade), trade.get("modified")
        lines = _rows(trade, "orders", "order")
        trade.pop("orders", None)
        scrub(trade)
        put(
            "orders",
            tid,
            collecting.marked(replies.with_ids(trade, _IDS["orders"]), source),
        )
        for position, line in enumerate(lines, 1):
            oid = replies.identifier(line.get("oid_str") or line.get("oid"), "oid")
            replies.with_ids(line, _IDS["order_lines"])
            line["_source"] = {
                **source,
                "parent_key": tid,
                "parent_updated_at": modified,
                "position": position,
            }
            put("order_lines", f"{tid}/{oid}", line)

    return land


def _needs_detail(trade: Row) -> bool:
    """Say whether the list lacks what the order needs: who paid its discounts.

    That is in the detail alone, as are the parts of a pre-sale.
    """
    if trade.get("type") == "step":
        return True
    try:
        due = [Decimal(str(trade.get(name) or 0)) for name in ("total_fee", "post_fee")]
        return Decimal(str(trade.get("payment") or 0)) != sum(due)
    except InvalidOperation:
        return True


def _rows(told: Row, name: str, inner: str) -> list[Row]:
    """Return a list that stands in a wrapper, bare (simplify), or is left out."""
    found = told.get(name)
    return replies.rows(found.get(inner) if isinstance(found, dict) else found, name)


def _state_of(row: Row) -> str:
    return f"{row.get('modified_time')} {row.get('tk_status')} {row.get('refund_tag')}"


def _tid(trade: Row) -> str:
    return replies.identifier(trade.get("tid_str") or trade.get("tid"), "tid")


def _minutes(asked: Asked, option: str, default: int) -> timedelta:
    return timedelta(minutes=float(asked.source.options.get(option, default)))


def _probe(source: Source) -> str:
    """Ask how many orders changed in the last half hour."""
    called = top.opened(source)
    now = clock.wall()
    sent = {
        "start_modified": beijing.text(now - timedelta(minutes=30)),
        "end_modified": beijing.text(now),
        "fields": "tid",
        "page_size": "1",
        "use_has_next": "false",
    }
    with called.session:
        told = called.ask("taobao.trades.sold.increment.get", sent)
    changed = replies.count(told.get("total_results", 0), "total_results")
    return f"Taobao answers; {changed} orders changed in the last half hour."


CONNECT = Conversation(
    title="Taobao or Tmall",
    questions=of_app("open.taobao.com"),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    history_days=HISTORY.days,
)
