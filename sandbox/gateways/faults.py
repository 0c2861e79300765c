"""The fault plan: which requests meet with a fault, and which one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

KINDS = (
    "throttled",  # HTTP 429
    "refused",  # the platform's own envelope for throttling
    "busy",  # the platform's own envelope for a failure of its own
    "broken",  # HTTP 500, 502, 503, 504
    "hanging",  # nothing comes for a while, then the connection ends
    "cut",  # the connection ends in the middle of the body
    "truncated",  # a whole reply of half a JSON text
    "repeated",  # rows of the page before come again with this one
    "dripping",  # the body comes in drops
)


@dataclass
class Faults:
    """Faults for a share of requests, drawn from a seed.

    Never more than `in_a_row` requests of one shop meet with a fault one after another,
    so that a client that tries again often enough gets through.
    """

    share: float = 0.0
    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    seconds: float = 1.0
    """How long throttling bans, hanging lasts, a drip takes."""
    in_a_row: int = 3
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        unknown = set(self.kinds) - set(KINDS)
        if unknown:
            raise ValueError(f"no fault is called {', '.join(sorted(unknown))}")
        self._draw = random.Random(self.seed)
        self._rows: Counter[str] = Counter()

    def next(self, who: str) -> str | None:
        """Return the fault a request of a shop meets with, or None."""
        chance, kind = self._draw.random(), self._draw.choice(self.kinds)
        if chance >= self.share or self._rows[who] >= self.in_a_row:
            self._rows[who] = 0
            return None
        self._rows[who] += 1
        self.met[kind] += 1
        return kind

    def status(self) -> int:
        """Return the status of a broken server."""
        return self._draw.choice((500, 502, 503, 504))
