"""What landed payloads of each platform say of amounts, in cents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Payload = dict[str, Any]
Money = Callable[[Payload], int]


def cents(amount: Any) -> int:
    return round(float(amount or 0) * 100)


def shop_money(bag: Payload) -> int:
    return cents(bag["shopMoney"]["amount"])


def _jd_goods(order: Payload) -> int:
    off = sum(cents(one["couponPrice"]) for one in order["couponDetailList"])
    return cents(order["orderTotalPrice"]) - off


def _amazon_line(item: Payload) -> int:
    parts = {
        one["type"]: cents(one["subtotal"]["amount"])
        for one in item.get("proceeds", {}).get("breakdowns", [])
    }
    return parts.get("ITEM", 0) + parts.get("DISCOUNT", 0)


def _amazon_refund(event: Payload) -> int:
    return -sum(
        cents(charge["ChargeAmount"]["CurrencyAmount"])
        for item in event["ShipmentItemAdjustmentList"]
        for charge in item["ItemChargeAdjustmentList"]
    )


def _shopify_line(line: Payload) -> int:
    off = sum(
        shop_money(one["allocatedAmountSet"]) for one in line["discountAllocations"]
    )
    return shop_money(line["discountedTotalSet"]) - off


ORDERS: dict[str, Money] = {
    "taobao": lambda one: cents(one["payment"]) if one.get("pay_time") else 0,
    "pinduoduo": lambda one: cents(one["pay_amount"]),
    "jd": lambda one: cents(one["orderPayment"]),
    "youzan": lambda one: (
        cents(one["pay_info"]["payment"]) if one["order_info"]["pay_time"] else 0
    ),
    "amazon": lambda one: cents(
        one.get("proceeds", {}).get("grandTotal", {}).get("amount")
    ),
    "shopify": lambda one: (
        0
        if one["displayFinancialStatus"] in ("PENDING", "VOIDED")
        else shop_money(one["totalPriceSet"])
    ),
    "woocommerce": lambda one: cents(one["total"]) if one["date_paid"] else 0,
    "douyin": lambda one: one["pay_amount"],
    "xiaohongshu": lambda one: one["totalPayAmount"] if one["paidTime"] else 0,
    "wechat_store": lambda one: (
        one["order_detail"]["price_info"]["order_price"]
        if "pay_info" in one["order_detail"]
        else 0
    ),
}
# Where a line tells its amount; the others' orders are the sum of their lines.
LINES: dict[str, Money] = {
    "taobao": lambda one: cents(one["divide_order_fee"]),
    "youzan": lambda one: cents(one["payment"]),
    "amazon": _amazon_line,
    "shopify": _shopify_line,
    "woocommerce": lambda one: cents(one["total"]),
    "douyin": lambda one: one["sum_amount"] - one["promotion_amount"],
    "xiaohongshu": lambda one: one["totalPaidAmount"],
    "wechat_store": lambda one: one["real_price"],
}
REFUNDS: dict[str, Money] = {
    "taobao": lambda one: cents(one["refund_fee"]),
    "pinduoduo": lambda one: cents(one["refund_amount"]),
    "jd": lambda one: one["applyRefundSum"],
    "youzan": lambda one: cents(one["refund_fee"]),
    "amazon": _amazon_refund,
    "shopify": lambda one: shop_money(one["totalRefundedSet"]),
    "woocommerce": lambda one: abs(cents(one.get("amount") or one.get("total"))),
    "douyin": lambda one: one["aftersale_info"]["refund_amount"],
    "xiaohongshu": lambda one: cents(one["expectedRefundAmountYuan"]),
    "wechat_store": lambda one: one["refund_info"]["amount"],
}
COMMISSIONS: dict[str, Money] = {
    "taobao": lambda one: cents(one["pub_share_pre_fee"]),
    "pinduoduo": lambda one: one["promotion_amount"],
    "jd": lambda one: cents(one["estimateFee"]),
    "youzan": lambda one: (
        0 if one["_source"].get("depth") == 2 else cents(one["cps_money"])
    ),
    "douyin": lambda one: one["estimated_commission"],
    "wechat_store": lambda one: one["order_detail"]["commission_info"]["finder_info"][
        "amount"
    ],
}
CHANGED: dict[str, Callable[[Payload], Any]] = {
    "taobao": lambda one: one["modified"],
    "pinduoduo": lambda one: one["updated_at"],
    "jd": lambda one: one["modified"],
    "youzan": lambda one: one["order_info"]["update_time"],
    "amazon": lambda one: one["lastUpdatedTime"],
    "shopify": lambda one: one["updatedAt"],
    "woocommerce": lambda one: one["date_modified_gmt"],
    "douyin": lambda one: one["update_time"],
    "xiaohongshu": lambda one: one["updateTime"],
    "wechat_store": lambda one: one["update_time"],
}
