"""TOP, the Taobao open platform: signed calls, sessions, and what its errors mean.

Facts: the platform reference, page Taobao / Tmall, sections 1 and 2.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from seller_intel.ingestors import beijing, credentials, replies, signatures, tokens
from seller_intel.ingestors.calls import Call, form
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token
from seller_intel.sources import Source

HOST = "https://eco.taobao.com"
PATH = "/router/rest"
# How fast one may ask is not published; code 7 is the only sign of too much.
MANNERS = Manners(rate=20, burst=5)
_BAN = re.compile(r"(\d+)\s*more\s*second")


@dataclass(frozen=True)
class Top:
    """TOP, called with one credential."""

    session: Session
    app_key: str
    secret: str = field(repr=False)

    def ask(self, method: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Call a method; return what stands under the root of its reply."""
        reply = self.session.call(lambda token: self._call(method, params, token))
        return _root(reply, method)

    def ask_without_token(
        self, method: str, params: Mapping[str, str]
    ) -> dict[str, Any]:
        """Call a method that needs no session key."""
        return _root(self.reply_without_token(method, params), method)

    def reply_without_token(self, method: str, params: Mapping[str, str]) -> Reply:
        """Call a method that needs no session key; return its reply as it came."""
        return self.session.call_without_token(lambda _: self._call(method, params, ""))

    def _call(self, method: str, params: Mapping[str, str], token: str) -> Call:
        sent = {
            "method": method,
            "app_key": self.app_key,
            "timestamp": beijing.stamp(),
            "format": "json",
            "v": "2.0",
            "sign_method": "hmac-sha256",
            **params,
        }
        if token:
            sent["session"] = token
        sent["sign"] = signatures.keyed(sent, self.secret, "sha256")
        return form(self.session.url(PATH), sent)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Top:
    """Open TOP for a source: login is the app key, password the app secret.

    The session key is `access_token` of extra; `refresh_token` renews it.
    """
    connection = credentials.of(source)
    app = connection.login or "", connection.password or ""
    session = credentials.refreshing_session(
        source,
        connection,
        lambda session, old: _refreshed(Top(session, *app), old),
        default=HOST,
        judge=judge,
        manners=MANNERS,
        transport=transport,
    )
    return Top(session, *app)


def judge(reply: Reply) -> ApiFault | None:
    """Return what an error envelope means (page section 2, errors)."""
    said = reply.json.get("error_response") if isinstance(reply.json, dict) else None
    if said is None:
        return None
    said = replies.mapping(said, "error_response")
    code, sub = str(said.get("code", "")), str(said.get("sub_code") or "")
    text = "; ".join(str(said[name]) for name in ("msg", "sub_msg") if said.get(name))
    whole = f"{code} {sub}".strip()
    if code == "7":
        ban = _BAN.search(text)
        wait = float(ban.group(1)) if ban else None
        return ApiFault(Kind.THROTTLED, text, whole, wait)
    if "ip-whitelist" in sub:
        text = f"this machine's address is not on the app's white list: {text}"
    return ApiFault(_kind(code, sub), _FOUND.get(code, "") + text, whole)


def _kind(code: str, sub: str) -> Kind:
    if code == "15" or code not in _KINDS:
        return Kind.RETRY if sub.startswith("isp.") else Kind.BAD_REQUEST
    return _KINDS[code]


_KINDS = {
    **dict.fromkeys(("4", "5", "6", "8"), Kind.THROTTLED),
    "10": Kind.RETRY,
    **dict.fromkeys(("11", "12", "13"), Kind.PERMISSION_MISSING),
    **dict.fromkeys(("24", "25", "28", "29"), Kind.CREDENTIAL_REFUSED),
    **dict.fromkeys(("26", "27"), Kind.TOKEN_EXPIRED),
    **dict.fromkeys(("30", "31"), Kind.CLOCK_OFF),
}
_FOUND = {
    "24": "the signature is missing: ",
    "25": "the signature is wrong, so the app secret is: ",
    "26": "the session is missing: ",
    "27": "the session has expired or was revoked: ",
    "29": "the app key is not known: ",
}


def _refreshed(top: Top, old: Token) -> Token:
    """Return another session key for the refresh token."""
    sent = {"refresh_token": old.refresh or ""}
    told = top.ask_without_token("taobao.top.auth.token.refresh", sent)
    result = told.get("token_result", told)
    try:
        result = orjson.loads(result) if isinstance(result, str) else result
    except ValueError:
        raise ApiFault(Kind.BAD_REPLY, "token_result is no JSON") from None
    return tokens.of_reply(replies.mapping(result, "token_result"), old, time.time())


def _root(reply: Reply, method: str) -> dict[str, Any]:
    root = f"{method.removeprefix('taobao.').replace('.', '_')}_response"
    return replies.mapping(replies.mapping(reply.json, "the reply").get(root), root)
