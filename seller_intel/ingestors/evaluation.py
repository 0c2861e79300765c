"""Expressions and conditions bound to one file: closures over a row's values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from seller_intel.ingestors import expressions, money
from seller_intel.ingestors.cells import Kept
from seller_intel.ingestors.expressions import Condition, Expression
from seller_intel.ingestors.numbering import Counter
from seller_intel.ingestors.scope import (
    ANY_KIND,
    NOTHING,
    Constant,
    Getter,
    Ref,
    Scope,
    getter,
)
from seller_intel.ingestors.value_functions import of_value, test_of


def bind(expression: Expression, scope: Scope) -> Ref:
    """Return how an expression is read in one file; what never varies is folded."""
    match expression.verb:
        case "name":
            return scope.names[expression.value]
        case "constant":
            return Constant(expression.value)
        case "from_source":
            return Constant(scope.from_source[expression.value])
        case "from_name":
            return _from_name(expression, scope)
        case "text":
            return _text(expression, scope)
        case "hash":
            return _hash(expression, scope)
        case "case":
            return _case(expression, scope)
        case verb if verb in _BY_VALUE:
            change = of_value(expression, scope)
            return _applied(bind(expression.parts[0], scope), change)
    refs = [bind(part, scope) for part in expression.parts]
    return _BINDERS[expression.verb](expression, refs)


def _from_name(expression: Expression, scope: Scope) -> Constant:
    found = re.search(expression.value, scope.from_source["file_name"] or "")
    return Constant(found.group(1 if found.re.groups else 0) if found else None)


def _first(_expression: Expression, refs: list[Ref]) -> Ref:
    kept: list[Ref] = []
    for ref in refs:
        if ref == NOTHING:
            continue
        kept.append(ref)
        if isinstance(ref, Constant):
            break
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    getters = [getter(ref) for ref in kept]

    def read(values: list) -> Any:
        for get in getters:
            value = get(values)
            if value is not None:
                return value
        return None

    return read


def _sum(_expression: Expression, refs: list[Ref]) -> Ref:
    kept = [ref for ref in refs if ref != NOTHING]
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    getters = [getter(ref) for ref in kept]

    def read(values: list) -> str | None:
        total = None
        for get in getters:
            value = get(values)
            if value is not None:
                amount = Decimal(value)
                total = amount if total is None else total + amount
        return None if total is None else money.plain(total)

    return read


def _product(_expression: Expression, refs: list[Ref]) -> Ref:
    if NOTHING in refs:
        return NOTHING
    getters = [getter(ref) for ref in refs]

    def read(values: list) -> str | None:
        total = Decimal(1)
        for get in getters:
            value = get(values)
            if value is None:
                return None
            total *= Decimal(value)
        return money.plain(total)

    return read


def _extreme(expression: Expression, refs: list[Ref]) -> Ref:
    pick = max if expression.verb == "latest" else min
    kept = [getter(ref) for ref in refs if ref != NOTHING]
    if not kept:
        return NOTHING

    def read(values: list) -> str | None:
        there = [value for get in kept if (value := get(values)) is not None]
        return pick(there) if there else None

    return read


def _digest(_expression: Expression, refs: list[Ref]) -> Ref:
    getters = [getter(ref) for ref in refs]

    def read(values: list) -> str | None:
        texts = [get(values) for get in getters]
        if all(text is None for text in texts):
            return None
        joined = "\x1f".join("" if text is None else str(text) for text in texts)
        return hashlib.sha256(joined.encode()).hexdigest()[:16]

    return read


_BY_VALUE = ("minus", "size", "province", "part", "map", "as")
_BINDERS: dict[str, Callable[[Expression, list[Ref]], Ref]] = {
    "first": _first,
    "sum": _sum,
    "product": _product,
    "latest": _extreme,
    "earliest": _extreme,
    "digest": _digest,
}


def _applied(ref: Ref, change: Callable[[Any], Any]) -> Ref:
    """Return what a function makes of a reference; a missing value stays missing."""
    if isinstance(ref, Constant):
        return ref if ref == NOTHING else Constant(change(ref.value))
    get = getter(ref)

    def read(values: list) -> Any:
        value = get(values)
        return None if value is None else change(value)

    return read


def _text(expression: Expression, scope: Scope) -> Ref:
    names = expressions.slots_of(expression.value)
    form = expressions.printf_of(expression.value)
    if "#" in names:
        return _numbered(expression, names, form, scope)
    refs = [scope.names[name] for name in names]
    if NOTHING in refs:
        return NOTHING
    if all(isinstance(ref, Constant) for ref in refs):
        known = tuple(ref.value for ref in refs if isinstance(ref, Constant))
        return Constant(form % known)
    getters = [getter(ref) for ref in refs]
    if len(getters) == 1:
        return _applied(refs[0], lambda value: form % (value,))

    def read(values: list) -> str | None:
        texts = tuple([get(values) for get in getters])
        return None if None in texts else form % texts

    return read


def _numbered(expression: Expression, names: list[str], form: str, scope: Scope) -> Ref:
    """Fill the slots and number equal results: `{order_id}:{#}`."""
    getters = [
        getter(Constant("\x00") if name == "#" else scope.names[name]) for name in names
    ]
    if expression not in scope.numbered:
        scope.numbered[expression] = Counter()
        scope.counters.append(scope.numbered[expression])
    counter = scope.numbered[expression]
    place = scope.counters.index(counter)

    def read(values: list) -> str | None:
        texts = tuple([get(values) for get in getters])
        if None in texts:
            return None
        bare = form % texts
        if scope.numbers:
            return bare.replace("\x00", str(scope.numbers[place]))
        return bare.replace("\x00", str(counter.next_in(scope.row, bare)))

    return read


def _hash(expression: Expression, scope: Scope) -> Ref:
    ref = bind(expression.parts[0], scope)
    if ref == NOTHING:
        return NOTHING
    taken = scope.hashes.setdefault(expression.parts[0].value, {})
    if expression.value and isinstance(scope.platform, Constant):
        read = getter(_applied(ref, of_value(expression, scope)))
    else:
        read = _hash_in_row(expression, scope, ref)
    taken[expression.value or ANY_KIND] = read
    return read


def _hash_in_row(expression: Expression, scope: Scope, ref: Ref) -> Getter:
    """Return a hash whose kind or platform stands in the row."""
    stated = Constant(expression.value)
    kind_of = getter(stated if expression.value else bind(expression.parts[1], scope))
    get, platform = getter(ref), getter(scope.platform)
    keep, region, hashed = expression.keep, scope.phone_region, scope.hasher.hash

    def read(values: list) -> str | None:
        value = get(values)
        if value is None or value in keep:
            return value
        kind = kind_of(values)
        if value.__class__ is Kept:
            return value.known.get(kind) or value.known.get(ANY_KIND)
        return hashed(kind, value, platform(values), region) if kind else None

    return read


def _case(expression: Expression, scope: Scope) -> Ref:
    branches = []
    for condition, part in zip(expression.conditions, expression.parts, strict=False):
        branches.append((bind_condition(condition, scope), getter(bind(part, scope))))
    otherwise = getter(bind(expression.parts[-1], scope))

    def read(values: list) -> Any:
        for holds, then in branches:
            if holds(values):
                return then(values)
        return otherwise(values)

    return read


def never(_values: list) -> bool:
    """Say no: the condition of a file that lacks what it asks for."""
    return False


def bind_condition(condition: Condition, scope: Scope) -> Callable[[list], bool]:
    """Return a condition as a function of the row's values."""
    if condition.verb in ("all", "any", "not"):
        holds = [bind_condition(part, scope) for part in condition.parts]
        if condition.verb == "all":
            if never in holds:
                return never
            return lambda values: all(each(values) for each in holds)
        if condition.verb == "any":
            holds = [each for each in holds if each is not never]
            return lambda values: any(each(values) for each in holds)
        return lambda values: not holds[0](values)
    ref = bind(condition.of, scope)  # type: ignore[arg-type]
    if ref == NOTHING and condition.verb != "missing":
        return never
    get = getter(ref)
    if condition.verb == "present":
        return lambda values: get(values) is not None
    if condition.verb == "missing":
        return lambda values: get(values) is None
    holds_for = test_of(condition)

    def holds_in(values: list) -> bool:
        value = get(values)
        return value is not None and holds_for(value)

    return holds_in
