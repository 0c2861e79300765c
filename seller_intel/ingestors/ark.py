"""Ark (千帆), Xiaohongshu's open platform: signed calls, tokens, and its errors.

Facts: the platform reference, page Xiaohongshu, sections 1 and 2.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from seller_intel.ingestors import credentials, replies, signatures
from seller_intel.ingestors.calls import Call, post_json
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token
from seller_intel.sources import Source

HOST = "https://ark.xiaohongshu.com"
PATH = "ark/open_api/v3/common_controller"
# How fast one may ask is not published; -9013 is the only sign of too much.
MANNERS = Manners(rate=10, burst=5)
# -9013 says nothing of how long; its message may.
_OF_THE_DAY = re.compile("当日|今日|当天|daily", re.IGNORECASE)
_KINDS = {
    "-9013": Kind.THROTTLED,
    "401": Kind.TOKEN_EXPIRED,
    "403": Kind.PERMISSION_MISSING,
    "500": Kind.RETRY,
    "-1": Kind.RETRY,
}


@dataclass(frozen=True)
class Ark:
    """Ark, called with one credential."""

    session: Session
    app_id: str
    secret: str = field(repr=False)

    def ask(self, method: str, params: Row) -> Row:
        """Call a method with the token; return its `data`, empty where it has none."""
        return _data(self.session.call(lambda token: self._call(method, params, token)))

    def renewed(self, old: Token) -> Token:
        """Return another token for the refresh token."""
        reply = self.session.call_without_token(
            lambda _: self._call("oauth.refreshToken", {"refreshToken": old.refresh})
        )
        told = _data(reply)
        value = replies.identifier(told.get("accessToken"), "accessToken")
        ends = replies.count(told.get("accessTokenExpiresAt"), "accessTokenExpiresAt")
        refresh = str(told.get("refreshToken") or old.refresh)
        return Token(value, ends / 1000, refresh)

    def _call(self, method: str, params: Row, token: str = "") -> Call:
        now = str(int(time.time()))
        sent = {
            **params,
            "method": method,
            "appId": self.app_id,
            "timestamp": now,
            "version": "2.0",
            "sign": signatures.suffix(method, self.app_id, now, self.secret),
        }
        if token:
            sent["accessToken"] = token
        return post_json(self.session.url(PATH), orjson.dumps(sent))


def judge(reply: Reply) -> ApiFault | None:
    """Return what the envelope means (page section 2, errors).

    The code of a wrong signature is not published, so its message is looked at.
    """
    body = reply.json
    if not isinstance(body, dict):
        return None
    code = str(body.get("error_code", 0))
    if body.get("success") is not False and code in ("0", ""):
        return None
    text = str(body.get("error_msg") or body.get("msg") or "no reason given")
    if code == "-9013" and _OF_THE_DAY.search(text):
        return ApiFault(Kind.QUOTA_USED_UP, text, code)
    if code in _KINDS:
        return ApiFault(_KINDS[code], text, code)
    lowered = text.lower()
    if "sign" in lowered or "签名" in text:
        said = f"the signature, so the appSecret is wrong: {text}"
        return ApiFault(Kind.CREDENTIAL_REFUSED, said, code)
    if "timestamp" in lowered or "时间戳" in text:
        return ApiFault(Kind.CLOCK_OFF, text, code)
    return ApiFault(Kind.BAD_REQUEST, text, code)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Ark:
    """Open the way to a shop."""
    connection = credentials.of(source)
    made: list[Ark] = []
    session = credentials.refreshing_session(
        source,
        connection,
        lambda _, old: made[0].renewed(old),
        default=HOST,
        judge=judge,
        manners=MANNERS,
        transport=transport,
    )
    made.append(Ark(session, connection.login or "", connection.password or ""))
    return made[0]


def _data(reply: Reply) -> dict[str, Any]:
    told = replies.mapping(reply.json, "the reply").get("data")
    return replies.mapping(told or {}, "data")
