"""Xiaohongshu's one address: orders, after-sales, tokens (page xiaohongshu, 1, 2)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from sandbox.gateways import forms
from sandbox.gateways import xiaohongshu_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/ark/open_api/v3/common_controller",)
_TOLERANCE = 600
_DAY = 86_400


def whose(ask: Request) -> str:
    """Return the application a request names."""
    return str(ask.json.get("appId") or "")


def throttled(seconds: float, ask: Request) -> Reply:
    """Return -9013, the throttling of a method."""
    return _error(-9013, "方法级别限流")


def spent(seconds: float, ask: Request) -> Reply:
    """Return -9013 for the rest of the day."""
    return _error(-9013, "当日调用次数已达上限")


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error(-1, "系统繁忙")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call."""
    asked = ask.json
    _check(asked, desk)
    method = asked["method"]
    if method in ("oauth.refreshToken", "oauth.getAccessToken"):
        return _renewed(asked, desk)
    if desk.tokens.judge(asked.get("accessToken")) != "good":
        raise Refused(_error(401, "accessToken无效或已过期"))
    known = _METHODS.get(method)
    if known is None:
        raise Refused(_error(-9002, "方法不存在"))
    return said(_ok(known(asked, desk, ask.repeats)))


def sign(asked: dict[str, Any], secret: str) -> str:
    """Return the signature of a call (page section 1)."""
    text = (
        f"{asked['method']}?appId={asked['appId']}&timestamp={asked['timestamp']}"
        f"&version={asked['version']}{secret}"
    )
    return hashlib.md5(text.encode()).hexdigest()


def _check(asked: dict[str, Any], desk: Desk) -> None:
    for name in ("method", "appId", "timestamp", "version", "sign"):
        if not asked.get(name):
            raise Refused(_error(-9001, f"缺少参数{name}"))
    if asked["appId"] != desk.app_key:
        raise Refused(_error(-9003, "appId无效"))
    if abs((forms.number(asked["timestamp"], 0) or 0) - time.time()) > _TOLERANCE:
        raise Refused(_error(-9004, "timestamp无效"))
    if not hmac.compare_digest(sign(asked, desk.app_secret), str(asked["sign"])):
        raise Refused(_error(-9005, "签名错误"))


def _orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    by, longest = (
        (desk.books.created, _DAY)
        if forms.number(asked.get("timeType"), 1) == 1
        else (desk.books.orders, 1_800)
    )
    start, end = _window(asked, longest, 1)
    found = by.between(start, end, desk.instant.now)[1][::-1]
    page, size = _page(asked, 50, 100)
    if page > 100:
        raise Refused(_error(-9006, "pageNo最大100"))
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    content: dict[str, Any] = {
        "total": len(found),
        "pageNo": page,
        "pageSize": size,
        "maxPageNo": -(-len(found) // size),
    }
    if orders:  # an empty list is left out
        content["orderList"] = [rows.head(one) for one in orders]
    return content


def _detail(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    number = rows.number_of(asked.get("orderId"), "P")
    order = desk.books.one(number, desk.instant.now)
    if order is None:
        raise Refused(_error(-9010, "订单不存在"))
    return rows.order(order, desk.books)


def _after_sales(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    by, longest = (
        (desk.books.applied, _DAY)
        if forms.number(asked.get("timeType"), 1) == 1
        else (desk.books.refunds, 1_800)
    )
    start, end = _window(asked, longest, 1_000)
    found = by.between(start, end, desk.instant.now)[1][::-1]
    page, size = _page(asked, 20, 50)
    if page * size > 50_000:
        raise Refused(_error(-9006, "pageNo*pageSize最大50000"))
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    return {
        "totalCount": len(found),
        "pageNo": page,
        "pageSize": size,
        "maxPageNo": -(-len(found) // size),
        "afterSaleBasicInfos": [rows.after_sale(one) for one in orders],
    }


def _after_sale_detail(
    asked: dict[str, Any], desk: Desk, repeats: bool
) -> dict[str, Any]:
    number = rows.number_of(asked.get("returnsId"), "R")
    order = desk.books.one(number, desk.instant.now)
    if order is None or not order.applied_at:
        raise Refused(_error(-9010, "售后单不存在"))
    skus = [
        {
            "skuId": desk.books.products[line.sku].sku_id,
            "skuName": desk.books.products[line.sku].title,
            "appliedCount": line.quantity,
        }
        for line in (order.lines if order.is_full else order.lines[:1])
    ]
    freight = order.freight if order.is_full else 0
    content = rows.after_sale(order) | {
        "skus": skus,
        "refundStatus": 2 if order.refunded_at else 1,
        "refundAmountYuan": order.refund / 100 if order.refunded_at else 0,
        "appliedSkusAmountYuan": (order.refund - freight) / 100,
        "appliedShipFeeAmountYuan": freight / 100,
    }
    if order.refunded_at:
        content["refundTime"] = order.refunded_at * 1_000
    return {"afterSaleInfo": content}


_METHODS = {
    "order.getOrderList": _orders,
    "order.getOrderDetail": _detail,
    "afterSale.listAfterSaleInfos": _after_sales,
    "afterSale.getAfterSaleInfo": _after_sale_detail,
}


def _window(asked: dict[str, Any], longest: int, unit: int) -> tuple[int, int]:
    start = forms.number(asked.get("startTime"), -1)
    end = forms.number(asked.get("endTime"), -1)
    if start is None or end is None or min(start, end) < 0:
        raise Refused(_error(-9006, "startTime,endTime"))
    if not 0 <= end - start <= longest * unit:
        raise Refused(_error(-9006, "时间跨度超出限制"))
    return -(-start // unit), end // unit


def _page(asked: dict[str, Any], usual: int, largest: int) -> tuple[int, int]:
    page = forms.number(asked.get("pageNo"), 1)
    size = forms.number(asked.get("pageSize"), usual)
    if page is None or size is None or page < 1 or not 1 <= size <= largest:
        raise Refused(_error(-9006, "pageNo,pageSize"))
    return page, size


def _renewed(asked: dict[str, Any], desk: Desk) -> Reply:
    refresh = asked.get("refreshToken") or ""
    if asked["method"] != "oauth.refreshToken" or not desk.tokens.renew(refresh, True):
        raise Refused(_error(401, "refreshToken无效"))
    return said(
        _ok(
            {
                "accessToken": desk.tokens.access,
                "accessTokenExpiresAt": desk.tokens.ends_at() * 1_000,
                "refreshToken": desk.tokens.refresh,
                "refreshTokenExpiresAt": (desk.tokens.ends_at() + 7 * _DAY) * 1_000,
                "sellerId": desk.native_id,
                "sellerName": desk.books.shop.name,
            }
        )
    )


def _ok(data: dict[str, Any]) -> dict[str, Any]:
    return {"success": True, "error_code": 0, "error_msg": "", "data": data}


def _error(code: int, text: str) -> Reply:
    return said({"success": False, "error_code": code, "error_msg": text})
