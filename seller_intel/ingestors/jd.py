"""JD: a shop's orders and after-sales through JOS, affiliate orders through JD Union.

Facts: the platform reference, page JD (gateway and signature 1, lists 2, fields 3,
Union orders 5); after-sales as jingdong.pop.afs.soa.refundapply.queryPageList documents
them.
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
    collecting,
    credentials,
    jos,
    personal_fields,
    replies,
    windows,
)
from seller_intel.ingestors.connecting import Conversation, of_app
from seller_intel.ingestors.jos import Jos
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.sources import Source

PAGE_SIZE = 50
UNION_HISTORY = timedelta(days=90)
_ORDER_FIELDS = (
    "orderId,parentOrderId,directParentOrderId,orderType,payType,orderState,"
    "orderStateRemark,orderStartTime,paymentConfirmTime,orderEndTime,modified,"
    "orderTotalPrice,sellerDiscount,orderSellerPrice,orderPayment,freightPrice,"
    "balanceUsed,couponDetailList,itemInfoList,pin,open_id,open_id_buyer,consigneeInfo,"
    "returnOrder,orderSource,storeOrder,idSopShipmenttype"
)
PERSONAL = {
    "orders": {
        "pin": "buyer",
        "open_id": "buyer",
        "open_id_buyer": "buyer",
        "consigneeInfo.fullname": DROP,
        "consigneeInfo.fullAddress": DROP,
        "consigneeInfo.telephone": DROP,
        "consigneeInfo.mobile": DROP,
        "consigneeInfo.email": DROP,
        "consigneeInfo.desenName": DROP,
        "consigneeInfo.desenMobile": DROP,
        "consigneeInfo.desenTelephone": DROP,
        "consigneeInfo.desenAddress": DROP,
        "consigneeInfo.oaid": DROP,
        "oaid": DROP,
        "orderRemark": DROP,
        "venderRemark": DROP,
        "invoiceInfo": DROP,
        "invoiceEasyInfo": DROP,
        "invoiceCode": DROP,
        "vatInfo": DROP,
        "realPin": DROP,
    },
    "refunds": {
        "buyerId": "buyer",
        "open_id_buyer": "buyer",
        "buyerName": DROP,
        "checkUserName": DROP,
    },
    "commissions": {"subUnionId": "member", "ext1": "member"},
}
_IDS = {
    "orders": ("orderId", "parentOrderId", "directParentOrderId"),
    "order_lines": ("skuId", "wareId"),
    "refunds": ("id", "orderId"),
    "commissions": ("id", "orderId", "parentId", "skuId", "unionId", "positionId"),
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their lines, refunds and affiliate orders of one shop."""
    called = jos.opened(asked.source, transport)
    with called.session:
        lists = [
            _orders(asked, called),
            _refunds(asked, called, "applyTime", _days(asked, "refund_look_back", 7)),
            _refunds(asked, called, "checkTime", timedelta(0)),
            _commissions(asked, called),
        ]
        return collecting.collect(asked, called.session, lists)


def _orders(asked: Asked, called: Jos) -> Query:
    """Return the list of orders: by change, or by creation in the first reading.

    Ascending, so that what changes meanwhile comes last; there is no has_next, the
    pages follow from orderTotal.
    """
    is_first = windows.is_first(asked, ("orders", "order_lines"))

    def page(window: Window, number: int) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        sent = {
            "start_date": start,
            "end_date": end,
            "dateType": 1 if is_first else 0,
            "sortType": 0,
            "order_state": "ALL",
            "optional_fields": _ORDER_FIELDS,
            "page": str(number),
            "page_size": str(PAGE_SIZE),
        }
        told = called.ask("jingdong.pop.order.enSearch", sent)
        name = "searchorderinfo_result"
        found = replies.mapping(told.get(name), name)
        return Page(
            replies.rows(found.get("orderInfoList"), "orderInfoList"),
            replies.count(found.get("orderTotal"), "orderTotal"),
        )

    return Query(
        name="orders by creation" if is_first else "orders",
        streams=("orders", "order_lines"),
        ask=page,
        identify=lambda order: (
            _key(order, "orderId"),
            f"{order.get('modified')} {order.get('orderState')}",
        ),
        land=_order_lander(asked),
        longest=_days(asked, "window", 1),
        page_size=PAGE_SIZE,
    )


