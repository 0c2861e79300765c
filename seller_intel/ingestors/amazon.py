"""Amazon through its Selling Partner API: orders, their items, and refunds.

Facts: the platform reference, page Amazon (orders 2 and 3); refunds as the model
financesV0 of GitHub amzn/selling-partner-api-models has its RefundEventList.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import httpx

from seller_intel import clock
from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    amazon_people,
    children,
    collecting,
    personal_fields,
    replies,
    selling_partner,
)
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.sources import RegistryError, Source

# The end of a window is two minutes back at the latest; one more is for clocks that do
# not agree.
_LAG = timedelta(minutes=3)
_INCLUDED = "BUYER,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,TAX,PAYMENT"


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with their items, and refunds; each at the rate of its operation."""
    seller = selling_partner.opened(asked.source, transport)
    version = str(asked.source.options.get("orders_version", "2026-01-01"))
    if version not in ("2026-01-01", "v0"):
        raise RegistryError(
            f"source {asked.source.name}: no orders_version {version!r}"
        )
    is_old = version == "v0"
    rate = selling_partner.GET_ORDERS if is_old else selling_partner.SEARCH_ORDERS
    markets = selling_partner.marketplaces(seller)
    with (
        seller.session(rate) as first,
        seller.session(selling_partner.OTHERS) as second,
        seller.session(selling_partner.OTHERS) as third,
    ):
        if is_old:
            orders = _old_orders(asked, first, second, markets)
        else:
            orders = _orders(asked, first, markets)
        got = collecting.collect(asked, first, [orders])
        return _together(
            got, collecting.collect(asked, third, [_refunds(asked, third)])
        )


def _orders(asked: Asked, session: Session, markets: str) -> Query:
    included = _INCLUDED
    if asked.source.options.get("recipient"):
        included += ",RECIPIENT"

    def page(window: Window, token: str | None) -> Page:
        query = {
            "lastUpdatedAfter": selling_partner.instant(window[0]),
            "lastUpdatedBefore": selling_partner.instant(window[1]),
            "marketplaceIds": markets,
            "includedData": included,
            "maxResultsPerPage": "100",
        }
        if token:
            query["paginationToken"] = token
        told = selling_partner.ask(session, "orders/2026-01-01/orders", query)
        following = replies.mapping(told.get("pagination") or {}, "pagination")
        rows = replies.rows(told.get("orders"), "orders")
        return Page(rows, cursor=following.get("nextToken") or None)

    return Query(
        "orders",
        ("orders", "order_lines"),
        ask=page,
        identify=lambda row: _state(row, "orderId", "lastUpdatedTime"),
        land=_land_order(asked, "orderId", "lastUpdatedTime", "orderItems"),
        longest=timedelta(days=30),
        lag=_LAG,
        history=timedelta(days=730),
        is_numbered=False,
    )


def _old_orders(asked: Asked, session: Session, others: Session, markets: str) -> Query:
    """Return the list of Orders v0, which Amazon removes on 2027-03-27."""

    def page(window: Window, token: str | None) -> Page:
        query = {
            "LastUpdatedAfter": selling_partner.instant(window[0]),
            "LastUpdatedBefore": selling_partner.instant(window[1]),
            "MarketplaceIds": markets,
            "MaxResultsPerPage": "100",
        }
        told = _payload(session, "orders/v0/orders", query, token)
        rows = replies.rows(told.get("Orders"), "Orders")
        return Page(rows, cursor=told.get("NextToken") or None)

    def detail(order: Row) -> Row:
        key, _ = _state(order, "AmazonOrderId", "LastUpdateDate")
        path, items, token = f"orders/v0/orders/{key}/orderItems", [], None
        while True:
            told = _payload(others, path, {}, token)
            items += replies.rows(told.get("OrderItems"), "OrderItems")
            token = told.get("NextToken") or None
            if token is None:
                return {**order, "OrderItems": items}

    return Query(
        "orders v0",
        ("orders", "order_lines"),
        ask=page,
        identify=lambda row: _state(row, "AmazonOrderId", "LastUpdateDate"),
        detail=detail,
        land=_land_order(asked, "AmazonOrderId", "LastUpdateDate", "OrderItems"),
        longest=timedelta(days=30),
        lag=_LAG,
        history=timedelta(days=730),
        is_numbered=False,
    )


