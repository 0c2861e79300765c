"""Pinduoduo's orders, refunds and affiliate orders as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.books import Books
from sandbox.gateways.forms import beijing
from sandbox.gateways.records import Order

_FIRST, _STEP = 200_000_000_000_000, 52_711_957
_REFUND = 30_000_000_000
_GROUP = 9_000_000_000
_STATUS = (1, 1, 2, 3, 3)


def order_sn(order: Order) -> str:
    """Return the day of creation and fifteen digits."""
    day = beijing(order.created_at)
    return f"{day[2:4]}{day[5:7]}{day[8:10]}-{_FIRST + order.no * _STEP}"


def number_of(text: str, shop: Books) -> int | None:
    """Return which order a number names."""
    number = forms.number(text.partition("-")[2], 0) or 0
    no, rest = divmod(number - _FIRST, _STEP)
    return no if not rest and 0 <= no < shop.count else None


def group_id(order: Order) -> int:
    """Return the number of an order's group; nobody else of it is a customer here."""
    return _GROUP + order.no


def order(order: Order, shop: Books) -> dict[str, Any]:
    """Return an order (page section 3): yuan as numbers, Beijing text."""
    line = order.lines[0]
    product = shop.products[line.sku]
    province, city, town = places.CHINA[order.place]
    status = _STATUS[records.standing(order)]
    refund, after_sales = 1, 0
    if order.applied_at:
        refund, after_sales = (4, 10) if order.refunded_at else (2, 2)
    goods = line.list_amount
    if order.is_lottery:  # its goods cost one fen, not what the shop asks
        goods = order.goods
    return {
        "order_sn": order_sn(order),
        "order_status": status,
        "group_status": 1,
        "confirm_status": 2 if order.closed_at else 1,
        "refund_status": refund,
        "after_sales_status": after_sales,
        "risk_control_status": 0,
        "is_lucky_flag": 2 if order.is_lottery else 1,
        "trade_type": 0,
        "mkt_biz_type": 0,
        "created_time": beijing(order.created_at),
        "pay_time": beijing(order.paid_at),
        "confirm_time": beijing(order.confirmed_at),
        "last_ship_time": beijing(order.confirmed_at + 172_800),
        "shipping_time": beijing(order.shipped_at) or None,
        "receive_time": beijing(order.received_at) or None,
        "updated_at": beijing(order.modified_at),
        "goods_amount": goods / 100,
        "platform_discount": order.platform_discount / 100,
        "seller_discount": order.seller_discount / 100,
        "capital_free_discount": 0.0,
        "discount_amount": (order.platform_discount + order.seller_discount) / 100,
        "postage": order.freight / 100,
        "order_change_amount": 0.0,
        "pay_amount": order.paid / 100,
        "duo_duo_pay_reduction": 0.0,
        "pay_type": ("WEIXIN", "ALIPAY", "QQ", "LIANLIANPAY")[order.channel],
        "province": province,
        "city": city or town,
        "town": town,
        "receiver_name": "王**",
        "receiver_phone": "138****0000",
        "open_address_id": f"addr{order.customer:08d}",
        "cat_id_1": 15_543,
        "cat_id_4": 0,
        "item_list": [
            {
                "goods_id": int(product.listing_id),
                "sku_id": int(product.sku_id),
                "goods_name": product.title,
                "goods_spec": product.spec,
                "goods_price": goods / line.quantity / 100,
                "goods_count": line.quantity,
                "outer_id": product.seller_sku,
                "outer_goods_id": product.seller_sku.split("-")[0],
                "goods_img": "",
            }
        ],
        "gift_list": [],
        "order_tag_list": [{"name": "distributional_sale", "value": 0}],
    }


def refund(order: Order, shop: Books) -> dict[str, Any]:
    """Return the refund of an order: yuan as text."""
    product = shop.products[order.lines[0].sku]
    return {
        "id": _REFUND + order.no,
        "order_sn": order_sn(order),
        "after_sales_status": 10 if order.refunded_at else 2,
        "after_sales_type": 3 if order.shipped_at and order.is_full else 2,
        "refund_amount": forms.yuan(order.refund),
        "order_amount": forms.yuan(order.paid),
        "discount_amount": forms.yuan(order.seller_discount + order.platform_discount),
        "goods_id": int(product.listing_id),
        "sku_id": int(product.sku_id),
        "goods_number": order.lines[0].quantity,
        "goods_name": product.title,
        "goods_price": forms.yuan(order.lines[0].unit_price),
        "outer_id": product.seller_sku,
        "created_time": beijing(order.applied_at),
        "updated_time": beijing(order.refunded_at or order.applied_at),
        "confirm_time": beijing(order.confirmed_at),
        "after_sale_reason": ("不想要了", "质量问题", "与描述不符")[order.no % 3],
    }


_STATE = {"settled": 5, "reversed": 4}


def affiliate(order: Order, shop: Books, now: int) -> dict[str, Any]:
    """Return an affiliate order (page section 5): fen, per mille, unix seconds."""
    got = records.earned(order, now)
    line = order.lines[0]
    product = shop.products[line.sku]
    return {
        "order_sn": order_sn(order),
        "goods_id": int(product.listing_id),
        "goods_sign": f"sign{product.listing_id}",
        "goods_name": product.title,
        "goods_quantity": line.quantity,
        "goods_price": line.unit_price,
        "order_amount": order.paid - order.freight,
        "promotion_rate": 10 * got.rate,
        "promotion_amount": got.amount,
        "platform_discount": order.platform_discount,
        "order_status": _STATE.get(got.state, 2 if order.received_at else 1),
        "return_status": 2 if order.refunded_at else 1 if order.applied_at else 0,
        "group_id": group_id(order),
        "order_create_time": order.created_at,
        "order_pay_time": order.paid_at,
        "order_group_success_time": order.confirmed_at,
        "order_receive_time": order.received_at,
        "order_verify_time": 0,
        "order_settle_time": got.settled_at,
        "order_modify_at": got.changed_at,
        "p_id": "1000001_2000001",
        "custom_parameters": f"agent{order.link:03d}",
        "cpa_new": 0,
        "is_direct": 1,
        "type": 0,
    }
