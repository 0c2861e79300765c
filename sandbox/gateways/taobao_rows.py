"""Taobao's trades, refunds and affiliate orders as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.books import Books
from sandbox.gateways.desks import Desk
from sandbox.gateways.forms import beijing, yuan
from sandbox.gateways.records import Order

_FIRST, _STEP = 4_100_000_000_000_556_677, 7_919_000_013
_REFUND = 9_100_000_000
_STATUS = (
    "WAIT_BUYER_PAY",
    "WAIT_SELLER_SEND_GOODS",
    "WAIT_BUYER_CONFIRM_GOODS",
    "TRADE_FINISHED",
    "TRADE_CLOSED",
)


def tid(no: int) -> int:
    """Return the number of an order."""
    return _FIRST + no * _STEP


def number_of(text: str) -> int | None:
    """Return which order a number names."""
    number = forms.number(text, 0)
    if number is None or number < _FIRST or (number - _FIRST) % _STEP:
        return None
    return (number - _FIRST) // _STEP


def oid(order: Order, position: int) -> int:
    """Return the number of a line; that of the order where it is the only one."""
    return tid(order.no) + (position + 1 if len(order.lines) > 1 else 0)


def request_id(form: dict[str, str]) -> str:
    """Return what the platform calls a request."""
    return form["sign"][:12].lower()


def trade(order: Order, shop: Books, whole: bool = False) -> dict[str, Any]:
    """Return an order with its lines (page section 3).

    In every other order the seller's discount stands on the lines, else on the order.
    """
    on_lines = _line_discounts(order) if order.no % 2 else [0] * len(order.lines)
    closed = order.stand == records.CLOSED
    status = _STATUS[order.stand]
    if closed and not order.paid_at:
        status = "TRADE_CLOSED_BY_TAOBAO"
    province, city, district = places.CHINA[order.place]
    number = tid(order.no)
    found: dict[str, Any] = {
        "tid": number,
        "tid_str": str(number),
        "type": "fixed",
        "status": status,
        "trade_from": ("WAP,WAP", "TAOBAO", "WAP,JHS", "TOP")[order.channel],
        "created": beijing(order.created_at),
        "modified": beijing(order.modified_at),
        "payment": yuan(order.paid),
        "total_fee": yuan(order.goods),
        "discount_fee": yuan(
            order.seller_discount + order.platform_discount - sum(on_lines)
        ),
        "adjust_fee": "0.00",
        "post_fee": yuan(order.freight),
        "platform_subsidy_fee": yuan(order.platform_discount),
        "received_payment": yuan(
            order.paid - order.refunded if order.stand == records.DONE else 0
        ),
        "buyer_nick": "小**" + str(order.customer % 10),
        "buyer_open_uid": f"AAH{order.customer:010d}",
        "receiver_state": province,
        "receiver_city": city,
        "receiver_district": district,
        "receiver_name": "王**",
        "receiver_mobile": "138****0000",
        "num": sum(line.quantity for line in order.lines),
    }
    for name, moment in (
        ("pay_time", order.paid_at),
        ("consign_time", order.shipped_at),
        ("end_time", order.closed_at or order.received_at),
    ):
        if moment:
            found[name] = beijing(moment)
    found["orders"] = {
        "order": [
            _line(order, position, on_lines[position], status, shop)
            for position in range(len(order.lines))
        ]
    }
    if whole:
        found["promotion_details"] = {"promotion_detail": _promotions(order, on_lines)}
    return found


def _line(
    order: Order, position: int, discount: int, status: str, shop: Books
) -> dict[str, Any]:
    line = order.lines[position]
    product = shop.products[line.sku]
    number = oid(order, position)
    after = line.list_amount - discount
    found: dict[str, Any] = {
        "oid": number,
        "oid_str": str(number),
        "num_iid": int(product.listing_id),
        "sku_id": product.sku_id,
        "outer_iid": product.seller_sku.split("-")[0],
        "outer_sku_id": product.seller_sku,
        "title": product.title,
        "sku_properties_name": product.spec,
        "price": yuan(line.unit_price),
        "num": line.quantity,
        "adjust_fee": "0.00",
        "discount_fee": yuan(discount),
        "total_fee": yuan(after),
        "payment": yuan(after if len(order.lines) > 1 else line.paid + order.freight),
        "part_mjz_discount": yuan(after - line.paid),
        "divide_order_fee": yuan(line.paid),
        "status": status,
        "refund_status": "NO_REFUND",
        "cid": int(product.category_id) if product.category_id.isdigit() else 0,
        "seller_type": "B",
    }
    if order.applied_at and (order.is_full or position == 0):
        found["refund_id"] = str(_REFUND + order.no)
        found["refund_status"] = "SUCCESS" if order.refunded_at else "WAIT_SELLER_AGREE"
    return found


def _line_discounts(order: Order) -> list[int]:
    """Return the seller's discount shared out over the lines."""
    shares = [
        order.seller_discount * line.list_amount // order.goods for line in order.lines
    ]
    shares[0] += order.seller_discount - sum(shares)
    return shares


