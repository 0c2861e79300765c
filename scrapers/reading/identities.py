"""Identities: which address is which listing."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

# Parameters that name a thing; every other one only says how the reader came.
_NAMING = re.compile(
    r"^(?:id|pid|item(?:_?id|no)?|product(?:_?id|s_id)?|prod(?:_?id)?|goods(?:_?id)?"
    r"|sku"
    r"(?:_?id)?|num_iid|asin|art(?:ikel)?(?:nr|_?id)?|p|route|cid|style|model|code|"
    r"offer_?id|listing_?id)$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)


def listing_id(url: str, canonical: str | None = None) -> str:
    """Return the id of a page's listing: host, path and the parameters that name it.

    One platform `web` holds every shop, so an article number alone would collide. The
    canonical address counts where it stays on the page's host and is not its root.
    """
    chosen = url
    if canonical:
        target = urljoin(url, canonical)
        if _host(target) == _host(url) and urlsplit(target).path not in ("", "/"):
            chosen = target
    parts = urlsplit(chosen)
    path = _INDEX.sub("/", parts.path).rstrip("/") or "/"
    named = [
        (key, value) for key, value in parse_qsl(parts.query) if _NAMING.match(key)
    ]
    query = f"?{urlencode(sorted(named))}" if named else ""
    return f"{_host(chosen)}{path}{query}"


def sku_id(listing: str, sku: str) -> str:
    """Return the id of a variant of a listing."""
    return f"{listing}#{sku}"


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    return host + port
