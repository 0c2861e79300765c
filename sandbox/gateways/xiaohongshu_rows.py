"""Xiaohongshu's orders and after-sales as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places
from sandbox.gateways.books import Books
from sandbox.gateways.records import Order

_STATUS = (1, 4, 6, 7, 8)


def head(order: Order) -> dict[str, Any]:
    """Return what the list tells of an order (page section 2): ms, fen."""
    status = _STATUS[order.stand]
    if order.closed_at and not order.paid_at:
        status = 9
    after_sales = 1 if not order.applied_at else 3 if order.refunded_at else 2
    return {
        "orderId": order_id(order),
        "orderStatus": status,
        "orderType": 1,
        "orderAfterSalesStatus": after_sales,
        "cancelStatus": 1 if order.closed_at else 0,
        "createdTime": order.created_at * 1_000,
        "paidTime": order.paid_at * 1_000,
        "updateTime": order.modified_at * 1_000,
        "deliveryTime": order.shipped_at * 1_000,
        "finishTime": order.received_at * 1_000,
        "cancelTime": order.closed_at * 1_000,
    }


def order(order: Order, shop: Books) -> dict[str, Any]:
    """Return an order with its lines."""
    province, city, district = places.CHINA[order.place]
    return head(order) | {
        "userId": f"xhs{order.customer:010d}",
        "receiverName": "#name#",
        "receiverPhone": "#phone#",
        "receiverAddress": "#address#",
        "receiverProvinceName": province,
        "receiverCityName": city,
        "receiverDistrictName": district,
        "totalPayAmount": order.paid,
        "totalShippingFree": order.freight,
        "totalMerchantDiscount": order.seller_discount,
        "totalRedDiscount": order.platform_discount,
        "merchantActualReceiveAmount": order.paid + order.platform_discount,
        "skuList": [
            _line(order, position, shop) for position in range(len(order.lines))
        ],
    }


def _line(order: Order, position: int, shop: Books) -> dict[str, Any]:
    line = order.lines[position]
    product = shop.products[line.sku]
    discount = line.list_amount - line.paid
    whole = order.seller_discount + order.platform_discount
    merchant = discount * order.seller_discount // whole if whole else 0
    if position == 0:  # what does not divide is told on the first line
        merchant = order.seller_discount - sum(
            (other.list_amount - other.paid) * order.seller_discount // whole
            for other in order.lines[1:]
            if whole
        )
    return {
        "skuId": product.sku_id,
        "skuName": product.title,
        "erpcode": product.seller_sku,
        "skuSpec": product.spec,
        "skuQuantity": line.quantity,
        "itemId": product.listing_id,
        "totalPaidAmount": line.paid,
        "totalMerchantDiscount": merchant,
        "totalRedDiscount": discount - merchant,
        "totalTaxAmount": 0,
        "totalNetWeight": 0,
    }


def after_sale(order: Order) -> dict[str, Any]:
    """Return what the list tells of the after-sale of an order."""
    kind = 1 if order.shipped_at and order.is_full else 4 if order.shipped_at else 5
    return {
        "returnsId": f"R{800_000_000_000 + order.no * 13}",
        "returnType": kind,
        "reasonId": 1,
        "reasonNameZh": ("七天无理由", "质量问题", "多拍错拍")[order.no % 3],
        "status": 4 if order.refunded_at else 1,
        "orderId": order_id(order),
        "userId": f"xhs{order.customer:010d}",
        "applyTime": order.applied_at * 1_000,
        "updatedAt": (order.refunded_at or order.applied_at) * 1_000,
        "expectedRefundAmountYuan": order.refund / 100,
    }


def order_id(order: Order) -> str:
    """Return the number of an order."""
    return f"P{700_000_000_000_000_001 + order.no * 17}"


def number_of(text: object, letter: str) -> int | None:
    """Return which order a number names: P an order's, R an after-sale's."""
    first, step = (
        (700_000_000_000_000_001, 17) if letter == "P" else (800_000_000_000, 13)
    )
    no, rest = divmod(
        (forms.number(str(text).removeprefix(letter), 0) or 0) - first, step
    )
    return no if not rest and no >= 0 else None
