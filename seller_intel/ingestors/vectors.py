"""Expressions over whole blocks: columns of values in, columns of values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pyarrow
from pyarrow import compute

from seller_intel.ingestors import bulk, evaluation, expressions, money, value_functions
from seller_intel.ingestors.bulk import Unfit, Values
from seller_intel.ingestors.changes import Change
from seller_intel.ingestors.expressions import Condition, Expression
from seller_intel.ingestors.plans import Plan
from seller_intel.ingestors.scope import NOTHING, Constant

_BY_VALUE = ("map", "part", "province", "minus", "size", "as")


@dataclass
class Frame:
    """The values of one block: columns first, then what is derived from them."""

    plan: Plan
    slots: list[Values]
    count: int
    known: dict[Expression, Values | Constant] = field(default_factory=dict)
    texts: dict[int, list[Any]] = field(default_factory=dict)

    def filtered(self, mask: pyarrow.Array) -> Frame:
        """Return the frame of the rows that a mask keeps."""
        if compute.all(mask).as_py():
            return self
        slots = [Values(each.array.filter(mask), each.is_safe) for each in self.slots]
        return Frame(self.plan, slots, compute.sum(mask).as_py() or 0)

    def rows(self, wanted: set[int]) -> Iterator[Sequence[Any]]:
        """Yield rows of values in their slots; only those wanted are filled."""
        if not wanted:
            yield from repeat((), self.count)
            return
        for place in wanted - self.texts.keys():
            self.texts[place] = self.slots[place].array.to_pylist()
        columns = [
            self.texts[place] if place in wanted else repeat(None)
            for place in range(max(wanted) + 1)
        ]
        yield from zip(*columns, strict=False)


def as_column(frame: Frame, value: Values | Constant) -> Values:
    """Return a constant as a column."""
    if isinstance(value, Values):
        return value
    if value.value is None:
        return Values(pyarrow.nulls(frame.count, pyarrow.string()), is_safe=True)
    scalar = pyarrow.scalar(value.value)
    return Values(pyarrow.repeat(scalar, frame.count))


def values_of(
    frame: Frame, expression: Expression, change: Change, step: Any
) -> Values | Constant:
    """Return the values of an expression brought to the type of its field."""
    value = _of(frame, expression) if not change.in_row else None
    if change.cents_by is not None:
        value = _cents(frame, expression, change.cents_by)
        if value is not None:
            return value
    if value is None:
        return _row_by_row(frame, expression.names() | change.reads, step)
    if change.of_value is None:
        return value
    if isinstance(value, Constant):
        is_there = value.value is not None
        return Constant(change.of_value(value.value)) if is_there else value
    if change.is_cents and bulk.are_cents(value):
        return value
    return bulk.unary(change.of_value, value)


def _cents(frame: Frame, expression: Expression, by: Expression) -> Values | None:
    """Return amounts of two decimals where each row's currency has two; else None."""
    value, currency = _of(frame, expression), _of(frame, by)
    if not isinstance(value, Values) or currency is None:
        return None
    if not bulk.are_cents(value):
        return None
    named = (
        [currency.value]
        if isinstance(currency, Constant)
        else currency.array.unique().to_pylist()
    )
    return value if all(money.minor_digits(each) == 2 for each in named) else None


def _row_by_row(frame: Frame, names: set[str], step: Any) -> Values:
    """Return the values that a function of the row's values gives."""
    scope = frame.plan.scope
    places = {scope.names[name] for name in names} | {scope.platform}
    wanted = {place for place in places if isinstance(place, int)}
    try:
        array = pyarrow.array([step(row) for row in frame.rows(wanted)])
    except (ValueError, ArithmeticError, pyarrow.ArrowException) as error:
        raise Unfit from error
    if array.type == pyarrow.null():
        array = pyarrow.nulls(frame.count, pyarrow.string())
    return Values(array)


def _of(frame: Frame, expression: Expression) -> Values | Constant | None:
    """Return the values of an expression, None where only rows can tell."""
    if expression not in frame.known:
        found = _found(frame, expression)
        if found is None:
            return None
        frame.known[expression] = found
    return frame.known[expression]


def _found(frame: Frame, expression: Expression) -> Values | Constant | None:
    scope = frame.plan.scope
    match expression.verb:
        case "name":
            ref = scope.names[expression.value]
            return frame.slots[ref] if isinstance(ref, int) else ref
        case "constant" | "from_source" | "from_name":
            return evaluation.bind(expression, scope)  # type: ignore[return-value]
        case "text":
            return _text(frame, expression)
        case "case":
            return _case(frame, expression)
        case "first":
            return _first(frame, expression)
        case "latest" | "earliest":
            return _extreme(frame, expression)
        case "hash":
            is_whole = isinstance(scope.platform, Constant) and expression.value
            return _by_value(frame, expression) if is_whole else None
        case verb if verb in _BY_VALUE:
            return _by_value(frame, expression)
    return None


def _by_value(frame: Frame, expression: Expression) -> Values | Constant | None:
    """Ask a function of one value once for each different value."""
    inner = _of(frame, expression.parts[0])
    if inner is None or isinstance(inner, Constant):
        return inner if inner == NOTHING else None
    read = value_functions.of_value(expression, frame.plan.scope)
    return bulk.unary(read, inner)


