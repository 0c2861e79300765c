"""WooCommerce's REST interface v3 over plain HTTP, which wants OAuth 1.0a signatures.

From the page woocommerce: signature (1), orders (2); windows leave their ends out, as
WordPress' date queries do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import numpy as np

from sandbox.gateways import forms
from sandbox.gateways import woocommerce_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/wp-json/wc/v3/",)
_TOLERANCE = 900
_OAUTH = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature_method",
    "oauth_signature",
)


def whose(ask: Request) -> str:
    """Return the consumer key of a request."""
    return _oauth(ask).get("oauth_consumer_key") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return what the host answers, since the shop has no throttle of its own."""
    return said(
        {"code": "too_many_requests", "message": "Too many requests", "data": None},
        429,
        Retry_After=str(max(1, round(seconds))),
    )


spent = throttled


def busy(ask: Request) -> Reply:
    """Return 503."""
    return _error(503, "internal_server_error", "There has been a critical error.")


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one call."""
    _check(ask, desk)
    parts = ask.path.removeprefix(PATHS[0]).strip("/").split("/")
    if ask.method != "GET":
        raise Refused(_error(404, "rest_no_route", "No route was found."))
    if parts == ["orders"]:
        return _orders(ask, desk)
    if parts == ["customers"]:
        return _customers(ask, desk)
    if parts == ["coupons"]:
        return _listed(ask, rows.coupons(desk.books))
    if parts == ["refunds"]:
        return _refunds(ask, desk)
    if parts[0] == "orders" and len(parts) in (2, 3) and parts[1].isdigit():
        order = desk.books.one(rows.number_of(int(parts[1])), desk.instant.now)
        if order is None:
            raise Refused(
                _error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
            )
        if len(parts) == 2:
            return said(rows.order(order, desk.books))
        if parts[2] == "refunds":
            found = [rows.refund(order, desk.books)] if order.refunded_at else []
            return _listed(ask, found)
    raise Refused(_error(404, "rest_no_route", "No route was found."))


def sign(ask: Request, secret: str) -> str:
    """Return the signature of a request (page section 1)."""
    host = ask.headers.get("host", "")
    address = f"http://{host}{ask.sent_path or ask.path}"
    pairs = parse_qsl(ask.query_text, keep_blank_values=True)
    if "authorization" in ask.headers:
        pairs += list(_oauth(ask).items())
    found = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in pairs
        if name not in ("oauth_signature", "realm")
    )
    joined = "&".join(f"{name}={value}" for name, value in found)
    text = "&".join((ask.method, quote(address, safe="~"), quote(joined, safe="~")))
    way = _oauth(ask).get("oauth_signature_method")
    digest = hashlib.sha1 if way == "HMAC-SHA1" else hashlib.sha256
    key = f"{secret}&".encode()
    return base64.b64encode(hmac.new(key, text.encode(), digest).digest()).decode()


def _oauth(ask: Request) -> dict[str, str]:
    """Return the OAuth parameters, from the address or from the header."""
    header = ask.headers.get("authorization", "")
    if not header.startswith("OAuth "):
        return ask.query
    found = {}
    for part in header.removeprefix("OAuth ").split(","):
        name, _, value = part.strip().partition("=")
        found[unquote(name)] = unquote(value.strip('"'))
    return found


def _check(ask: Request, desk: Desk) -> None:
    refused = _error(
        401, "woocommerce_rest_authentication_error", "Invalid signature or key."
    )
    given = _oauth(ask)
    if any(not given.get(name) for name in _OAUTH):
        raise Refused(
            _error(
                401,
                "woocommerce_rest_cannot_view",
                "Sorry, you cannot list resources.",
            )
        )
    if given["oauth_consumer_key"] != desk.app_key or desk.tokens.revoked:
        raise Refused(
            _error(
                401, "woocommerce_rest_authentication_error", "Consumer key is invalid."
            )
        )
    if given["oauth_signature_method"] not in ("HMAC-SHA256", "HMAC-SHA1"):
        raise Refused(refused)
    sent = forms.number(given["oauth_timestamp"], 0) or 0
    nonces: dict[str, float] = desk.memory.setdefault("nonces", {})
    known = given["oauth_nonce"] in nonces
    if abs(sent - time.time()) > _TOLERANCE or known:
        raise Refused(refused)
    if not hmac.compare_digest(sign(ask, desk.app_secret), given["oauth_signature"]):
        raise Refused(refused)
    nonces[given["oauth_nonce"]] = sent
    if len(nonces) > 20_000:  # those too old to be used again are forgotten
        desk.memory["nonces"] = {
            nonce: at for nonce, at in nonces.items() if at > time.time() - _TOLERANCE
        }


def _orders(ask: Request, desk: Desk) -> Reply:
    asked, now = ask.query, desk.instant.now
    if asked.get("orderby", "date") not in ("date", "id", "include", "title", "slug"):
        raise Refused(_error(400, "rest_invalid_param", "orderby", "orderby"))
    changed = _window(asked, "modified_after", "modified_before", desk)
    created = _window(asked, "after", "before", desk)
    found = desk.books.orders.between(*changed, now)[1]
    if created != (0, now):
        made = desk.books.created.between(*created, now)[1]
        found = found[np.isin(found, made)]
    found = np.sort(found)
    if asked.get("order", "desc") == "desc":
        found = found[::-1]
    page, size = _page(asked)
    chosen = forms.cut(found, (page - 1) * size, size, ask.repeats)
    orders = [rows.order(one, desk.books) for one in desk.books.read(chosen, now)]
    return _counted(orders, len(found), size)


def _refunds(ask: Request, desk: Desk) -> Reply:
    asked, now = ask.query, desk.instant.now
    window = _window(asked, "after", "before", desk)
    found = np.sort(desk.books.payouts.between(*window, now)[1])
    page, size = _page(asked)
    chosen = forms.cut(found, (page - 1) * size, size, ask.repeats)
    orders = desk.books.read(chosen, now)
    return _counted([rows.refund(one, desk.books) for one in orders], len(found), size)


def _customers(ask: Request, desk: Desk) -> Reply:
    """Answer with customers who have an account, the newest first where asked."""
    now = desk.instant.now
    moments, numbers = desk.books.first_orders(now)
    known = numbers % 5 > 0  # one in five buys as a guest
    moments, numbers = moments[known], numbers[known]
    if ask.query.get("order", "asc") == "desc":
        moments, numbers = moments[::-1], numbers[::-1]
    page, size = _page(ask.query)
    places = np.arange(len(numbers))
    chosen = forms.cut(places, (page - 1) * size, size, ask.repeats)
    listed = [
        rows.customer(int(numbers[at]), int(moments[at]), desk.books)
        for at in chosen.tolist()
    ]
    return _counted(listed, len(numbers), size)


def _listed(ask: Request, found: list[dict[str, Any]]) -> Reply:
    page, size = _page(ask.query)
    return _counted(found[(page - 1) * size : page * size], len(found), size)


def _counted(listed: list[dict[str, Any]], total: int, size: int) -> Reply:
    return said(listed, X_WP_Total=str(total), X_WP_TotalPages=str(-(-total // size)))


def _window(
    asked: dict[str, str], first: str, last: str, desk: Desk
) -> tuple[int, int]:
    """Return a window of seconds; what is asked as after and before is left out."""
    ends = []
    for name, usual, step in ((first, 0, 1), (last, desk.instant.now, -1)):
        text = asked.get(name)
        if not text:
            ends.append(usual)
            continue
        moment = forms.from_iso(text)
        if moment is None:
            raise Refused(_error(400, "rest_invalid_param", name, name))
        if asked.get("dates_are_gmt") != "true" and "+" not in text and "Z" not in text:
            moment = forms.in_zone(text, desk.books.zone)
        ends.append(moment + step)
    return ends[0], ends[1]


def _page(asked: dict[str, str]) -> tuple[int, int]:
    page, size = (
        forms.number(asked.get("page"), 1),
        forms.number(asked.get("per_page"), 10),
    )
    if page is None or page < 1:
        raise Refused(_error(400, "rest_invalid_param", "page", "page"))
    if size is None or not 1 <= size <= 100:
        raise Refused(_error(400, "rest_invalid_param", "per_page", "per_page"))
    return page, size


def _error(status: int, code: str, text: str, parameter: str = "") -> Reply:
    data: dict[str, Any] = {"status": status}
    if parameter:
        data["params"] = {parameter: f"{parameter} is not valid."}
        text = f"Invalid parameter(s): {parameter}"
    return said({"code": code, "message": text, "data": data}, status)
