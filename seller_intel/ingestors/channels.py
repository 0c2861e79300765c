"""Channels EC, the interface of WeChat Store: its token, its calls, its errors.

Facts: the platform reference, page WeChat Store, sections 1 and 2.
"""

from __future__ import annotations

import time
from typing import Any

import httpx
import orjson

from seller_intel.ingestors import credentials, replies, tokens
from seller_intel.ingestors.calls import post_json
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token, Tokens
from seller_intel.sources import Source

HOST = "https://api.weixin.qq.com"
MANNERS = Manners(rate=20, burst=10)
_ADDRESS = "this machine's address is not on the white list of the shop"
_KINDS = {
    **dict.fromkeys(("40001", "40014", "41001", "42001"), Kind.TOKEN_EXPIRED),
    **dict.fromkeys(("40013", "40125"), Kind.CREDENTIAL_REFUSED),
    **dict.fromkeys(("40164", "45035", "61004", "48001"), Kind.PERMISSION_MISSING),
    "-1": Kind.RETRY,
    "45009": Kind.QUOTA_USED_UP,
    "45011": Kind.THROTTLED,
}


def judge(reply: Reply) -> ApiFault | None:
    """Return what an errcode means; 0 or none is good (page section 2, errors)."""
    body = reply.json
    if not isinstance(body, dict) or str(body.get("errcode", 0)) == "0":
        return None
    code, text = str(body["errcode"]), str(body.get("errmsg") or "no reason given")
    if code in ("40164", "45035", "61004"):
        text = f"{_ADDRESS}: {text}"
    if code == "48001":
        text = f"this account may not call the interface: {text}"
    return ApiFault(_KINDS.get(code, Kind.BAD_REQUEST), text, code)


def ask(session: Session, path: str, params: Row) -> Row:
    """Call an interface below /channels/ec."""
    url, body = session.url(f"channels/ec/{path}"), orjson.dumps(params)
    reply = session.call(lambda token: post_json(url, body, {"access_token": token}))
    return replies.mapping(reply.json, path)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Session:
    """Open the session of a shop; the token is the one that all its programs share.

    stable_token leaves the tokens of other programs alive; only where it gives the very
    token that was refused is another one forced.
    """
    connection = credentials.of(source)
    made: list[Session] = []

    def told(is_forced: bool) -> dict[str, Any]:
        body = orjson.dumps(
            {
                "grant_type": "client_credential",
                "appid": connection.login,
                "secret": connection.password,
                "force_refresh": is_forced,
            }
        )
        url = made[0].url("cgi-bin/stable_token")
        reply = made[0].call_without_token(lambda _: post_json(url, body))
        return replies.mapping(reply.json, "the reply")

    def fetch(old: Token | None) -> Token:
        new = tokens.of_reply(told(is_forced=False), None, time.time())
        if old is not None and new.value == old.value:
            new = tokens.of_reply(told(is_forced=True), None, time.time())
        return new

    made.append(
        credentials.session(
            source,
            connection,
            default=HOST,
            judge=judge,
            manners=MANNERS,
            tokens=Tokens(None, fetch),
            transport=transport,
        )
    )
    return made[0]
