"""Doudian, Douyin's open platform: signed calls, tokens, and what its errors mean.

Facts: the platform reference, page Douyin, sections 1 and 2.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from seller_intel.connections import Connection
from seller_intel.ingestors import credentials, replies, signatures, tokens
from seller_intel.ingestors.calls import Call, post_json
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token
from seller_intel.sources import Source

HOST = "https://openapi-fxg.jinritemai.com"
# How fast one may ask is not published; code 60000 is the only sign of too much.
MANNERS = Manners(rate=10, burst=5)
# No code of its own tells that the day's calls are used up.
_OF_THE_DAY = re.compile("当日|今日|当天|day-limit")
_KINDS = {
    "20000": Kind.RETRY,
    "50001": Kind.CREDENTIAL_REFUSED,
    "60000": Kind.THROTTLED,
    "70000": Kind.BAD_REQUEST,
    "80000": Kind.PERMISSION_MISSING,
}
_PLATFORM_PARAMS = (
    ("access-token", Kind.TOKEN_EXPIRED, "the access token is not accepted"),
    ("signature", Kind.CREDENTIAL_REFUSED, "the signature, so the app secret is wrong"),
    ("app-id", Kind.CREDENTIAL_REFUSED, "the app key is not known"),
    ("timestamp", Kind.CLOCK_OFF, "the time of the request is refused"),
)


@dataclass(frozen=True)
class Doudian:
    """Doudian, called with one credential."""

    session: Session
    app_key: str
    secret: str = field(repr=False)

    def ask(self, method: str, params: Row) -> Row:
        """Call a method with the token; return its `data`, empty where it has none."""
        body = signatures.sorted_json(params)
        reply = self.session.call(lambda token: self._call(method, body, token))
        return _data(reply)

    def ask_without_token(self, method: str, params: Row) -> Row:
        """Call a method that gives tokens."""
        body = signatures.sorted_json(params)
        reply = self.session.call_without_token(lambda _: self._call(method, body, ""))
        return _data(reply)

    def _call(self, method: str, body: str, token: str) -> Call:
        now = str(int(time.time()))
        sent = {
            "app_key": self.app_key,
            "method": method,
            "timestamp": now,
            "v": "2",
            "sign": signatures.fixed_order(
                self.app_key, method, body, now, self.secret
            ),
            "sign_method": "hmac-sha256",
        }
        if token:
            sent["access_token"] = token
        call = post_json(self.session.url(method.replace(".", "/")), body, sent)
        return replace(call, headers={**call.headers, "x-open-no-old-err-code": "1"})


def judge(reply: Reply) -> ApiFault | None:
    """Return what the envelope means; 10000 is good (page section 2, errors)."""
    body = reply.json
    if not isinstance(body, dict) or "code" not in body:
        return None
    code, sub = str(body["code"]), str(body.get("sub_code") or "")
    if code == "10000":
        return None
    text = "; ".join(str(body[name]) for name in ("msg", "sub_msg") if body.get(name))
    whole = f"{code} {sub}".strip()
    for part, kind, told in _PLATFORM_PARAMS:
        if code in ("30001", "40002", "40003") and part in sub:
            return ApiFault(kind, f"{told}: {text}", whole)
    if "authorization" in sub:
        return ApiFault(Kind.CREDENTIAL_REFUSED, f"authorise again: {text}", whole)
    if _OF_THE_DAY.search(f"{sub} {text}"):
        return ApiFault(Kind.QUOTA_USED_UP, text, whole)
    if sub.startswith("isp."):
        return ApiFault(Kind.RETRY, text, whole)
    return ApiFault(_KINDS.get(code, Kind.BAD_REQUEST), text, whole)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Doudian:
    """Open the way to a shop: by its tokens, or by its number for an own application.

    An application of the shop's own fetches its token by `extra.shop_id`; one for many
    shops keeps access_token and refresh_token.
    """
    connection = credentials.of(source)
    made: list[Doudian] = []

    def fetch(old: Token | None) -> Token:
        return _fetched(made[0], connection, old)

    session = credentials.session(
        source,
        connection,
        default=HOST,
        judge=judge,
        manners=MANNERS,
        tokens=credentials.tokens_of(source, connection, fetch),
        transport=transport,
    )
    made.append(Doudian(session, connection.login or "", connection.password or ""))
    return made[0]


def _fetched(doudian: Doudian, connection: Connection, old: Token | None) -> Token:
    """Refresh the token; where that is dead or was never given, ask by the shop."""
    shop_id = str(connection.extra.get("shop_id") or "")
    if old and old.refresh:
        params = {"refresh_token": old.refresh, "grant_type": "refresh_token"}
        try:
            told = doudian.ask_without_token("token.refresh", params)
            return tokens.of_reply(told, old, time.time())
        except ApiFault as fault:
            if fault.kind is not Kind.CREDENTIAL_REFUSED or not shop_id:
                raise
    if not shop_id:
        said = (
            "there is neither a refresh token nor a shop_id; authorise the shop again"
        )
        raise ApiFault(Kind.CREDENTIAL_REFUSED, said)
    own = {"code": "", "grant_type": "authorization_self", "shop_id": shop_id}
    told = doudian.ask_without_token("token.create", own)
    return tokens.of_reply(told, None, time.time())


def _data(reply: Reply) -> dict[str, Any]:
    return replies.mapping(replies.mapping(reply.json, "the reply").get("data"), "data")
