"""Youzan's gateway: orders, refunds, salesmen (page youzan, 1, 2, 3 and 5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.gateways import forms
from sandbox.gateways import youzan_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/api/youzan.", "/auth/token")
_DAY = 86_400
_SPANS = {"4.0.0": 92 * _DAY, "4.0.4": 366 * _DAY}


def whose(ask: Request) -> str:
    """Return the token of a call, or the client that asks for one."""
    return ask.query.get("access_token") or str(ask.json.get("client_id") or "")


def throttled(seconds: float, ask: Request) -> Reply:
    """Return the gateway's frequency refusal."""
    return _gateway(20001, "API call frequency exceeded")


def spent(seconds: float, ask: Request) -> Reply:
    """Return the gateway's quota refusal."""
    return _gateway(20002, "API call quota exceeded")


def busy(ask: Request) -> Reply:
    """Return a failure of the service in the older envelope."""
    return said({"error_response": {"code": 50000, "msg": "service unavailable"}})


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call, or give a token."""
    if ask.path == "/auth/token":
        return _token(ask.json, desk)
    if desk.tokens.judge(ask.query.get("access_token")) != "good":
        raise Refused(_gateway(4203, "invalid token"))
    name, _, version = ask.path.removeprefix("/api/").partition("/")
    known = _METHODS.get(name)
    if known is None or version not in _VERSIONS[name]:
        raise Refused(_gateway(4004, "no such api"))
    asked = ask.json | {"version": version}
    content = known(asked, desk, ask.repeats)
    return said(
        {
            "trace_id": "sandbox",
            "code": 200,
            "success": True,
            "message": "successful",
            "data": content,
        }
    )


def _token(asked: dict[str, Any], desk: Desk) -> Reply:
    known = (
        asked.get("client_id") == desk.app_key
        and asked.get("client_secret") == desk.app_secret
    )
    way = asked.get("authorize_type")
    if way == "silent":
        known = known and str(asked.get("grant_id")) == desk.native_id
        # Without `refresh` the token that is there is given again while it lives.
        if known and (asked.get("refresh") or not desk.tokens.is_alive()):
            known = desk.tokens.renew()
    elif way == "refresh_token":
        known = known and desk.tokens.renew(asked.get("refresh_token") or "")
    else:
        known = False
    if not known or desk.tokens.revoked:
        return said(
            {"success": False, "code": 10003, "message": "invalid client", "data": None}
        )
    data = {
        "access_token": desk.tokens.access,
        "expires": desk.tokens.ends_at() * 1000,
        "refresh_token": desk.tokens.refresh,
        "authority_id": desk.native_id,
        "scope": "trade item",
    }
    return said({"code": 200, "success": True, "message": None, "data": data})


def _orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    now = desk.instant.now
    window = _pair(asked, "start_update", "end_update")
    by = desk.books.orders
    if window is None:
        window = _pair(asked, "start_created", "end_created") or (0, now)
        by = desk.books.created
    if window[1] - window[0] > _SPANS[asked["version"]] and window[0]:
        raise Refused(_refused(106_000_001, "time span too long"))
    found = by.between(*window, now)[1][::-1]
    page, size = _page(asked, 20, 100, 10_000)
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    listed = [
        {"full_order_info": rows.order(one, desk.books, asked["version"])}
        for one in desk.books.read(chosen, now)
    ]
    content: dict[str, Any] = {"total_results": len(found)}
    if listed:
        content["full_order_info_list"] = listed
    return content


def _refunds(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start = forms.number(asked.get("update_time_start"), 0)
    end = forms.number(asked.get("update_time_end"), desk.instant.now)
    if start is None or end is None:
        raise Refused(_refused(103_010_001, "update_time: unix seconds"))
    found = desk.books.refunds.between(start, end, desk.instant.now)[1][::-1]
    page, size = _page(asked, 20, 100, 3_000)
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    orders = desk.books.read(chosen, desk.instant.now)
    content: dict[str, Any] = {"total": len(found)}
    if orders:
        content["refunds"] = [rows.refund(one, desk) for one in orders]
    return content


def _salesman_orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    start = forms.number(asked.get("start_time"), 0)
    end = forms.number(asked.get("end_time"), 0)
    if start is None or end is None:
        raise Refused(_refused(103_010_001, "start_time, end_time: unix seconds"))
    now = desk.instant.now
    # The platform looks a day further than it is asked to.
    found = desk.books.created.between(start, end + _DAY, now)[1]
    paid = desk.books.commissions.between(0, now, now)[1]
    found = found[np.isin(found, paid)]
    page, size = _page(asked, 20, 100, 3_200)
    chosen = forms.cut(found, (page - 1) * size, size, repeats)
    listed = [
        rows.salesman_order(one, desk.books, now)
        for one in desk.books.read(chosen, now)
    ]
    content: dict[str, Any] = {"total": len(found), "total_results": len(found)}
    if listed:
        content["list"] = listed
    return content


def _salesmen(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    now = desk.instant.now
    found = [one for one in desk.books.agents if one["joined_at"] <= now]
    page, size = _page(asked, 20, 100, 3_000)
    chosen = found[(page - 1) * size : page * size]
    content: dict[str, Any] = {"total_results": len(found)}
    if chosen:
        content["accounts"] = [rows.salesman(one) for one in chosen]
    return content


_METHODS = {
    "youzan.trades.sold.get": _orders,
    "youzan.trade.refund.search": _refunds,
    "youzan.salesman.trades.get": _salesman_orders,
    "youzan.salesman.account.list": _salesmen,
}
_VERSIONS = {
    "youzan.trades.sold.get": ("4.0.0", "4.0.4"),
    "youzan.trade.refund.search": ("3.0.0", "3.0.1"),
    "youzan.salesman.trades.get": ("3.0.1",),
    "youzan.salesman.account.list": ("1.0.0",),
}


def _pair(asked: dict[str, Any], first: str, last: str) -> tuple[int, int] | None:
    """Return a pair of times; half a pair is ignored, as the platform does."""
    start = forms.from_beijing(asked.get(first) or "")
    end = forms.from_beijing(asked.get(last) or "")
    return None if start is None or end is None else (start, end)


def _page(
    asked: dict[str, Any], usual: int, largest: int, deepest: int
) -> tuple[int, int]:
    size = forms.number(asked.get("page_size"), usual)
    page = forms.number(asked.get("page_no"), 1)
    if size is None or page is None or not 1 <= size <= largest or page < 1:
        raise Refused(_refused(106_000_002, "page_no, page_size"))
    if page > 100 or page * size > deepest:
        raise Refused(_refused(106_000_003, "too deep: narrow the time range"))
    return page, size


def _gateway(code: int, text: str) -> Reply:
    return said(
        {"gw_err_resp": {"err_code": code, "err_msg": text, "trace_id": "sandbox"}}
    )


def _refused(code: int, text: str) -> Reply:
    return said(
        {"success": False, "code": code, "message": text, "trace_id": "sandbox"}
    )
