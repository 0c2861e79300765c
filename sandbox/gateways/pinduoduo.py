"""Pinduoduo's router: orders, refunds and affiliate orders (page pinduoduo, 1 to 5)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from sandbox.gateways import forms, pinduoduo_goods
from sandbox.gateways import pinduoduo_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/api/router",)
_TOLERANCE = 600
_DAY = 86_400
_BACK = 92 * _DAY
_LAG = 180


def whose(ask: Request) -> str:
    """Return the application a request names."""
    return str(_parameters(ask).get("client_id") or "")


def throttled(seconds: float, ask: Request) -> Reply:
    """Return code 70031; the platform names no seconds."""
    return _error(70031, "调用过于频繁,请调整调用频率")


def spent(seconds: float, ask: Request) -> Reply:
    """Return code 52102 with what is left of the day."""
    return _error(52102, f"接口当日调用次数已达上限,请{round(seconds)}秒后重试")


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error(52001, "网关业务服务错误")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call of the router."""
    asked = _parameters(ask)
    _check(asked, desk)
    method = asked["type"]
    if method == "pdd.pop.auth.token.refresh":
        return _renewed(asked, desk)
    known = _METHODS.get(method)
    if known is None:
        raise Refused(_error(10017, "type不正确"))
    if not method.startswith("pdd.ddk."):
        verdict = desk.tokens.judge(asked.get("access_token"))
        if verdict == "expired":
            raise Refused(_error(10019, "access_token已过期"))
        if verdict != "good":
            raise Refused(_error(20032, "access_token与client_id不匹配"))
    try:
        return said(known(asked, desk, ask.repeats))
    except pinduoduo_goods.Malformed as bad:
        raise Refused(_error(10000, f"参数错误:{bad}")) from None
    except pinduoduo_goods.Unregistered:
        raise Refused(_error(50001, "pid与custom_parameters未备案")) from None


def sign(asked: dict[str, Any], secret: str) -> str:
    """Return the signature of flat parameters (page section 1)."""
    text = "".join(f"{name}{asked[name]}" for name in sorted(asked) if name != "sign")
    return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()


def _parameters(ask: Request) -> dict[str, Any]:
    if "json" in ask.headers.get("content-type", ""):
        return ask.query | {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in ask.json.items()
        }
    return ask.form


def _check(asked: dict[str, Any], desk: Desk) -> None:
    for name in ("type", "client_id", "timestamp", "sign"):
        if not asked.get(name):
            raise Refused(_error(10001, f"公共参数错误:{name}"))
    if asked["client_id"] != desk.app_key:
        raise Refused(_error(10016, "client_id不正确"))
    sent = forms.number(asked["timestamp"], 0) or 0
    if abs(sent - time.time()) > _TOLERANCE:
        raise Refused(_error(10001, "公共参数错误:timestamp", "timestamp"))
    if not hmac.compare_digest(sign(asked, desk.app_secret), asked["sign"]):
        raise Refused(_error(20004, "签名sign校验失败"))


