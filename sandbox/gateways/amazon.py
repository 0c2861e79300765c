"""Amazon's Selling Partner API: LWA, orders in two versions, finances, goods."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy as np
import orjson

from sandbox.gateways import amazon_goods, forms, versions
from sandbox.gateways import amazon_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said
from sandbox.gateways.records import Order

PATHS = ("/orders/", "/finances/", "/catalog/", "/products/", "/auth/o2/")
_LAG = 120
_DAY = 86_400
_BACK = 2 * 366 * _DAY


def whose(ask: Request) -> str:
    """Return the token of a call, or the client that asks for one."""
    return ask.headers.get("x-amz-access-token") or ask.form.get("client_id") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return 429 with the rate of the operation."""
    reply = _error(429, "QuotaExceeded", "You exceeded your quota for the resource.")
    rate = f"{1 / max(seconds, 0.001):.4f}"
    return Reply(reply.body, 429, (*reply.headers, ("x-amzn-RateLimit-Limit", rate)))


spent = throttled


def busy(ask: Request) -> Reply:
    """Return 503."""
    return _error(503, "ServiceUnavailable", "Service is temporarily unavailable.")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call, or give a token."""
    if ask.path == "/auth/o2/token":
        return _token(ask.form, desk)
    if desk.tokens.judge(ask.headers.get("x-amz-access-token")) != "good":
        raise Refused(
            _error(403, "Unauthorized", "Access to requested resource is denied.")
        )
    parts = ask.path.strip("/").split("/")
    if parts[:2] == ["finances", "v0"] and parts[2:] == ["financialEvents"]:
        return said({"payload": _finances(ask, desk)})
    if parts[:3] == ["orders", "v0", "orders"]:
        return said({"payload": _old(parts[3:], ask, desk)})
    if parts[:3] == ["orders", "2026-01-01", "orders"]:
        return said(_new(parts[3:], ask, desk))
    ways = {
        ("catalog", "2022-04-01", "items"): amazon_goods.items,
        ("products", "pricing", "v0", "competitivePrice"): amazon_goods.competitive,
    }
    if way := ways.get(tuple(parts)):
        try:
            return said(way(ask, desk))
        except amazon_goods.Malformed as error:
            raise Refused(_error(400, "InvalidInput", str(error))) from None
    raise Refused(_error(404, "NotFound", "Resource not found."))


def _old(parts: list[str], ask: Request, desk: Desk) -> dict[str, Any]:
    """Return what version 0 tells: a list, an order, its items."""
    if parts:
        order = _one(parts[0], desk)
        if parts[1:] == ["orderItems"]:
            items = [rows.old_item(order, at, desk) for at in range(len(order.lines))]
            return {"AmazonOrderId": parts[0], "OrderItems": items}
        return rows.old_order(order, desk)
    names = (
        "MarketplaceIds",
        "LastUpdated",
        "Created",
        "MaxResultsPerPage",
        "NextToken",
    )
    orders, more, until, by = _list(ask, desk, names)
    content: dict[str, Any] = {"Orders": [rows.old_order(one, desk) for one in orders]}
    content[f"{by}Before"] = f"{forms.greenwich(until)}Z"
    if more:
        content["NextToken"] = more
    return content


def _new(parts: list[str], ask: Request, desk: Desk) -> dict[str, Any]:
    """Return what version 2026-01-01 tells: a list, an order."""
    wanted = set(filter(None, ask.query.get("includedData", "").split(",")))
    unknown = wanted - rows.INCLUDED
    if unknown:
        raise Refused(_error(400, "InvalidInput", f"includedData: {sorted(unknown)}"))
    if parts:
        return {"order": rows.new_order(_one(parts[0], desk), desk, wanted)}
    names = (
        "marketplaceIds",
        "lastUpdated",
        "created",
        "maxResultsPerPage",
        "paginationToken",
    )
    orders, more, until, by = _list(ask, desk, names)
    content: dict[str, Any] = {
        "orders": [rows.new_order(one, desk, wanted) for one in orders]
    }
    content[f"{by}Before"] = f"{forms.greenwich(until)}Z"
    if more:
        content["pagination"] = {"nextToken": more}
    return content


def _list(
    ask: Request, desk: Desk, names: tuple[str, ...]
) -> tuple[list[Order], str | None, int, str]:
    markets, updated, created, size_name, token_name = names
    asked = ask.query
    if markets not in asked and token_name not in asked:
        raise Refused(_error(400, "InvalidInput", f"{markets} is required"))
    if rows.MARKETPLACE not in asked.get(markets, rows.MARKETPLACE).split(","):
        raise Refused(_error(400, "InvalidInput", f"{markets}: not your marketplace"))
    stated = [by for by in (updated, created) if f"{by}After" in asked]
    if len(stated) != 1:
        raise Refused(
            _error(400, "InvalidInput", f"one of {updated}After, {created}After")
        )
    by = stated[0]
    start, end = _window(asked, f"{by}After", f"{by}Before", desk)
    book = desk.books.orders if by == updated else desk.books.created
    found = book.between(start, end, desk.instant.now)
    size = forms.number(asked.get(size_name), 100)
    if size is None or not 1 <= size <= 100:
        raise Refused(_error(400, "InvalidInput", size_name))
    chosen, more = _page(found, ask, token_name, size)
    return desk.books.read(chosen, desk.instant.now), more, end, by


def _finances(ask: Request, desk: Desk) -> dict[str, Any]:
    start, end = _window(ask.query, "PostedAfter", "PostedBefore", desk)
    if end - start > 180 * _DAY:
        raise Refused(_error(400, "InvalidInput", "PostedAfter: at most 180 days"))
    found = desk.books.payouts.between(start, end, desk.instant.now)
    size = forms.number(ask.query.get("MaxResultsPerPage"), 100)
    if size is None or not 1 <= size <= 100:
        raise Refused(_error(400, "InvalidInput", "MaxResultsPerPage"))
    chosen, more = _page(found, ask, "NextToken", size)
    orders = desk.books.read(chosen, desk.instant.now)
    events = {"RefundEventList": [rows.refund_event(one, desk) for one in orders]}
    content: dict[str, Any] = {"FinancialEvents": events}
    if more:
        content["NextToken"] = more
    return content


def _window(
    asked: dict[str, str], first: str, last: str, desk: Desk
) -> tuple[int, int]:
    now = desk.instant.now
    start = forms.from_iso(asked.get(first, ""))
    end = forms.from_iso(asked[last]) if last in asked else now - _LAG
    if start is None or end is None or end < start:
        raise Refused(_error(400, "InvalidInput", f"{first}, {last}: ISO 8601"))
    if end > now - _LAG:
        raise Refused(
            _error(400, "InvalidInput", f"{last} must be two minutes before now")
        )
    if start < now - _BACK:
        raise Refused(_error(400, "InvalidInput", f"{first}: at most two years ago"))
    return start, end


def _page(
    found: tuple[np.ndarray, np.ndarray], ask: Request, name: str, size: int
) -> tuple[np.ndarray, str | None]:
    """Return a page and the token of the next one, good for these parameters."""
    rest = [f"{key}={ask.query[key]}" for key in sorted(ask.query) if key != name]
    mark = hashlib.sha256("&".join(rest).encode()).hexdigest()[:12]
    left = found
    token = ask.query.get(name)
    if token:
        try:
            moment, row, fits = orjson.loads(base64.b64decode(token))
        except (ValueError, TypeError):
            raise Refused(_error(400, "InvalidInput", f"{name} is unknown")) from None
        if fits != mark:
            raise Refused(_error(400, "InvalidInput", f"{name}: parameters changed"))
        left = versions.after(found, moment, row)
    start = len(found[1]) - len(left[1])
    chosen = forms.cut(found[1], start, size, ask.repeats)
    if len(left[1]) <= size:
        return chosen, None
    place = [int(left[0][size - 1]), int(left[1][size - 1]), mark]
    return chosen, base64.b64encode(orjson.dumps(place)).decode()


def _one(number: str, desk: Desk) -> Order:
    order = desk.books.one(rows.number_of(number), desk.instant.now)
    if order is None:
        raise Refused(_error(404, "NotFound", "The requested order was not found."))
    return order


def _token(form: dict[str, str], desk: Desk) -> Reply:
    if form.get("client_id") != desk.app_key or (
        form.get("client_secret") != desk.app_secret
    ):
        return said(
            {"error": "invalid_client", "error_description": "authentication failed"},
            401,
        )
    right = form.get("grant_type") == "refresh_token"
    if not right or not desk.tokens.renew(form.get("refresh_token") or ""):
        return said(
            {
                "error": "invalid_grant",
                "error_description": "The request has an invalid grant parameter",
            },
            400,
        )
    return said(
        {
            "access_token": desk.tokens.access,
            "token_type": "bearer",
            "expires_in": min(3_600, desk.tokens.life_left()),
            "refresh_token": desk.tokens.refresh,
        }
    )


def _error(status: int, code: str, text: str) -> Reply:
    return said({"errors": [{"code": code, "message": text, "details": ""}]}, status)
