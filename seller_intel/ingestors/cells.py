"""Readers of cells: one per bound column, remembering what it has read before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors import converters, expressions, money, times
from seller_intel.ingestors.contracts import Column
from seller_intel.ingestors.converters import Converter

_KEPT = 8192
_CLEARINGS = 4
_CENTS = re.compile(r"^(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?$")
# 15 digits survive a spreadsheet; a longer id that ends in zeros only has lost its end
_LONG = 17


class Kept(str):
    """What quarantine kept of a personal cell: its hashes, not its text."""

    known: dict[str, str]

    @classmethod
    def of(cls, known: dict[str, str]) -> Kept:
        """Return a cell that only knows what was hashed."""
        cell = cls("kept")
        cell.known = known
        return cell


class Memo(dict):
    """A cache of one column; it stops remembering where cells hardly repeat."""

    def __init__(self, convert: Callable[[str], Any]):
        super().__init__()
        self._convert = convert
        self._clearings = 0

    def __missing__(self, cell: str) -> Any:
        value = self._convert(cell)
        if self._clearings < _CLEARINGS:
            if len(self) >= _KEPT:
                self.clear()
                self._clearings += 1
            self[cell] = value
        return value


@dataclass
class LostDigits:
    """Counts long ids of a column and those a spreadsheet has cut."""

    long: int = 0
    cut: int = 0

    def see(self, identifier: str) -> None:
        """Count one id."""
        self.long += 1
        if not identifier[15:].strip("0"):
            self.cut += 1

    @property
    def is_certain(self) -> bool:
        """Say whether chance cannot explain the zeros."""
        return self.cut >= 2 and self.cut * 2 >= self.long


@dataclass(frozen=True)
class Ways:
    """What cells of one file are read with, beyond their column."""

    zone: tzinfo
    # None: the currency stands in each row, amounts are rounded when it is known
    minor_digits: int | None
    is_exact: bool = False


def reader(column: Column, ways: Ways, lost: LostDigits) -> Converter:
    """Return the function from a raw cell of a column to its value."""
    read = _typed(column, ways, lost)
    quick = _quick(column, ways, lost)
    values = dict(column.values)
    pattern = re.compile(column.pattern) if column.pattern else None
    missing = frozenset(expressions.word(text) for text in column.missing)

    def convert(cell: str) -> Any:
        if cell.__class__ is Kept:
            return cell
        text = converters.unguarded(cell)
        if pattern:
            found = pattern.search(text)
            text = (found.group(1 if pattern.groups else 0) or "") if found else ""
        if converters.is_missing(text) or (
            missing and expressions.word(text) in missing
        ):
            return None
        if values:
            word = expressions.word(text)
            if word in values:
                return values[word]
        return read(converters.text(text))

    if pattern or values or missing or quick is None:
        return convert

    def convert_quickly(cell: str) -> Any:
        value = quick(cell)
        return convert(cell) if value is None else value

    return convert_quickly


def as_type(name: str, formats: tuple[str, ...], ways: Ways) -> Converter:
    """Return the function from plain text to a value of a type."""
    return _typed(Column(name, (), type=name, formats=formats), ways, LostDigits())


def _typed(column: Column, ways: Ways, lost: LostDigits) -> Converter:
    match column.type:
        case "id":
            return _identifier(lost)
        case "money":
            return _money(column, ways)
        case "number":
            return lambda text: _number(money.number(text, column.decimal_sign))
        case "integer":
            return converters.integer
        case "boolean":
            return converters.boolean
        case "currency":
            return converters.currency
        case "percent":
            return lambda text: _number(converters.percent(text))
        case "share":
            return lambda text: _number(converters.share(text))
        case "timestamp":
            return times.timestamp(_times(column, ways))
        case "date":
            return times.day(_times(column, ways), _zone(column, ways))
        case "prefixed_id":
            return converters.identifier
        case _:
            return converters.text


def _quick(column: Column, ways: Ways, lost: LostDigits) -> Callable[[str], Any] | None:
    """Return a reader of the plainest form of a type, None for all other forms."""
    if column.type == "timestamp" and not column.formats:
        return times.utc_hours(_zone(column, ways))
    if column.type == "id":
        return _quick_identifier(lost)
    is_cents = ways.minor_digits == 2 and not ways.is_exact
    if column.type == "money" and is_cents and column.unit in ("1", "yuan"):
        return _quick_cents if column.decimal_sign == "." else None
    return None


def _quick_identifier(lost: LostDigits) -> Callable[[str], str | None]:
    def read(cell: str) -> str | None:
        if not (cell.isdigit() and cell.isascii()):
            return None
        if len(cell) >= _LONG:
            lost.see(cell)
        return cell

    return read


def _quick_cents(cell: str) -> str | None:
    if not _CENTS.match(cell):
        return None
    if cell[-3:-2] == ".":
        return cell
    if cell[-2:-1] == ".":
        return f"{cell}0"
    return f"{cell}.00"


def _identifier(lost: LostDigits) -> Converter:
    def read(text: str) -> str:
        known = converters.identifier(text)
        if len(known) >= _LONG and known.isdigit():
            lost.see(known)
        return known

    return read


def _money(column: Column, ways: Ways) -> Converter:
    unit = money.unit_of(column.unit)
    finish = _amount(ways)

    def read(text: str) -> str:
        return finish(money.money(text, column.decimal_sign, unit))

    return read


def _amount(ways: Ways) -> Callable[[Decimal], str]:
    digits = ways.minor_digits
    if digits is None:
        return money.plain
    if ways.is_exact:
        return lambda value: money.exact(value, digits)
    return lambda value: money.quantised(value, digits)


def _number(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _zone(column: Column, ways: Ways) -> tzinfo:
    return ZoneInfo(column.zone) if column.zone else ways.zone


def _times(column: Column, ways: Ways) -> Any:
    return times.reader(
        _zone(column, ways), column.formats, time.fromisoformat(column.time_of_day)
    )