def _changed(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start, end = _window(asked, "start_updated_at", "end_updated_at", 1_800, desk)
    if end > desk.instant.now - _LAG:
        raise Refused(_error(10000, "参数错误:end_updated_at需早于当前时间3分钟"))
    found = desk.books.orders.between(start, end, desk.instant.now)[1]
    content = _orders(found[::-1], "order_sn_list", asked, desk, repeats)
    return {"order_sn_increment_get_response": content}


def _confirmed(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start, end = _window(asked, "start_confirm_at", "end_confirm_at", _DAY, desk)
    found = desk.books.confirmed.between(start, end, desk.instant.now)[1]
    content = _orders(found[::-1], "order_list", asked, desk, repeats)
    return {"order_list_get_response": content}


def _orders(
    found: Any, name: str, asked: dict[str, Any], desk: Desk, repeats: bool
) -> dict:
    for needed in ("order_status", "refund_status"):
        if forms.number(asked.get(needed), 0) != 5:
            raise Refused(_error(10000, f"参数错误:{needed}"))
    chosen, more = _page(found, asked, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    # An empty list is no list.
    listed = [rows.order(one, desk.books) for one in orders] or None
    return more | {name: listed, "request_id": "sandbox"}


def _detail(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    number = rows.number_of(asked.get("order_sn", ""), desk.books)
    order = desk.books.one(number, desk.instant.now)
    if order is None:
        raise Refused(_error(50001, "订单不存在"))
    content = rows.order(order, desk.books) | {
        "group_order_id": rows.group_id(order),
        "group_role": order.no % 2,
        "pay_no": str(80_000_000_000 + order.no),
    }
    return {"order_info_get_response": {"order_info": content}}


def _refunds(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start, end = _window(asked, "start_updated_at", "end_updated_at", 1_800, desk)
    found = desk.books.refunds.between(start, end, desk.instant.now)[1]
    chosen, more = _page(found[::-1], asked, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    listed = [rows.refund(one, desk.books) for one in orders] or None
    return {"refund_increment_get_response": more | {"refund_list": listed}}


def _affiliate(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start, end = _window(asked, "start_update_time", "end_update_time", _DAY, desk)
    found = desk.books.commissions.between(start, end, desk.instant.now)[1]
    if (forms.number(asked.get("page_size"), 40) or 0) < 10:
        raise Refused(_error(10000, "参数错误:page_size"))
    chosen, more = _page(found[::-1], asked, repeats)
    now = desk.instant.now
    listed = [
        rows.affiliate(one, desk.books, now) for one in desk.books.read(chosen, now)
    ]
    return {"order_list_get_response": more | {"order_list": listed}}


_METHODS = {
    "pdd.order.number.list.increment.get": _changed,
    "pdd.order.list.get": _confirmed,
    "pdd.order.information.get": _detail,
    "pdd.refund.list.increment.get": _refunds,
    "pdd.ddk.order.list.increment.get": _affiliate,
    "pdd.ddk.goods.search": pinduoduo_goods.search,
}


def _window(
    asked: dict[str, Any], first: str, last: str, longest: int, desk: Desk
) -> tuple[int, int]:
    start = forms.number(asked.get(first), -1)
    end = forms.number(asked.get(last), -1)
    if start is None or end is None or min(start, end) < 0:
        raise Refused(_error(10000, f"参数错误:{first},{last}"))
    if end < start or end - start > longest or start < desk.instant.now - _BACK:
        raise Refused(_error(10000, "参数错误:时间跨度超出限制"))
    return start, end


def _page(found: Any, asked: dict[str, Any], repeats: bool) -> tuple[Any, dict]:
    size = forms.number(asked.get("page_size"), 100)
    page = forms.number(asked.get("page"), 1)
    if size is None or page is None or not 1 <= size <= 100 or page < 1:
        raise Refused(_error(10000, "参数错误:page,page_size"))
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    if asked.get("use_has_next") == "true":
        return chosen, {"has_next": page * size < len(found)}
    return chosen, {"total_count": len(found)}


def _renewed(asked: dict[str, Any], desk: Desk) -> Reply:
    if not desk.tokens.renew(asked.get("refresh_token") or ""):
        raise Refused(_error(10019, "refresh_token已过期"))
    return said(
        {
            "pop_auth_token_refresh_response": {
                "access_token": desk.tokens.access,
                "expires_in": desk.tokens.life_left(),
                "expires_at": desk.tokens.ends_at(),
                "refresh_token": desk.tokens.refresh,
                "owner_id": desk.native_id,
                "owner_name": desk.books.shop.name,
                "scope": ["pdd.order.list.get"],
            }
        }
    )


def _error(code: int, text: str, sub_code: str | None = None) -> Reply:
    return said(
        {
            "error_response": {
                "error_code": code,
                "error_msg": text,
                "sub_code": sub_code,
                "sub_msg": text,
                "request_id": "sandbox",
            }
        }
    )
