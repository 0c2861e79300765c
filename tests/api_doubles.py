"""Doubles for readers of platform interfaces: an Asked without a warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl

import httpx

from seller_intel import connections
from seller_intel.extraction import Asked, Window
from seller_intel.personal import Hasher
from seller_intel.sources import Shop, Source, Stream

AS_OF = datetime(2026, 11, 22, 4, tzinfo=UTC)  # 12:00 in Beijing
SECRET = "app-secret-0123456789"
TOKEN = "access-token-0123456789"
REFRESH = "refresh-token-0123456789"


@dataclass
class Kept:
    """A landing in memory."""

    lines: list[tuple[str, str, str, dict]] = field(default_factory=list)
    problems: list[tuple[str, str, str, dict]] = field(default_factory=list)

    def error(self, rule: str, reason: str, position: str, record: Any) -> None:
        self.problems.append((rule, reason, position, dict(record)))

    def block(self, block: memoryview, records: int) -> None:
        told = [json.loads(line) for line in bytes(block).splitlines()]
        assert len(told) == records
        self.lines += [
            (line["key"], line["observed_at"], line["source_ref"], line["record"])
            for line in told
        ]

    @property
    def keys(self) -> list[str]:
        return [key for key, *_ in self.lines]

    @property
    def newest(self) -> dict[str, dict]:
        """The last record of each key."""
        return {key: record for key, _, _, record in self.lines}


@dataclass
class Landings:
    """What a reader was asked, and all it wrote."""

    asked: Asked
    kept: dict[str, Kept]

    def __getitem__(self, stream: str) -> Kept:
        return self.kept.setdefault(stream, Kept())

    @property
    def text(self) -> str:
        """Everything that was written, as one text."""
        return repr(self.kept)


def landings(
    platform: str,
    streams: tuple[str, ...],
    *,
    covered: datetime | None = None,
    window: Window | None = None,
    since: date | None = None,
    as_of: datetime = AS_OF,
    **options: Any,
) -> Landings:
    """Ask for some streams, covered up to an instant (None: never read)."""
    source = Source(
        name=f"{platform}_shop",
        platform=platform,
        streams=tuple(
            Stream(f"{platform}__{name}", name, "record") for name in streams
        ),
        shop=Shop(f"{platform}:1", "Shop", platform),
        since=since,
        connection=f"{platform}_app",
        options={"rate": 100_000, "first_pause": 0.001, **options},
    )
    made = Landings(None, {})  # type: ignore[arg-type]
    made.asked = Asked(
        source=source,
        run="20261122T040000",
        as_of=as_of,
        window=window,
        known=frozenset(),
        covered=dict.fromkeys(streams, covered) if covered else {},
        hasher=Hasher("test"),
        writer=lambda stream: made[stream],  # type: ignore[arg-type, return-value]
    )
    return made


@contextmanager
def connected(**changed: Any) -> Iterator[None]:
    """Let every connection be one with an app key, a secret and tokens."""
    stated = connections.Connection(
        login="app-key",
        password=SECRET,
        extra={"access_token": TOKEN, "refresh_token": REFRESH},
    )
    with mock.patch.object(connections, "get", lambda _: replace(stated, **changed)):
        yield


def sent_form(request: httpx.Request) -> dict[str, str]:
    """Return the form of a request."""
    pairs = parse_qsl(request.content.decode(), keep_blank_values=True)
    return dict(pairs)


def pages_of(rows: list, number: int, size: int) -> list:
    """Return one page of rows, numbered from 1."""
    return rows[(number - 1) * size : number * size]


def leaving(gateway: Any, field: str, instant: str) -> list[str]:
    """Let the newest orders leave the window, one before each page; return those left.

    `gateway` holds `orders` by key; `field` is when an order changed.
    """
    left = sorted(gateway.orders)

    def touch(number: int) -> None:
        if number > 1:
            gateway.orders[left.pop()][field] = instant

    gateway.before_page = touch
    return left
