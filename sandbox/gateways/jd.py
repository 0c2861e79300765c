"""JD's router: orders, refund requests, union orders and goods (page jd, 1 to 5)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import orjson

from sandbox.gateways import forms, jd_goods
from sandbox.gateways import jd_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/routerjson", "/oauth2/refresh_token")
_TOLERANCE = 360
_DAY = 86_400


def whose(ask: Request) -> str:
    """Return the application a request names."""
    return ask.form.get("app_key") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return code 2; the platform names no seconds."""
    return _error("2", "应用调用次数受限", "Limit of API call frequency")


def spent(seconds: float, ask: Request) -> Reply:
    """Return code 2 for the rest of the day."""
    return _error("2", "应用当日调用次数已达上限", "Daily limit of API calls")


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error("61", "平台连接后端服务异常", "Remote service error")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call of the router, or renew a token."""
    form = ask.form
    if ask.path == "/oauth2/refresh_token":
        return _renewed(form, desk)
    _check(form, desk)
    known = _METHODS.get(form["method"])
    if known is None:
        raise Refused(_error("15", "无效的method", "Invalid method"))
    if form["method"].startswith("jingdong."):
        verdict = desk.tokens.judge(form.get("access_token"))
        if verdict != "good":
            raise Refused(_error("19", "access_token无效或已过期", "Invalid token"))
    try:
        asked = orjson.loads(form.get("360buy_param_json") or "{}")
    except orjson.JSONDecodeError:
        raise Refused(_error("21", "参数不是JSON", "Invalid parameters")) from None
    return said(known(asked, desk, ask.repeats))


def sign(form: dict[str, str], secret: str) -> str:
    """Return the signature of a form (page section 1)."""
    text = "".join(f"{name}{form[name]}" for name in sorted(form) if name != "sign")
    return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()


def _check(form: dict[str, str], desk: Desk) -> None:
    for name, code in (
        ("v", "4"),
        ("timestamp", "7"),
        ("sign", "11"),
        ("method", "14"),
    ):
        if not form.get(name):
            raise Refused(_error(code, f"缺少{name}", f"Missing {name}"))
    if form.get("app_key") != desk.app_key:
        raise Refused(_error("10", "无效的app_key", "Invalid app_key"))
    wanted = "1.0" if form["method"].startswith("jd.union") else "2.0"
    if form["v"] != wanted:
        raise Refused(_error("5", "不支持的版本", "Unsupported version"))
    sent = forms.from_beijing(form["timestamp"])
    if sent is None or abs(sent - time.time()) > _TOLERANCE:
        raise Refused(_error("8", "无效的timestamp", "Invalid timestamp"))
    if not hmac.compare_digest(sign(form, desk.app_secret), form["sign"]):
        raise Refused(_error("12", "无效的签名", "Invalid signature"))


def _orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    root = "jingdong_pop_order_enSearch_responce"
    if not asked.get("optional_fields"):
        return _failed(root, "searchorderinfo_result", "optional_fields不能为空")
    if asked.get("order_state") != "ALL":
        return _failed(root, "searchorderinfo_result", "order_state不能为空")
    window = _window(asked, "start_date", "end_date", 31 * _DAY)
    page, size = _page(asked, "page", "page_size")
    if window is None or page is None:
        return _failed(root, "searchorderinfo_result", "查询时间或分页参数有误")
    by = desk.books.created if str(asked.get("dateType")) == "1" else desk.books.orders
    found = by.between(*window, desk.instant.now)[1]
    found = found[desk.books.shown(found, desk.instant.now)]
    if str(asked.get("sortType")) == "1":
        found = found[::-1]
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    listed = [
        rows.order(one, desk.books) for one in desk.books.read(chosen, desk.instant.now)
    ]
    result = {
        "apiResult": {"success": True, "numberCode": 0, "chineseErrCode": "成功"},
        "orderTotal": len(found),
        "orderInfoList": listed or "",  # an empty list is an empty text
    }
    return {root: {"code": "0", "searchorderinfo_result": result}}


def _detail(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    root = "jingdong_pop_order_enGet_responce"
    number = rows.number_of(str(asked.get("order_id")))
    order = desk.books.one(number, desk.instant.now)
    if order is None:
        return _failed(root, "orderDetailInfo", "订单不存在")
    content = {
        "apiResult": {"success": True, "numberCode": 0},
        "orderInfo": rows.order(order, desk.books),
    }
    return {root: {"code": "0", "orderDetailInfo": content}}


def _refunds(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    root = "jingdong_pop_afs_soa_refundapply_queryPageList_responce"
    by, window = (
        (
            desk.books.applied,
            _window(asked, "applyTimeStart", "applyTimeEnd", 31 * _DAY),
        )
        if asked.get("applyTimeStart")
        else (
            desk.books.payouts,
            _window(asked, "checkTimeStart", "checkTimeEnd", 31 * _DAY),
        )
    )
    page, size = _page(asked, "pageIndex", "pageSize")
    if window is None or page is None:
        return _failed(root, "queryResult", "查询时间或分页参数有误")
    found = by.between(*window, desk.instant.now)[1]
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    result = {
        "success": True,
        "totalCount": len(found),
        "result": [rows.refund(one) for one in orders],
    }
    return {root: {"code": "0", "queryResult": result}}


def _union(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    wish = asked.get("orderReq") or {}
    window = _window(wish, "startTime", "endTime", 3_600)
    size = forms.number(wish.get("pageSize"), 20)
    page = forms.number(wish.get("pageIndex"), 1)
    if window is None or size is None or page is None or str(wish.get("type")) != "3":
        return _union_reply({"code": 400, "message": "参数错误"})
    if not 1 <= size <= 500 or page < 1:
        return _union_reply({"code": 400, "message": "参数错误"})
    found = desk.books.commissions.between(*window, desk.instant.now)[1]
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    now = desk.instant.now
    listed = [rows.union(one, desk.books, now) for one in desk.books.read(chosen, now)]
    content: dict[str, Any] = {"code": 200, "message": "success"}
    if listed:  # an empty page has no data at all
        content["data"] = listed
    content["hasMore"] = page * size < len(found)
    return _union_reply(content)


def _union_reply(content: dict[str, Any]) -> dict:
    """Return the reply of the union: its result is JSON text within JSON."""
    return {
        "jd_union_open_order_row_query_responce": {
            "code": "0",
            "queryResult": orjson.dumps(content).decode(),
        }
    }


_METHODS = {
    "jingdong.pop.order.enSearch": _orders,
    "jingdong.pop.order.enGet": _detail,
    "jingdong.pop.afs.soa.refundapply.queryPageList": _refunds,
    "jd.union.open.order.row.query": _union,
    "jd.union.open.goods.query": jd_goods.query,
}


def _window(
    asked: dict[str, Any], first: str, last: str, longest: int
) -> tuple[int, int] | None:
    start = forms.from_beijing(asked.get(first) or "")
    end = forms.from_beijing(asked.get(last) or "")
    if start is None or end is None or not 0 <= end - start <= longest:
        return None
    return start, end


def _page(asked: dict[str, Any], page: str, size: str) -> tuple[Any, Any]:
    number, rows_each = (
        forms.number(asked.get(page), 1),
        forms.number(asked.get(size), 20),
    )
    if number is None or rows_each is None or number < 1 or not 1 <= rows_each <= 50:
        return None, None
    return number, rows_each


def _renewed(form: dict[str, str], desk: Desk) -> Reply:
    known = (
        form.get("app_key") == desk.app_key
        and form.get("app_secret") == desk.app_secret
        and form.get("grant_type") == "refresh_token"
    )
    if not known or not desk.tokens.renew(form.get("refresh_token", "")):
        return said({"code": 400, "msg": "refresh_token无效", "request_id": "sandbox"})
    return said(
        {
            "access_token": desk.tokens.access,
            "expires_in": desk.tokens.life_left(),
            "refresh_token": desk.tokens.refresh,
            "scope": "snsapi_base",
            "open_id": "sandbox",
            "uid": desk.native_id,
            "time": int(time.time() * 1000),
            "token_type": "bearer",
            "code": 0,
        }
    )


def _failed(root: str, name: str, text: str) -> dict:
    result = {"success": False, "chineseErrCode": text, "numberCode": 400}
    return {root: {"code": "0", name: {"apiResult": result}}}


def _error(code: str, chinese: str, english: str) -> Reply:
    return said(
        {"error_response": {"code": code, "zh_desc": chinese, "en_desc": english}}
    )
