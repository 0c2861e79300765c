"""Douyin's orders, after-sales and creator orders as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.desks import Desk
from sandbox.gateways.forms import beijing
from sandbox.gateways.records import Order

_FIRST, _STEP = 6_920_000_000_000_000_001, 1_000_003
_AFTER_SALE = 7_100_000_000_000_000_000
_STATUS = ((1, "待支付"), (2, "待发货"), (3, "已发货"), (5, "已完成"), (4, "已关闭"))
_NO_AUTHOR = 0


def order_id(no: int) -> str:
    """Return the number of an order."""
    return str(_FIRST + no * _STEP)


def line_id(order: Order, position: int) -> str:
    """Return the number of a line: the order's where it is the only one."""
    return str(
        _FIRST + order.no * _STEP + (position + 1 if len(order.lines) > 1 else 0)
    )


def number_of(text: str) -> int | None:
    """Return which order a number names."""
    no, rest = divmod((forms.number(text, 0) or 0) - _FIRST, _STEP)
    return no if not rest and no >= 0 else None


def order(order: Order, desk: Desk) -> dict[str, Any]:
    """Return an order (page section 3): fen, unix seconds; who bears what is said."""
    status, said = _STATUS[order.stand]
    province, city, town = places.CHINA[order.place]
    shop, platform = order.seller_discount, order.platform_discount
    return {
        "order_id": order_id(order.no),
        "order_status": status,
        "order_status_desc": said,
        "main_status": status,
        "trade_type": 1 if order.channel == 3 else 0,
        "biz": 1,
        "b_type": 2,
        "pay_type": 2 if order.paid_at else 0,
        "create_time": order.created_at,
        "pay_time": order.paid_at,
        "update_time": order.modified_at,
        "ship_time": order.shipped_at,
        "finish_time": order.received_at,
        "confirm_receipt_time": order.received_at,
        "exp_ship_time": order.paid_at + 172_800 if order.paid_at else 0,
        "doudian_open_id": f"1@#{order.customer:010d}",
        "shop_id": int(desk.native_id),
        "shop_name": desk.books.shop.name,
        "order_amount": order.paid,
        "pay_amount": order.paid if order.paid_at else 0,
        "post_amount": order.freight,
        "post_origin_amount": order.freight,
        "modify_amount": 0,
        "tax_amount": 0,
        "promotion_amount": shop + platform,
        "total_promotion_amount": shop + platform,
        "promotion_shop_amount": shop,
        "promotion_platform_amount": platform,
        "promotion_talent_amount": 0,
        "promotion_pay_amount": 0,
        "shop_cost_amount": shop,
        "platform_cost_amount": platform,
        "only_platform_cost_amount": platform,
        "author_cost_amount": 0,
        "mask_post_receiver": "王*",
        "mask_post_tel": "1*********0",
        "mask_post_addr": {
            "province": {"name": province, "id": "44"},
            "city": {"name": city, "id": "440300"},
            "town": {"name": town, "id": "440305"},
            "detail": "****",
        },
        "sku_order_list": [_line(order, at, desk) for at in range(len(order.lines))],
    }


def _line(order: Order, position: int, desk: Desk) -> dict[str, Any]:
    line = order.lines[position]
    product = desk.books.products[line.sku]
    name, _, value = product.spec.partition(":")
    applied = order.applied_at and (order.is_full or position == 0)
    by_author = order.link >= 0
    return {
        "order_id": line_id(order, position),
        "parent_order_id": order_id(order.no),
        "product_id": int(product.listing_id),
        "product_id_str": product.listing_id,
        "sku_id": int(product.sku_id),
        "out_product_id": 0,
        "out_sku_id": "",
        "code": product.seller_sku,
        "product_name": product.title,
        "spec": [{"name": name, "value": value}],
        "item_num": line.quantity,
        "origin_amount": 0 if line.is_gift else line.unit_price,
        "sum_amount": line.list_amount,
        "order_amount": line.paid,
        "pay_amount": line.paid if order.paid_at else 0,
        "promotion_amount": line.list_amount - line.paid,
        "first_cid": 20_000,
        "author_id": 80_000_000_001 + order.link if by_author else _NO_AUTHOR,
        "author_name": f"达人{order.link}" if by_author else "",
        "c_biz": 2 if by_author else 8,
        "theme_type": "1",
        "given_product_type": "FREE" if line.is_gift else "MASTER",
        "after_sale_info": {
            "after_sale_status": (12 if order.refunded_at else 6) if applied else 0,
            "after_sale_type": 1 if applied else 0,
            "refund_status": (3 if order.refunded_at else 1) if applied else 0,
        },
    }


def after_sale(order: Order, desk: Desk) -> dict[str, Any]:
    """Return the after-sale of an order; a whole one stands on its first line."""
    kind = 0 if order.shipped_at and order.is_full else 1 if order.shipped_at else 2
    freight = order.freight if order.is_full else 0
    return {
        "aftersale_info": {
            "aftersale_id": str(_AFTER_SALE + order.no),
            "aftersale_order_type": 1,
            "aftersale_type": kind,
            "aftersale_status": 12 if order.refunded_at else 6,
            "related_id": line_id(order, 0),
            "apply_time": order.applied_at,
            "update_time": order.refunded_at or order.applied_at,
            "refund_amount": order.refund,
            "refund_post_amount": freight,
            "aftersale_num": order.lines[0].quantity,
            "refund_status": 3 if order.refunded_at else 1,
            "refund_tax_amount": 0,
        },
        "order_info": {
            "shop_order_id": order_id(order.no),
            "related_order_info": [
                {
                    "sku_order_id": line_id(order, 0),
                    "product_name": desk.books.products[order.lines[0].sku].title,
                }
            ],
        },
        "text_part": {"reason_text": ("不想要了", "质量问题", "拍错了")[order.no % 3]},
        "seller_logs": [],
    }


_FLOW = {"settled": "SETTLE", "reversed": "REFUND"}


def creator_order(order: Order, desk: Desk, now: int) -> dict[str, Any]:
    """Return a creator's order (page section 4): fen, rate times 10,000."""
    got = records.earned(order, now)
    product = desk.books.products[order.lines[0].sku]
    return {
        "order_id": order_id(order.no),
        "product_id": product.listing_id,
        "product_name": product.title,
        "shop_id": int(desk.native_id),
        "shop_name": desk.books.shop.name,
        "total_pay_amount": order.paid,
        "pay_goods_amount": order.paid - order.freight,
        "settled_goods_amount": got.base if got.settled_at else 0,
        "commission_rate": got.rate * 100,
        "estimated_commission": got.amount,
        "real_commission": got.amount if got.settled_at else 0,
        "shop_estimated_commission": got.amount,
        "flow_point": _FLOW.get(
            got.state, "CONFIRM" if order.received_at else "PAY_SUCC"
        ),
        "pay_success_time": beijing(order.paid_at),
        "settle_time": beijing(got.settled_at),
        "refund_time": beijing(order.refunded_at),
        "update_time": beijing(got.changed_at),
        "author_buyin_id": str(90_000_000_001 + order.link),
        "author_account": f"达人{order.link}",
        "author_openid": f"author{order.link:03d}",
        "buyer_openid": f"buyer{order.customer:08d}",
        "media_type": ("live", "video", "shop_list", "others")[order.channel],
        "distribution_type": "Live",
    }
