"""JD's orders, refund requests and union orders as its replies write them."""

from __future__ import annotations

from typing import Any

from sandbox.gateways import forms, places, records
from sandbox.gateways.books import Books
from sandbox.gateways.forms import beijing, yuan
from sandbox.gateways.records import Order

_FIRST, _STEP = 310_000_000_000, 7_919
_REFUND = 5_000_000_000
_NONE = "0001-01-01 00:00:00"
_STATES = (
    ("WAIT_SELLER_STOCK_OUT", "等待出库"),
    ("WAIT_SELLER_STOCK_OUT", "等待出库"),
    ("WAIT_GOODS_RECEIVE_CONFIRM", "等待确认收货"),
    ("FINISHED_L", "完成"),
    ("TRADE_CANCELED", "取消"),
)


def order_id(no: int) -> str:
    """Return the number of an order."""
    return str(_FIRST + no * _STEP)


def number_of(text: str) -> int | None:
    """Return which order a number names."""
    no, rest = divmod((forms.number(text, 0) or 0) - _FIRST, _STEP)
    return no if not rest and no >= 0 else None


def order(order: Order, shop: Books) -> dict[str, Any]:
    """Return an order (page section 3).

    One order in five is the child of a split one, whose parent is never listed.
    """
    number = order_id(order.no)
    parent = str(_FIRST // 10 + order.no) if order.no % 5 == 0 else "0"
    state, remark = _STATES[order.stand]
    if order.applied_at and not order.refunded_at and order.stand < records.DONE:
        state, remark = "LOCKED", "锁定"
    province, city, county = places.CHINA[order.place]
    coupons = [
        {"orderId": number, "couponType": kind, "couponPrice": yuan(amount)}
        for kind, amount in (
            ("100-店铺优惠", order.seller_discount),
            ("41-京东券优惠", order.platform_discount),
        )
        if amount
    ]
    return {
        "orderId": number,
        "parentOrderId": parent,
        "directParentOrderId": parent,
        "orderType": "22",
        "payType": "4-在线支付",
        "orderState": state,
        "orderStateRemark": remark,
        "orderStartTime": beijing(order.created_at),
        "paymentConfirmTime": beijing(order.paid_at, _NONE),
        "orderEndTime": beijing(order.received_at, _NONE),
        "modified": beijing(order.modified_at),
        "orderTotalPrice": yuan(order.goods),
        "sellerDiscount": yuan(order.seller_discount),
        "orderSellerPrice": yuan(order.goods - order.seller_discount),
        "freightPrice": yuan(order.freight),
        "balanceUsed": "0.00",
        "orderPayment": yuan(order.paid),
        "orderSource": "移动端订单",
        "open_id_buyer": f"jdo{order.customer:010d}",
        "pin": f"jd_{order.customer:08d}",
        "returnOrder": "1" if order.refunded_at else "0",
        "storeOrder": "",
        "idSopShipmenttype": "68",
        "waybill": f"JDX{order.no:012d}" if order.shipped_at else "",
        "itemInfoList": [
            {
                "skuId": shop.products[line.sku].sku_id,
                "wareId": shop.products[line.sku].listing_id,
                "skuName": shop.products[line.sku].title,
                "outerSkuId": shop.products[line.sku].seller_sku,
                "productNo": shop.products[line.sku].seller_sku.split("-")[0],
                "jdPrice": yuan(line.unit_price),
                "itemTotal": str(line.quantity),
                "giftPoint": "0",
                "newStoreId": "0",
            }
            for line in order.lines
        ],
        "couponDetailList": coupons,
        "consigneeInfo": {
            "fullname": "王**",
            "mobile": "138****0000",
            "fullAddress": "****",
            "province": province,
            "city": city or county,
            "county": county,
            "town": "",
        },
    }


def refund(order: Order) -> dict[str, Any]:
    """Return the refund request of an order: the sum in fen."""
    return {
        "id": _REFUND + order.no,
        "buyerId": f"jd_{order.customer:08d}",
        "buyerName": "王**",
        "orderId": order_id(order.no),
        "applyRefundSum": order.refund,
        "applyTime": beijing(order.applied_at),
        "checkTime": beijing(order.refunded_at) or None,
        "status": 3 if order.refunded_at else 0,
        "reason": ("不想要了", "商品质量问题", "发错货")[order.no % 3],
        "systemId": 1,
    }


def union(order: Order, shop: Books, now: int) -> dict[str, Any]:
    """Return a union order (page section 5): yuan, rates in percent."""
    got = records.earned(order, now)
    line = order.lines[0]
    product = shop.products[line.sku]
    code = {"reversed": 3, "settled": 17}.get(
        got.state, 17 if order.received_at else 16
    )
    return {
        "id": f"{order_id(order.no)}{product.sku_id[-4:]}",
        "orderId": int(order_id(order.no)),
        "parentId": 0,
        "orderTime": beijing(order.created_at),
        "finishTime": beijing(order.received_at),
        "modifyTime": beijing(got.changed_at),
        "orderEmt": 2,
        "skuId": int(product.sku_id),
        "skuName": product.title,
        "skuNum": line.quantity,
        "skuReturnNum": line.quantity if order.refunded_at else 0,
        "skuFrozenNum": 0,
        "price": line.unit_price / 100,
        "commissionRate": float(got.rate),
        "subSideRate": 90.0,
        "subsidyRate": 0.0,
        "finalRate": 100.0,
        "estimateCosPrice": got.base / 100,
        "estimateFee": got.amount / 100,
        "actualCosPrice": got.base / 100 if order.received_at else 0.0,
        "actualFee": got.amount / 100 if order.received_at else 0.0,
        "validCode": code,
        "traceType": 2,
        "payMonth": beijing(got.settled_at)[:10].replace("-", "") or "0",
        "unionTag": "0" * 32,
        "positionId": 3_000_000 + order.link,
        "siteId": 4_000_001,
        "pid": f"1000_4000001_{3_000_000 + order.link}",
        "subUnionId": f"agent{order.link:03d}",
        "ext1": "",
        "unionRole": 1,
        "goodsInfo": {"owner": "p", "shopId": 1, "shopName": shop.shop.name},
        "skuTag": "",
    }
