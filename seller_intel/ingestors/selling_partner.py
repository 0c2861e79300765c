"""Amazon's Selling Partner API: regions, tokens by LWA, rates, and its errors.

Facts: the platform reference, page Amazon, sections 1 and 2; rates as the models of
GitHub amzn/selling-partner-api-models state them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from seller_intel.connections import Connection
from seller_intel.ingestors import credentials, replies, tokens
from seller_intel.ingestors.calls import Call, form, get
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token, Tokens
from seller_intel.sources import RegistryError, Source

HOSTS = {
    region: f"https://sellingpartnerapi-{region}.amazon.com"
    for region in ("na", "eu", "fe")
}
LWA = "https://api.amazon.com"
# Every operation has a bucket of its own; the longest pause is one request's worth.
SEARCH_ORDERS = Manners(rate=0.0056, burst=20, at_once=1, longest_pause=400)
GET_ORDERS = Manners(rate=0.0167, burst=20, at_once=1, longest_pause=400)
OTHERS = Manners(rate=0.5, burst=30, at_once=2)
CATALOG = Manners(rate=2, burst=2, at_once=1)
PRICING = Manners(rate=0.5, burst=1, at_once=1)


@dataclass(frozen=True)
class Seller:
    """One seller's credential; its sessions share a token and keep rates apart."""

    source: Source
    connection: Connection
    tokens: Tokens
    transport: httpx.BaseTransport | None

    def session(self, manners: Manners) -> Session:
        """Open a session that keeps the rate of some operation."""
        return credentials.session(
            self.source,
            self.connection,
            default=_host(self.source, self.connection),
            judge=judge,
            manners=manners,
            tokens=self.tokens,
            hosts=[_lwa(self.connection)],
            transport=self.transport,
        )


def ask(session: Session, path: str, query: Mapping[str, str]) -> Row:
    """Ask for a resource; return what the reply says."""
    return replies.mapping(reply_of(session, path, query).json, path)


def reply_of(session: Session, path: str, query: Mapping[str, str]) -> Reply:
    """Ask for a resource; return its reply as it came."""

    def build(token: str) -> Call:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {"x-amz-access-token": token, "x-amz-date": now}
        return get(session.url(path), query, headers)

    try:
        return session.call(build)
    except ApiFault as fault:
        if fault.kind is Kind.CREDENTIAL_REFUSED and fault.code == "Unauthorized":
            said = f"{fault.said}; with a fresh token too, so its role is lacking"
            raise ApiFault(Kind.PERMISSION_MISSING, said, fault.code) from None
        raise


def judge(reply: Reply) -> ApiFault | None:
    """Return what an error means (page section 2.3).

    An expired token and a missing role are answered alike, so a token is renewed first.
    """
    body = reply.json
    if not isinstance(body, dict) or not isinstance(body.get("errors"), list):
        return None
    said = next((each for each in body["errors"] if isinstance(each, dict)), {})
    code = str(said.get("code") or reply.status)
    text = "; ".join(
        str(said[name]) for name in ("message", "details") if said.get(name)
    )
    if reply.status == 429 or code == "QuotaExceeded":
        return ApiFault(Kind.THROTTLED, text, code, _seconds(reply))
    if reply.status in (401, 403):
        return ApiFault(Kind.TOKEN_EXPIRED, text, "Unauthorized")
    if reply.status >= 500:
        return ApiFault(Kind.RETRY, text, code)
    return ApiFault(Kind.BAD_REQUEST, text, code)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Seller:
    """Open the way to a seller by the refresh token of the authorisation."""
    connection = credentials.of(source)
    refresh = credentials.stated(connection, "refresh_token", source)
    made: list[Seller] = []

    def fetch(_: Token | None) -> Token:
        with made[0].session(OTHERS) as session:
            return _token(session, connection, refresh)

    made.append(Seller(source, connection, Tokens(None, fetch), transport))
    return made[0]


def token_form(client_id: str, secret: str, refresh: str) -> dict[str, str]:
    """Return the form of a token request, in the order of the platform page."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": client_id,
        "client_secret": secret,
    }


def instant(moment: datetime) -> str:
    """Return an instant as Amazon reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def marketplaces(seller: Seller) -> str:
    """Return the marketplaces a source or its connection names, joined by a comma."""
    source = seller.source
    named: Any = source.options.get("marketplace_ids")
    named = named or seller.connection.extra.get("marketplace_ids")
    if isinstance(named, str):
        named = [each.strip() for each in named.split(",") if each.strip()]
    if not named or not all(isinstance(each, str) for each in named):
        raise RegistryError(
            f"source {source.name}: options need marketplace_ids, such as"
            " [ATVPDKIKX0DER]"
        )
    return ",".join(named)


def _token(session: Session, connection: Connection, refresh: str) -> Token:
    sent = token_form(connection.login or "", connection.password or "", refresh)
    url = f"{_lwa(connection)}/auth/o2/token"
    reply = session.call_without_token(lambda _: form(url, sent), _of_token)
    told = replies.mapping(reply.json, "the reply of LWA")
    return tokens.of_reply(told, Token("", None, refresh), time.time())


def _of_token(reply: Reply) -> ApiFault | None:
    body = reply.json
    if not isinstance(body, dict) or "error" not in body:
        return None
    code = str(body["error"])
    text = str(body.get("error_description") or code)
    if code == "invalid_grant":
        text = f"the refresh token is wrong, or the seller took it back: {text}"
    if code in ("invalid_grant", "invalid_client", "unauthorized_client"):
        return ApiFault(Kind.CREDENTIAL_REFUSED, text, code)
    return ApiFault(Kind.BAD_REQUEST if reply.status < 500 else Kind.RETRY, text, code)


def _seconds(reply: Reply) -> float | None:
    """Return how long one request lasts at the rate that Amazon names."""
    try:
        return 1 / float(reply.headers.get("x-amzn-ratelimit-limit", ""))
    except (ValueError, ZeroDivisionError):
        return None


def _host(source: Source, connection: Connection) -> str:
    stated = source.options.get("region") or connection.extra.get("region")
    region = str(stated or "na")
    if region not in HOSTS:
        raise RegistryError(
            f"source {source.name}: no region {region!r}; known: {', '.join(HOSTS)}"
        )
    return HOSTS[region]


def _lwa(connection: Connection) -> str:
    """Return where tokens come from: Amazon, or what stands in for all of it."""
    stated = str(connection.extra.get("token_host") or "")
    return stated or credentials.base_of(connection, LWA)
