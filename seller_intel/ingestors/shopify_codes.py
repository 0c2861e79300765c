"""Shopify's discount codes: the codes a shop gave out, one of them a referrer's link.

Facts: shopify.dev, the objects DiscountNode and DiscountRedeemCode, the query
discountNodes and the changelog of its filter `updated_at` (2025-04).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from seller_intel.extraction import Asked, Window
from seller_intel.ingestors import children, replies, shop_admin, windows
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.shop_admin import Admin

_LOG = logging.getLogger(__name__)
DISCOUNTS, CODES = 50, 20
LAG = timedelta(minutes=1)
# Codes of a discount beyond these are made to be used once, and nobody's link.
MOST_CODES = 10_000
_KEPT = ("status", "startsAt", "endsAt", "createdAt", "updatedAt")


def query(asked: Asked, admin: Admin) -> Query:
    """Return the list of discounts that are had by a code, by their time of change."""
    return Query(
        "discount codes",
        ("links",),
        ask=_discounts(admin, _beginning(asked)),
        identify=_state,
        detail=_whole(admin),
        is_thin=lambda node: _codes(node)[1] is not None,
        land=_land(asked),
        lag=LAG,
        longest=timedelta(days=30),
        depth=shop_admin.DEPTH,
        is_numbered=False,
    )


def _beginning(asked: Asked) -> datetime | None:
    """Return where the first reading begins: codes from before are given out still."""
    if all(stream.name != "links" for stream in asked.source.streams):
        return None
    due = windows.due(asked, ("links",), LAG)
    is_first = windows.is_first(asked, ("links",))
    return due[0][0] if due and is_first else None


def _discounts(
    admin: Admin, beginning: datetime | None
) -> Callable[[Window, Any], Page]:
    def page(window: Window, cursor: str | None) -> Page:
        changed = shop_admin.changed_in(window, and_before=window[0] == beginning)
        search = f"method:code AND {changed}"
        variables = {"first": DISCOUNTS, "codes": CODES, "after": cursor}
        told = admin.ask("shopify_discounts", variables | {"filter": search})
        total = shop_admin.exactly(told, "discountNodesCount")
        return shop_admin.page(told, "discountNodes", total)

    return page


def _whole(admin: Admin) -> Callable[[Row], Row]:
    """Return what asks for the codes that did not fit beside their discount."""

    def detail(node: Row) -> Row:
        key = replies.identifier(node.get("id"), "id")

        def after(cursor: str) -> tuple[list[Row], str | None]:
            variables = {"id": key, "codes": 250, "after": cursor}
            told = admin.ask("shopify_discount_codes", variables).get("discountNode")
            return _codes(replies.mapping(told, "discountNode"))

        rows = shop_admin.following(after, _codes(node), MOST_CODES)
        if len(rows) >= MOST_CODES:
            _LOG.warning(
                "%s has more than %d codes: the others are left", key, len(rows)
            )
        codes = {"nodes": rows, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return {**node, "discount": {**node["discount"], "codes": codes}}

    return detail


def _land(asked: Asked) -> Callable[[Row, Put], None]:
    def land(node: Row, put: Put) -> None:
        key, changed = _state(node)
        discount = node["discount"]
        rows, _ = _codes(node)
        codes = [
            {**row, **{name: discount.get(name) for name in _KEPT}} for row in rows
        ]
        children.land(
            asked, put, "links", (key, changed), codes, lambda row, _: _code(row)
        )

    return land


def _code(row: Row) -> str:
    return replies.identifier(row.get("code"), "code")


def _codes(node: Row) -> tuple[list[Row], str | None]:
    discount = replies.mapping(node.get("discount"), "discount")
    return shop_admin.connection(discount.get("codes"), "codes")


def _state(node: Row) -> tuple[str, str]:
    key = replies.identifier(node.get("id"), "id").rpartition("/")[2]
    return key, str(replies.mapping(node.get("discount"), "discount").get("updatedAt"))
