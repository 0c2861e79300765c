"""What the expressions of one file may read, and references to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from seller_intel.ingestors.cells import Ways
from seller_intel.ingestors.expressions import Expression
from seller_intel.ingestors.numbering import Counter
from seller_intel.personal import Hasher

Getter = Callable[[list], Any]


@dataclass(frozen=True)
class Constant:
    """A value that is the same on every row of the file."""

    value: Any


Ref = Constant | int | Getter
NOTHING = Constant(None)
# a hash whose kind stands in a column of its own
ANY_KIND = "*"


@dataclass
class Scope:
    """What expressions of one file may read."""

    names: dict[str, Constant | int]
    from_source: Mapping[str, str | None]
    ways: Ways
    hasher: Hasher
    platform: Constant | int = NOTHING
    phone_region: str = "CN"
    counters: list[Counter] = field(default_factory=list)
    numbered: dict[Expression, Counter] = field(default_factory=dict)
    is_in_runs: bool = False
    # set while one quarantined row is read again: the numbers it had in its file
    numbers: list[int] = field(default_factory=list)
    is_again: bool = False
    row: int = 0
    # per personal column, the hashes taken of it by their kind
    hashes: dict[str, dict[str, Getter]] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)


def getter(ref: Ref) -> Getter:
    """Return a reference as a function of the row's values."""
    if isinstance(ref, Constant):
        value = ref.value
        return lambda values: value
    return itemgetter(ref) if isinstance(ref, int) else ref


def picker(places: Sequence[int]) -> Callable[[Sequence], tuple]:
    """Return a function that takes the values at some places, always as a tuple."""
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    if not places:
        return lambda row: ()
    return itemgetter(*places)
