"""Calls: requests as they go out, with the very bytes that were signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Call:
    """One request as it goes out; made anew for each try, since it carries the time."""

    method: str
    url: str = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


# Makes the request of one try, given the access token.
Build = Callable[[str], Call]


def form(url: str, params: Mapping[str, str]) -> Call:
    """Return a POST of a form."""
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Call("POST", url, urlencode(params).encode(), headers)


def post_json(
    url: str, body: str | bytes, query: Mapping[str, str] | None = None
) -> Call:
    """Return a POST of JSON text, exactly as it was signed."""
    content = body.encode() if isinstance(body, str) else body
    headers = {"content-type": "application/json;charset=UTF-8"}
    return Call("POST", _with_query(url, query), content, headers)


def get(
    url: str,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Call:
    """Return a GET."""
    return Call("GET", _with_query(url, query), headers=headers or {})


def _with_query(url: str, query: Mapping[str, str] | None) -> str:
    return f"{url}?{urlencode(query, quote_via=quote, safe='')}" if query else url
