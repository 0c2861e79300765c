"""What is remembered of a reply beside its body."""

from __future__ import annotations

from typing import Any

import orjson
from scrapy.http import Response

from scrapers.frontier import Due
from scrapers.worker import Told, remembered

_KEPT_HEADERS = ("Content-Type", "Content-Language", "Content-Encoding", "Link")


def headers(response: Response) -> dict[str, str]:
    """Return the reply headers that a page function may look at."""
    return {
        name: value.decode("latin-1")
        for name in _KEPT_HEADERS
        if (value := response.headers.get(name))
    }


def validators(response: Response, told: Told) -> dict[str, Any]:
    """Return what a later request can be made conditional with."""
    usable = response.status == 200 and not told.is_hindered

    def stated(name: str) -> str | None:
        value = response.headers.get(name)
        return value.decode("latin-1") if value and usable else None

    return {
        "etag": stated("ETag"),
        "modified": stated("Last-Modified"),
        "digest": told.digest,
        "headers": orjson.dumps(headers(response)).decode(),
    }


def facts(
    due: Due, response: Response, told: Told | None, reader: str
) -> dict[str, Any]:
    """Return what the memory keeps of a reply, and of its page where it brought one."""
    found: dict[str, Any] = {
        "bytes": len(response.body),
        "address": response.url,
        "seconds": response.meta.get("download_latency"),
        "status": due.status if response.status == 304 else response.status,
    }
    if told and response.status != 304:
        found |= validators(response, told)
        is_known = found["etag"] or found["modified"]
        found["lines"] = remembered(told.lines) if is_known else None
        found["reader"] = reader
    return found
