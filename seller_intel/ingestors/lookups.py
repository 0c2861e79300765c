"""Columns of another file beside, found by a key: payments to orders, buyers to ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors import cells, compressed, money, tables
from seller_intel.ingestors.cells import LostDigits, Ways
from seller_intel.ingestors.compressed import Limits
from seller_intel.ingestors.contracts import Contract, Lookup
from seller_intel.ingestors.converters import of_value, unguarded
from seller_intel.ingestors.headers import Wanted
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.spill import Spill
from seller_intel.ingestors.tables import Layout

_KEYS_IN_MEMORY = 100_000


def opened(
    contract: Contract, beside: Path, by: dict[str, int], limits: Limits, zone: ZoneInfo
) -> Callable[[Sequence[str]], list[str]]:
    """Return a function from a row to the cells that all lookups add to it."""
    found = [
        (_read(contract, each, beside, limits, zone), by[each.by])
        for each in contract.lookups
    ]
    widths = [len(each.takes) for each in contract.lookups]

    def look_up(row: Sequence[str]) -> list[str]:
        added: list[str] = []
        for (kept, place), width in zip(found, widths, strict=True):
            values = kept.get(unguarded(row[place]))
            added += values if values else [""] * width
        return added

    return look_up


def paths(contract: Contract, beside: Path) -> list[Path]:
    """Return the files that lookups read; a missing one is refused."""
    files = [beside / each.file for each in contract.lookups]
    for path in files:
        if not path.is_file():
            raise FileRefused(
                f"{contract.name} looks up {path.name}, which is not there"
            )
    return files


def _read(
    contract: Contract, lookup: Lookup, beside: Path, limits: Limits, zone: ZoneInfo
) -> Spill:
    layout = Layout(
        contract=f"{contract.name} ({lookup.name})",
        columns=tuple(
            Wanted(each.name, each.headers, is_required=True)
            for each in lookup.columns.values()
        ),
        encodings=contract.encodings,
        delimiters=contract.delimiters,
        is_quoted=contract.is_quoted,
    )
    ways = Ways(zone=zone, minor_digits=None)
    read = {
        name: cells.reader(column, ways, LostDigits())
        for name, column in lookup.columns.items()
    }
    takes = list(lookup.takes.values())
    kept = Spill(_KEYS_IN_MEMORY)
    for part in compressed.parts(beside / lookup.file, lookup.file, limits):
        for table in tables.opened(part, layout):
            places = table.match.places
            for line, row in table.rows:
                if len(row) < len(table.header):
                    raise FileRefused(f"{table.name}:{line}: a row with missing cells")
                key = unguarded(row[places[lookup.key]])
                values = _taken(table.name, line, row, places, takes, read)
                before = kept.get(key)
                kept.put(
                    key, values if before is None else _merged(takes, before, values)
                )
    return kept


def _taken(
    name: str,
    line: int,
    row: Sequence[str],
    places: dict[str, int],
    takes: list[tuple[str, str]],
    read: dict[str, Callable[[str], Any]],
) -> list[str]:
    try:
        values = [(how, read[of](row[places[of]])) for how, of in takes]
    except (ValueError, ArithmeticError) as error:
        raise FileRefused(f"{name}:{line}: {error}") from error
    return [
        "1" if how == "count" and value is not None else of_value(value)
        for how, value in values
    ]


def _merged(
    takes: list[tuple[str, str]], before: list[str], values: list[str]
) -> list[str]:
    return [
        _fold(how, old, new)
        for (how, _), old, new in zip(takes, before, values, strict=True)
    ]


def _fold(how: str, old: str, new: str) -> str:
    if not old or not new:
        return old or new
    match how:
        case "sum":
            return money.plain(Decimal(old) + Decimal(new))
        case "count":
            return str(int(old) + 1)
        case "least":
            return min(old, new)
        case "greatest":
            return max(old, new)
        case "last":
            return new
        case _:
            return old
