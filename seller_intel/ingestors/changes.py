"""What brings the values of one file to the types of the fields they fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from seller_intel.ingestors import cells, converters, evaluation, money
from seller_intel.ingestors.cells import Ways
from seller_intel.ingestors.contracts import Contract, Feed
from seller_intel.ingestors.expressions import Expression
from seller_intel.ingestors.scope import NOTHING, Constant, Ref, Scope, getter
from seller_intel.ingestors.value_functions import remembered
from seller_intel.ingestors.value_types import type_of

_NUMERIC = ("money", "number", "integer", "percent", "share")

# the place of a field in a feed's values, or its text where it is constant
PlaceOf = Callable[[str], int | str | None]


@dataclass(frozen=True)
class Change:
    """What brings a value to the type of its field, some by other values of the row."""

    of_value: Callable[[Any], Any] | None = None
    in_row: Callable[[Any, list], Any] | None = None
    # names whose values `in_row` reads
    reads: frozenset[str] = frozenset()
    # an amount of two decimals already is what it should be
    is_cents: bool = False
    # the same, where this is a currency whose minor unit has two digits
    cents_by: Expression | None = None

    def then(self, allowed: Callable[[Any], Any]) -> Change:
        """Return this change followed by a check of the value."""
        first, in_row = self.of_value, self.in_row
        if in_row is not None:
            return replace(self, in_row=lambda value, row: allowed(in_row(value, row)))
        if first is None:
            return Change(allowed)
        return Change(lambda value: allowed(first(value)))


NO_CHANGE = Change()


@dataclass(frozen=True)
class Changes:
    """What changes the values that a contract takes from one file."""

    contract: Contract
    scope: Scope

    def of_field(self, feed: Feed, name: str, expression: Expression) -> Change:
        """Return what brings an expression's value to the type of its field."""
        field_type = feed.stream.fields[name].type
        given = type_of(expression, self.contract.columns, self.contract.types)
        change = NO_CHANGE
        if field_type == "money":
            change = self._to_money(feed, expression, given)
        elif field_type == "prefixed_id":
            change = self._to_prefixed()
        elif field_type in ("id", "text"):
            is_text = given not in (None, "boolean", "integer")
            change = NO_CHANGE if is_text else Change(as_text)
        elif field_type == "number" and given in _NUMERIC:
            pass
        elif field_type not in (given, "hash"):
            change = Change(_typed(field_type, self.scope.ways))
        allowed = feed.stream.fields[name].values
        if allowed:
            check = remembered(converters.one_of(frozenset(allowed)))
            return change.then(check)
        return change

    def rounding(self, expression: Expression, derived_type: str | None) -> Change:
        """Bring a derived amount to the minor unit, so that sums of it agree."""
        made = expression.verb in ("sum", "product", "minus", "size")
        ways = self.scope.ways
        digits = ways.minor_digits
        if not made or derived_type != "money" or digits is None or ways.is_exact:
            return NO_CHANGE
        return Change(
            lambda value: money.quantised(converters.decimal(value), digits),
            is_cents=digits == 2,
        )

    def of_sum(
        self, feed: Feed, name: str, place_of: PlaceOf
    ) -> Callable[[Any, Sequence], Any]:
        """Return what brings the sum of a group's rows to the type of its field."""
        field_type = feed.stream.fields[name].type
        if field_type != "money":
            read = _typed(field_type, self.scope.ways)
            return lambda value, picked: read(value)
        stated, is_exact = self.scope.ways.minor_digits, feed.stream.exact_money

        def finish(value: Any, picked: Sequence) -> str:
            digits = stated
            if digits is None:
                place = place_of("currency")
                currency = picked[place] if isinstance(place, int) else place
                digits = money.minor_digits(currency)
            return _amount(value, digits, is_exact)

        return finish

    def _to_money(
        self, feed: Feed, expression: Expression, given: str | None
    ) -> Change:
        ways = self.scope.ways
        if ways.minor_digits is None:
            return self._to_row_currency(feed)
        is_column = expression.verb == "name" and expression.value in (
            self.contract.columns
        )
        if given == "money" and is_column:
            return NO_CHANGE
        read = remembered(cells.as_type("money", (), ways))
        return Change(read, is_cents=ways.minor_digits == 2)

    def _to_row_currency(self, feed: Feed) -> Change:
        """Amounts wait for the currency of their row."""
        stated = feed.fields["currency"]
        currency = getter(evaluation.bind(stated, self.scope))
        is_exact = feed.stream.exact_money

        def in_row(value: Any, values: list) -> str:
            digits = money.minor_digits(currency(values))
            return _amount(value, digits, is_exact)

        return Change(in_row=in_row, reads=frozenset(stated.names()), cents_by=stated)

    def _to_prefixed(self) -> Change:
        platform = self.scope.platform
        if isinstance(platform, Constant):
            stated = platform.value
            return Change(lambda value: converters.prefixed_identifier(value, stated))

        def in_row(value: Any, values: list) -> str:
            return converters.prefixed_identifier(value, values[platform])

        return Change(in_row=in_row, reads=frozenset(("platform_id",)))


def _typed(name: str, ways: Ways) -> Callable[[Any], Any]:
    read = remembered(cells.as_type(name, (), ways))
    return lambda value: read(as_text(value))


def _amount(value: Any, digits: int, is_exact: bool) -> str:
    amount = converters.decimal(value)
    return money.exact(amount, digits) if is_exact else money.quantised(amount, digits)


def as_text(value: Any) -> str:
    """Return a value as the text that a field of text or a key has of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def changed(ref: Ref, change: Change) -> Ref:
    """Return a reference whose values go through a change; missing ones do not."""
    if ref == NOTHING or change is NO_CHANGE:
        return ref
    get, of_value, in_row = getter(ref), change.of_value, change.in_row
    if in_row is not None:

        def read_in_row(values: list) -> Any:
            value = get(values)
            return None if value is None else in_row(value, values)

        return read_in_row
    if of_value is None:
        return ref
    if isinstance(ref, Constant):
        return Constant(of_value(ref.value))

    def read(values: list) -> Any:
        value = get(values)
        return None if value is None else of_value(value)

    return read
