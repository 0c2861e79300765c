"""Credentials by name: from the environment, else from whom the caller registered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from seller_intel import settings


class CredentialError(LookupError):
    """A connection that a source names is missing or cannot be read."""


@dataclass(frozen=True)
class Connection:
    """How to reach an account; what is secret in it is never shown."""

    kind: str = ""
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


Resolver = Callable[[str], Connection | None]
_resolvers: list[Resolver] = []
_tried: dict[str, Connection] = {}


def resolve_with(resolver: Resolver) -> None:
    """Ask this resolver for every name that the environment does not know."""
    _resolvers[:] = [resolver]


def get(name: str) -> Connection:
    """Return the connection of a name, or raise telling how to state it."""
    found = find(name)
    if found is None:
        raise CredentialError(
            f"there is no connection {name!r}: set AIRFLOW_CONN_{name.upper()}, or"
            " add it in Airflow"
        )
    return found


@contextmanager
def stated(name: str, connection: Connection) -> Iterator[None]:
    """Let a name stand for a connection that is kept nowhere yet."""
    _tried[name] = connection
    try:
        yield
    finally:
        del _tried[name]


def find(name: str) -> Connection | None:
    """Return the connection of a name, or None where nobody knows it."""
    if name in _tried:
        return _tried[name]
    stated = settings.connection_uri(name)
    if stated:
        return read(name, stated)
    for resolver in _resolvers:
        found = resolver(name)
        if found is not None:
            return found
    return None


def read(name: str, stated: str) -> Connection:
    """Read a connection in either of Airflow's two forms; never repeat its text."""
    try:
        if stated.lstrip().startswith("{"):
            return _from_json(stated)
        return _from_uri(stated)
    except (ValueError, TypeError, AttributeError):
        raise CredentialError(
            f"AIRFLOW_CONN_{name.upper()} is neither a URI nor a JSON object"
        ) from None


def _from_json(stated: str) -> Connection:
    facts = json.loads(stated)
    extra = facts.get("extra") or {}
    port = facts.get("port")
    return Connection(
        kind=facts.get("conn_type") or "",
        host=facts.get("host"),
        port=int(port) if port else None,
        login=facts.get("login"),
        password=facts.get("password"),
        schema=facts.get("schema"),
        extra=json.loads(extra) if isinstance(extra, str) else dict(extra),
    )


def _from_uri(stated: str) -> Connection:
    kind, found, rest = stated.partition("://")
    if not found:
        raise ValueError
    protocol, _, address = rest.partition("://")
    if not protocol.isalnum() or not address:
        protocol, address = "", rest
    parts = urlsplit(f"//{address}")
    host = _unquoted(parts.hostname)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    packed = query.pop("__extra__", None)
    return Connection(
        kind=kind.lower().replace("-", "_"),
        host=f"{protocol}://{host}" if protocol and host else host,
        port=parts.port,
        login=_unquoted(parts.username),
        password=_unquoted(parts.password),
        schema=_unquoted(parts.path.removeprefix("/")),
        extra={**query, **json.loads(packed or "{}")},
    )


def _unquoted(part: str | None) -> str | None:
    return unquote(part) if part else None
