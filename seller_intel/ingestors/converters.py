"""Converters: the text of one cell to the form in which it lands, or Unreadable."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from seller_intel.ingestors.money import number

Converter = Callable[[str], object]

MISSING = frozenset(
    ("", "-", "--", "—", "——", "/", "null", "none", "nan", "n/a", "#n/a", "\\n", "nil")
)
_TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0", "是", "有", "√", "✓", "✔"))
_FALSE = frozenset(("false", "f", "no", "n", "0", "0.0", "否", "无", "×", "✗"))
_GUARD = re.compile(r'^=\s*"(.*)"$', re.DOTALL)
_PLAIN_ID = re.compile(r"^[0-9A-Za-z_:#./-]+$")
_SCIENTIFIC = re.compile(r"^[+-]?\d+(\.\d*)?[eE]\+?\d+$")
_WHOLE = re.compile(r"^([+-]?\d+)\.0+$")
_PREFIXED = re.compile(r"^[a-z][a-z0-9_]*:.")
_CURRENCIES = {
    "¥": "CNY",
    "RMB": "CNY",
    "人民币": "CNY",
    "人民币元": "CNY",
    "元": "CNY",
    "$": "USD",
    "美元": "USD",
    "€": "EUR",
    "欧元": "EUR",
    "£": "GBP",
    "英镑": "GBP",
    "港币": "HKD",
    "港元": "HKD",
    "日元": "JPY",
    "韩元": "KRW",
}
# Excel keeps 15 digits of a number; what is longer has lost its end.
_KEPT_DIGITS = 15


class Unreadable(ValueError):
    """A cell cannot be read as what its column says."""


def unguarded(cell: str) -> str:
    """Return a cell without blanks and without the guards spreadsheets are fed with."""
    text = cell.strip().strip("\ufeff\u200b\u00a0 \t")
    if text[:1] in ("=", '"'):
        guarded = _GUARD.match(text)
        if guarded:
            text = guarded.group(1).strip()
        elif len(text) > 1 and text[0] == '"' == text[-1]:
            text = text[1:-1].strip()
    if text[:1] == "'":
        text = text[1:].strip()
    return text


def is_missing(text: str, also: frozenset[str] = frozenset()) -> bool:
    """Say whether an unguarded text stands for no value."""
    return text.casefold() in MISSING or text in also


def folded(text: str) -> str:
    """Return a text with full-width letters, digits and signs made plain."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def text(cell: str) -> str:
    """Read any text; what cannot be stored is unreadable."""
    if "\x00" in cell:
        raise Unreadable("holds a NUL character")
    return cell


def identifier(cell: str) -> str:
    """Read an id as text; one that went through a spreadsheet's numbers is refused."""
    if not _PLAIN_ID.match(cell):
        cell = text(folded(cell))
    if not cell[0].isalpha():
        if _SCIENTIFIC.match(cell):
            raise Unreadable(f"the id {cell} has lost its digits in a spreadsheet")
        whole = _WHOLE.match(cell)
        if whole and len(whole.group(1)) <= _KEPT_DIGITS:
            return whole.group(1)
        if whole:
            raise Unreadable(f"the id {cell} has lost its digits in a spreadsheet")
    return cell


def prefixed_identifier(cell: str, platform: str | None) -> str:
    """Read an id that carries its platform, or give it the one it must belong to."""
    known = identifier(cell)
    if _PREFIXED.match(known):
        return known
    if not platform or platform == "all":
        raise Unreadable(
            f"the id {known} needs its platform in front, as in jd:{known}"
        )
    return f"{platform}:{known}"


def integer(cell: str) -> int:
    """Read a whole number."""
    value = Decimal(number(cell))
    if value != value.to_integral_value():
        raise Unreadable(f"{cell} is not a whole number")
    return int(value)


def boolean(cell: str) -> bool:
    """Read yes or no."""
    word = folded(cell).casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable(f"{cell!r} is neither yes nor no")


def currency(cell: str) -> str:
    """Read a currency code or one of its usual names."""
    name = folded(cell).upper()
    code = _CURRENCIES.get(name, name)
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise Unreadable(f"{cell!r} is no currency code")
    return code


def percent(cell: str) -> str:
    """Read a percentage as a share of 1."""
    plain = folded(cell).removesuffix("%").strip()
    return format(Decimal(number(plain)) / 100, "f")


def share(cell: str) -> str:
    """Read a share of 1, or a percentage that says so."""
    return percent(cell) if folded(cell).endswith("%") else number(cell)


def decimal(value: object) -> Decimal:
    """Return a landed number as a Decimal."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Unreadable(f"{value!r} is no number") from error


def one_of(allowed: frozenset[str]) -> Converter:
    """Return a converter that takes the allowed words alone."""

    def convert(cell: str) -> str:
        if cell in allowed:
            return cell
        word = folded(cell).casefold()
        for value in allowed:
            if word == value.casefold():
                return value
        raise Unreadable(f"{cell!r} is none of {', '.join(sorted(allowed))}")

    return convert


def of_value(value: object) -> str:
    """Return the text of a value that a typed file (workbook, Parquet) holds."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _of_float(value)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _of_float(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < 10**_KEPT_DIGITS:
        return str(int(value))
    shown = f"{value:.{_KEPT_DIGITS}g}"
    if "e-" in shown:
        try:
            return format(Decimal(shown), "f")
        except InvalidOperation as error:  # pragma: no cover - repr is a number
            raise Unreadable(f"{value} is no number") from error
    return shown
