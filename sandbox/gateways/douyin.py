"""Douyin's gateway: orders, after-sales, creator orders (page douyin, 1 to 4)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import orjson

from sandbox.gateways import douyin_rows as rows
from sandbox.gateways import forms
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/order/", "/afterSale/", "/buyin/", "/token/")
_TOLERANCE = 600
_DAY = 86_400
_DEPTH = 50_000


def whose(ask: Request) -> str:
    """Return the application a request names."""
    return ask.query.get("app_key") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return code 60000."""
    return _error(60000, "请求过于频繁", "isv.flow-limit", "接口限流")


def spent(seconds: float, ask: Request) -> Reply:
    """Return code 80000 for the rest of the day."""
    return _error(80000, "安全拒绝", "isv.day-limit", "当日调用次数已达上限")


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error(20000, "系统错误", "isp.service-error:1", "服务不可用")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call, or give a token."""
    asked = _check(ask, desk)
    method = ask.query["method"]
    if method == "token.refresh":
        return _renewed(asked, desk)
    if method == "token.create":
        return _created(asked, desk)
    verdict = desk.tokens.judge(ask.query.get("access_token"))
    if verdict != "good":
        sub_code = {"missing": "no-existed", "expired": "expired"}.get(
            verdict, "invalid"
        )
        raise Refused(
            _error(40003, "平台参数错误", f"isv.access-token-{sub_code}", verdict)
        )
    known = _METHODS.get(method)
    if known is None:
        raise Refused(_error(70000, "接口不存在", "isv.method-invalid", method))
    return said(_ok(known(asked, desk, ask.repeats)))


def sign(query: dict[str, str], body: str, secret: str) -> str:
    """Return the signature of a call (page section 1)."""
    text = (
        f"{secret}app_key{query['app_key']}method{query['method']}param_json{body}"
        f"timestamp{query['timestamp']}v{query['v']}{secret}"
    ).encode()
    if query.get("sign_method") == "md5":
        return hashlib.md5(text).hexdigest()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _check(ask: Request, desk: Desk) -> dict[str, Any]:
    query = ask.query
    for name in ("app_key", "method", "timestamp", "v", "sign"):
        if not query.get(name):
            sub_code = f"isv.{'signature' if name == 'sign' else name}-missing"
            raise Refused(_error(30001, "缺少参数", sub_code, name))
    if query["app_key"] != desk.app_key:
        raise Refused(_error(40003, "平台参数错误", "isv.app-id-invalid", "app_key"))
    if query["v"] != "2" or ask.path != "/" + query["method"].replace(".", "/"):
        raise Refused(_error(40003, "平台参数错误", "isv.method-invalid", "method"))
    sent = forms.number(query["timestamp"], 0)
    if sent is None:
        sent = forms.from_beijing(query["timestamp"]) or 0
    if abs(sent - time.time()) > _TOLERANCE:
        raise Refused(
            _error(40003, "平台参数错误", "isv.timestamp-invalid", "timestamp")
        )
    body = ask.body.decode("utf-8", "replace") or "{}"
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(_error(40004, "业务参数错误", "isv.json", "json")) from None
    # The platform hashes the text with sorted keys; what was sent must be that text.
    if orjson.dumps(asked, option=orjson.OPT_SORT_KEYS).decode() != body:
        raise Refused(_error(40003, "平台参数错误", "isv.signature-invalid", "sign"))
    if not hmac.compare_digest(sign(query, body, desk.app_secret), query["sign"]):
        raise Refused(_error(40003, "平台参数错误", "isv.signature-invalid", "sign"))
    return asked


def _orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    now = desk.instant.now
    by, prefix = desk.books.orders, "update_time"
    if "update_time_start" not in asked:
        by, prefix = desk.books.created, "create_time"
    start, end = _window(asked, f"{prefix}_start", f"{prefix}_end", 90 * _DAY)
    if asked.get("order_by", prefix) != prefix:
        raise Refused(_error(40004, "业务参数错误", "isv.order-by", "order_by"))
    found = by.between(start, end, now)[1]
    if not asked.get("order_asc"):
        found = found[::-1]
    page, size = _page(asked, 100)
    chosen = forms.cut(found, page * size, size, repeats)
    listed = [rows.order(one, desk) for one in desk.books.read(chosen, now)]
    return {
        "page": page,
        "size": size,
        "total": len(found),
        "shop_order_list": listed or None,  # an empty list is no list
    }


def _detail(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    number = rows.number_of(str(asked.get("shop_order_id")))
    order = desk.books.one(number, desk.instant.now)
    if order is None:
        raise Refused(_error(50002, "业务处理失败", "isv.order-not-found", "order"))
    return {"shop_order_detail": rows.order(order, desk)}


def _after_sales(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    by, names = desk.books.refunds, ("update_start_time", "update_end_time")
    if names[0] not in asked:
        by, names = desk.books.applied, ("start_time", "end_time")
    start, end = _window(asked, *names, 90 * _DAY)
    found = by.between(start, end, desk.instant.now)[1]
    if "update_time asc" not in (asked.get("order_by") or []):
        found = found[::-1]
    page, size = _page(asked, 100)
    chosen = forms.cut(found, page * size, size, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    return {
        "items": [rows.after_sale(one, desk) for one in orders],
        "has_more": (page + 1) * size < len(found),
        "total": len(found),
        "page": page,
        "size": size,
    }


def _creator_orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    size = forms.number(asked.get("size"), 10)
    start = forms.from_beijing(str(asked.get("start_time") or ""))
    end = forms.from_beijing(str(asked.get("end_time") or ""))
    cursor = forms.number(asked.get("cursor"), 0)
    if size is None or cursor is None or start is None or end is None:
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "time, cursor"))
    if not 1 <= size <= 20 or not 0 <= end - start <= 90 * _DAY:
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "size, span"))
    if asked.get("time_type") != "update":
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "time_type"))
    now = desk.instant.now
    found = desk.books.commissions.between(start, end, now)[1]
    chosen = forms.cut(found, cursor, size, repeats)
    listed = [
        rows.creator_order(one, desk, now) for one in desk.books.read(chosen, now)
    ]
    return {"orders": listed or None, "cursor": str(min(cursor + size, len(found)))}


_METHODS = {
    "order.searchList": _orders,
    "order.orderDetail": _detail,
    "afterSale.List": _after_sales,
    "buyin.kolOrderAds": _creator_orders,
}


def _window(
    asked: dict[str, Any], first: str, last: str, longest: int
) -> tuple[int, int]:
    start, end = asked.get(first), asked.get(last)
    if not isinstance(start, int) or not isinstance(end, int):
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", first))
    if not 0 <= end - start <= longest:
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "span"))
    return start, end


def _page(asked: dict[str, Any], largest: int) -> tuple[int, int]:
    page, size = asked.get("page"), asked.get("size")
    if not isinstance(page, int) or not isinstance(size, int):
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "page, size"))
    if page < 0 or not 1 <= size <= largest or (page + 1) * size > _DEPTH:
        raise Refused(_error(40004, "业务参数错误", "isv.parameter", "page, size"))
    return page, size


def _renewed(asked: dict[str, Any], desk: Desk) -> Reply:
    right = asked.get("grant_type") == "refresh_token"
    if not right or not desk.tokens.renew(
        asked.get("refresh_token") or "", rotate=True
    ):
        raise Refused(
            _error(50001, "token失效", "dop.token-generate-failed:token-expired", "")
        )
    return said(_ok(_token(desk)))


def _created(asked: dict[str, Any], desk: Desk) -> Reply:
    mine = str(asked.get("shop_id") or "") == desk.native_id
    if asked.get("grant_type") != "authorization_self" or not mine:
        raise Refused(_error(50002, "业务处理失败", "dop.authorization-no-existed", ""))
    if not desk.tokens.is_alive() and not desk.tokens.renew():
        raise Refused(_error(50002, "业务处理失败", "dop.authorization-closed", ""))
    if desk.tokens.revoked:
        raise Refused(_error(50002, "业务处理失败", "dop.authorization-closed", ""))
    return said(_ok(_token(desk)))


def _token(desk: Desk) -> dict[str, Any]:
    return {
        "access_token": desk.tokens.access,
        "expires_in": desk.tokens.life_left(),
        "refresh_token": desk.tokens.refresh,
        "scope": "SCOPE",
        "shop_id": int(desk.native_id),
        "shop_name": desk.books.shop.name,
        "authority_id": desk.native_id,
    }


def _ok(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": 10000,
        "msg": "success",
        "sub_code": "",
        "sub_msg": "",
        "log_id": "sandbox",
        "data": data,
    }


def _error(code: int, text: str, sub_code: str, sub_text: str) -> Reply:
    return said(
        {
            "code": code,
            "msg": text,
            "sub_code": sub_code,
            "sub_msg": sub_text,
            "log_id": "sandbox",
            "data": None,
        }
    )
