"""JOS, the JD open platform, and JD Union: signed calls, tokens, what errors mean.

Facts: the platform reference, page JD, sections 1, 2 and 5.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from seller_intel.ingestors import beijing, credentials, replies, signatures, tokens
from seller_intel.ingestors.calls import Call, form
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Token
from seller_intel.sources import Source

HOST = "https://api.jd.com"
OAUTH_HOST = "https://open-oauth.jd.com"
PATH = "/routerjson"
# How fast one may ask is not published; code 2 is the only sign of too much.
MANNERS = Manners(rate=20, burst=5)


@dataclass(frozen=True)
class Jos:
    """JD's gateway, called with one credential."""

    session: Session
    app_key: str
    secret: str = field(repr=False)

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method of the shop; return what stands under the reply's root."""
        reply = self.session.call(
            lambda token: self._call({"method": method, "v": "2.0"}, params, token)
        )
        return _root(reply, method)

    def ask_union(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method of JD Union, whose result is JSON within a text."""
        return union_result(self.union_reply(method, params), method)

    def union_reply(self, method: str, params: Mapping[str, Any]) -> Reply:
        """Call a method of JD Union; return its reply as it came."""
        names = {"method": method, "v": "1.0", "sign_method": "md5", "format": "json"}
        return self.session.call_without_token(
            lambda _: self._call(names, params, ""), _judge_union
        )

    def _call(
        self, names: Mapping[str, str], params: Mapping[str, Any], token: str
    ) -> Call:
        sent = {
            **names,
            "app_key": self.app_key,
            "timestamp": beijing.stamp(),
            "360buy_param_json": signatures.sorted_json(params),
        }
        if token:
            sent["access_token"] = token
        sent["sign"] = signatures.sandwich(sent, self.secret)
        return form(self.session.url(PATH), sent)


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Jos:
    """Open JOS for a source: login is the app key, password the app secret.

    `access_token` of extra is the shop's, `refresh_token` renews it, at a host of its
    own unless the connection names a host.
    """
    connection = credentials.of(source)
    app = connection.login or "", connection.password or ""
    oauth_host = credentials.base_of(connection, OAUTH_HOST)
    session = credentials.refreshing_session(
        source,
        connection,
        lambda session, old: _refreshed(Jos(session, *app), oauth_host, old),
        default=HOST,
        judge=judge,
        manners=MANNERS,
        hosts=[oauth_host],
        transport=transport,
    )
    return Jos(session, *app)


def judge(reply: Reply) -> ApiFault | None:
    """Return what an error envelope, or a failed business result, means."""
    if not isinstance(reply.json, dict):
        return None
    said = reply.json.get("error_response")
    if isinstance(said, dict):
        code = str(said.get("code", ""))
        text = str(said.get("zh_desc") or said.get("en_desc") or "")
        kind = _KINDS.get(code, Kind.BAD_REQUEST)
        return ApiFault(kind, _FOUND.get(code, "") + text, code)
    for name, root in reply.json.items():
        if name.endswith("_responce") and isinstance(root, dict):
            return _business_fault(root)
    return None


def _business_fault(root: Mapping[str, Any]) -> ApiFault | None:
    if str(root.get("code", "0")) != "0":
        code = str(root["code"])
        text = str(root.get("zh_desc") or root.get("en_desc") or "refused")
        return ApiFault(_KINDS.get(code, Kind.BAD_REQUEST), text, code)
    for part in root.values():
        result = part.get("apiResult", part) if isinstance(part, dict) else None
        if isinstance(result, dict) and result.get("success") is False:
            names = ("chineseErrCode", "englishErrCode", "errMsg", "message")
            text = next((str(result[name]) for name in names if result.get(name)), "")
            return ApiFault(Kind.BAD_REQUEST, text, str(result.get("numberCode", "")))
    return None


def _judge_union(reply: Reply) -> ApiFault | None:
    fault = judge(reply)
    if fault or not isinstance(reply.json, dict):
        return fault
    roots = [each for name, each in reply.json.items() if name.endswith("_responce")]
    if not roots or not isinstance(roots[0], dict):
        return None
    told = _result(roots[0])
    code = str(told.get("code", ""))
    if code == "200":
        return None
    return ApiFault(Kind.BAD_REQUEST, str(told.get("message") or "refused"), code)


_KINDS = {
    "2": Kind.THROTTLED,
    **dict.fromkeys(("7", "8"), Kind.CLOCK_OFF),
    **dict.fromkeys(("11", "12"), Kind.CREDENTIAL_REFUSED),
    "19": Kind.TOKEN_EXPIRED,
    # the platform's own services do not answer (JOS error list; not on the page)
    **dict.fromkeys(("61", "63", "64", "65", "66", "67"), Kind.RETRY),
}
_FOUND = {
    "11": "the signature is missing: ",
    "12": "the signature is wrong, so the app secret is: ",
    "19": "the access token has expired or is not valid: ",
}


def _refreshed(called: Jos, host: str, old: Token) -> Token:
    def build(_: str) -> Call:
        sent = {
            "app_key": called.app_key,
            "app_secret": called.secret,
            "grant_type": "refresh_token",
            "refresh_token": old.refresh or "",
        }
        return form(f"{host}/oauth2/refresh_token", sent)

    said = replies.mapping(called.session.call_without_token(build).json, "the reply")
    if "access_token" not in said:
        text = str(said.get("msg") or said.get("error") or "the token is not renewed")
        raise ApiFault(Kind.CREDENTIAL_REFUSED, text, str(said.get("code", "")))
    return tokens.of_reply(said, old, time.time())


def _root(reply: Reply, method: str) -> dict[str, Any]:
    """Return what stands under the root, which JD spells so."""
    root = f"{method.replace('.', '_')}_responce"
    return replies.mapping(replies.mapping(reply.json, "the reply").get(root), root)


def union_result(reply: Reply, method: str) -> dict[str, Any]:
    """Return what a method of JD Union says: JSON within a text of its reply."""
    return _result(_root(reply, method))


def _result(root: Mapping[str, Any]) -> dict[str, Any]:
    text = root.get("queryResult") or root.get("getResult")
    if isinstance(text, str):
        try:
            text = replies.parsed(text.encode())
        except ValueError:
            raise ApiFault(Kind.RETRY, "queryResult is no JSON") from None
    return replies.mapping(text, "queryResult")
