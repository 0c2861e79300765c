"""Whole columns of cells to values at once, in the plain forms that most cells have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow
from pyarrow import compute

from seller_intel.ingestors import times
from seller_intel.ingestors.cells import LostDigits, Memo, Ways
from seller_intel.ingestors.contracts import Column
from seller_intel.ingestors.converters import MISSING

CENTS = r"^(?:0|[1-9][0-9]{0,12})\.[0-9]{2}$"
_SECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}(:[0-5][0-9]){2}$"
_WORDS = r"^[\pL\pN](?:[^\x00\n\r]*[\pL\pN)\]】）!。.%+])?$"
# a name that starts with a letter is no number that a spreadsheet may have cut
_NAMES = r"^[A-Za-z][0-9A-Za-z_:#./-]*$"
# with fewer different cells than this, each is read once and looked up
_VARIED_SHARE = 0.5
_UNSAFE = r'["\\\x00-\x1f]'
_UNSAFE_TEXT = re.compile(_UNSAFE)
_FILLERS = pyarrow.array(sorted(MISSING))
_MAY_FILL = max(len(filler.encode()) for filler in MISSING)


class Unfit(Exception):
    """A block holds something that must be looked at row by row."""


@dataclass(frozen=True)
class Values:
    """A column of values.

    `is_safe`: no text of it needs escaping in JSON. `is_cents`: every value is known to
    be an amount of two decimals.
    """

    array: pyarrow.Array
    is_safe: bool = False
    is_cents: bool = False


def column(
    stated: Column, memo: Memo, ways: Ways, lost: LostDigits, cells: pyarrow.Array
) -> Values:
    """Return the values of a column's cells; Unfit where one cannot be read."""
    quick = None
    is_bare = not (stated.pattern or stated.values or stated.missing or stated.formats)
    if is_bare and stated.type == "id":
        quick = _identifiers(cells, lost)
    elif is_bare and stated.type == "money":
        quick = _cents(stated, ways, cells)
    elif is_bare and stated.type == "timestamp" and not stated.zone:
        quick = _seconds(cells, ways)
    if quick is not None:
        return quick
    encoded = cells.dictionary_encode()
    is_varied = len(encoded.dictionary) > len(cells) * _VARIED_SHARE
    if is_varied and is_bare and stated.type in ("text", "id"):
        quick = _words(cells, _NAMES)
        if quick is None and stated.type == "text":
            quick = _words(cells, _WORDS)
    return quick if quick is not None else _by_value(memo.__getitem__, encoded)


def unary(change: Callable[[Any], Any], values: Values) -> Values:
    """Return what a function makes of each value, asked once for equal ones."""
    return _by_value(change, values.array.dictionary_encode())


def _by_value(change: Callable[[Any], Any], encoded: pyarrow.DictionaryArray) -> Values:
    try:
        changed = [change(value) for value in encoded.dictionary.to_pylist()]
        made = pyarrow.array(changed)
    except (ValueError, ArithmeticError, pyarrow.ArrowException) as error:
        raise Unfit from error
    if made.type == pyarrow.null():
        made = pyarrow.nulls(len(changed), pyarrow.string())
    is_text = made.type == pyarrow.string()
    is_safe = is_text and not any(
        value is not None and _UNSAFE_TEXT.search(value) for value in changed
    )
    return Values(made.take(encoded.indices), is_safe)


def is_safe_text(text: str) -> bool:
    """Say whether a text stands in JSON as it is."""
    return _UNSAFE_TEXT.search(text) is None


def in_json(values: Values) -> tuple[pyarrow.Array, bool]:
    """Return values as JSON and whether quotation marks are still to be put around."""
    array = values.array
    if array.type != pyarrow.string():
        return compute.fill_null(compute.cast(array, pyarrow.string()), "null"), False
    if (
        not values.is_safe
        and compute.any(compute.match_substring_regex(array, _UNSAFE)).as_py()
    ):
        escaped = unary(lambda text: orjson.dumps(text).decode()[1:-1], values)
        array = escaped.array
    if array.null_count:
        return compute.fill_null(join('"', array, '"'), "null"), False
    return array, True


def join(*parts: str | pyarrow.Array) -> pyarrow.Array:
    """Return texts put together; missing where a part is."""
    return compute.binary_join_element_wise(*parts, "")


def matches(array: pyarrow.Array, pattern: str) -> bool:
    """Say whether every value is there and matches."""
    if array.null_count:
        return False
    return bool(compute.all(compute.match_substring_regex(array, pattern)).as_py())


def are_cents(values: Values) -> bool:
    """Say whether every value that is there is an amount of two decimals."""
    array = values.array
    return values.is_cents or (
        array.type == pyarrow.string() and matches(array.drop_null(), CENTS)
    )


def _identifiers(cells: pyarrow.Array, lost: LostDigits) -> Values | None:
    if not compute.all(compute.ascii_is_decimal(cells)).as_py():
        return None
    longest = compute.max(compute.binary_length(cells)).as_py() or 0
    if longest > 16:
        long = cells.filter(compute.greater(compute.binary_length(cells), 16))
        lost.long += len(long)
        for identifier in long.filter(compute.ends_with(long, "00")).to_pylist():
            lost.long -= 1
            lost.see(identifier)
    return Values(cells, is_safe=True)


def _cents(stated: Column, ways: Ways, cells: pyarrow.Array) -> Values | None:
    # None: the amounts of a row wait for its currency, and are read as they stand
    is_plain = ways.minor_digits in (2, None) and stated.unit in ("1", "yuan")
    if not is_plain or stated.decimal_sign != "." or not matches(cells, CENTS):
        return None
    return Values(cells, is_safe=True, is_cents=True)


def _seconds(cells: pyarrow.Array, ways: Ways) -> Values | None:
    if not matches(cells, _SECONDS):
        return None
    hours = compute.utf8_slice_codeunits(cells, 0, 13).dictionary_encode()
    moved = [times.utc_hour(hour, ways.zone) for hour in hours.dictionary.to_pylist()]
    if None in moved:
        return None
    start = pyarrow.array(moved, pyarrow.string()).take(hours.indices)
    rest = compute.utf8_slice_codeunits(cells, 13, 19)
    return Values(join(start, rest, "+00:00"), is_safe=True)


def _words(cells: pyarrow.Array, pattern: str) -> Values | None:
    """Take texts as they are that look like words or names and are no filler."""
    if not matches(cells, pattern):
        return None
    if (compute.min(compute.binary_length(cells)).as_py() or 0) <= _MAY_FILL:
        lower = compute.utf8_lower(cells)
        if compute.any(compute.is_in(lower, _FILLERS)).as_py():
            return None
    return Values(cells, is_safe=pattern == _NAMES)
