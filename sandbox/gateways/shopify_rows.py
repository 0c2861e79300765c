"""Shopify's orders and customers as its GraphQL objects have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.gateways import forms, places
from sandbox.gateways.books import Books
from sandbox.gateways.forms import greenwich, yuan
from sandbox.gateways.records import CLOSED, Order

_FIRST, _STEP = 6_820_982_911_000, 32_768
_LINES = 14_660_000_000_000
_REFUNDS = 909_562_000_000
_PRODUCTS = 632_910_392_000
_CODE_IDS = "gid://shopify/DiscountRedeemCode"
_DISCOUNTS, _CODES, _LETTERS = 1_057_856_000, 20_108_000_000, 60


def order_id(no: int) -> int:
    """Return the number of an order."""
    return _FIRST + no * _STEP


def number_of(gid: str) -> int | None:
    """Return which order a global id names."""
    tail = gid.rpartition("/")[2]
    no, rest = divmod((forms.number(tail, 0) or 0) - _FIRST, _STEP)
    return no if not rest and no >= 0 else None


def order(order: Order, shop: Books) -> dict[str, Any]:
    """Return an order: moments in UTC, money in the shop's currency."""
    paid = bool(order.paid_at)
    refunded = order.refunded
    financial = "PENDING"
    if paid:
        financial = "PAID" if not refunded else "PARTIALLY_REFUNDED"
        if refunded and order.is_full:
            financial = "REFUNDED"
    elif order.stand == CLOSED:
        financial = "VOIDED"
    number = order_id(order.no)
    state, city, _ = places.AMERICA[order.place]
    discount = order.seller_discount + order.platform_discount
    code = code_of(order.link)
    visit = _visit(order.link)
    mail = f"c{shop.persons[order.customer]:07d}@example.org"
    return {
        "id": f"gid://shopify/Order/{number}",
        "legacyResourceId": str(number),
        "name": f"#{1_001 + order.no}",
        "createdAt": _moment(order.created_at),
        "processedAt": _moment(order.created_at),
        "updatedAt": _moment(order.modified_at),
        "closedAt": _moment(order.received_at),
        "cancelledAt": None if order.shipped_at else _moment(order.closed_at),
        "cancelReason": None
        if order.shipped_at or not order.closed_at
        else "CUSTOMER"
        if paid
        else "DECLINED",
        "displayFinancialStatus": financial,
        "displayFulfillmentStatus": "FULFILLED" if order.shipped_at else "UNFULFILLED",
        "currencyCode": shop.shop.currency,
        "presentmentCurrencyCode": shop.shop.currency,
        "taxesIncluded": False,
        "test": False,
        "sourceName": ("web", "web", "pos", "web")[order.channel],
        "tags": [],
        "note": None,
        "email": mail,
        "phone": None,
        "discountCodes": [code] if discount else [],
        "totalLineItemsPriceSet": _money(order.goods, shop),
        "subtotalPriceSet": _money(order.goods - discount, shop),
        "totalDiscountsSet": _money(discount, shop),
        "totalShippingPriceSet": _money(order.freight, shop),
        "totalTaxSet": _money(order.tax, shop),
        "totalPriceSet": _money(order.paid, shop),
        "currentTotalPriceSet": _money(order.paid - refunded, shop),
        "totalReceivedSet": _money(order.paid if paid else 0, shop),
        "totalRefundedSet": _money(refunded, shop),
        "currentTotalDutiesSet": None,
        "customer": {
            "id": f"gid://shopify/Customer/{_customer_id(order.customer)}",
            "legacyResourceId": str(_customer_id(order.customer)),
        },
        "shippingAddress": {
            "countryCodeV2": "US",
            "province": state,
            "provinceCode": state,
            "city": city,
        },
        "customAttributes": [],
        "customerJourneySummary": {"firstVisit": visit, "lastVisit": visit},
        "lineItems": _connection(
            [_line(order, position, shop) for position in range(len(order.lines))]
        ),
        "refunds": [_refund(order, shop)] if order.refunded_at else [],
    }


def code_of(link: int) -> str:
    """Return the discount code of an agent's link, or the shop's own."""
    return f"agent{link:03d}" if link >= 0 else "WELCOME"


def discounts(shop: Books, now: int) -> list[tuple[int, int, list[str]]]:
    """Return when each discount was changed, its number and its codes, oldest first.

    The shop's own, one for every agent, and a newsletter's codes for one use each.
    """
    own = [(shop.starts, 0, [code_of(-1)])]
    own += [
        (agent["joined_at"], 1 + agent["number"], [code_of(agent["number"])])
        for agent in shop.agents
    ]
    letters = [f"NEWS{number:04d}" for number in range(_LETTERS)]
    own.append((shop.starts, 1 + len(shop.agents), letters))
    return sorted(one for one in own if one[0] <= now)


