"""A WooCommerce site: its keys by HTTPS, its signature by plain HTTP, its errors.

Facts: the platform reference, page WooCommerce, sections 1 and 2.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from seller_intel.connections import CredentialError
from seller_intel.ingestors import credentials, signatures
from seller_intel.ingestors.calls import Call, get
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Reply
from seller_intel.sources import Source

# The host of the site throttles, not WooCommerce.
MANNERS = Manners(rate=3, burst=3, at_once=2, read_seconds=60)
NO_SUCH_PAGE = "rest_post_invalid_page_number"


@dataclass(frozen=True)
class Site:
    """A site, asked with one key."""

    session: Session
    key: str
    secret: str = field(repr=False)
    is_plain: bool = False
    is_key_in_query: bool = False

    def ask(self, path: str, query: Mapping[str, str]) -> Reply:
        """Ask for a resource below /wc/v3; its counts stand in the headers."""
        return self.session.call(lambda _: self.call(path, query))

    def call(
        self, path: str, query: Mapping[str, str], now: int = 0, nonce: str = ""
    ) -> Call:
        """Return a request; `now` and `nonce` are made up where none are given."""
        root = "" if self.is_plain else f"wp-json/wc/v3/{path}"
        url = self.session.url(root)
        query = {"rest_route": f"/wc/v3/{path}", **query} if self.is_plain else query
        if url.startswith("https://"):
            if self.is_key_in_query:
                keys = {"consumer_key": self.key, "consumer_secret": self.secret}
                return get(url, {**query, **keys})
            basic = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
            return get(url, query, {"authorization": f"Basic {basic}"})
        signed = {
            **query,
            "oauth_consumer_key": self.key,
            "oauth_nonce": nonce or secrets.token_hex(20),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(now or int(time.time())),
        }
        sign = signatures.oauth1("GET", url, signed.items(), self.secret)
        return get(url, {**signed, "oauth_signature": sign})


def judge(reply: Reply) -> ApiFault | None:
    """Return what an error means (page section 2, errors)."""
    body = reply.json
    if reply.status < 400 or not isinstance(body, dict) or "code" not in body:
        return None
    code, text = str(body["code"]), str(body.get("message") or "no reason given")
    if "authentication" in code:
        is_clock = "timestamp" in text.lower()
        kind = Kind.CLOCK_OFF if is_clock else Kind.CREDENTIAL_REFUSED
        return ApiFault(kind, f"the key is not accepted: {text}", code)
    if code == "woocommerce_rest_cannot_view":
        return ApiFault(Kind.PERMISSION_MISSING, f"the key may not read: {text}", code)
    if code == "rest_no_route":
        hint = "option plain_permalinks: true if the site has none"
        return ApiFault(Kind.BAD_REQUEST, f"{text} ({hint})", code)
    if reply.status in (400, 404):
        return ApiFault(Kind.BAD_REQUEST, text, code)
    return None


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Site:
    """Open the way to a site."""
    connection = credentials.of(source)
    if not connection.host:
        raise CredentialError(
            f"connection {source.connection} of source {source.name} lacks its host,"
            " the address of the site"
        )
    session = credentials.session(
        source,
        connection,
        default="",
        judge=judge,
        manners=MANNERS,
        transport=transport,
    )
    return Site(
        session,
        connection.login or "",
        connection.password or "",
        is_plain=bool(source.options.get("plain_permalinks")),
        is_key_in_query=bool(source.options.get("key_in_query")),
    )