def _land_order(
    asked: Asked, key_name: str, changed: str, items: str
) -> Callable[[Row, Put], None]:
    """Land an order with its items within, where alone freight and tax stand.

    A pending order tells no currency, so the shop's stands beside it.
    """
    scrub = personal_fields.scrubber(
        amazon_people.PERSONAL["orders"], asked.hasher, "amazon"
    )
    shop = asked.source.shop
    currency = shop.currency if shop else None

    def land(order: Row, put: Put) -> None:
        key, _ = _state(order, key_name, changed)
        scrub(order)
        lines = deepcopy(replies.rows(order.get(items), items))
        order["_source"] = collecting.source_of(asked, currency=currency)
        put("orders", key, order)
        parent = key, order.get(changed)
        children.land(
            asked, put, "order_lines", parent, lines, _line_key, currency=currency
        )

    return land


def _line_key(line: Row, _: int) -> str:
    return replies.identifier(
        line.get("orderItemId") or line.get("OrderItemId"), "orderItemId"
    )


def _refunds(asked: Asked, session: Session) -> Query:
    def page(window: Window, token: str | None) -> Page:
        query = {
            "PostedAfter": selling_partner.instant(window[0]),
            "PostedBefore": selling_partner.instant(window[1]),
            "MaxResultsPerPage": "100",
        }
        told = _payload(session, "finances/v0/financialEvents", query, token)
        events = replies.mapping(told.get("FinancialEvents") or {}, "FinancialEvents")
        rows = replies.rows(events.get("RefundEventList"), "RefundEventList")
        return Page(rows, cursor=told.get("NextToken") or None)

    def land(event: Row, put: Put) -> None:
        key, _ = _refund_state(event)
        order = replies.identifier(event.get("AmazonOrderId"), "AmazonOrderId")
        event["_source"] = collecting.source_of(asked, parent_key=order)
        put("refunds", key, event)

    return Query(
        "financial events",
        ("refunds",),
        ask=page,
        identify=_refund_state,
        land=land,
        # events come up to two days after what they tell of
        look_back=timedelta(days=2),
        longest=timedelta(days=30),
        lag=_LAG,
        history=timedelta(days=730),
        is_numbered=False,
    )


def _refund_state(event: Row) -> tuple[str, str]:
    """Return order, time and first adjusted item, for an event has no id of its own."""
    items = replies.rows(event.get("ShipmentItemAdjustmentList"), "adjusted items")
    first = items[0].get("OrderAdjustmentItemId") if items else None
    order = replies.identifier(event.get("AmazonOrderId"), "AmazonOrderId")
    return f"{order}/{event.get('PostedDate')}/{first or ''}", children.version(event)


def _payload(
    session: Session, path: str, query: dict[str, str], token: str | None
) -> dict[str, Any]:
    """Ask an interface of the first generation, with the same query on every page."""
    sent = {**query, "NextToken": token} if token else query
    told = selling_partner.ask(session, path, sent).get("payload")
    return replies.mapping(told, "payload")


def _state(row: Row, key: str, changed: str) -> tuple[str, str]:
    return replies.identifier(row.get(key), key), str(row.get(changed))


def _together(one: Got, other: Got) -> Got:
    """Return what two sessions came to as one."""
    requests = one.manifest["requests"]
    for outcome, number in other.manifest["requests"].items():
        requests[outcome] = requests.get(outcome, 0) + number
    read = one.manifest["read"] | other.manifest["read"]
    manifest = {**one.manifest, **other.manifest, "read": read, "requests": requests}
    return Got(one.windows | other.windows, manifest, one.failures + other.failures)


def _probe(source: Source) -> str:
    """Look for one order that changed within a day."""
    end = clock.wall() - _LAG
    seller = selling_partner.opened(source)
    try:
        query = {
            "lastUpdatedAfter": selling_partner.instant(end - timedelta(days=1)),
            "lastUpdatedBefore": selling_partner.instant(end),
            "marketplaceIds": selling_partner.marketplaces(seller),
            "maxResultsPerPage": "1",
        }
        session = seller.session(selling_partner.SEARCH_ORDERS)
    except RegistryError as error:
        raise ApiFault(Kind.BAD_REQUEST, str(error)) from error
    with session:
        told = selling_partner.ask(session, "orders/2026-01-01/orders", query)
    found = "some" if told.get("orders") else "none"
    return f"the account answers; orders changed within a day: {found}"


CONNECT = Conversation(
    title="Amazon (Selling Partner API)",
    questions=(
        Question("login", "LWA client id"),
        Question("password", "LWA client secret", is_secret=True),
        Question("refresh_token", "refresh token (Atzr|...)", is_secret=True),
        Question("marketplace_ids", "marketplace ids, joined by commas"),
        Question("region", "region: na, eu or fe", default="na"),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds"),
    time_zone="America/Los_Angeles",
    currency="USD",
    history_days=30,
    advice={
        Kind.PERMISSION_MISSING: "Give the application the roles Inventory and Order"
        " Tracking, and Finance and Accounting; then authorise it again.",
    },
)
