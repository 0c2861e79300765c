"""Limits: how fast and how patiently one credential asks, whoever uses it here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from seller_intel.ingestors.replies import Bounds


@dataclass(frozen=True)
class Manners:
    """How to ask: requests a second and at once, tries, and how long to bear.

    A pause the platform names that is longer than `longest_pause` seconds counts as
    the end of the day's quota.
    """

    rate: float = 10
    burst: int = 1
    at_once: int = 4
    tries: int = 8
    first_pause: float = 0.5
    longest_pause: float = 120
    connect_seconds: float = 10
    read_seconds: float = 30
    bounds: Bounds = field(default_factory=Bounds)

    @classmethod
    def of(cls, options: Mapping[str, Any], **stated: Any) -> Manners:
        """Return the manners of a platform with what a source's options change."""
        known = cls.__dataclass_fields__.keys() - {"bounds"}
        changed = {name: options[name] for name in known & options.keys()}
        return cls(**{**stated, **changed})


class Limiter:
    """Lets `rate` requests a second through, `burst` at once after a rest.

    A pause that the platform names holds back every request of the credential.
    """

    def __init__(
        self,
        rate: float,
        burst: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        if rate <= 0 or burst < 1:
            raise ValueError(f"no limit of {rate} requests a second, {burst} at once")
        self._gap = 1 / rate
        self._burst = burst
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next = 0.0

    def seconds_to_wait(self) -> float:
        """Take the next place in the queue; return how many seconds it is away."""
        with self._lock:
            now = self._monotonic()
            earliest = max(self._next, now - self._gap * (self._burst - 1))
            self._next = earliest + self._gap
            return earliest - now

    def pause(self, seconds: float) -> None:
        """Hold back every request for some seconds."""
        with self._lock:
            until = self._monotonic() + seconds
            self._next = max(self._next, until)


@cache
def of_credential(credential: str, rate: float, burst: int) -> Limiter:
    """Return the one limiter of a credential (a digest of it, never its text)."""
    return Limiter(rate, burst)
