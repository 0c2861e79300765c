"""What befalls the visitors of a storefront: walls, failures, traps, changes."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zlib import crc32

ROBOTS = ("open", "closed", "missing", "failing", "delay")
MAPS = ("index", "gzip", "plain", "none", "bomb", "circle")
WALLS = ("block", "captcha", "login", "shell")
TRAVELS = ("error", "throttle", "reset", "cut", "drip", "hang", "bomb", "huge", "loop")
BREAKS = ("comma", "entities", "array", "graph", "comment", "control")


@dataclass(frozen=True)
class Plan:
    """Everything that can be switched for one storefront; as it stands: a good shop."""

    robots: str = "open"
    maps: str = "index"
    wall: str = ""
    """A page shown in place of others: one of WALLS."""
    wall_after: int = 0
    """Pages a storefront gives before the wall stands."""
    wall_until: int | None = None
    """Requests after which it is taken down again."""
    wall_share: float = 1.0
    wall_status: int = 200
    changed_from: date | None = None
    """From this day on prices are drawn, no longer written (a new layout)."""
    failing: float = 0.0
    """Share of the product addresses that meet with trouble."""
    trouble: tuple[str, ...] = ("error", "reset", "cut")
    tries: int = 2
    """How often an address fails before it answers; 0: always."""
    seconds: float = 0.0
    """How long every page takes."""
    trouble_seconds: float = 1.0
    """How long hangs and drips last."""
    traps: bool = False
    """A calendar without end and facets in every order."""
    moved: float = 0.0
    """Share of product links that lead through a redirect."""
    leaves_to: str = ""
    """An address to which `/out` leads; empty: nowhere."""
    charset: str = "both"
    """Where the encoding is told: header, meta, both, none, wrong (both lie)."""
    broken: str = ""
    """How structured data is broken: one of BREAKS."""
    filler: int = 0
    """Bytes of text and script around each page, before compression."""
    zips: bool = True
    remembers: bool = True
    """ETag, Last-Modified and 304."""

    @classmethod
    def of(cls, stated: dict[str, Any]) -> Plan:
        """Return a plan from JSON; a name it does not know raises."""
        known = dict(stated)
        if isinstance(known.get("changed_from"), str):
            known["changed_from"] = date.fromisoformat(known["changed_from"])
        if "trouble" in known:
            known["trouble"] = tuple(known["trouble"])
        return cls(**known)


@dataclass
class Memory:
    """What a storefront remembers of its visits."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    body_bytes: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0
    """When the first and the last request came, in epoch seconds."""


def stands(plan: Plan, memory: Memory, path: str) -> bool:
    """Tell whether a visitor of a path meets the wall."""
    if not plan.wall or memory.requests <= plan.wall_after:
        return False
    if plan.wall_until is not None and memory.requests > plan.wall_until:
        return False
    return _draw(path, "wall") < plan.wall_share


def trouble(plan: Plan, memory: Memory, path: str) -> str:
    """Return what kind of trouble a request of a path meets with; empty: none."""
    if not plan.failing or _draw(path, "trouble") >= plan.failing:
        return ""
    memory.tried[path] += 1
    if plan.tries and memory.tried[path] > plan.tries:
        return ""
    return random.Random(crc32(path.encode())).choice(plan.trouble)


def is_moved(plan: Plan, number: int) -> bool:
    """Tell whether the link of an article leads through a redirect."""
    return bool(plan.moved) and _draw(str(number), "moved") < plan.moved


def _draw(text: str, subject: str) -> float:
    return crc32(f"{subject}:{text}".encode()) / 2**32
