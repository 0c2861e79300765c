"""WeChat Store's interface: tokens, orders, after-sales, league (page wechat_store)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.gateways import forms, versions
from sandbox.gateways import wechat_store_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said
from sandbox.gateways.records import Order

PATHS = ("/channels/ec/", "/cgi-bin/")
_DAY = 86_400


def whose(ask: Request) -> str:
    """Return the token of a call, or the application that asks for one."""
    return (
        ask.query.get("access_token")
        or ask.query.get("appid")
        or str(ask.json.get("appid") or "")
    )


def throttled(seconds: float, ask: Request) -> Reply:
    """Return 45011, the quota of the minute."""
    return _error(45011, "api minute-quota reach limit, must slower, retry next minute")


def spent(seconds: float, ask: Request) -> Reply:
    """Return 45009, the quota of the day."""
    return _error(45009, "reach max api daily quota limit")


def busy(ask: Request) -> Reply:
    """Return a failure on the platform's side."""
    return _error(-1, "system error")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call, or give a token."""
    if ask.path.startswith("/cgi-bin/"):
        return _token(ask, desk)
    verdict = desk.tokens.judge(ask.query.get("access_token"))
    if verdict != "good":
        code, text = {
            "missing": (41001, "access_token missing"),
            "expired": (42001, "access_token expired"),
        }.get(verdict, (40001, "invalid credential, access_token is invalid"))
        raise Refused(_error(code, text))
    if ask.body and not ask.json and ask.body.strip() != b"{}":
        raise Refused(_error(47001, "data format error"))
    known = _CALLS.get(ask.path.removeprefix("/channels/ec/"))
    if known is None:
        raise Refused(_error(48001, "api unauthorized"))
    return said({"errcode": 0, "errmsg": "ok"} | known(ask.json, desk, ask.repeats))


def _token(ask: Request, desk: Desk) -> Reply:
    stable = ask.path == "/cgi-bin/stable_token"
    asked = ask.json if stable else ask.query
    if asked.get("appid") != desk.app_key:
        raise Refused(_error(40013, "invalid appid"))
    if asked.get("secret") != desk.app_secret or desk.tokens.revoked:
        raise Refused(_error(40125, "invalid appsecret"))
    if asked.get("grant_type") != "client_credential":
        raise Refused(_error(40002, "invalid grant_type"))
    # The plain call kills the token before it; the stable one gives it again.
    if not stable or asked.get("force_refresh") or not desk.tokens.is_alive():
        desk.tokens.renew()
    return said(
        {
            "access_token": desk.tokens.access,
            "expires_in": min(7_200, desk.tokens.life_left()),
        }
    )


def _orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    by, window = desk.books.orders, asked.get("update_time_range")
    if not window:
        by, window = desk.books.created, asked.get("create_time_range") or {}
    start, end = _window(window, "start_time", "end_time", 7 * _DAY)
    found = by.between(start, end, desk.instant.now)
    size = forms.number(asked.get("page_size"), 10)
    if size is None or not 1 <= size <= 100:
        raise Refused(_error(10020002, "page_size"))
    chosen, more = _page(found, asked, size, repeats)
    if len(chosen):
        more["order_id_list"] = [rows.order_id(no) for no in chosen.tolist()]
    return more


def _order(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    return {"order": rows.order(_read(asked.get("order_id"), rows.ORDER, desk), desk)}


def _after_sales(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    by, names = desk.books.refunds, ("begin_update_time", "end_update_time")
    if names[0] not in asked:
        by, names = desk.books.applied, ("begin_create_time", "end_create_time")
    start, end = _window(asked, *names, _DAY)
    found = by.between(start, end, desk.instant.now)
    chosen, more = _page(found, asked, 50, repeats)
    if len(chosen):
        more["after_sale_order_id_list"] = [
            rows.after_sale_id(no) for no in chosen.tolist()
        ]
    return more


def _after_sale(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    order = _read(asked.get("after_sale_order_id"), rows.AFTER_SALE, desk)
    if not order.applied_at:
        raise Refused(_error(10020050, "after sale order not exist"))
    return {"after_sale_order": rows.after_sale(order, desk)}


def _league_orders(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    window = asked.get("update_time_range") or {}
    start, end = _window(window, "start_time", "end_time", 7 * _DAY)
    found = desk.books.commissions.between(start, end, desk.instant.now)
    size = forms.number(asked.get("page_size"), 10)
    if size is None or not 1 <= size <= 30:
        raise Refused(_error(10020002, "page_size"))
    chosen, more = _page(found, asked, size, repeats)
    if len(chosen):
        more["list"] = [
            {
                "order_id": rows.order_id(one.no),
                "sku_id": desk.books.products[one.lines[0].sku].sku_id,
            }
            for one in desk.books.read(chosen, desk.instant.now)
        ]
    return more


def _league_order(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict[str, Any]:
    order = _read(asked.get("order_id"), rows.ORDER, desk)
    if str(asked.get("sku_id")) != desk.books.products[order.lines[0].sku].sku_id:
        raise Refused(_error(10020050, "order not exist"))
    return {"commssion_order": rows.league_order(order, desk, desk.instant.now)}


_CALLS = {
    "order/list/get": _orders,
    "order/get": _order,
    "aftersale/getaftersalelist": _after_sales,
    "aftersale/getaftersaleorder": _after_sale,
    "league/headsupplier/order/list/get": _league_orders,
    "league/headsupplier/order/get": _league_order,
}


def _read(number: object, form: tuple[int, int], desk: Desk) -> Order:
    order = desk.books.one(rows.number_of(number, form), desk.instant.now)
    if order is None:
        raise Refused(_error(10020050, "order not exist"))
    return order


def _window(
    asked: dict[str, Any], first: str, last: str, longest: int
) -> tuple[int, int]:
    start, end = forms.number(asked.get(first), -1), forms.number(asked.get(last), -1)
    if start is None or end is None or min(start, end) < 0:
        raise Refused(_error(10020002, f"{first}, {last}"))
    if not 0 <= end - start <= longest:
        raise Refused(_error(10020002, "time range too long"))
    return start, end


def _page(
    found: tuple[np.ndarray, np.ndarray], asked: dict[str, Any], size: int, again: bool
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the page after a key, which names the last row given before."""
    key = str(asked.get("next_key") or "")
    rest = found
    if key:
        moment, _, row = key.partition("_")
        if not moment.isdigit() or not row.isdigit():
            raise Refused(_error(10020002, "next_key"))
        rest = versions.after(found, int(moment), int(row))
    start = len(found[1]) - len(rest[1])
    chosen = forms.cut(found[1], start, size, again)
    more: dict[str, Any] = {"has_more": len(rest[1]) > size, "next_key": key}
    if len(rest[1]):
        last = min(size, len(rest[1])) - 1
        more["next_key"] = f"{rest[0][last]}_{rest[1][last]}"
    return chosen, more


def _error(code: int, text: str) -> Reply:
    return said({"errcode": code, "errmsg": f"{text} rid: sandbox"})
