"""Amounts and numbers as people write them, to exact decimal text."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

_PLAIN = re.compile(r"^-?\d{1,18}(\.\d{1,18})?$")
_EXPONENT = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)[eE][+-]?\d{1,3}$")
_SIGNS = str.maketrans({"−": "-", "﹣": "-", "–": "-", "＋": "+", "，": ",", "．": "."})
_MARK = re.compile(
    r"人民币|rmb|cny|usd|us\$|eur|gbp|jpy|hkd|hk\$|krw|inr|brl|r\$|元|圆|円"
    r"|[¥￥$€£₩₹₽฿₫₱৳]",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")
# 1,234,567.89 and the Indian 12,34,567.89; a single group must have three digits
_POINT = re.compile(r"^(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})?(?:\.\d*)?$")
_SPACED = re.compile(r"^\d{1,3}(?: \d{3})+(?:\.\d*)?$")
_MINOR_UNITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_UNITS = {
    "yuan": Decimal(1),
    "jiao": Decimal("0.1"),
    "fen": Decimal("0.01"),
    "per_mille": Decimal("0.001"),
    "wan": Decimal(10_000),
}


class NotANumber(ValueError):
    """A text cannot be read as an amount or a number."""


def minor_digits(currency: str | None) -> int:
    """Return how many digits the minor unit of a currency has (CNY 2, JPY 0)."""
    return _MINOR_UNITS.get(currency or "", 2)


def unit_of(name: str) -> Decimal:
    """Return how many main units one counted unit is: fen, or a decimal in text."""
    return _UNITS[name] if name in _UNITS else Decimal(name)


def quantised(value: Decimal, digits: int) -> str:
    """Return an amount in the minor unit, half away from zero; no negative zero."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return format(abs(rounded) if rounded == 0 else rounded, "f")


def plain(value: Decimal) -> str:
    """Return a decimal as it is, without exponent or negative zero."""
    return format(abs(value) if value == 0 else value, "f")


def money(cell: str, decimal_sign: str = ".", unit: Decimal = Decimal(1)) -> Decimal:
    """Read an amount with currency marks, group separators and full-width digits."""
    if _PLAIN.match(cell) and (decimal_sign == "." or "." not in cell):
        return Decimal(cell) * unit if unit != 1 else Decimal(cell)
    bare = unicodedata.normalize("NFKC", cell).translate(_SIGNS)
    bare, negative = _sign(_MARK.sub("", bare).strip())
    amount = Decimal(_digits(bare, decimal_sign, cell)) * unit
    return -amount if negative else amount


def number(cell: str, decimal_sign: str = ".") -> str:
    """Read a number of any scale as exact text; exponents are fine here."""
    if _PLAIN.match(cell) and (decimal_sign == "." or "." not in cell):
        return cell
    bare = unicodedata.normalize("NFKC", cell).translate(_SIGNS).strip()
    if _EXPONENT.match(bare):
        return plain(Decimal(bare))
    bare, negative = _sign(bare)
    value = Decimal(_digits(bare, decimal_sign, cell))
    return plain(-value if negative else value)


def _sign(bare: str) -> tuple[str, bool]:
    """Split off a minus in front or behind, or accountants' brackets."""
    if bare.startswith("(") and bare.endswith(")"):
        return bare[1:-1].strip(), True
    if bare.startswith(("-", "+")):
        return bare[1:].strip(), bare[0] == "-"
    if bare.endswith("-"):
        return bare[:-1].strip(), True
    return bare, False


def _digits(bare: str, decimal_sign: str, cell: str) -> str:
    """Return plain digits with a point; separators that do not fit are refused."""
    if decimal_sign == ",":
        bare = bare.translate({ord(","): ".", ord("."): ","})
    spaced = _SPACES.sub(" ", bare)
    if _SPACED.match(spaced):
        return spaced.replace(" ", "")
    if _POINT.match(bare) and any(sign.isdigit() for sign in bare):
        return bare.replace(",", "")
    raise NotANumber(f"{cell!r} is no number with the decimal sign {decimal_sign!r}")


def exact(value: Decimal, digits: int) -> str:
    """Return an amount as it is, with at least the digits of the minor unit."""
    scale = -value.normalize().as_tuple().exponent  # type: ignore[operator]
    if scale <= digits:
        return quantised(value, digits)
    return plain(value.quantize(Decimal(1).scaleb(-scale)))
