"""Rows of one key folded into one record, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from seller_intel.ingestors import money
from seller_intel.ingestors.plans import BoundFeed
from seller_intel.ingestors.spill import Spill

_BAD_ROWS_KEPT = 100


def name_of(group: tuple) -> str:
    """Return the key of a group as one text."""
    return "\x1f".join("" if part is None else str(part) for part in group)


def add(feed: BoundFeed, name: str, line: int, picked: Sequence[Any]) -> None:
    """Fold the values of one more row into its group."""
    state = feed.groups.get(name) or {"line": line, "values": []}
    _take_in(feed, state, picked)
    feed.groups.put(name, state)


def add_many(
    feed: BoundFeed, names: list[str], lines: list[int], columns: list[list[Any]]
) -> None:
    """Fold many rows into their groups; rows of one group mostly stand together."""
    is_simple = all(how == "first" for how in feed.aggregates)
    name, state = None, None
    for this, line, picked in zip(
        names, lines, zip(*columns, strict=True), strict=True
    ):
        if this != name:
            if name is not None:
                feed.groups.put(name, state)
            name, state = this, feed.groups.get(this) or {"line": line, "values": []}
        elif is_simple and None not in state["values"]:  # type: ignore[index]
            continue
        _take_in(feed, state, picked)  # type: ignore[arg-type]
    if name is not None:
        feed.groups.put(name, state)


def firsts(seen: Spill, keys: list[str]) -> list[bool]:
    """Say of each key whether it comes for the first time, and keep it."""
    found = []
    for key in keys:
        found.append(not seen.get(key))
        if found[-1]:
            seen.put(key, True)
    return found


def _take_in(feed: BoundFeed, state: dict[str, Any], picked: Sequence[Any]) -> None:
    values = state["values"]
    if not values:
        paired = zip(feed.aggregates, picked, strict=True)
        state["values"] = [_start(how, value) for how, value in paired]
        return
    for at, how in enumerate(feed.aggregates):
        value = picked[at]
        if value is None:
            continue
        if values[at] is None:
            values[at] = _start(how, value)
        elif how != "first":
            values[at] = _fold(how, values[at], value)


def spoil(
    feed: BoundFeed, name: str, line: int, kept: dict[str, Any], why: tuple[str, str]
) -> None:
    """Note that a row of a group cannot be read, so that no part of it passes."""
    state = feed.groups.get(name) or {"line": line, "values": []}
    bad = state.setdefault("bad", [])
    if len(bad) < _BAD_ROWS_KEPT:
        bad.append(kept)
    state.setdefault("why", [why[0], f"line {line}: {why[1]}"])
    feed.groups.put(name, state)


def finished(feed: BoundFeed, state: dict[str, Any]) -> tuple:
    """Return the values of a whole group in the form in which they land."""
    values = list(state["values"])
    for at, change in feed.finish:
        if values[at] is not None:
            values[at] = change(values[at], values)
    return tuple(values)


def _start(how: str, value: Any) -> Any:
    return "1" if how == "count" and value is not None else value


def _fold(how: str, so_far: Any, value: Any) -> Any:
    match how:
        case "sum":
            return money.plain(Decimal(so_far) + Decimal(value))
        case "count":
            return str(int(so_far) + 1)
        case "least":
            return min(so_far, value)
        case "greatest":
            return max(so_far, value)
        case "any":
            return so_far or value
        case _:
            return value
