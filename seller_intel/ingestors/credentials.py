"""Credentials: the connection of a source made into a session with its platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from seller_intel import connections, settings
from seller_intel.connections import Connection
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Judge, Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.tokens import Fetch, Token, Tokens
from seller_intel.sources import RegistryError, Source


def of(source: Source) -> Connection:
    """Return the connection that a source names."""
    if not source.connection:
        raise RegistryError(
            f"source {source.name} names no connection; seller-intel connect"
            f" {source.platform} makes one"
        )
    return connections.get(source.connection)


def stated(connection: Connection, name: str, source: Source) -> str:
    """Return a field of `extra` that a platform cannot do without."""
    value = str(connection.extra.get(name) or "").strip()
    if not value:
        raise connections.CredentialError(
            f"connection {source.connection} of source {source.name} lacks"
            f" extra.{name}; seller-intel connect {source.platform} asks for it"
        )
    return value


def base_of(connection: Connection, default: str) -> str:
    """Return the address of the platform: the connection's host, else the default."""
    host = (connection.host or "").rstrip("/")
    if not host:
        return default
    if "://" not in host:
        host = f"https://{host}"
    port = httpx.URL(host).port
    return f"{host}:{connection.port}" if connection.port and not port else host


def tokens_of(
    source: Source, connection: Connection, fetch: Fetch | None, is_kept: bool = True
) -> Tokens:
    """Return the tokens of a connection: its own, or what an earlier run renewed.

    `is_kept` says whether a renewed token is kept for the next run, as it must be where
    the platform replaces the refresh token too.
    """
    extra = connection.extra
    first = Token(
        str(extra.get("access_token") or ""),
        float(extra["expires_at"]) if extra.get("expires_at") else None,
        str(extra.get("refresh_token") or "") or None,
    )
    kept_at: Path | None = None
    if is_kept and fetch and source.connection:
        name = f"token_{source.connection}.json"
        kept_at = settings.current().secrets_dir / name
    return Tokens(first, fetch, kept_at)


def refreshing_session(
    source: Source,
    connection: Connection,
    refresh: Callable[[Session, Token], Token],
    *,
    default: str,
    judge: Judge,
    manners: Manners | None = None,
    hosts: Iterable[str] = (),
    transport: httpx.BaseTransport | None = None,
) -> Session:
    """Open a session whose access token is renewed by the connection's refresh token.

    `refresh` asks the platform for another token, given the one there is; it must use
    `call_without_token`.
    """
    opened: list[Session] = []

    def fetch(old: Token | None) -> Token:
        if old is None or not old.refresh:
            said = "there is no refresh token, so the shop must be authorised again"
            raise ApiFault(Kind.CREDENTIAL_REFUSED, said)
        return refresh(opened[0], old)

    can_refresh = bool(connection.extra.get("refresh_token"))
    made = session(
        source,
        connection,
        default=default,
        judge=judge,
        manners=manners,
        tokens=tokens_of(source, connection, fetch if can_refresh else None),
        hosts=hosts,
        transport=transport,
    )
    opened.append(made)
    return made


def session(
    source: Source,
    connection: Connection,
    *,
    default: str,
    judge: Judge,
    manners: Manners | None = None,
    tokens: Tokens | None = None,
    hosts: Iterable[str] = (),
    transport: httpx.BaseTransport | None = None,
) -> Session:
    """Open the session of a source.

    `manners` is how the platform is asked; a source's options (rate, at_once, tries,
    ...) change it. `extra.proxy` of the connection leads through a proxy, for platforms
    that admit fixed addresses only.
    """
    stated_manners = vars(manners or Manners())
    return Session(
        base_of(connection, default),
        name=source.name,
        judge=judge,
        secrets=_secrets(connection),
        tokens=tokens,
        manners=Manners.of(source.options, **stated_manners),
        hosts=hosts,
        allow_private=source.allow_private,
        proxy=str(connection.extra.get("proxy") or "") or None,
        transport=transport,
    )


def _secrets(connection: Connection) -> list[str]:
    """Return every text of a connection that may never be shown."""
    found: list[Any] = [connection.password, *connection.extra.values()]
    return [each for each in found if isinstance(each, str) and len(each) > 5]