def _refunds(asked: Asked, called: Jos, by: str, look_back: timedelta) -> Query:
    """Return the refund applications by when they were made, or decided on.

    What happens to one after that shows in no time of its own, so those of the last
    days are asked for again.
    """
    method = "jingdong.pop.afs.soa.refundapply.queryPageList"

    def page(window: Window, number: int) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        sent: dict[str, Any] = {f"{by}Start": start, f"{by}End": end}
        sent |= {"pageIndex": number, "pageSize": PAGE_SIZE}
        told = replies.mapping(called.ask(method, sent).get("queryResult"), "the reply")
        rows = replies.rows(told.get("result"), "result")
        return Page(
            [_unwrapped(row) for row in rows],
            replies.count(told.get("totalCount") or 0, "totalCount"),
        )

    scrub = personal_fields.scrubber(PERSONAL["refunds"], asked.hasher, "jd")
    source = collecting.source_of(asked)

    def land(row: Row, put: Put) -> None:
        key = _key(row, "id")
        scrub(row)
        record = collecting.marked(replies.with_ids(row, _IDS["refunds"]), source)
        put("refunds", key, record)

    return Query(
        name=f"refunds by {by}",
        streams=("refunds",),
        ask=page,
        identify=lambda row: (
            _key(row, "id"),
            f"{row.get('status')} {row.get('checkTime')}",
        ),
        land=land,
        longest=_days(asked, "refund_window", 7),
        look_back=look_back,
        page_size=PAGE_SIZE,
    )


def _commissions(asked: Asked, called: Jos) -> Query:
    """Return the Union orders by change, in windows of an hour."""
    scrub = personal_fields.scrubber(PERSONAL["commissions"], asked.hasher, "jd")
    union_key = credentials.of(asked.source).extra.get("union_key")

    def page(window: Window, at: int | None) -> Page:
        start, end = (beijing.text(instant) for instant in window)
        number = at or 1
        request: dict[str, Any] = {
            "pageIndex": number,
            "pageSize": 500,
            "type": 3,
            "startTime": start,
            "endTime": end,
        }
        if union_key:
            request["key"] = union_key
        method = "jd.union.open.order.row.query"
        told = called.ask_union(method, {"orderReq": request})
        more = told.get("hasMore") in (True, "true", 1)
        rows = replies.rows(told.get("data"), "data")
        return Page(rows, cursor=number + 1 if more else None)

    def land(row: Row, put: Put) -> None:
        key = _key(row, "id")
        scrub(row)
        payee = row.get("subUnionId_hash")
        own = row.get("pid") or row.get("unionId")
        if not payee and own:
            payee = asked.hasher.hash("member", str(own), "jd")
        source = collecting.source_of(asked, payee_ref=payee)
        record = collecting.marked(replies.with_ids(row, _IDS["commissions"]), source)
        put("commissions", key, record)

    return Query(
        name="affiliate orders",
        streams=("commissions",),
        ask=page,
        identify=lambda row: (
            _key(row, "id"),
            f"{row.get('modifyTime')} {row.get('validCode')}",
        ),
        land=land,
        longest=timedelta(hours=1),
        history=UNION_HISTORY,
        is_numbered=False,
        is_shifting=True,
    )


def _order_lander(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "jd")
    source = collecting.source_of(asked)

    def land(order: Row, put: Put) -> None:
        key, changed = _key(order, "orderId"), order.get("modified")
        lines = replies.rows(order.pop("itemInfoList", None), "itemInfoList")
        scrub(order)
        record = collecting.marked(replies.with_ids(order, _IDS["orders"]), source)
        put("orders", key, record)
        for position, line in enumerate(lines, 1):
            ties = {
                "parent_key": key,
                "parent_updated_at": changed,
                "position": position,
            }
            record = replies.with_ids(line, _IDS["order_lines"])
            line_key = f"{key}/{_key(line, 'skuId')}/{position}"
            put("order_lines", line_key, collecting.marked(record, source | ties))

    return land


def _unwrapped(row: Row) -> Row:
    inner = row.get("refundApplyVo")
    return inner if isinstance(inner, dict) else row


def _key(row: Row, name: str) -> str:
    return replies.identifier(row.get(name), name)


def _days(asked: Asked, option: str, default: float) -> timedelta:
    return timedelta(days=float(asked.source.options.get(f"{option}_days", default)))


def _probe(source: Source) -> str:
    """Ask how many orders changed in the last hour."""
    called = jos.opened(source)
    now = clock.wall()
    sent = {
        "start_date": beijing.text(now - timedelta(hours=1)),
        "end_date": beijing.text(now),
        "dateType": 0,
        "sortType": 0,
        "order_state": "ALL",
        "optional_fields": "orderId",
        "page": "1",
        "page_size": "1",
    }
    with called.session:
        told = called.ask("jingdong.pop.order.enSearch", sent)
    name = "searchorderinfo_result"
    found = replies.mapping(told.get(name), name)
    changed = replies.count(found.get("orderTotal"), "orderTotal")
    return f"JD answers; {changed} orders changed in the last hour."


CONNECT = Conversation(
    title="JD",
    questions=of_app("open.jd.com"),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
)
