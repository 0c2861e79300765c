"""Header rows: which cell is which column of a contract, and what is missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from seller_intel.ingestors.refusals import FileRefused

_BLANKS = re.compile(r"\s+")
_NEAR = 60
_SHOWN = 12


@dataclass(frozen=True)
class Wanted:
    """A column to find: the names it goes by, best first."""

    name: str
    headers: tuple[str, ...]
    is_required: bool


@dataclass(frozen=True)
class Match:
    """What one row is as a header."""

    places: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    # a name that is wanted and stands twice
    doubled: tuple[str, ...] = ()
    foreign: int = 0

    @property
    def is_whole(self) -> bool:
        """Say whether every required column is there."""
        return bool(self.places) and not self.missing


def normal(name: str) -> str:
    """Return a header name without case, width, blanks, marks and guards."""
    plain = unicodedata.normalize("NFKC", name.strip('\ufeff\t "='))
    return _BLANKS.sub(" ", plain).strip().casefold()


def match(wanted: Iterable[Wanted], row: Sequence[str]) -> Match:
    """Compare a row with the columns wanted.

    Where names differ in case or blanks alone, the one the contract spells so is meant.
    """
    names = [normal(cell) for cell in row]
    written = [cell.strip("\ufeff\t ") for cell in row]
    places: dict[str, int] = {}
    missing: list[str] = []
    used: set[str] = set()
    doubled: set[str] = set()
    for column in wanted:
        known = [normal(header) for header in column.headers]
        found = next((name for name in known if name in names and name), None)
        exact = [header for header in column.headers if written.count(header) == 1]
        is_doubled = found is not None and names.count(found) > 1
        if is_doubled and exact and normal(exact[0]) == found:
            places[column.name] = written.index(exact[0])
            used.update(name for name in known if name != found)
            continue
        used.update(known)
        if found is not None:
            places[column.name] = names.index(found)
            doubled |= {found} if is_doubled else set()
        elif column.is_required:
            missing.append(column.name)
    taken = set(places.values())
    return Match(
        places=places,
        missing=tuple(missing),
        unknown=tuple(
            row[place].strip()
            for place, name in enumerate(names)
            if name and name not in used and place not in taken
        ),
        doubled=tuple(sorted(doubled)),
        foreign=sum(not name.isascii() for name in {names[place] for place in taken}),
    )


def refusal(
    name: str, contract: str, wanted: Iterable[Wanted], row: Sequence[str], found: Match
) -> FileRefused:
    """Return the one error that says what a header lacks and what comes near."""
    by_name = {column.name: column for column in wanted}
    cells = [cell.strip() for cell in row if cell.strip()]
    lacks = "; ".join(_lack(by_name[column], cells) for column in found.missing)
    shown = ", ".join(cells[:_SHOWN]) + (", ..." if len(cells) > _SHOWN else "")
    return FileRefused(
        f"{name}: no header of the contract {contract}: missing {lacks};"
        f" the file has: {shown or 'no text at all'}"
    )


def check(
    name: str, contract: str, found: Match, known: Mapping[str, str], strict: bool
) -> None:
    """Refuse a header that is ambiguous or, where the contract is strict, unknown.

    `known`: header names the contract has, for the nearest match.
    """
    if found.doubled:
        raise FileRefused(
            f"{name}: the header {', '.join(found.doubled)} stands more than once"
        )
    if strict and found.unknown:
        parts = []
        for cell in found.unknown:
            near = nearest(cell, list(known))
            parts.append(f"{cell!r}" + (f" (is it {near!r}?)" if near else ""))
        raise FileRefused(
            f"{name}: header not in the contract {contract}: {', '.join(parts)}"
        )


def nearest(text: str, among: Sequence[str]) -> str | None:
    """Return the most similar text, if any comes near."""
    by_normal = {normal(each): each for each in among}
    found = process.extractOne(
        normal(text), list(by_normal), scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    return by_normal[found[0]] if found else None


def _lack(column: Wanted, cells: Sequence[str]) -> str:
    names = " or ".join(repr(header) for header in column.headers[:4])
    near = [nearest(header, cells) for header in column.headers]
    best = next((each for each in near if each), None)
    return f"{names}" + (f" (nearest: {best!r})" if best else "")
