"""Taobao Open Platform: the router, its signatures, orders, refunds, affiliates.

From the page taobao_tmall: parameters (1), order methods (2), errors (2), tbk (4, 5).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import orjson

from sandbox.gateways import forms, taobao_goods
from sandbox.gateways import taobao_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/router/rest", "/token")
_TOLERANCE = 600
_DAY = 86_400
_BACK = 92 * _DAY
_PEAK_DAYS = ("11-10", "11-11", "06-16", "06-17", "06-18")


def whose(ask: Request) -> str:
    """Return the application key a request names."""
    return ask.form.get("app_key") or ask.form.get("client_id") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return code 7 with the seconds the ban lasts."""
    more = max(1, round(seconds))
    return _error(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-api-access-count",
        f"This ban will last for {more} more seconds",
    )


spent = throttled


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error(15, "Remote service error", "isp.service-unavailable", "try again")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call of the router, or renew a token."""
    if ask.path == "/token":
        return _oauth(ask, desk)
    form = ask.form
    _check(form, desk, ask.body, ask.query_text)
    method = form["method"]
    if method == "taobao.top.auth.token.refresh":
        return _renewed(form, desk)
    known = _METHODS.get(method)
    if known is None:
        raise Refused(_error(22, "Invalid method"))
    if not method.startswith("taobao.tbk."):
        verdict = desk.tokens.judge(form.get("session"))
        if verdict == "missing":
            raise Refused(_error(26, "Missing session"))
        if verdict != "good":
            raise Refused(_error(27, "Invalid session", "invalid-sessionkey", verdict))
    try:
        content = known(form, desk, ask.repeats)
    except taobao_goods.Malformed as bad:
        word = "Missing required" if bad.code == 40 else "Invalid"
        raise Refused(_error(bad.code, f"{word} arguments:{bad.names}")) from None
    if form.get("simplify") == "true":
        return said(next(iter(content.values())))
    return said(content)


def sign(form: dict[str, str], secret: str) -> str:
    """Return the signature of a form (page section 1)."""
    text = "".join(
        f"{name}{form[name]}"
        for name in sorted(form)
        if name != "sign" and name and form[name]
    )
    way = form.get("sign_method", "md5")
    if way == "md5":
        return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()
    digest = hashlib.md5 if way == "hmac" else hashlib.sha256
    return hmac.new(secret.encode(), text.encode(), digest).hexdigest().upper()


def _check(form: dict[str, str], desk: Desk, body: bytes, query: str) -> None:
    if form.get("format") != "json":
        raise Refused(
            Reply(
                b'<?xml version="1.0" encoding="utf-8" ?><error_response>'
                b"<code>23</code><msg>send format=json</msg></error_response>",
                200,
                (("content-type", "text/xml;charset=UTF-8"),),
            )
        )
    for name, code in (
        ("method", 21),
        ("sign", 24),
        ("app_key", 28),
        ("timestamp", 30),
        ("v", 32),
    ):
        if not form.get(name):
            raise Refused(_error(code, f"Missing {name}"))
    if form["app_key"] != desk.app_key:
        raise Refused(_error(29, "Invalid app Key"))
    if form["v"] != "2.0":
        raise Refused(_error(34, "Unsupported version"))
    if form.get("sign_method") not in ("md5", "hmac", "hmac-sha256"):
        raise Refused(_error(25, "Invalid signature", "isv.sign-method"))
    sent = forms.from_beijing(form["timestamp"])
    if sent is None or abs(sent - time.time()) > _TOLERANCE:
        raise Refused(_error(31, "Invalid timestamp"))
    if not hmac.compare_digest(sign(form, desk.app_secret), form["sign"]):
        raise Refused(_error(25, "Invalid signature"))


def _changed(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    start, end = _window(form, "start_modified", "end_modified", _DAY, desk)
    found = desk.books.orders.between(start, end, desk.instant.now)[1]
    return _orders("trades_sold_increment_get_response", found, form, desk, repeats)


def _created(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    start, end = _window(form, "start_created", "end_created", _BACK, desk)
    found = desk.books.created.between(start, end, desk.instant.now)[1]
    return _orders("trades_sold_get_response", found, form, desk, repeats)


def _orders(
    root: str, found: Any, form: dict[str, str], desk: Desk, repeats: bool
) -> dict:
    if not form.get("fields"):
        raise Refused(_error(40, "Missing required arguments:fields"))
    page, more = _page(found, form, repeats)
    now = desk.instant.now
    trades = [rows.trade(order, desk.books) for order in desk.books.read(page, now)]
    simple = form.get("simplify") == "true"
    if simple:
        trades = [rows.simple(trade) for trade in trades]
    content = more | {"request_id": rows.request_id(form)}
    if trades:
        content["trades"] = trades if simple else {"trade": trades}
    return {root: content}


def _detail(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    number = rows.number_of(form.get("tid", ""))
    order = desk.books.one(number, desk.instant.now)
    if order is None:
        raise Refused(
            _error(15, "Remote service error", "isv.trade-not-exist", "no such trade")
        )
    trade = rows.trade(order, desk.books, whole=True)
    if form.get("simplify") == "true":
        trade = rows.simple(trade)
    return {"trade_fullinfo_get_response": {"trade": trade}}


def _refunds(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    start, end = _window(form, "start_modified", "end_modified", _BACK, desk)
    found = desk.books.refunds.between(start, end, desk.instant.now)[1]
    page, more = _page(found, form, repeats)
    orders = desk.books.read(page, desk.instant.now)
    refunds = [rows.refund(order, desk.books) for order in orders]
    content = more | {"request_id": rows.request_id(form)}
    if refunds:
        simple = form.get("simplify") == "true"
        content["refunds"] = refunds if simple else {"refund": refunds}
    return {"refunds_receive_get_response": content}


def _affiliate(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    day = form.get("start_time", "")[5:10]
    longest = 1_200 if day in _PEAK_DAYS else 3 * 3_600
    start, end = _window(form, "start_time", "end_time", longest, desk)
    if form.get("query_type") != "4":
        raise Refused(_error(15, "Remote service error", "isv.query-type", "use 4"))
    found = desk.books.commissions.between(start, end, desk.instant.now)[1][::-1]
    size = _size(form, 20)
    page = forms.number(form.get("page_no"), 1) or 1
    if page > 1 and form.get("position_index") != f"{start}_{page - 1}":
        raise Refused(_error(15, "Remote service error", "isv.position-index"))
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    now = desk.instant.now
    orders = [rows.affiliate(one, desk, now) for one in desk.books.read(chosen, now)]
    data = {
        "has_next": page * size < len(found),
        "has_pre": page > 1,
        "page_no": page,
        "page_size": size,
        "position_index": f"{start}_{page}",
        "results": {"publisher_order_dto": orders} if orders else {},
    }
    return {"tbk_order_details_get_response": {"data": data}}


_METHODS = {
    "taobao.trades.sold.increment.get": _changed,
    "taobao.trades.sold.get": _created,
    "taobao.trade.fullinfo.get": _detail,
    "taobao.refunds.receive.get": _refunds,
    "taobao.tbk.order.details.get": _affiliate,
    taobao_goods.UPGRADE: taobao_goods.upgraded,
    taobao_goods.OLDER: taobao_goods.older,
}


def _window(
    form: dict[str, str], first: str, last: str, longest: int, desk: Desk
) -> tuple[int, int]:
    start, end = (forms.from_beijing(form.get(name, "")) for name in (first, last))
    if start is None or end is None:
        raise Refused(_error(40, f"Missing required arguments:{first},{last}"))
    if end < start or end - start > longest:
        raise Refused(
            _error(15, "Remote service error", "isv.invalid-parameter", "time span")
        )
    if start < desk.instant.now - _BACK:
        raise Refused(
            _error(15, "Remote service error", "isv.invalid-parameter", "3 months")
        )
    return start, end


def _page(found: Any, form: dict[str, str], repeats: bool) -> tuple[Any, dict]:
    """Return a page of a list, newest first, and what tells how long the list is."""
    size = _size(form, 40)
    page = forms.number(form.get("page_no"), 1)
    if page is None or page < 1:
        raise Refused(_error(41, "Invalid arguments:page_no"))
    chosen = forms.cut(found[::-1], (page - 1) * size, size, repeats)
    if form.get("use_has_next") == "true":
        return chosen, {"has_next": page * size < len(found)}
    return chosen, {"total_results": len(found)}


def _size(form: dict[str, str], usual: int) -> int:
    size = forms.number(form.get("page_size"), usual)
    if size is None or not 1 <= size <= 100:
        raise Refused(_error(41, "Invalid arguments:page_size"))
    return size


def _oauth(ask: Request, desk: Desk) -> Reply:
    form = ask.form
    known = (
        form.get("client_id") == desk.app_key
        and form.get("client_secret") == desk.app_secret
        and form.get("grant_type") == "refresh_token"
    )
    if not known or not desk.tokens.renew(form.get("refresh_token", "")):
        return said(
            {"error": "invalid_client", "error_description": "token refused"}, 400
        )
    return said(_token(desk))


def _renewed(form: dict[str, str], desk: Desk) -> Reply:
    if not desk.tokens.renew(form.get("refresh_token", "")):
        raise Refused(
            _error(27, "Invalid session", "isv.refresh-token-invalid", "authorise anew")
        )
    token = orjson.dumps(_token(desk)).decode()
    return said({"top_auth_token_refresh_response": {"token_result": token}})


def _token(desk: Desk) -> dict:
    return {
        "access_token": desk.tokens.access,
        "refresh_token": desk.tokens.refresh,
        "expires_in": desk.tokens.life_left(),
        "token_type": "Bearer",
    }


def _error(code: int, text: str, sub_code: str = "", sub_text: str = "") -> Reply:
    content = {"code": code, "msg": text, "request_id": "sandbox"}
    if sub_code:
        content |= {"sub_code": sub_code, "sub_msg": sub_text or sub_code}
    return said({"error_response": content})
