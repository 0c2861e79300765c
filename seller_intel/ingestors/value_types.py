"""What an expression of a contract gives: its type, its names, its constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seller_intel.ingestors import expressions
from seller_intel.ingestors.contracts import Column
from seller_intel.ingestors.expressions import Expression


def bare_names(expression: Expression) -> set[str]:
    """Return the names whose text would come through as it is."""
    if expression.verb in ("hash", "province"):
        kind_of = expression.parts[1:] if expression.verb == "hash" else ()
        return {name for part in kind_of for name in bare_names(part)}
    found = {expression.value} if expression.verb == "name" else set()
    if expression.verb == "text":
        found |= set(expressions.slots_of(expression.value)) - {"#"}
    for part in expression.parts:
        found |= bare_names(part)
    return found


def constants_of(expression: Expression) -> list[Any]:
    """Return the constants that an expression itself may give."""
    if expression.verb == "constant":
        return [expression.value]
    if expression.verb in ("first", "case"):
        return [each for part in expression.parts for each in constants_of(part)]
    if expression.verb == "map":
        values = [value for _, value in expression.mapping]
        return values + ([] if expression.value == "refuse" else [expression.value])
    return []


def type_of(
    expression: Expression,
    columns: Mapping[str, Column],
    types: Mapping[str, str | None],
) -> str | None:
    """Return the type an expression gives, None where it is mere text."""
    parts = [type_of(part, columns, types) for part in expression.parts]
    match expression.verb:
        case "name":
            column = columns.get(expression.value)
            return column.type if column else types.get(expression.value)
        case "sum" | "product" | "minus" | "size":
            return "money" if "money" in parts else "number"
        case "hash":
            return None if expression.keep else "hash"
        case "as":
            return expression.type
        case "latest" | "earliest" | "first" | "case" | "rows":
            return next((each for each in parts if each), None)
        case _:
            return None
