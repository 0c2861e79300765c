"""WooCommerce sites through REST v3: orders, refunds, customers and coupons.

Facts: the platform reference, page WooCommerce, section 2; refunds, customers and
coupons as GitHub woocommerce/woocommerce-rest-api-docs has them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from seller_intel.extraction import Asked, Got, Window
from seller_intel.ingestors import (
    children,
    collecting,
    replies,
    windows,
    woo_people,
    woo_site,
)
from seller_intel.ingestors.calls import Call
from seller_intel.ingestors.connecting import Conversation, Question
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.woo_site import NO_SUCH_PAGE, Site
from seller_intel.sources import Source

_WEEK = timedelta(days=7)
_ALWAYS = timedelta(days=36500)
_STREAMS = ("orders", "order_lines", "refunds", "members")


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Land orders with lines, refunds and coupons used; customers; coupons."""
    site = woo_site.opened(asked.source, transport)
    with site.session as session:
        return collecting.collect(asked, session, _queries(asked, site))


def _queries(asked: Asked, site: Site) -> list[Query]:
    wanted = {stream.name for stream in asked.source.streams}
    has_details = asked.source.options.get("refund_details", True)
    return [
        Query(
            "orders",
            _STREAMS,
            ask=_changed(site, "orders", {"status": "any"}),
            identify=_state,
            detail=_refund_details(site),
            is_thin=lambda row: bool(
                has_details and "refunds" in wanted and row.get("refunds")
            ),
            land=_land_order(asked),
            longest=_WEEK,
        ),
        Query(
            "customers",
            ("identities",),
            ask=_customers(asked, site),
            identify=_state,
            land=_land_customer(asked),
            longest=_ALWAYS,
            is_numbered=False,
        ),
        Query(
            "coupons",
            ("links",),
            ask=_changed(site, "coupons", {}),
            identify=_state,
            land=_land_coupon(asked),
            longest=_ALWAYS,
        ),
    ]


def _changed(
    site: Site, path: str, more: dict[str, str]
) -> Callable[[Window, Any], Page]:
    """Return what asks for what changed in a window, by id.

    Both bounds leave out their own second, so it begins a second before.
    """

    def page(window: Window, number: int) -> Page:
        query = {
            **more,
            "modified_after": _gmt(window[0] - timedelta(seconds=1)),
            "modified_before": _gmt(window[1]),
            "dates_are_gmt": "true",
            "orderby": "id",
            "order": "asc",
            "page": str(number),
            "per_page": "100",
        }
        return _page(site, path, query)

    return page


def _page(site: Site, path: str, query: dict[str, str]) -> Page:
    """Return a page; one past the end is empty, for rows leave while it is read."""

    def build(_: str) -> Call:
        return site.call(path, query)

    def judge(reply: Reply) -> ApiFault | None:
        return None if _is_past_the_end(reply) else woo_site.judge(reply)

    try:
        reply = site.session.call(build, judge)
    except ApiFault as fault:
        if fault.kind is Kind.BAD_REQUEST and fault.code == "400":
            return Page([])
        raise
    total = reply.headers.get("x-wp-total")
    return Page(replies.rows(reply.json, path), replies.count(total, "X-WP-Total"))


def _is_past_the_end(reply: Reply) -> bool:
    body = reply.json
    return isinstance(body, dict) and body.get("code") == NO_SUCH_PAGE


def _refund_details(site: Site) -> Callable[[Row], Row]:
    def detail(order: Row) -> Row:
        key, _ = _state(order)
        reply = site.ask(f"orders/{key}/refunds", {"per_page": "100"})
        return {**order, "refunds": replies.rows(reply.json, "refunds")}

    return detail


def _land_order(asked: Asked) -> Callable[[Row, Put], None]:
    people = woo_people.People(asked)

    def land(order: Row, put: Put) -> None:
        key, _ = _state(order)
        lines = replies.rows(order.pop("line_items", None), "line_items")
        refunds = replies.rows(order.pop("refunds", None), "refunds")
        buyer = people.of_order(order)
        order["_source"] = collecting.source_of(asked)
        put("orders", key, order)
        parent = key, order.get("date_modified_gmt")
        currency = order.get("currency")
        for row in (*lines, *refunds):
            woo_people.only_known_meta(row)
        for refund in refunds:
            refund.pop("refunded_by", None)
        for stream, rows in (("order_lines", lines), ("refunds", refunds)):
            children.land(asked, put, stream, parent, rows, _id, currency=currency)
        if buyer:
            coupons = replies.rows(order.get("coupon_lines"), "coupon_lines")
            children.land(
                asked,
                put,
                "members",
                parent,
                [dict(coupon) for coupon in coupons],
                _id,
                member_ref=buyer,
                occurred_at=f"{order.get('date_created_gmt')}Z",
                currency=currency,
            )

    return land


def _customers(asked: Asked, site: Site) -> Callable[[Window, Any], Page]:
    """Return what reads customers, newest first, until they are older than asked.

    The list knows no time, so those who changed later are read by a backfill alone.
    """
    is_first = windows.is_first(asked, ("identities",))

    def page(window: Window, number: int | None) -> Page:
        query = {
            "orderby": "registered_date",
            "order": "desc",
            "page": str(number or 1),
            "per_page": "100",
        }
        told = _page(site, "customers", query)
        oldest = min(
            (str(row.get("date_created_gmt")) for row in told.rows), default=""
        )
        is_last = len(told.rows) < 100
        if is_last or (not is_first and oldest < _gmt(window[0])):
            return Page(told.rows)
        return Page(told.rows, cursor=(number or 1) + 1)

    return page


def _land_customer(asked: Asked) -> Callable[[Row, Put], None]:
    people = woo_people.People(asked)

    def land(customer: Row, put: Put) -> None:
        key, _ = _state(customer)
        for id_kind, record in people.claims(customer):
            put("identities", f"{key}/{id_kind}", record)

    return land


def _land_coupon(asked: Asked) -> Callable[[Row, Put], None]:
    def land(coupon: Row, put: Put) -> None:
        key, _ = _state(coupon)
        for name in ("used_by", "email_restrictions", "meta_data"):
            coupon.pop(name, None)
        coupon["_source"] = collecting.source_of(asked)
        put("links", key, coupon)

    return land


def _state(row: Row) -> tuple[str, str]:
    changed = f"{row.get('date_modified_gmt')} {row.get('status')}"
    return replies.identifier(row.get("id"), "id"), changed


def _id(row: Row, _: int) -> str:
    return replies.identifier(row.get("id"), "id")


def _gmt(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _probe(source: Source) -> str:
    """Count the orders there are."""
    site = woo_site.opened(source)
    with site.session:
        page = _page(site, "orders", {"per_page": "1", "status": "any"})
    currency = page.rows[0].get("currency") if page.rows else "no order yet"
    return f"the site answers; it has {page.total} orders ({currency})"


CONNECT = Conversation(
    title="WooCommerce",
    questions=(
        Question("host", "address of the site, with https://"),
        Question("login", "consumer key (ck_...)"),
        Question("password", "consumer secret (cs_...)", is_secret=True),
    ),
    probe=_probe,
    streams=("orders", "order_lines", "refunds", "identities", "members", "links"),
    time_zone="UTC",
    currency="USD",
    advice={
        Kind.PERMISSION_MISSING: "Give the key the right Read in WooCommerce, Settings,"
        " Advanced, REST API.",
        Kind.CREDENTIAL_REFUSED: "Compare the key. If it is right, the host may strip"
        " the Authorization header: option key_in_query: true.",
    },
)
