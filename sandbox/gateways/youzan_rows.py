"""Youzan's orders, refunds and salesmen as its replies write them."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.gateways import places, records
from sandbox.gateways.books import Books
from sandbox.gateways.desks import Desk
from sandbox.gateways.forms import beijing, yuan
from sandbox.gateways.records import Order

_STATUS = (
    ("WAIT_BUYER_PAY", "待付款"),
    ("WAIT_SELLER_SEND_GOODS", "待发货"),
    ("WAIT_BUYER_CONFIRM_GOODS", "已发货"),
    ("TRADE_SUCCESS", "已完成"),
    ("TRADE_CLOSED", "已关闭"),
)
_LINE = 2_800_000_000_000_000_000
_UPLINE = 2


def tid(order: Order) -> str:
    """Return E, the moment of creation and nine digits."""
    stamp = beijing(order.created_at)
    digits = "".join(sign for sign in stamp if sign.isdigit())
    return f"E{digits}{order.no:09d}"


def oid(order: Order, position: int) -> str:
    """Return the number of a line."""
    return str(_LINE + order.no * 10 + position)


def order(order: Order, shop: Books, version: str = "4.0.4") -> dict[str, Any]:
    """Return an order (page section 3): discounts are folded into line payments."""
    status, said = _STATUS[order.stand]
    province, city, district = places.CHINA[order.place]
    buyer: dict[str, Any] = {
        "yz_open_id": f"yzo{order.customer:010d}",
        "fans_type": 1,
        "fans_id": 50_000 + order.customer,
        "fans_nickname": "小*",
        "buyer_phone": f"$sandbox{order.customer}$1$",
    }
    if version == "4.0.0":
        buyer["buyer_id"] = 70_000 + order.customer
    return {
        "order_info": {
            "tid": tid(order),
            "status": status,
            "status_str": said,
            "type": 10 if order.channel == 3 else 0,
            "created": beijing(order.created_at),
            "update_time": beijing(order.modified_at),
            "pay_time": beijing(order.paid_at),
            "consign_time": beijing(order.shipped_at),
            "success_time": beijing(order.received_at),
            "expired_time": beijing(order.created_at + 86_400),
            "refund_state": 0
            if not order.applied_at
            else 12
            if order.refunded_at and order.is_full
            else 2
            if order.refunded_at
            else 1,
            "close_type": 0 if not order.closed_at else 6 if order.paid_at else 1,
            "pay_type": 10 if order.paid_at else 0,
            "pay_type_str": "WEIXIN_DAIXIAO" if order.paid_at else "",
            "express_type": 0,
            "team_type": 0,
            "is_retail_order": False,
            "order_tags": {
                "is_member": order.customer % 2 == 0,
                "is_fenxiao_order": False,
                "is_refund": bool(order.refunded_at),
            },
            "order_extra": {"is_parent_order": "0"},
        },
        "source_info": {
            "source": {"platform": ("wx", "weapp", "browser", "wx")[order.channel]},
            "order_mark": "wx_shop",
            "is_offline_order": False,
        },
        "buyer_info": buyer,
        "pay_info": {
            "total_fee": yuan(order.goods),
            "post_fee": yuan(order.freight),
            "payment": yuan(order.paid),
            "transaction": [f"26{order.no:016d}"] if order.paid_at else [],
            "outer_transactions": [f"42{order.no:017d}"] if order.paid_at else [],
        },
        "address_info": {
            "delivery_province": province,
            "delivery_city": city,
            "delivery_district": district,
            "receiver_name": f"$name{order.customer}$1$",
            "receiver_tel": f"$tel{order.customer}$1$",
            "delivery_address": f"$address{order.customer}$1$",
        },
        "orders": [_line(order, at, shop) for at in range(len(order.lines))],
    }


def _line(order: Order, position: int, shop: Books) -> dict[str, Any]:
    line = order.lines[position]
    product = shop.products[line.sku]
    name, _, value = product.spec.partition(":")
    unit = yuan(0 if line.is_gift else line.unit_price)
    return {
        "oid": oid(order, position),
        "item_id": int(product.listing_id),
        "sku_id": int(product.sku_id),
        "outer_item_id": product.seller_sku.split("-")[0],
        "outer_sku_id": product.seller_sku,
        "title": product.title,
        "num": line.quantity,
        "price": yuan(line.unit_price),
        "discount_price": unit,
        "total_fee": yuan(line.list_amount),
        "payment": yuan(line.paid),
        "points_price": "0",
        "is_present": line.is_gift,
        "is_pre_sale": "0",
        "item_type": 0,
        "alias": f"a{product.listing}",
        "sku_properties_name": orjson.dumps([{"k": name, "v": value}]).decode(),
    }


def refund(order: Order, desk: Desk) -> dict[str, Any]:
    """Return the refund of an order."""
    stamp = "".join(sign for sign in beijing(order.applied_at) if sign.isdigit())
    return {
        "refund_id": f"{stamp}{order.no:010d}",
        "tid": tid(order),
        "oid": oid(order, 0),
        "kdt_id": int(desk.native_id),
        "status": "SUCCESS" if order.refunded_at else "WAIT_SELLER_AGREE",
        "refund_fee": yuan(order.refund),
        "return_goods": bool(order.shipped_at and order.is_full),
        "demand": 2 if order.shipped_at and order.is_full else 1,
        "reason": ("买/卖双方协商一致", "质量问题", "其他")[order.no % 3],
        "created": beijing(order.applied_at),
        "modified": beijing(order.refunded_at or order.applied_at),
        "refund_success_time": beijing(order.refunded_at),
    }


def phone(agent: int) -> str:
    """Return the mobile number of a salesman."""
    return f"139{agent * 7_919 + 10_000_000:08d}"


def salesman_order(order: Order, shop: Books, now: int) -> dict[str, Any]:
    """Return what a salesman earned with an order (page section 5), yuan."""
    got = records.earned(order, now)
    parent = shop.agents[order.link]["parent"]
    upline = (got.base * _UPLINE + 50) // 100 if parent >= 0 else 0
    state = 3 if not order.paid_at else 5
    if order.shipped_at:
        state = 6
    if order.received_at:
        state = 100
    return {
        "order_no": tid(order),
        "money": yuan(order.paid - order.freight),
        "cps_money": yuan(got.amount),
        "created_at": beijing(order.created_at),
        "settled_at": beijing(got.settled_at),
        "state": state,
        "settle_state": 2 if got.settled_at else 1,
        "auto_settle": 1,
        "phone": phone(order.link),
        "seller": f"s{order.link:05d}",
        "fans_id": 60_000 + order.link,
        "items": [
            {
                "title": shop.products[line.sku].title,
                "num_iid": int(shop.products[line.sku].listing_id),
                "num": line.quantity,
                "price": yuan(line.unit_price),
                "is_join": 1,
                "i_rate": f"{got.rate}.00",
                "ii_rate": f"{_UPLINE}.00" if parent >= 0 else "0.00",
                # What an order earns is told on its first line.
                "i_cps_money": yuan(got.amount if at == 0 else 0),
                "ii_cps_money": yuan(upline if at == 0 else 0),
            }
            for at, line in enumerate(order.lines)
        ],
    }


def salesman(agent: dict[str, int]) -> dict[str, Any]:
    """Return a salesman and who invited them."""
    number, parent = agent["number"], agent["parent"]
    return {
        "seller": f"s{number:05d}",
        "mobile": phone(number),
        "from_buyer_mobile": phone(parent) if parent >= 0 else "",
        "nickname": f"分销员{number}",
        "fans_id": 60_000 + number,
        "level": ("金牌", "银牌", "铜牌")[agent["level"]],
        "created_at": beijing(agent["joined_at"]),
        "order_num": 0,
        "money": "0.00",
    }
