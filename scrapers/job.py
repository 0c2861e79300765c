"""What one crawl is asked to do, as plain data that passes between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True)
class Job:
    """One run of one spider: where it may go, how fast, how far, where it keeps what.

    Sizes are in bytes of the body after decompression, times in seconds.
    """

    platform: str
    source: str
    run: str
    as_of: str
    work: str
    urls: tuple[str, ...]
    streams: tuple[str, ...] = ()
    pages: str | None = None
    hosts: tuple[str, ...] = ()
    allow_private: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Any] | None = None
    user_agent: str = "SellerIntel"
    delay: float = 1.0
    concurrency: int = 1
    timeout: float = 30.0
    retries: int = 2
    page_bytes: int = 10 << 20
    max_pages: int = 20_000
    max_seconds: float = 4 * 3600
    max_bytes: int = 4 << 30
    max_depth: int = 6
    sweep_days: float = 7
    follow: bool = True
    readers: int = 1

    @property
    def started(self) -> datetime:
        """The instant that observations are counted from."""
        return datetime.fromisoformat(self.as_of)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The hosts that may be asked: those of the addresses, and those stated."""
        named = (host_of(url) for url in self.urls)
        return frozenset(each for each in (*named, *self.hosts) if each)

    @property
    def folder(self) -> Path:
        """Where the crawl keeps its memory and its drafts."""
        return Path(self.work)


def host_of(url: str) -> str:
    """Return the host of an address in lower case, empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def written(job: Job) -> bytes:
    """Return a job as JSON."""
    return orjson.dumps(asdict(job))


def read(text: bytes) -> Job:
    """Return the job that JSON states."""
    stated: dict[str, Any] = orjson.loads(text)
    known = {each.name for each in fields(Job)}
    facts: dict[str, Any] = {
        name: value for name, value in stated.items() if name in known
    }
    for name in ("urls", "hosts", "streams"):
        facts[name] = tuple(facts.get(name) or ())
    return Job(**facts)
