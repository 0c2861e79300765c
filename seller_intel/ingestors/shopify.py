"""Shopify through its GraphQL Admin API: orders, refunds, customers, codes.

Facts: the platform reference, page Shopify, section 2; the fields asked stand in
queries/, under the names of the objects Order, LineItem, Refund, Customer and
DiscountNode of shopify.dev. By cursor, not in bulk: a bulk result is one file for a
whole window, of which nothing is there before all of it is, at another host.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    children,
    collecting,
    personal_fields,
    replies,
    shop_admin,
    shopify_codes,
)
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.shop_admin import Admin
from seller_intel.sources import Source

# A page of 50 orders with 50 lines each stays below the points of one query.
ORDERS, LINES, CUSTOMERS = 50, 50, 100
_STREAMS = ("orders", "order_lines", "refunds", "members")
# Of what apps and buyers write beside an order, only where it came from is kept.
_ORIGINS = ("utm_", "ref", "aff", "source", "campaign", "kol", "influencer")
PERSONAL = {
    "orders": {
        "customer.legacyResourceId": "buyer",
        "email": "mail",
        "phone": "phone",
    },
}


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with lines, refunds and codes used; customers; discount codes."""
    admin = shop_admin.opened(asked.source, transport)
    with admin.session as session:
        return collecting.collect(asked, session, _queries(asked, admin))


def _queries(asked: Asked, admin: Admin) -> list[Query]:
    return [
        Query(
            "orders",
            _STREAMS,
            ask=_orders(admin, int(asked.source.options.get("page_size", ORDERS))),
            identify=_state,
            detail=_whole(admin),
            is_thin=lambda order: _lines(order)[1] is not None,
            land=_land_order(asked),
            longest=timedelta(days=30),
            depth=shop_admin.DEPTH,
            is_numbered=False,
        ),
        Query(
            "customers",
            ("identities",),
            ask=_customers(admin),
            identify=_state,
            land=_land_customer(asked),
            longest=timedelta(days=30),
            depth=shop_admin.DEPTH,
            is_numbered=False,
        ),
        shopify_codes.query(asked, admin),
    ]


def _orders(admin: Admin, size: int) -> Callable[[Window, Any], Page]:
    def page(window: Window, cursor: str | None) -> Page:
        variables = {
            "first": size,
            "lines": LINES,
            "after": cursor,
            "filter": shop_admin.changed_in(window),
        }
        told = admin.ask("shopify_orders", variables)
        return shop_admin.page(told, "orders", shop_admin.exactly(told, "ordersCount"))

    return page


def _lines(order: Row) -> tuple[list[Row], str | None]:
    return shop_admin.connection(order.get("lineItems"), "lineItems")


def _whole(admin: Admin) -> Callable[[Row], Row]:
    """Return what asks for the lines that did not fit beside their order."""

    def detail(order: Row) -> Row:
        key = replies.identifier(order.get("id"), "id")

        def after(cursor: str) -> tuple[list[Row], str | None]:
            variables = {"id": key, "lines": LINES * 5, "after": cursor}
            told = admin.ask("shopify_order_lines", variables).get("order")
            return _lines(replies.mapping(told, "order"))

        rows = shop_admin.following(after, _lines(order))
        lines = {"nodes": rows, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return {**order, "lineItems": lines}

    return detail


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["orders"], asked.hasher, "shopify")

    def land(order: Row, put: Put) -> None:
        key, changed = _state(order)
        lines, _ = _lines(order)
        refunds = replies.rows(order.pop("refunds", None), "refunds")
        del order["lineItems"]
        scrub(order)
        order["customAttributes"] = _origins(order.get("customAttributes"))
        order["_source"] = collecting.source_of(asked)
        put("orders", key, order)
        currency = order.get("currencyCode")
        parent = key, changed
        children.land(
            asked, put, "order_lines", parent, lines, _tail, currency=currency
        )
        for position, refund in enumerate(refunds, 1):
            refund["_source"] = collecting.source_of(
                asked,
                parent_key=key,
                parent_updated_at=changed,
                position=position,
                currency=currency,
            )
            put("refunds", _state(refund)[0], refund)
        buyer = _buyer(order)
        if buyer:
            codes = [{"code": each} for each in order.get("discountCodes") or []]
            children.land(
                asked,
                put,
                "members",
                parent,
                codes,
                lambda code, _: str(code["code"]),
                member_ref=buyer,
                occurred_at=order.get("createdAt"),
                currency=currency,
            )

    return land