def _promotions(order: Order, on_lines: list[int]) -> list[dict[str, str]]:
    found = []
    on_order = order.seller_discount - sum(on_lines)
    for amount, name, tool in (
        (on_order, "店铺优惠券", "shopbonus-1_1"),
        (order.platform_discount, "跨店满减", "mjs-123024_211143"),
    ):
        if amount:
            found.append(
                {
                    "id": str(tid(order.no)),
                    "promotion_name": name,
                    "promotion_desc": f"{name}:省{yuan(amount)}元",
                    "promotion_id": tool,
                    "discount_fee": yuan(amount),
                }
            )
    return found


def simple(trade: dict[str, Any]) -> dict[str, Any]:
    """Return a trade without the wrappers around its lists."""
    flat = trade | {"orders": trade["orders"]["order"]}
    if "promotion_details" in trade:
        flat["promotion_details"] = trade["promotion_details"]["promotion_detail"]
    return flat


def refund(order: Order, shop: Books) -> dict[str, Any]:
    """Return the refund of an order; a whole one stands on its first line."""
    product = shop.products[order.lines[0].sku]
    found: dict[str, Any] = {
        "refund_id": str(_REFUND + order.no),
        "tid": tid(order.no),
        "oid": oid(order, 0),
        "status": "SUCCESS" if order.refunded_at else "WAIT_SELLER_AGREE",
        "created": beijing(order.applied_at),
        "modified": beijing(order.refunded_at or order.applied_at),
        "refund_fee": yuan(order.refund),
        "payment": yuan(order.paid - order.refund),
        "total_fee": yuan(order.paid),
        "has_good_return": bool(order.shipped_at and order.is_full),
        "num": order.lines[0].quantity,
        "num_iid": int(product.listing_id),
        "title": product.title,
        "reason": ("七天无理由退换货", "质量问题", "不想要了")[order.no % 3],
        "order_status": _STATUS[records.standing(order)],
        "buyer_nick": "小**" + str(order.customer % 10),
        "buyer_open_uid": f"AAH{order.customer:010d}",
    }
    return found


_AFFILIATE_STATUS = {"pending": 12, "settled": 3, "reversed": 13}


def affiliate(order: Order, desk: Desk, now: int) -> dict[str, Any]:
    """Return an affiliate order (page section 5): yuan, rates in percent."""
    got = records.earned(order, now)
    product = desk.books.products[order.lines[0].sku]
    goods = order.paid - order.freight - order.tax
    return {
        "trade_id": str(tid(order.no)),
        "trade_parent_id": str(tid(order.no)),
        "item_id": product.listing_id,
        "item_title": product.title,
        "item_num": order.lines[0].quantity,
        "item_price": yuan(order.lines[0].unit_price),
        "seller_shop_title": desk.books.shop.name,
        "order_type": "淘宝",
        "tk_status": 14
        if got.state == "pending" and order.received_at
        else _AFFILIATE_STATUS[got.state],
        "refund_tag": 1 if order.refunded_at else 0,
        "tk_create_time": beijing(order.created_at),
        "tb_paid_time": beijing(order.paid_at),
        "tk_paid_time": beijing(order.paid_at + 1),
        "tk_earning_time": beijing(got.settled_at),
        "modified_time": beijing(got.changed_at),
        "alipay_total_price": yuan(goods),
        "pay_price": yuan(got.base) if order.received_at else "0.00",
        "total_commission_rate": f"{got.rate}.00",
        "total_commission_fee": yuan(got.amount),
        "income_rate": f"{got.rate}.00",
        "pub_share_rate": "100.00",
        "pub_share_pre_fee": yuan(got.amount),
        "pub_share_fee": yuan(got.amount) if got.settled_at else "0.00",
        "subsidy_fee": "0.00",
        "adzone_id": 110_000_000,
        "adzone_name": "sandbox",
        "site_id": 1,
        "pub_id": 100_000 + order.link,
        "relation_id": f"{200_000 + order.link}",
        "special_id": "",
        "terminal_type": "无线",
    }
