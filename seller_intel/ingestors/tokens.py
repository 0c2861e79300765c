"""Access tokens: fetched when due, renewed before they run out, kept between runs."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from seller_intel import file_locks
from seller_intel.ingestors.faults import ApiFault, Kind

_MARGIN = 300.0


@dataclass(frozen=True)
class Token:
    """An access token, until when it holds (Unix seconds), and what renews it."""

    value: str = field(repr=False)
    expires_at: float | None = None
    refresh: str | None = field(default=None, repr=False)


Fetch = Callable[[Token | None], Token]


def of_reply(told: Mapping[str, Any], old: Token | None, now: float) -> Token:
    """Return the token that a platform's reply tells of.

    Reads access_token, refresh_token (else the old one stays) and the end: expires_in
    (seconds from now), expires_at (Unix seconds) or expire_time (Unix milliseconds).
    """
    value = told.get("access_token")
    if not isinstance(value, str) or not value:
        raise ApiFault(Kind.BAD_REPLY, "the reply to a token request holds none")
    try:
        if told.get("expires_in"):
            until = now + float(told["expires_in"])
        elif told.get("expires_at"):
            until = float(told["expires_at"])
        else:
            until = float(told.get("expire_time") or 0) / 1000
    except (TypeError, ValueError):
        raise ApiFault(Kind.BAD_REPLY, "the token's end is no number") from None
    refresh = told.get("refresh_token") or (old.refresh if old else None)
    return Token(value, until or None, str(refresh) if refresh else None)


class Tokens:
    """The token of one credential; whoever needs it gets one that holds.

    `fetch` asks the platform for another one, given the one there is. Where a platform
    gives a new refresh token with every renewal, `kept_at` is where it is kept, since
    the one of the connection is used up then. Sources that share it, in one process or
    in several, renew it one after another: who finds it renewed takes what is kept.
    """

    def __init__(
        self,
        first: Token | None,
        fetch: Fetch | None = None,
        kept_at: Path | None = None,
        now: Callable[[], float] = time.time,
    ):
        self._fetch, self._kept_at, self._now = fetch, kept_at, now
        self._lock = threading.Lock()
        self._root = _digest(first)
        self._token = self._kept() or first

    @property
    def can_renew(self) -> bool:
        """Whether there is a way to another token."""
        return self._fetch is not None

    @property
    def secrets(self) -> list[str]:
        """What may never be shown."""
        token = self._token
        return [each for each in (token.value, token.refresh) if each] if token else []

    def current(self) -> str:
        """Return a token that holds for some minutes yet."""
        with self._lock:
            if self._fetch and (self._token is None or self._is_due(self._token)):
                self._renew()
            assert self._token is not None, "no token and no way to one"
            return self._token.value

    def renew(self, stale: str) -> None:
        """Fetch another token unless someone has done so since this one was used."""
        with self._lock:
            if self._token is None or self._token.value == stale:
                self._renew()

    def _renew(self) -> None:
        """Take another token: the one that somebody else keeps by now, or a new one."""
        assert self._fetch is not None
        if self._kept_at is None:
            self._token = self._fetch(self._token)
            return
        self._kept_at.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file_locks.held(self._kept_at.with_suffix(".lock")):
            kept = self._kept()
            if kept is not None and kept != self._token and not self._is_due(kept):
                self._token = kept
                return
            self._token = self._fetch(kept or self._token)
            _write(self._kept_at, self._root, self._token)

    def _is_due(self, token: Token) -> bool:
        if not token.value:
            return True
        return token.expires_at is not None and (
            token.expires_at - _MARGIN <= self._now()
        )

    def _kept(self) -> Token | None:
        """Return what an earlier run kept, unless the connection was changed since."""
        if not self._kept_at or not self._kept_at.exists():
            return None
        try:
            kept = orjson.loads(self._kept_at.read_bytes())
            if kept["root"] != self._root:
                return None
            return Token(kept["value"], kept["expires_at"], kept["refresh"])
        except (ValueError, KeyError, TypeError, OSError):
            return None


def _digest(token: Token | None) -> str:
    text = f"{token.value}|{token.refresh}" if token else ""
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, root: str, token: Token) -> None:
    """Keep a token for the owner alone, whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    kept = {
        "root": root,
        "value": token.value,
        "expires_at": token.expires_at,
        "refresh": token.refresh,
    }
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(kept))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
