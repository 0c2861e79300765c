"""The session with Youzan: its token, its three error envelopes, its calls.

Facts: the platform reference, page Youzan, sections 1 and 2.
"""

from __future__ import annotations

from typing import Any

import httpx
import orjson

from seller_intel.ingestors import credentials, replies
from seller_intel.ingestors.calls import Call, post_json
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token, Tokens
from seller_intel.sources import Source

HOST = "https://open.youzanyun.com"
# How fast one may ask is not published.
MANNERS = Manners(rate=10, burst=5)
_KINDS = {
    "4203": Kind.TOKEN_EXPIRED,
    "10003": Kind.TOKEN_EXPIRED,
    "10004": Kind.PERMISSION_MISSING,
    "20001": Kind.THROTTLED,
    "20002": Kind.QUOTA_USED_UP,
}


def judge(reply: Reply) -> ApiFault | None:
    """Return what one of the three error envelopes means (page section 2, errors)."""
    body = reply.json
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("gw_err_resp"), dict):
        said = body["gw_err_resp"]
        return _fault(said.get("err_code"), said.get("err_msg"))
    if isinstance(body.get("error_response"), dict):
        said = body["error_response"]
        return _fault(said.get("code"), said.get("msg"))
    if body.get("success") is False or str(body.get("code", 200)) not in ("200", "0"):
        return _fault(body.get("code"), body.get("message") or body.get("msg"))
    return None


def _fault(code: Any, said: Any) -> ApiFault:
    text = str(code)
    server = text == "-1" or (len(text) in (3, 5) and text.startswith("5"))
    kind = _KINDS.get(text, Kind.RETRY if server else Kind.BAD_REQUEST)
    return ApiFault(kind, str(said or "no reason given"), text)


def ask(session: Session, name: str, version: str, params: Row) -> Row:
    """Call an interface; return its `data`, empty where it has none."""
    url, body = session.url(f"api/{name}/{version}"), orjson.dumps(params)

    def build(token: str) -> Call:
        return post_json(url, body, {"access_token": token})

    told = replies.mapping(session.call(build).json, name)
    return replies.mapping(told.get("data", told.get("response")) or {}, "data")


def open_session(
    source: Source, transport: httpx.BaseTransport | None = None
) -> Session:
    """Open the session of a shop; its token is fetched with the client secret."""
    connection = credentials.of(source)
    grant = credentials.stated(connection, "grant_id", source)
    body = orjson.dumps(
        {
            "authorize_type": "silent",
            "client_id": connection.login,
            "client_secret": connection.password,
            "grant_id": grant,
            "refresh": False,
        }
    )
    opened: list[Session] = []

    def fetch(_: Token | None) -> Token:
        url = opened[0].url("auth/token")
        reply = opened[0].call_without_token(lambda _: post_json(url, body), _of_token)
        told = replies.mapping(reply.json, "the reply").get("data")
        data = replies.mapping(told, "data")
        expires = replies.count(data.get("expires"), "expires") / 1000
        return Token(replies.identifier(data.get("access_token"), "token"), expires)

    opened.append(
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
    return opened[0]


def _of_token(reply: Reply) -> ApiFault | None:
    """Return what is wrong with a token call: what it refuses is the credential."""
    fault = judge(reply)
    if fault and fault.kind is Kind.BAD_REQUEST:
        said = f"client id, client secret or grant_id is wrong: {fault.said}"
        return ApiFault(Kind.CREDENTIAL_REFUSED, said, fault.code)
    return fault
