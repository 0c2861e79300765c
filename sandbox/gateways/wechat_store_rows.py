"""WeChat Store's orders, after-sales and league orders as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.desks import Desk
from sandbox.gateways.records import Order

ORDER = (3_700_000_000_000_000_001, 7_919)
AFTER_SALE = (2_000_000_000_000_001, 101)
_STATUS = (10, 20, 30, 100, 200)


def order_id(no: int) -> str:
    """Return the number of an order."""
    return str(ORDER[0] + no * ORDER[1])


def after_sale_id(no: int) -> str:
    """Return the number of an after-sale."""
    return str(AFTER_SALE[0] + no * AFTER_SALE[1])


def number_of(text: object, form: tuple[int, int]) -> int | None:
    """Return which order a number names."""
    no, rest = divmod((forms.number(str(text), 0) or 0) - form[0], form[1])
    return no if not rest and no >= 0 else None


def order(order: Order, desk: Desk) -> dict[str, Any]:
    """Return an order (page section 2): fen, unix seconds.

    What the platform gives is in no field of its own: it is what is discounted and is
    neither the merchant's nor the talent's.
    """
    status = _STATUS[order.stand]
    if order.closed_at and not order.paid_at:
        status = 250
    province, city, county = places.CHINA[order.place]
    discount = order.seller_discount + order.platform_discount
    detail: dict[str, Any] = {
        "product_infos": [_line(order, at, desk) for at in range(len(order.lines))],
        "price_info": {
            "product_price": order.goods,
            "freight": order.freight,
            "discounted_price": discount,
            "is_discounted": discount > 0,
            "original_order_price": order.goods + order.freight,
            "estimate_product_price": order.goods,
            "order_price": order.paid,
            "change_down_price": 0,
            "change_freight": 0,
            "deduction_price": 0,
            "merchant_discounted_price": order.seller_discount,
            "finder_discounted_price": 0,
            "merchant_receieve_price": order.paid,
        },
        "delivery_info": {
            "address_info": {
                "user_name": "王*",
                "tel_number": "138****0000",
                "detail_info": "****",
                "province_name": province,
                "city_name": city,
                "county_name": county,
            },
            "delivery_product_info": [{"delivery_time": order.shipped_at}]
            if order.shipped_at
            else [],
        },
        "ext_info": {
            "confirm_receipt_time": order.received_at,
            "order_scene": order.channel + 1,
        },
        "settle_info": {"predict_commission_fee": 0, "commission_fee": 0},
    }
    if order.paid_at:
        detail["pay_info"] = {
            "pay_time": order.paid_at,
            "transaction_id": f"42000{order.no:020d}",
            "payment_method": 1,
        }
    if order.link >= 0 and order.paid_at:
        got = records.earned(order, desk.instant.now)
        sku = desk.books.products[order.lines[0].sku].sku_id
        detail["ext_info"]["finder_id"] = f"finder{order.link:03d}"
        detail["commission_infos"] = [
            {
                "sku_id": sku,
                "nickname": f"达人{order.link}",
                "type": 0,
                "status": 2 if got.settled_at else 1,
                "amount": got.amount,
                "finder_id": f"finder{order.link:03d}",
            }
        ]
        detail["source_infos"] = [
            {"sku_id": sku, "account_type": 1, "sale_channel": 100}
        ]
    waiting = bool(order.applied_at and not order.refunded_at)
    after_sales = [{"aftersale_order_id": int(after_sale_id(order.no)), "status": 0}]
    return {
        "order_id": order_id(order.no),
        "status": status,
        "create_time": order.created_at,
        "update_time": order.modified_at,
        "openid": f"wxo{order.customer:010d}",
        "unionid": f"wxu{order.customer:010d}",
        "is_present": False,
        "order_detail": detail,
        "aftersale_detail": {
            "on_aftersale_order_cnt": int(waiting),
            "aftersale_order_list": after_sales if order.applied_at else [],
        },
    }


def _line(order: Order, position: int, desk: Desk) -> dict[str, Any]:
    line = order.lines[position]
    product = desk.books.products[line.sku]
    applied = order.applied_at and (order.is_full or position == 0)
    name, _, value = product.spec.partition(":")
    return {
        "product_id": product.listing_id,
        "sku_id": product.sku_id,
        "out_product_id": "",
        "out_sku_id": "",
        "sku_code": product.seller_sku,
        "title": product.title,
        "sku_cnt": line.quantity,
        "sale_price": line.unit_price,
        "market_price": line.unit_price,
        "real_price": line.paid,
        "estimate_price": line.paid,
        "on_aftersale_sku_cnt": line.quantity
        if applied and not order.refunded_at
        else 0,
        "finish_aftersale_sku_cnt": line.quantity
        if applied and order.refunded_at
        else 0,
        "is_free_gift": line.is_gift,
        "sku_attrs": [{"attr_key": name, "attr_value": value}],
    }


def after_sale(order: Order, desk: Desk) -> dict[str, Any]:
    """Return the after-sale of an order; a whole one stands on its first line."""
    product = desk.books.products[order.lines[0].sku]
    back = bool(order.shipped_at and order.is_full)
    done = "MERCHANT_RETURN_SUCCESS" if back else "MERCHANT_REFUND_SUCCESS"
    found = {
        "after_sale_order_id": after_sale_id(order.no),
        "status": done if order.refunded_at else "MERCHANT_PROCESSING",
        "order_id": order_id(order.no),
        "openid": f"wxo{order.customer:010d}",
        "unionid": f"wxu{order.customer:010d}",
        "product_info": {
            "product_id": product.listing_id,
            "sku_id": product.sku_id,
            "count": order.lines[0].quantity,
        },
        "refund_info": {"amount": order.refund, "refund_reason": order.no % 3 + 1},
        "details": {"desc": "", "tel_number": "13800000000"},
        "type": "RETURN" if back else "REFUND",
        "reason": ("NO_NEED", "QUALITY", "WRONG")[order.no % 3],
        "reason_text": ("不想要了", "质量问题", "拍错了")[order.no % 3],
        "create_time": order.applied_at,
        "update_time": order.refunded_at or order.applied_at,
    }
    if order.refunded_at:
        found["complete_time"] = order.refunded_at
    return found


_STATE = {"pending": 20, "settled": 100, "reversed": 200}


def league_order(order: Order, desk: Desk, now: int) -> dict[str, Any]:
    """Return a league order (page section 3): fen, ratio in millionths."""
    got = records.earned(order, now)
    product = desk.books.products[order.lines[0].sku]
    return {
        "order_id": order_id(order.no),
        "sku_id": product.sku_id,
        "create_time": order.created_at,
        "update_time": got.changed_at,
        "status": _STATE[got.state],
        "order_detail": {
            "shop_info": {"appid": desk.native_id},
            "product_info": {
                "product_id": product.listing_id,
                "title": product.title,
                "actual_payment": got.base,
            },
            "order_info": {"order_status": _STATUS[order.stand]},
            "commission_info": {
                "finder_info": {
                    "nickname": f"达人{order.link}",
                    "openfinderid": f"finder{order.link:03d}",
                    "ratio": got.rate * 10_000,
                    "amount": got.amount,
                },
                "service_ratio": 0,
                "service_amount": 0,
                "profit_sharding_suc_time": got.settled_at,
            },
        },
    }
