"""Shopify's GraphQL interface: orders, customers, codes (page shopify, 1 and 2)."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any

import numpy as np

from sandbox.gateways import forms, graphql, versions
from sandbox.gateways import shopify_rows as rows
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Refused, Reply, Request, said

PATHS = ("/admin/api/",)
_PATH = re.compile(r"^/admin/api/(\d{4}-(?:01|04|07|10)|unstable)/graphql\.json$")
_FILTER = re.compile(r"(\w+):(>=|<=|>|<)?'?([^'\s]+)'?")
_DEPTH = 25_000
_POINTS = 2_000
_RESTORED = 100


def whose(ask: Request) -> str:
    """Return the access token of a request."""
    return ask.headers.get("x-shopify-access-token") or ""


def throttled(seconds: float, ask: Request) -> Reply:
    """Return THROTTLED at HTTP 200, with the points there are."""
    left = max(0, round(60 - seconds * _RESTORED))
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return said({"errors": [error], "extensions": _cost(60, left)})


def spent(seconds: float, ask: Request) -> Reply:
    """Return 429 with the seconds."""
    return said(
        {"errors": "Exceeded the daily limit"}, 429, Retry_After=str(round(seconds))
    )


def busy(ask: Request) -> Reply:
    """Return an internal error at HTTP 200."""
    error = {
        "message": "Internal error. Looks like something went wrong on our end.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "sandbox"},
    }
    return said({"errors": [error]})


def answer(ask: Request, desk: Desk) -> Reply:
    """Answer one document."""
    if desk.tokens.judge(whose(ask)) != "good":
        text = "[API] Invalid API key or access token (unrecognized login)"
        raise Refused(said({"errors": text}, 401))
    if not _PATH.match(ask.path):
        raise Refused(said({"errors": "Not Found"}, 404))
    if ask.method != "POST":
        raise Refused(said({"errors": "Method Not Allowed"}, 405))
    text = ask.json.get("query") or ""
    if not isinstance(text, str) or not text:
        raise Refused(said({"errors": {"query": "Required parameter missing"}}, 400))
    variables = ask.json.get("variables") or {}
    try:
        document = _parsed(text)
        if document.kind != "query":
            raise graphql.Wrong("Access denied for mutations")
        root = _Root(desk, ask.repeats)
        data = graphql.project(
            root.fields(), document.chosen, document.fragments, variables
        )
    except graphql.Wrong as wrong:
        raise Refused(said({"errors": [{"message": str(wrong)}]})) from None
    cost = 1 + root.read
    return said({"data": data, "extensions": _cost(cost, _POINTS - cost)})


@lru_cache(maxsize=64)
def _parsed(text: str) -> graphql.Document:
    return graphql.parse(text)


class _Root:
    """What a query may start from, and how much of it was read."""

    def __init__(self, desk: Desk, repeats: bool):
        self._desk, self._repeats, self.read = desk, repeats, 0

    def fields(self) -> dict[str, Any]:
        desk = self._desk
        return {
            "orders": self._orders,
            "order": self._order,
            "customers": self._customers,
            "ordersCount": self._count,
            "customersCount": self._customer_count,
            "discountNodes": self._discounts,
            "discountNodesCount": self._discount_count,
            "discountNode": self._discount,
            "shop": {
                "name": desk.books.shop.name,
                "myshopifyDomain": f"{desk.native_id}.myshopify.com",
                "currencyCode": desk.books.shop.currency,
                "ianaTimezone": desk.books.shop.time_zone,
            },
        }

    def _orders(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._found(asked)
        chosen, page = self._page(found, asked)
        now = self._desk.instant.now
        nodes = [
            rows.order(one, self._desk.books)
            for one in self._desk.books.read(chosen, now)
        ]
        self.read += len(nodes)
        return {"nodes": nodes, **page}

    def _order(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        number = rows.number_of(str(asked.get("id")))
        order = self._desk.books.one(number, self._desk.instant.now)
        return rows.order(order, self._desk.books) if order else None

    def _customers(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._found(asked, customers=True)
        chosen, page = self._page(found, asked)
        moments = dict(zip(found[1].tolist(), found[0].tolist(), strict=True))
        nodes = [
            rows.customer(number, moments[number], self._desk.books)
            for number in chosen.tolist()
        ]
        self.read += len(nodes)
        return {"nodes": nodes, **page}

    def _count(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._counted(len(self._found(asked)[0]), asked)

    def _customer_count(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._counted(len(self._found(asked, customers=True)[0]), asked)

    def _discounts(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._found_discounts(asked)
        listed = np.array([[moment, number] for moment, number, _ in found], "int64")
        moments, numbers = listed.reshape(-1, 2).T
        chosen, page = self._page((moments, numbers), asked)
        by_number = {one[1]: one for one in found}
        nodes = [self._discount_node(by_number[number]) for number in chosen.tolist()]
        self.read += len(nodes)
        return {"nodes": nodes, **page}

    def _discount(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        found = rows.discounts(self._desk.books, self._desk.instant.now)
        nodes = [self._discount_node(one) for one in found]
        return next((one for one in nodes if one["id"] == asked.get("id")), None)

    def _discount_node(self, one: tuple[int, int, list[str]]) -> dict[str, Any]:
        node = rows.discount(*one)
        codes = node["discount"]["codes"]

        def page(asked: dict[str, Any]) -> dict[str, Any]:
            start, size = int(asked.get("after") or 0), asked.get("first")
            if not isinstance(size, int) or not 1 <= size <= 250:
                raise graphql.Wrong("you must provide first, from 1 to 250")
            self.read += min(size, len(codes) - start)
            more = start + size < len(codes)
            end = str(start + size) if more else None
            info = {"hasNextPage": more, "endCursor": end}
            return {"nodes": codes[start : start + size], "pageInfo": info}

        node["discount"]["codes"] = page
        return node

    def _discount_count(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._counted(len(self._found_discounts(asked)), asked)

    def _found_discounts(
        self, asked: dict[str, Any]
    ) -> list[tuple[int, int, list[str]]]:
        start, end = self._windows(asked, method="code")["updated_at"]
        found = rows.discounts(self._desk.books, self._desk.instant.now)
        return [one for one in found if start <= one[0] <= end]

    def _counted(self, found: int, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a count, exact where no limit was named (usually 10,000)."""
        limit = asked.get("limit", 10_000)
        if limit is None or found <= limit:
            return {"count": found, "precision": "EXACT"}
        return {"count": limit, "precision": "AT_LEAST"}

    def _found(
        self, asked: dict[str, Any], customers: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        books, now = self._desk.books, self._desk.instant.now
        windows = self._windows(asked)
        changed, made = windows["updated_at"], windows["created_at"]
        by = books.customers if customers else books.orders
        found = by.between(changed[0], changed[1], now)
        if made != [0, now]:
            created = books.created.between(made[0], made[1], now)[1]
            keep = np.isin(found[1], created)
            found = found[0][keep], found[1][keep]
        if asked.get("sortKey", "UPDATED_AT") != "UPDATED_AT" or asked.get("reverse"):
            raise graphql.Wrong("this shop is read by UPDATED_AT, upwards")
        return found

    def _windows(self, asked: dict[str, Any], **known: str) -> dict[str, list[int]]:
        """Return the moments searched for; `known` are words that may be searched."""
        now = self._desk.instant.now
        windows = {"updated_at": [0, now], "created_at": [0, now]}
        for name, sign, text in _FILTER.findall(str(asked.get("query") or "")):
            if known.get(name) == text:
                continue
            moment = forms.from_iso(text)
            if name not in windows or moment is None:
                raise graphql.Wrong(f"query: {name} cannot be searched for")
            if sign in (">", ">="):
                windows[name][0] = moment + (sign == ">")
            else:
                windows[name][1] = moment - (sign == "<")
        return windows

    def _page(
        self, found: tuple[np.ndarray, np.ndarray], asked: dict[str, Any]
    ) -> tuple[np.ndarray, dict[str, Any]]:
        size = asked.get("first")
        if not isinstance(size, int) or not 1 <= size <= 250:
            raise graphql.Wrong("you must provide first, from 1 to 250")
        rest, before = found, 0
        if asked.get("after"):
            moment, row, before = _place(str(asked["after"]))
            rest = versions.after(found, moment, row)
        if before + size > _DEPTH:
            raise graphql.Wrong("beyond 25,000 objects: narrow the query")
        start = len(found[1]) - len(rest[1])
        chosen = forms.cut(found[1], start, size, self._repeats)
        cursor = None
        if len(rest[1]):
            last = min(size, len(rest[1])) - 1
            place = f"{rest[0][last]}_{rest[1][last]}_{before + last + 1}"
            cursor = base64.b64encode(place.encode()).decode()
        more = len(rest[1]) > size
        return chosen, {"pageInfo": {"hasNextPage": more, "endCursor": cursor}}


def _place(cursor: str) -> tuple[int, int, int]:
    try:
        moment, row, before = base64.b64decode(cursor).decode().split("_")
        return int(moment), int(row), int(before)
    except ValueError:
        raise graphql.Wrong("Invalid cursor for current pagination sort.") from None


def _cost(cost: int, left: int) -> dict[str, Any]:
    return {
        "cost": {
            "requestedQueryCost": cost,
            "actualQueryCost": cost,
            "throttleStatus": {
                "maximumAvailable": float(_POINTS),
                "currentlyAvailable": left,
                "restoreRate": float(_RESTORED),
            },
        }
    }
