"""Rows of one key folded into one record, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from seller_intel.ingestors import money
from seller_intel.ingestors.binding import BoundFeed

_BAD_ROWS_KEPT = 100


def name_of(group: tuple) -> str:
    """Return the key of a group as one text."""
    return "\x1f".join("" if part is None else str(part) for part in group)


def add(feed: BoundFeed, group: tuple, line: int, picked: tuple) -> None:
    """Fold the values of one more row into its group."""
    name = name_of(group)
    state = feed.groups.get(name)
    if state is None:
        values = [_start(how, value) for how, value in _paired(feed, picked)]
        feed.groups.put(name, {"line": line, "values": values})
        return
    if not state["values"]:
        state["values"] = [_start(how, value) for how, value in _paired(feed, picked)]
    else:
        values = state["values"]
        for at, how in enumerate(feed.aggregates):
            value = picked[at]
            if value is None:
                continue
            if values[at] is None:
                values[at] = _start(how, value)
            elif how != "first":
                values[at] = _fold(how, values[at], value)
    feed.groups.put(name, state)


def spoil(
    feed: BoundFeed, group: tuple, line: int, kept: dict[str, Any], why: tuple[str, str]
) -> None:
    """Note that a row of a group cannot be read, so that no part of it passes."""
    name = name_of(group)
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


def _paired(feed: BoundFeed, picked: Sequence[Any]) -> zip:
    return zip(feed.aggregates, picked, strict=True)


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