def discount(changed: int, number: int, codes: list[str]) -> dict[str, Any]:
    """Return the node of a discount; `codes` is paged by the one who asks."""
    created = _moment(changed)
    return {
        "id": f"gid://shopify/DiscountCodeNode/{_DISCOUNTS + number}",
        "discount": {
            "title": codes[0],
            "status": "ACTIVE",
            "startsAt": created,
            "endsAt": None,
            "createdAt": created,
            "updatedAt": created,
            "codes": [
                {
                    "id": f"{_CODE_IDS}/{_CODES + number * 1000 + at}",
                    "code": code,
                    "asyncUsageCount": 0,
                }
                for at, code in enumerate(codes)
            ],
        },
    }


def _visit(link: int) -> dict[str, Any]:
    """Return where the buyer came from: an agent's link or nowhere in particular."""
    landing = "/products/1"
    if link >= 0:
        landing += f"?utm_source=ig&utm_medium=affiliate&ref=agent{link:03d}"
    told = {"source": "ig", "medium": "affiliate", "campaign": None}
    return {
        "landingPage": landing,
        "referrerUrl": "https://www.instagram.com/",
        "utmParameters": told if link >= 0 else None,
    }


def _line(order: Order, position: int, shop: Books) -> dict[str, Any]:
    line = order.lines[position]
    product = shop.products[line.sku]
    discount = line.list_amount - line.paid
    back = line.quantity if order.refunded_at and order.is_full else 0
    return {
        "id": f"gid://shopify/LineItem/{_LINES + order.no * 10 + position}",
        "product": {"legacyResourceId": str(_PRODUCTS + line.listing)},
        "variant": {"legacyResourceId": str(39_072_856_000 + line.sku)},
        "sku": product.seller_sku,
        "title": product.title,
        "variantTitle": product.colour,
        "vendor": "Shiguang",
        "quantity": line.quantity,
        "currentQuantity": line.quantity - back,
        "isGiftCard": False,
        "originalUnitPriceSet": _money(line.unit_price, shop),
        "originalTotalSet": _money(line.list_amount, shop),
        # The order's discounts are allocated to lines, not taken off them.
        "discountedTotalSet": _money(line.list_amount, shop),
        "discountAllocations": [{"allocatedAmountSet": _money(discount, shop)}]
        if discount
        else [],
    }


def _refund(order: Order, shop: Books) -> dict[str, Any]:
    number = _REFUNDS + order.no
    lines = order.lines if order.is_full else order.lines[:1]
    items = [
        {
            "quantity": line.quantity,
            "lineItem": {
                "id": f"gid://shopify/LineItem/{_LINES + order.no * 10 + position}"
            },
            "subtotalSet": _money(line.paid if order.is_full else order.refund, shop),
            "totalTaxSet": _money(0, shop),
        }
        for position, line in enumerate(lines)
    ]
    return {
        "id": f"gid://shopify/Refund/{number}",
        "legacyResourceId": str(number),
        "createdAt": _moment(order.refunded_at),
        "updatedAt": _moment(order.refunded_at),
        "note": None,
        "totalRefundedSet": _money(order.refund, shop),
        "refundLineItems": _connection(items),
        "transactions": _connection(
            [
                {
                    "kind": "REFUND",
                    "status": "SUCCESS",
                    "amountSet": _money(order.refund, shop),
                }
            ]
        ),
    }


def customer(number: int, changed: int, shop: Books) -> dict[str, Any]:
    """Return a customer."""
    mail = f"c{shop.persons[number]:07d}@example.org"
    return {
        "id": f"gid://shopify/Customer/{_customer_id(number)}",
        "legacyResourceId": str(_customer_id(number)),
        "createdAt": _moment(shop.since[number]),
        "updatedAt": _moment(changed),
        "displayName": "A. Buyer",
        "defaultEmailAddress": {
            "emailAddress": mail,
            "marketingState": ("SUBSCRIBED", "NOT_SUBSCRIBED")[number % 2],
        },
        "defaultPhoneNumber": None,
    }


def _customer_id(number: int) -> int:
    return 7_207_119_551_000 + number


def _connection(items: list[dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    """Return what answers for a list within an object, page by page."""

    def page(asked: dict[str, Any]) -> dict[str, Any]:
        start = forms.number(asked.get("after"), 0) or 0
        size = asked.get("first") or len(items)
        end = start + size
        return {
            "nodes": items[start:end],
            "pageInfo": {
                "hasNextPage": end < len(items),
                "endCursor": str(min(end, len(items))),
            },
        }

    return page


def _money(cents: int, shop: Books) -> dict[str, dict[str, str]]:
    money = {"amount": yuan(cents), "currencyCode": shop.shop.currency}
    return {"shopMoney": money, "presentmentMoney": money}


def _moment(moment: int) -> str | None:
    return f"{greenwich(moment)}Z" if moment else None
