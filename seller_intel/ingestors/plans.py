"""The plan of a file: what is known of it, and what each of its rows goes through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors.cells import LostDigits, Memo
from seller_intel.ingestors.changes import Change
from seller_intel.ingestors.expressions import Condition, Expression
from seller_intel.ingestors.numbering import Counter
from seller_intel.ingestors.scope import Scope
from seller_intel.ingestors.seen import Seen
from seller_intel.ingestors.spill import Spill
from seller_intel.personal import Hasher

_GROUPS_IN_MEMORY = 30_000

Step = Callable[[list], Any]


@dataclass(frozen=True)
class Context:
    """What is known of a file beside its cells."""

    source: str
    file_name: str
    as_of: str
    hasher: Hasher
    platform: str | None = None
    shop_id: str | None = None
    shop_name: str | None = None
    owner_id: str | None = None
    currency: str | None = None
    time_zone: str | None = None


@dataclass
class BoundFeed:
    """One stream's part of a row: which values make its record."""

    stream: str
    number: int
    constants: dict[str, Any]
    names: tuple[str, ...]
    # how each of the names is read, and the same as functions of the row's values
    sources: tuple[tuple[Expression, Change], ...]
    getters: tuple[Step, ...]
    steps: tuple[Step, ...]
    take: Callable[[list], tuple]
    key: Callable[[tuple], str]
    key_parts: tuple[str | int, ...]
    key_counter: Counter | None
    required: Callable[[tuple], tuple]
    required_names: tuple[str, ...]
    one_of: tuple[tuple[int, ...], ...]
    one_of_names: tuple[tuple[str, ...], ...]
    observed_at: int | str
    dated: int | str | None
    condition: Condition | None = None
    when: Step | None = None
    skip: tuple[int, ...] = ()
    once: Spill | None = None
    group: Callable[[Sequence], tuple] | None = None
    group_slots: frozenset[int] = frozenset()
    aggregates: tuple[str, ...] = ()
    finish: tuple[tuple[int, Callable[[Any, Sequence], Any]], ...] = ()
    groups: Spill = field(default_factory=lambda: Spill(_GROUPS_IN_MEMORY))
    # of rows read in blocks: the run still open, the names of those that are over
    open_run: Any = None
    runs_seen: Seen = field(default_factory=Seen)


@dataclass
class Plan:
    """Everything a row of this file goes through."""

    columns: tuple[str, ...]
    pick: Callable[[Sequence[str]], Sequence[str]]
    memos: tuple[Memo, ...]
    steps: tuple[Step, ...]
    step_names: tuple[str, ...]
    # what the steps do, one for one
    derived: tuple[tuple[Expression, Change], ...]
    feeds: tuple[BoundFeed, ...]
    scope: Scope
    lost: dict[str, LostDigits]
    zone: ZoneInfo
