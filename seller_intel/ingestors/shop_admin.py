"""Shopify's Admin API: GraphQL documents asked with a token, and its errors.

Facts: the platform reference, page Shopify, section 1; shopify.dev on GraphQL rate
limits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson

from seller_intel.connections import CredentialError
from seller_intel.extraction import Window
from seller_intel.ingestors import credentials, replies
from seller_intel.ingestors.calls import Call
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Page, Row
from seller_intel.ingestors.replies import Reply
from seller_intel.sources import Source

VERSION = "2025-10"
# At so many objects a connection ends.
DEPTH = 25_000
# The bucket of points is what holds one back, and its reply tells the seconds.
MANNERS = Manners(rate=4, burst=10, at_once=2, read_seconds=60)
QUERIES = Path(__file__).with_name("queries")
_KINDS = {
    "ACCESS_DENIED": Kind.PERMISSION_MISSING,
    "MAX_COST_EXCEEDED": Kind.BAD_REQUEST,
    "SHOP_INACTIVE": Kind.PERMISSION_MISSING,
    "INTERNAL_SERVER_ERROR": Kind.RETRY,
    "TIMEOUT": Kind.RETRY,
}
_STATUSES = {
    401: (Kind.CREDENTIAL_REFUSED, "the access token is not accepted"),
    402: (Kind.PERMISSION_MISSING, "the shop is frozen"),
    403: (Kind.PERMISSION_MISSING, "the app lacks a scope"),
    404: (Kind.BAD_REQUEST, "no such shop, or no such API version"),
    423: (Kind.PERMISSION_MISSING, "the shop is locked"),
}


@dataclass(frozen=True)
class Admin:
    """The Admin API of a shop."""

    session: Session
    path: str
    token: str = field(repr=False)

    def ask(self, document: str, variables: Row) -> Row:
        """Ask a document of queries/; return its `data`."""
        body = orjson.dumps({"query": text_of(document), "variables": variables})
        headers = {
            "content-type": "application/json",
            "x-shopify-access-token": self.token,
        }
        url = self.session.url(self.path)
        reply = self.session.call(lambda _: Call("POST", url, body, headers))
        told = replies.mapping(reply.json, "the reply").get("data")
        return replies.mapping(told, "data")


@cache
def text_of(document: str) -> str:
    """Return a document of queries/."""
    return (QUERIES / f"{document}.graphql").read_text(encoding="utf-8")


def changed_in(window: Window, and_before: bool = False) -> str:
    """Return the search for what changed in a window, or before it too; not its end."""
    start, end = (
        instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for instant in window
    )
    until = f"updated_at:<'{end}'"
    return until if and_before else f"updated_at:>='{start}' AND {until}"


def page(told: Row, name: str, total: int | None = None) -> Page:
    """Return a page of the connection that `data` holds under a name."""
    rows, cursor = connection(told.get(name), name)
    return Page(rows, total, cursor)


def connection(value: Any, name: str) -> tuple[list[Row], str | None]:
    """Return the nodes of a connection and what leads to the next ones."""
    told = replies.mapping(value, name)
    info = replies.mapping(told.get("pageInfo"), f"pageInfo of {name}")
    rows = replies.rows(told.get("nodes"), f"nodes of {name}")
    if not info.get("hasNextPage"):
        return rows, None
    return rows, replies.identifier(info.get("endCursor"), "endCursor")


def following(
    ask: Callable[[str], tuple[list[Row], str | None]],
    first: tuple[list[Row], str | None],
    most: float = math.inf,
) -> list[Row]:
    """Return the rows of a connection from its first page on, `most` or a few more."""
    rows, cursor = first
    while cursor is not None and len(rows) < most:
        more, next_cursor = ask(cursor)
        if next_cursor == cursor:
            raise ApiFault(Kind.BAD_REPLY, "the pages of a row lead round in a circle")
        rows, cursor = rows + more, next_cursor
    return rows


def exactly(told: Row, name: str) -> int | None:
    """Return a count that the platform stands behind; None where it does not."""
    counted = replies.mapping(told.get(name) or {}, name)
    if counted.get("precision") != "EXACT":
        return None
    return replies.count(counted.get("count"), name)


def judge(reply: Reply) -> ApiFault | None:
    """Return what `errors` means, a text or a list (page section 1, limits)."""
    body = reply.json
    errors = body.get("errors") if isinstance(body, dict) else None
    if reply.status in _STATUSES:
        kind, said = _STATUSES[reply.status]
        return ApiFault(kind, f"{said}: {_shortened(errors)}", str(reply.status))
    if not errors or reply.status >= 400:
        return None
    first = errors[0] if isinstance(errors, list) else errors
    if not isinstance(first, dict):
        return ApiFault(Kind.BAD_REQUEST, _shortened(errors))
    extensions = first.get("extensions")
    code = str(extensions.get("code") if isinstance(extensions, dict) else "")
    said = _shortened(first.get("message"))
    if code == "THROTTLED":
        return ApiFault(Kind.THROTTLED, said, code, _seconds(body))
    return ApiFault(_KINDS.get(code, Kind.BAD_REQUEST), said, code)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Admin:
    """Open the way to a shop by its access token."""
    connection = credentials.of(source)
    token = str(connection.extra.get("access_token") or connection.password or "")
    if not connection.host or not token:
        raise CredentialError(
            f"connection {source.connection} of source {source.name} needs its host,"
            " https://<shop>.myshopify.com, and as password the access token"
        )
    session = credentials.session(
        source,
        connection,
        default="",
        judge=judge,
        manners=MANNERS,
        transport=transport,
    )
    version = str(source.options.get("api_version", VERSION))
    return Admin(session, f"admin/api/{version}/graphql.json", token)


def _seconds(body: Row) -> float | None:
    """Return how long the bucket takes to hold what the query costs."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        lacking = cost["requestedQueryCost"] - status["currentlyAvailable"]
        return max(float(lacking) / float(status["restoreRate"]), 0.1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _shortened(said: Any) -> str:
    text = said if isinstance(said, str) else orjson.dumps(said).decode()
    return text[:300]