def _parts(frame: Frame, expression: Expression) -> list[Values | Constant] | None:
    found = [_of(frame, part) for part in expression.parts]
    return None if None in found else found  # type: ignore[return-value]


def _first(frame: Frame, expression: Expression) -> Values | Constant | None:
    kept: list[Values | Constant] = []
    for part in expression.parts:
        if expressions.has_number(part) and _is_mixed(kept):
            raise Unfit
        value = _of(frame, part)
        if value is None:
            return None
        if value == NOTHING:
            continue
        kept.append(value)
        if isinstance(value, Constant) or not value.array.null_count:
            break
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    arrays = [as_column(frame, each) for each in kept]
    if len({each.array.type for each in arrays}) > 1:
        return None
    merged = compute.coalesce(*[each.array for each in arrays])
    return Values(merged, all(each.is_safe for each in arrays))


def _is_mixed(kept: list[Values | Constant]) -> bool:
    """Say whether some rows, not all, are left to the part that comes next."""
    return any(
        isinstance(each, Values) and each.array.null_count < len(each.array)
        for each in kept
    )


def _extreme(frame: Frame, expression: Expression) -> Values | Constant | None:
    found = _parts(frame, expression)
    if found is None:
        return None
    arrays = [as_column(frame, each) for each in found if each != NOTHING]
    if not arrays:
        return NOTHING
    if any(each.array.type != pyarrow.string() for each in arrays):
        return None
    pick = compute.greater if expression.verb == "latest" else compute.less
    best = arrays[0].array
    for other in arrays[1:]:
        is_better = compute.fill_null(pick(other.array, best), False)
        chosen = compute.if_else(is_better, other.array, best)
        best = compute.coalesce(chosen, other.array)
    return Values(best, all(each.is_safe for each in arrays))


def _text(frame: Frame, expression: Expression) -> Values | Constant | None:
    scope = frame.plan.scope
    pieces = expressions.pieces_of(expression.value)
    parts: list[str | pyarrow.Array] = []
    is_safe = True
    for name, text in pieces:
        if name is None:
            parts.append(text)
            is_safe = is_safe and bulk.is_safe_text(text)
        elif name == "#":
            parts.append("\x00")
        else:
            ref = scope.names[name]
            value = frame.slots[ref] if isinstance(ref, int) else ref
            if isinstance(value, Constant) or value.array.type != pyarrow.string():
                return None
            parts.append(value.array)
            is_safe = is_safe and value.is_safe
    if all(isinstance(part, str) for part in parts):
        return None
    if "#" not in [name for name, _ in pieces]:
        return Values(bulk.join(*parts), is_safe)
    counter = scope.numbered[expression]
    texts = bulk.join(*parts)
    if scope.is_in_runs:
        numbers = counter.in_runs(texts)
    else:
        numbers = pyarrow.array(counter.many(texts.to_pylist()), pyarrow.string())
    filled = [
        numbers if isinstance(part, str) and part == "\x00" else part for part in parts
    ]
    return Values(bulk.join(*filled), is_safe)


def _case(frame: Frame, expression: Expression) -> Values | Constant | None:
    if expressions.has_number(expression):
        raise Unfit
    found = _parts(frame, expression)
    if found is None:
        return None
    arrays = [as_column(frame, each) for each in found]
    kinds = {each.array.type for each in arrays if each.array.null_count < frame.count}
    if len(kinds) > 1:
        return None
    kind = kinds.pop() if kinds else pyarrow.string()
    made = _of_kind(arrays[-1], kind)
    for condition, then in reversed(
        list(zip(expression.conditions, arrays[:-1], strict=True))
    ):
        made = compute.if_else(mask_of(frame, condition), _of_kind(then, kind), made)
    return Values(made, all(each.is_safe for each in arrays))


def _of_kind(values: Values, kind: pyarrow.DataType) -> pyarrow.Array:
    if values.array.type == kind:
        return values.array
    return pyarrow.nulls(len(values.array), kind)


def mask_of(frame: Frame, condition: Condition) -> pyarrow.Array:
    """Return whether a condition holds, row by row."""
    if condition.verb in ("all", "any", "not"):
        masks = [mask_of(frame, part) for part in condition.parts]
        if condition.verb == "not":
            return compute.invert(masks[0])
        combine = compute.and_ if condition.verb == "all" else compute.or_
        mask = masks[0]
        for other in masks[1:]:
            mask = combine(mask, other)
        return mask
    value = _of(frame, condition.of) if condition.of else None
    if value is None:
        raise Unfit
    values = as_column(frame, value)
    if condition.verb == "present":
        return compute.is_valid(values.array)
    if condition.verb == "missing":
        return compute.is_null(values.array)
    if values.array.null_count == len(values.array):
        return pyarrow.repeat(False, len(values.array))
    holds = value_functions.test_of(condition)
    judged = bulk.unary(lambda each: each is not None and bool(holds(each)), values)
    return compute.fill_null(judged.array, False)
