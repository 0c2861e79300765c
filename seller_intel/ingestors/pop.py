"""POP, the Pinduoduo open platform: signed calls, tokens, and what its errors mean.

Facts: the platform reference, page Pinduoduo, sections 1 and 2.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from seller_intel.ingestors import credentials, replies, signatures, tokens
from seller_intel.ingestors.calls import Call, form
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token
from seller_intel.sources import Source

HOST = "https://gw-api.pinduoduo.com"
PATH = "/api/router"
# No quota of an app is published; 52101 and 70031 are the signs of too much.
MANNERS = Manners(rate=20, burst=5)


@dataclass(frozen=True)
class Pop:
    """Pinduoduo's gateway, called with one credential."""

    session: Session
    client_id: str
    secret: str = field(repr=False)

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method for the shop; return what stands under the reply's root."""
        return _root(self.session.call(lambda token: self._call(method, params, token)))

    def ask_without_token(
        self, method: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Call a method for the app alone, as those of DDK are."""
        return _root(self.reply_without_token(method, params))

    def reply_without_token(self, method: str, params: Mapping[str, Any]) -> Reply:
        """Call a method for the app alone; return its reply as it came."""
        return self.session.call_without_token(lambda _: self._call(method, params, ""))

    def _call(self, method: str, params: Mapping[str, Any], token: str) -> Call:
        sent = {name: signatures.text_of(value) for name, value in params.items()}
        sent |= {
            "type": method,
            "client_id": self.client_id,
            "timestamp": str(int(time.time())),
            "data_type": "JSON",
            "version": "V1",
        }
        if token:
            sent["access_token"] = token
        sent["sign"] = signatures.sandwich(sent, self.secret)
        return form(self.session.url(PATH), sent)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Pop:
    """Open the gateway for a source: login is the client id, password its secret.

    `access_token` of extra is the shop's, `refresh_token` renews it.
    """
    connection = credentials.of(source)
    app = connection.login or "", connection.password or ""
    session = credentials.refreshing_session(
        source,
        connection,
        lambda session, old: _refreshed(Pop(session, *app), old),
        default=HOST,
        judge=judge,
        manners=MANNERS,
        transport=transport,
    )
    return Pop(session, *app)


def judge(reply: Reply) -> ApiFault | None:
    """Return what an error envelope means (page section 2, errors)."""
    said = reply.json.get("error_response") if isinstance(reply.json, dict) else None
    if said is None:
        return None
    said = replies.mapping(said, "error_response")
    code = str(said.get("error_code", ""))
    texts = (said.get("error_msg"), said.get("sub_msg"))
    text = "; ".join(str(each) for each in texts if each)
    kind = _KINDS.get(code, Kind.BAD_REQUEST)
    if kind is Kind.BAD_REQUEST and "timestamp" in text.lower():
        kind = Kind.CLOCK_OFF
    return ApiFault(kind, _FOUND.get(code, "") + text, code)


_KINDS = {
    "10016": Kind.CREDENTIAL_REFUSED,
    "10019": Kind.TOKEN_EXPIRED,
    "20004": Kind.CREDENTIAL_REFUSED,
    "20032": Kind.CREDENTIAL_REFUSED,
    **dict.fromkeys(("20005", "20031", "21001", "21002"), Kind.PERMISSION_MISSING),
    **dict.fromkeys(("30000", "30001", "70032"), Kind.PERMISSION_MISSING),
    **dict.fromkeys(("70034", "70035", "70036"), Kind.PERMISSION_MISSING),
    **dict.fromkeys(("50000", "50001", "50002"), Kind.RETRY),
    **dict.fromkeys(("52001", "52002", "70033"), Kind.RETRY),
    **dict.fromkeys(("52101", "52102", "52103", "70031"), Kind.THROTTLED),
}
_FOUND = {
    "10016": "the client id is not known: ",
    "10019": "the access token has expired: ",
    "20004": "the signature is wrong, so the client secret is: ",
    "20005": "this machine's address is not on the app's white list: ",
    "20031": "the app lacks the permission package of this call: ",
    "20032": "the access token belongs to another client id: ",
}


def _root(reply: Reply) -> dict[str, Any]:
    """Return what stands under the one root of a reply, whose name differs by call."""
    whole = replies.mapping(reply.json, "the reply")
    roots = [value for name, value in whole.items() if name.endswith("_response")]
    return replies.mapping(roots[0] if roots else None, "the reply's root")


def _refreshed(called: Pop, old: Token) -> Token:
    sent = {"refresh_token": old.refresh}
    told = called.ask_without_token("pdd.pop.auth.token.refresh", sent)
    return tokens.of_reply(told, old, time.time())
