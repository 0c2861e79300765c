"""Expressions and conditions of one value as functions of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from seller_intel.ingestors import cells, expressions, money, places
from seller_intel.ingestors.cells import Kept
from seller_intel.ingestors.converters import Unreadable
from seller_intel.ingestors.expressions import Condition, Expression
from seller_intel.ingestors.scope import Constant, Scope

_REMEMBERED = 8192


def of_value(expression: Expression, scope: Scope) -> Callable[[Any], Any]:
    """Return an expression of one part as a function of that part's value."""
    match expression.verb:
        case "minus":
            return lambda value: money.plain(-Decimal(value))
        case "size":
            return lambda value: money.plain(abs(Decimal(value)))
        case "province":
            scope.places |= expression.names()
            return _province
        case "part":
            return _part(expression)
        case "map":
            return remembered(_map(expression))
        case "hash":
            return _hash_of(expression, scope)
        case _:
            return remembered(_as(expression, scope))


def test_of(condition: Condition) -> Callable[[Any], bool]:
    """Return a condition on one value as a function of it."""
    match condition.verb:
        case "is":
            wanted = condition.values
            return remembered(lambda value: expressions.word(value) in wanted)
        case "matches":
            search = re.compile(condition.pattern).search
            return remembered(lambda value: bool(search(str(value))))
        case "positive":
            return lambda value: Decimal(value) > 0
        case "negative":
            return lambda value: Decimal(value) < 0
        case _:
            return lambda value: Decimal(value) == 0


def remembered(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function with a bounded memory."""
    known: dict[Any, Any] = {}

    def read(value: Any) -> Any:
        if value in known:
            return known[value]
        result = change(value)
        if len(known) < _REMEMBERED:
            known[value] = result
        return result

    return read


def _part(expression: Expression) -> Callable[[str], str | None]:
    search = re.compile(expression.value).search
    group = 1 if re.compile(expression.value).groups else 0

    def cut(text: str) -> str | None:
        found = search(text)
        return (found.group(group) or None) if found else None

    return cut


def _map(expression: Expression) -> Callable[[Any], Any]:
    mapping = dict(expression.mapping)
    otherwise = expression.value

    def look_up(text: Any) -> Any:
        word = expressions.word(text)
        if word in mapping:
            return mapping[word]
        if otherwise == "refuse":
            raise Unreadable(f"{text!r} is none of {', '.join(map(str, mapping))}")
        return otherwise

    return look_up


def _province(text: str) -> str | None:
    if text.__class__ is Kept:
        return text.known.get("province")
    return places.province_of(text)


def _hash_of(expression: Expression, scope: Scope) -> Callable[[str], str | None]:
    """Return the hash of a stated kind and platform as a function of the id."""
    kind, keep, region = expression.value, expression.keep, scope.phone_region
    platform = scope.platform.value if isinstance(scope.platform, Constant) else None
    hashed = scope.hasher.hash

    def read(value: str) -> str | None:
        if value in keep:
            return value
        if value.__class__ is Kept:
            return value.known.get(kind)
        return hashed(kind, value, platform, region)

    return read


def _as(expression: Expression, scope: Scope) -> Callable[[str], Any]:
    """Read text as a type; a part cut out of a text may be none of it."""
    read = cells.as_type(expression.type or "text", expression.formats, scope.ways)

    def lenient(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, ArithmeticError):
            return None

    return lenient if expression.parts[0].verb in ("part", "from_name") else read
