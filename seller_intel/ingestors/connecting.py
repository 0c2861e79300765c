"""Connecting a shop: what a platform needs to be told, tried with one cheap call.

An ingestor states `CONNECT`, a Conversation; `seller-intel connect <platform>` asks its
questions and calls its `probe`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from seller_intel import connections, ingestors
from seller_intel.connections import Connection
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.sources import Shop, Source, Stream

PATH = ingestors.__path__


@dataclass(frozen=True)
class Question:
    """One thing to ask for; `field` is login, password or the name of an extra."""

    field: str
    text: str
    is_secret: bool = False
    is_optional: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Conversation:
    """What to ask a seller of one platform.

    probe     makes one cheap call with the credential and says what it found, in a
              sentence; raises ApiFault where the call fails
    streams   what the platform brings
    advice    what to do about a kind of fault, where it differs from the usual
    """

    title: str
    questions: tuple[Question, ...]
    probe: Callable[[Source], str]
    streams: tuple[str, ...]
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    history_days: int = 90
    advice: Mapping[Kind, str] = field(default_factory=dict)


def of_app(
    site: str, key: str = "App key", proof: str = "App secret"
) -> tuple[Question, ...]:
    """Return what an app with tokens of a shop needs."""
    return (
        Question("login", f"{key} of your app on {site}"),
        Question("password", proof, is_secret=True),
        Question("access_token", "Access token the shop granted", is_secret=True),
        Question("refresh_token", "Refresh token, if there is one", True, True),
    )


_ADVICE = {
    Kind.RETRY: "The platform could not be reached. Is there a way to it from here?",
    Kind.THROTTLED: "The platform is asked too often. Try again in some minutes.",
    Kind.TOKEN_EXPIRED: "Authorise the app for the shop again and take the new token.",
    Kind.CREDENTIAL_REFUSED: "Compare key, secret and token with the platform's page,"
    " letter by letter; authorise the app for the shop again if they are right.",
    Kind.PERMISSION_MISSING: "Ask the platform for the permission package named in"
    " docs/platforms, and put this machine's address on the app's white list.",
    Kind.CLOCK_OFF: "Set this machine's clock; a time service keeps it right.",
    Kind.QUOTA_USED_UP: "The credential is right, but has no calls left today.",
    Kind.BAD_REQUEST: "The platform refuses the request; its words tell why.",
    Kind.BAD_REPLY: "What answered does not speak as the platform does. Is the host"
    " right?",
}


def platforms() -> list[str]:
    """Return the platforms that can be connected."""
    names = [module.name for module in pkgutil.iter_modules(PATH)]
    return [name for name in names if _conversation(name)]


def of(platform: str) -> Conversation:
    """Return what to ask of a seller of this platform."""
    found = _conversation(platform)
    if found is None:
        known = ", ".join(platforms())
        raise ValueError(f"{platform} is not connected this way; there are: {known}")
    return found


def connection_of(said: Mapping[str, str]) -> Connection:
    """Return the connection that the answers make."""
    extra: dict[str, Any] = {
        name: value
        for name, value in said.items()
        if name not in ("login", "password", "host") and value
    }
    return Connection(
        kind="http",
        host=said.get("host") or None,
        login=said.get("login"),
        password=said.get("password"),
        extra=extra,
    )


def source_of(platform: str, name: str, shop_id: str, is_private: bool) -> Source:
    """Return the source that the credential is tried with."""
    conversation = of(platform)
    return Source(
        name=name,
        platform=platform,
        streams=tuple(
            Stream(f"{platform}__{stream}", stream, "record")
            for stream in conversation.streams
        ),
        shop=Shop(shop_id, name, platform, conversation.time_zone),
        connection=name,
        allow_private=is_private,
        # Who waits at the terminal is told soon.
        options={"tries": 2, "longest_pause": 5},
    )


def tried(source: Source, connection: Connection) -> str:
    """Try a credential; return what the platform said, or raise ApiFault."""
    with connections.stated(str(source.connection), connection):
        return of(source.platform).probe(source)


def diagnosis(platform: str, fault: ApiFault) -> str:
    """Return in plain words what is wrong and what to do about it."""
    advice = of(platform).advice.get(fault.kind) or _ADVICE[fault.kind]
    return f"{fault.said}\n{advice}"


def block(source: Source, today: date) -> str:
    """Return the entries of sources.yml for a shop."""
    conversation = of(source.platform)
    assert source.shop is not None
    since = today - timedelta(days=conversation.history_days)
    private = "    allow_private: true\n" if source.allow_private else ""
    return (
        "shops:\n"
        f"  - shop_id: {json.dumps(source.shop.shop_id, ensure_ascii=False)}\n"
        f"    name: {json.dumps(source.name, ensure_ascii=False)}\n"
        f"    platform: {source.platform}\n"
        f"    time_zone: {conversation.time_zone}\n"
        f"    currency: {conversation.currency}\n"
        "sources:\n"
        f"  - name: {source.name}\n"
        f"    platform: {source.platform}\n"
        f"    shop: {json.dumps(source.shop.shop_id, ensure_ascii=False)}\n"
        f"    connection: {source.connection}\n"
        f"    since: {since.isoformat()}\n"
        '    schedule: "10 * * * *"\n'
        f"{private}"
        f"    streams: [{', '.join(conversation.streams)}]\n"
    )


def variable(name: str, connection: Connection) -> str:
    """Return the environment variable that keeps a connection, as a shell reads it."""
    stated = {
        "conn_type": connection.kind,
        "host": connection.host,
        "login": connection.login,
        "password": connection.password,
        "extra": dict(connection.extra),
    }
    kept = {key: value for key, value in stated.items() if value}
    text = json.dumps(kept, ensure_ascii=False).replace("'", "'\\''")
    return f"AIRFLOW_CONN_{name.upper()}='{text}'"


def _conversation(platform: str) -> Conversation | None:
    if not any(each.name == platform for each in pkgutil.iter_modules(PATH)):
        return None
    module = importlib.import_module(f"{ingestors.__name__}.{platform}")
    found = getattr(module, "CONNECT", None)
    return found if isinstance(found, Conversation) else None