def _origins(attributes: Any) -> list[Row]:
    """Return the attributes that tell of an origin; the others may name people."""
    return [
        each
        for each in replies.rows(attributes, "customAttributes")
        if str(each.get("key")).lower().startswith(_ORIGINS)
    ]


def _buyer(order: Row) -> str | None:
    customer = order.get("customer")
    known = customer.get("legacyResourceId_hash") if customer else None
    return known or order.get("email_hash") or order.get("phone_hash")


def _tail(line: Row, _: int) -> str:
    """Return the number at the end of a global id, by which other exports know it."""
    text = replies.identifier(line.get("id"), "id of a line")
    return text.rpartition("/")[2].partition("?")[0]


def _customers(admin: Admin) -> Callable[[Window, Any], Page]:
    def page(window: Window, cursor: str | None) -> Page:
        variables = {
            "first": CUSTOMERS,
            "after": cursor,
            "filter": shop_admin.changed_in(window),
        }
        return shop_admin.page(admin.ask("shopify_customers", variables), "customers")

    return page


def _land_customer(asked: Asked) -> Callable[[Row, Put], None]:
    """Land a claim for the mail and one for the phone, each with its consent."""

    def land(customer: Row, put: Put) -> None:
        key, _ = _state(customer)
        who = asked.hasher.hash("buyer", key, "shopify")
        stated = (
            ("mail", "defaultEmailAddress", "emailAddress", "emailMarketingConsent"),
            ("phone", "defaultPhoneNumber", "phoneNumber", "smsMarketingConsent"),
        )
        for id_kind, field, name, consent in stated:
            told = replies.mapping(customer.get(field) or {}, field)
            id_hash = asked.hasher.hash(id_kind, told.get(name), "shopify")
            if id_hash:
                record = {
                    "createdAt": customer.get("createdAt"),
                    "updatedAt": customer.get("updatedAt"),
                    consent: {"marketingState": told.get("marketingState")},
                    "_source": collecting.source_of(
                        asked, id_kind=id_kind, id_hash=id_hash, customer_ref=who
                    ),
                }
                put("identities", f"{key}/{id_kind}", record)

    return land


def _state(row: Row) -> tuple[str, str]:
    key = replies.identifier(row.get("legacyResourceId"), "legacyResourceId")
    return key, str(row.get("updatedAt"))


def _probe(source: Source) -> str:
    """Ask for the shop's name, currency and time zone."""
    admin = shop_admin.opened(source)
    with admin.session:
        shop = replies.mapping(admin.ask("shopify_shop", {}).get("shop"), "shop")
    return (
        f"{shop.get('name')} answers; it sells in {shop.get('currencyCode')} and keeps"
        f" the time of {shop.get('ianaTimezone')}: put both into the shop's entry"
    )


CONNECT = Conversation(
    title="Shopify",
    questions=(
        Question("host", "address of the shop, https://<shop>.myshopify.com"),
        Question("password", "Admin API access token (shpat_...)", is_secret=True),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds", "identities", "members", "links"),
    time_zone="America/New_York",
    currency="USD",
    history_days=59,
    advice={
        Kind.PERMISSION_MISSING: "Give the app the scopes read_orders,"
        " read_customers and read_discounts (read_all_orders for more than 60 days);"
        " install it anew.",
    },
)
