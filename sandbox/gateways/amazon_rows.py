"""Amazon's orders, items and refund events as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.desks import Desk
from sandbox.gateways.forms import greenwich, yuan
from sandbox.gateways.records import Order

MARKETPLACE = "ATVPDKIKX0DER"
INCLUDED = {
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
}
_FIRST, _STEP = 1_112_223_334_556_667, 1_000_003
_ITEM = 10_000_000_000_001
_NEW = ("PENDING", "UNSHIPPED", "SHIPPED", "SHIPPED", "CANCELLED")
_OLD = ("Pending", "Unshipped", "Shipped", "Shipped", "Canceled")


def order_id(no: int) -> str:
    """Return three, seven and seven digits."""
    digits = f"{_FIRST * 10 + no * _STEP:017d}"
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:17]}"


def number_of(text: str) -> int | None:
    """Return which order a number names."""
    no, rest = divmod(
        (forms.number(text.replace("-", ""), 0) or 0) - _FIRST * 10, _STEP
    )
    return no if not rest and no >= 0 else None


def item_id(order: Order, position: int) -> str:
    """Return the number of an item."""
    return str(_ITEM + order.no * 100 + position)


def shares(amount: int, order: Order) -> list[int]:
    """Return an amount of an order shared out over its lines, to the cent."""
    parts = [amount * line.list_amount // order.goods for line in order.lines]
    parts[0] += amount - sum(parts)
    return parts


def new_order(order: Order, desk: Desk, wanted: set[str]) -> dict[str, Any]:
    """Return an order of version 2026-01-01; one not charged has no prices."""
    state, city, postcode = places.AMERICA[order.place]
    by_amazon = order.channel == 0
    found: dict[str, Any] = {
        "orderId": order_id(order.no),
        "orderAliases": [],
        "createdTime": f"{greenwich(order.created_at)}Z",
        "lastUpdatedTime": f"{greenwich(order.modified_at)}Z",
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": MARKETPLACE,
            "marketplaceName": "Amazon.com",
        },
        "programs": ["PRIME"] if order.channel == 1 else [],
        "associatedOrders": [],
        "orderItems": [
            _new_item(order, position, desk, wanted)
            for position in range(len(order.lines))
        ],
    }
    if "BUYER" in wanted:
        found["buyer"] = {
            "buyerName": "A. Buyer",
            "buyerEmail": f"{order.customer:010x}@marketplace.amazon.com",
        }
    if "RECIPIENT" in wanted:
        found["recipient"] = {
            "deliveryAddress": {
                "name": "A. Buyer",
                "addressLine1": "1 Main Street",
                "city": city,
                "stateOrRegion": state,
                "postalCode": postcode,
                "countryCode": "US",
            }
        }
    if "PROCEEDS" in wanted and records.is_charged(order):
        found["proceeds"] = {"grandTotal": _new_money(order.paid)}
    if "FULFILLMENT" in wanted:
        found["fulfillment"] = {
            "fulfillmentStatus": _status(order, _NEW),
            "fulfilledBy": "AMAZON" if by_amazon else "MERCHANT",
        }
    return found


def _new_item(
    order: Order, position: int, desk: Desk, wanted: set[str]
) -> dict[str, Any]:
    line = order.lines[position]
    product = desk.books.products[line.sku]
    shipped = line.quantity if order.shipped_at else 0
    found: dict[str, Any] = {
        "orderItemId": item_id(order, position),
        "quantityOrdered": line.quantity,
        "product": {
            "asin": product.listing_id,
            "title": product.title,
            "sellerSku": product.seller_sku,
        },
    }
    if records.is_charged(order):
        found["product"]["price"] = {"unitPrice": _new_money(line.unit_price)}
    if "PROCEEDS" in wanted and records.is_charged(order):
        amounts = _amounts(order, position)
        found["proceeds"] = {
            "proceedsTotal": _new_money(sum(amounts.values())),
            "breakdowns": [
                {"type": kind, "subtotal": _new_money(amount)}
                for kind, amount in amounts.items()
                if amount or kind == "ITEM"
            ],
        }
    if "PROMOTION" in wanted and line.list_amount > line.paid:
        found["promotion"] = {"breakdowns": [{"promotionId": "SANDBOX-COUPON"}]}
    if "FULFILLMENT" in wanted:
        found["fulfillment"] = {
            "quantityFulfilled": shipped,
            "quantityUnfulfilled": line.quantity - shipped,
        }
    return found


def _amounts(order: Order, position: int) -> dict[str, int]:
    line = order.lines[position]
    return {
        "ITEM": line.list_amount,
        "SHIPPING": shares(order.freight, order)[position],
        "TAX": shares(order.tax, order)[position],
        "DISCOUNT": line.paid - line.list_amount,
    }


def old_order(order: Order, desk: Desk) -> dict[str, Any]:
    """Return an order of version 0; one not charged has no total."""
    state, city, postcode = places.AMERICA[order.place]
    pieces = sum(line.quantity for line in order.lines)
    shipped = pieces if order.shipped_at else 0
    found: dict[str, Any] = {
        "AmazonOrderId": order_id(order.no),
        "SellerOrderId": order_id(order.no),
        "PurchaseDate": f"{greenwich(order.created_at)}Z",
        "LastUpdateDate": f"{greenwich(order.modified_at)}Z",
        "OrderStatus": _status(order, _OLD),
        "FulfillmentChannel": "AFN" if order.channel == 0 else "MFN",
        "SalesChannel": "Amazon.com",
        "MarketplaceId": MARKETPLACE,
        "NumberOfItemsShipped": shipped,
        "NumberOfItemsUnshipped": pieces - shipped,
        "IsBusinessOrder": False,
        "IsPrime": order.channel == 1,
        "IsReplacementOrder": False,
    }
    if records.is_charged(order):
        found["OrderTotal"] = _old_money(order.paid)
        found["BuyerInfo"] = {
            "BuyerEmail": f"{order.customer:010x}@marketplace.amazon.com"
        }
        found["ShippingAddress"] = {
            "City": city,
            "StateOrRegion": state,
            "PostalCode": postcode,
            "CountryCode": "US",
        }
    return found


def old_item(order: Order, position: int, desk: Desk) -> dict[str, Any]:
    """Return an item of version 0."""
    line = order.lines[position]
    product = desk.books.products[line.sku]
    found: dict[str, Any] = {
        "OrderItemId": item_id(order, position),
        "ASIN": product.listing_id,
        "SellerSKU": product.seller_sku,
        "Title": product.title,
        "QuantityOrdered": line.quantity,
        "QuantityShipped": line.quantity if order.shipped_at else 0,
    }
    if records.is_charged(order):
        amounts = _amounts(order, position)
        found |= {
            "ItemPrice": _old_money(amounts["ITEM"]),
            "ItemTax": _old_money(amounts["TAX"]),
            "ShippingPrice": _old_money(amounts["SHIPPING"]),
            "ShippingTax": _old_money(0),
            "ShippingDiscount": _old_money(0),
            "PromotionDiscount": _old_money(-amounts["DISCOUNT"]),
            "PromotionIds": ["SANDBOX-COUPON"] if amounts["DISCOUNT"] else [],
        }
    return found


def refund_event(order: Order, desk: Desk) -> dict[str, Any]:
    """Return what the finances tell of a refund: charges taken back, negative."""
    freight, tax = shares(order.freight, order), shares(order.tax, order)
    adjustments = []
    for position, line in enumerate(order.lines):
        if not order.is_full and position:
            continue
        charges = (
            {
                "Principal": line.paid,
                "Tax": tax[position],
                "ShippingCharge": freight[position],
            }
            if order.is_full
            else {"Principal": order.refund}
        )
        adjustments.append(
            {
                "OrderAdjustmentItemId": item_id(order, position),
                "SellerSKU": desk.books.products[line.sku].seller_sku,
                "QuantityShipped": line.quantity,
                "ItemChargeAdjustmentList": [
                    {"ChargeType": kind, "ChargeAmount": _event_money(-amount)}
                    for kind, amount in charges.items()
                    if amount
                ],
            }
        )
    return {
        "AmazonOrderId": order_id(order.no),
        "SellerOrderId": order_id(order.no),
        "MarketplaceName": "Amazon.com",
        "PostedDate": f"{greenwich(order.refunded_at)}Z",
        "ShipmentItemAdjustmentList": adjustments,
    }


def _status(order: Order, words: tuple[str, ...]) -> str:
    """Return the status; what was shipped stays so when it comes back."""
    if order.closed_at and order.shipped_at:
        return words[records.standing(order)]
    return words[order.stand]


def _new_money(cents: int) -> dict[str, str]:
    return {"amount": yuan(cents), "currencyCode": "USD"}


def _old_money(cents: int) -> dict[str, str]:
    return {"CurrencyCode": "USD", "Amount": yuan(cents)}


def _event_money(cents: int) -> dict[str, Any]:
    return {"CurrencyCode": "USD", "CurrencyAmount": cents / 100}
