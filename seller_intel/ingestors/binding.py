"""A contract bound to the header of one file: what each row must be put through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors import cells, converters, evaluation, money
from seller_intel.ingestors.cells import LostDigits, Memo, Ways
from seller_intel.ingestors.contracts import Contract, Feed
from seller_intel.ingestors.evaluation import Constant, Ref, Scope, getter
from seller_intel.ingestors.expressions import Condition, Expression
from seller_intel.ingestors.numbering import Counter
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.seen import Seen
from seller_intel.ingestors.spill import Spill
from seller_intel.ingestors.value_types import type_of
from seller_intel.personal import Hasher

DEFAULT_ZONE = "Asia/Shanghai"
_GROUPS_IN_MEMORY = 30_000
_KEYS_IN_MEMORY = 150_000
_NUMERIC = ("money", "number", "integer", "percent", "share")

Step = Callable[[list], Any]


@dataclass(frozen=True)
class Context:
    """What is known of a file beside its cells."""

    source: str
    file_name: str
    as_of: str
    hasher: Hasher
    platform: str | None = None
    shop_id: str | None = None
    shop_name: str | None = None
    owner_id: str | None = None
    currency: str | None = None
    time_zone: str | None = None


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


@dataclass
class BoundFeed:
    """One stream's part of a row: which values make its record."""

    stream: str
    number: int
    constants: dict[str, Any]
    names: tuple[str, ...]
    # how each of the names is read, and the same as functions of the row's values
    sources: tuple[tuple[Expression, Change], ...]
    getters: tuple[Step, ...]
    steps: tuple[Step, ...]
    take: Callable[[list], tuple]
    key: Callable[[tuple], str]
    key_parts: tuple[str | int, ...]
    key_counter: Counter | None
    required: Callable[[tuple], tuple]
    required_names: tuple[str, ...]
    one_of: tuple[tuple[int, ...], ...]
    one_of_names: tuple[tuple[str, ...], ...]
    observed_at: int | str
    dated: int | str | None
    condition: Condition | None = None
    when: Step | None = None
    skip: tuple[int, ...] = ()
    once: Spill | None = None
    group: Callable[[Sequence], tuple] | None = None
    group_slots: frozenset[int] = frozenset()
    aggregates: tuple[str, ...] = ()
    finish: tuple[tuple[int, Callable[[Any, Sequence], Any]], ...] = ()
    groups: Spill = field(default_factory=lambda: Spill(_GROUPS_IN_MEMORY))
    # of rows read in blocks: the run still open, the names of those that are over
    open_run: Any = None
    runs_seen: Seen = field(default_factory=Seen)


@dataclass
class Plan:
    """Everything a row of this file goes through."""

    columns: tuple[str, ...]
    pick: Callable[[Sequence[str]], Sequence[str]]
    memos: tuple[Memo, ...]
    steps: tuple[Step, ...]
    step_names: tuple[str, ...]
    # what the steps do, one for one
    derived: tuple[tuple[Expression, Change], ...]
    feeds: tuple[BoundFeed, ...]
    scope: Scope
    lost: dict[str, LostDigits]
    zone: ZoneInfo


def bind(
    contract: Contract,
    places: Mapping[str, int],
    context: Context,
    is_again: bool = False,
) -> Plan:
    """Bind a contract to the places of its columns and of what is looked up.

    `is_again`: the cells are those that quarantine kept, already cut by `pattern`.
    """
    zone = ZoneInfo(contract.time_zone or context.time_zone or DEFAULT_ZONE)
    currency = contract.currency or context.currency
    has_own_currency = "currency" in places or "currency" in contract.derived
    ways = Ways(
        zone=zone,
        minor_digits=None if has_own_currency else money.minor_digits(currency),
        is_exact=any(feed.stream.exact_money for feed in contract.feeds),
    )
    columns = contract.columns
    if is_again:
        columns = {key: replace(each, pattern=None) for key, each in columns.items()}
    own = [name for name in columns if name in places]
    looked_up = [name for name in contract.looked_up if name in places]
    names: dict[str, Constant | int] = dict.fromkeys(columns, Constant(None))
    names |= dict.fromkeys(contract.types, Constant(None))
    names |= {name: at for at, name in enumerate([*own, *looked_up])}
    lost = {name: LostDigits() for name in own}
    memos = [Memo(cells.reader(columns[name], ways, lost[name])) for name in own]
    memos += [Memo(lambda cell: cell or None) for _ in looked_up]
    scope = Scope(
        names=names,
        from_source=_from_source(contract, context),
        ways=ways,
        hasher=context.hasher,
        phone_region=contract.phone_region,
        is_again=is_again,
    )
    scope.platform = _platform(scope)
    binder = _Binder(contract, scope, len(memos))
    return Plan(
        columns=(*own, *looked_up),
        pick=picker([places[name] for name in (*own, *looked_up)]),
        memos=tuple(memos),
        steps=tuple(binder.steps),
        step_names=tuple(binder.step_names),
        derived=tuple(binder.derived),
        feeds=tuple(
            bound
            for number, feed in enumerate(contract.feeds)
            if (bound := binder.feed(number, feed)) is not None
        ),
        scope=scope,
        lost=lost,
        zone=zone,
    )


def picker(places: Sequence[int]) -> Callable[[Sequence], tuple]:
    """Return a function that takes the values at some places, always as a tuple."""
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    if not places:
        return lambda row: ()
    return itemgetter(*places)


def _from_source(contract: Contract, context: Context) -> dict[str, str | None]:
    return {
        "platform": contract.platform or context.platform,
        "shop_id": context.shop_id,
        "shop_name": context.shop_name,
        "owner_id": context.owner_id,
        "currency": contract.currency or context.currency,
        "source": context.source,
        "file_name": context.file_name,
        "as_of": context.as_of,
    }


def _platform(scope: Scope) -> Constant | int:
    stated = scope.names.get("platform_id")
    return (
        stated if isinstance(stated, int) else Constant(scope.from_source["platform"])
    )


class _Binder:
    """Binds derived values and feeds one after the other, counting value slots."""

    def __init__(self, contract: Contract, scope: Scope, columns: int):
        self.contract, self.scope = contract, scope
        self.steps: list[Step] = []
        self.step_names: list[str] = []
        self.derived: list[tuple[Expression, Change]] = []
        self.counters: dict[str, Counter] = {}
        for name, expression in contract.derived.items():
            change = self._rounding(expression, contract.types.get(name))
            ref = _changed(evaluation.bind(expression, scope), change)
            if callable(ref):
                self.steps.append(ref)
                self.step_names.append(name)
                self.derived.append((expression, change))
                ref = columns + len(self.steps) - 1
            scope.names[name] = ref
        self.width = columns + len(self.steps)

    def feed(self, number: int, feed: Feed) -> BoundFeed | None:
        """Bind one feed: constants apart, the rest as places of a row's values.

        None where the file lacks what the feed says it is nothing without.
        """
        fields = _Fields(self.width)
        for name, expression in feed.fields.items():
            self._field(feed, fields, name, expression)
        constants, names = fields.constants, fields.names
        when = evaluation.bind_condition(feed.when, self.scope) if feed.when else None
        if when is evaluation.never or set(feed.skip_without) - {*constants, *names}:
            return None
        self._check_required(feed, fields)
        stream = feed.stream
        required = [name for name in stream.required if name in names]
        one_of = [group for group in stream.one_of if not constants.keys() & group]
        key, key_parts, key_counter = self._key(feed, fields)
        return BoundFeed(
            stream=stream.name,
            number=number,
            constants=constants,
            names=tuple(names),
            sources=tuple(fields.sources),
            getters=tuple(fields.getters),
            steps=tuple(fields.steps),
            take=picker(fields.places),
            key=key,
            key_parts=key_parts,
            key_counter=key_counter,
            required=picker([names.index(name) for name in required]),
            required_names=tuple(required),
            one_of=tuple(
                tuple(names.index(name) for name in group if name in names)
                for group in one_of
            ),
            one_of_names=tuple(one_of),
            observed_at=self._observed_at(feed, fields),
            dated=fields.at(stream.dated_by) if stream.dated_by else None,
            condition=feed.when,
            when=when,
            skip=tuple(
                names.index(name) for name in feed.skip_without if name in names
            ),
            once=Spill(_KEYS_IN_MEMORY) if feed.is_once else None,
            group=self._group(feed),
            group_slots=frozenset(
                ref
                for name in feed.group_by
                if isinstance(ref := self.scope.names[name], int)
            ),
            aggregates=tuple(fields.aggregates),
            finish=tuple(fields.finish),
        )

    def _field(
        self, feed: Feed, fields: _Fields, name: str, expression: Expression
    ) -> None:
        """Bind one field; one that no row can change is a constant of the feed."""
        aggregate = "first"
        change = self._change(feed, name, expression)
        if expression.verb == "rows":
            aggregate, expression = expression.value, expression.parts[0]
        ref = evaluation.bind(expression, self.scope)
        if aggregate in ("sum", "count"):
            fields.finish.append((len(fields.names), self._finish(feed, name, fields)))
            ref, change = getter(ref), NO_CHANGE
        else:
            ref = self._apply(ref, change, name)
        if isinstance(ref, Constant):
            if ref.value is not None:
                fields.constants[name] = ref.value
            return
        fields.add(name, ref, aggregate, (expression, change))

    def _apply(self, ref: Ref, change: Change, name: str) -> Ref:
        try:
            return _changed(ref, change)
        except (ValueError, ArithmeticError) as error:
            raise FileRefused(
                f"{self.scope.from_source['file_name']}: contract"
                f" {self.contract.name}: {name}: {error}"
            ) from error

    def _key(self, feed: Feed, fields: _Fields) -> Any:
        """Return the natural key: the platform and the parts of the stream's key."""
        parts: list[str | int] = []
        for name in ("platform_id", *(part for part in feed.key if part != "#")):
            if parts:
                parts.append(":" if len(parts) == 1 else "|")
            part = fields.at(name)
            parts.append("" if part is None else part)
        form = "".join(
            "%s" if isinstance(part, int) else part.replace("%", "%%") for part in parts
        )
        take = picker([part for part in parts if isinstance(part, int)])

        def read(picked: tuple) -> str:
            values = take(picked)
            if None in values:
                values = tuple(["" if value is None else value for value in values])
            return form % values

        if "#" not in feed.key:
            return read, tuple(parts), None
        counter = self.counters.setdefault(feed.stream.name, Counter())
        scope = self.scope

        def numbered(picked: tuple) -> str:
            # a row read again is told apart by its line
            key = read(picked)
            number = f"@{scope.row}" if scope.is_again else counter.next(key)
            return f"{key}|{number}"

        return numbered, tuple(parts), counter

    def _group(self, feed: Feed) -> Callable[[Sequence], tuple] | None:
        if not feed.group_by:
            return None
        getters: list[Any] = [getter(self.scope.names[name]) for name in feed.group_by]
        return lambda values: tuple([get(values) for get in getters])

    def _observed_at(self, feed: Feed, fields: _Fields) -> int | str:
        if feed.stream.kind == "record":
            return str(self.scope.from_source["as_of"])
        place = fields.at("observed_at")
        return 0 if place is None else place

    def _check_required(self, feed: Feed, fields: _Fields) -> None:
        lacking = [name for name in feed.stream.required if fields.at(name) is None]
        if lacking:
            raise FileRefused(
                f"{self.scope.from_source['file_name']}: contract"
                f" {self.contract.name}: neither the file nor the source"
                f" {self.scope.from_source['source']} says {', '.join(lacking)}"
                f" of {feed.stream.name}; give the source a shop or the field a value"
            )

    def _change(self, feed: Feed, name: str, expression: Expression) -> Change:
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
            change = NO_CHANGE if is_text else Change(_as_text)
        elif field_type == "number" and given in _NUMERIC:
            pass
        elif field_type not in (given, "hash"):
            change = Change(_typed(field_type, self.scope.ways))
        allowed = feed.stream.fields[name].values
        if allowed:
            check = evaluation.remembered(converters.one_of(frozenset(allowed)))
            return change.then(check)
        return change

    def _rounding(self, expression: Expression, derived_type: str | None) -> Change:
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
        read = evaluation.remembered(cells.as_type("money", (), ways))
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

    def _finish(
        self, feed: Feed, name: str, fields: _Fields
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
                place = fields.at("currency")
                currency = picked[place] if isinstance(place, int) else place
                digits = money.minor_digits(currency)
            return _amount(value, digits, is_exact)

        return finish


@dataclass
class _Fields:
    """The fields of one feed as they are bound."""

    width: int
    constants: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    getters: list[Step] = field(default_factory=list)
    sources: list[tuple[Expression, Change]] = field(default_factory=list)
    aggregates: list[str] = field(default_factory=list)
    finish: list[tuple[int, Callable[[Any, Sequence], Any]]] = field(
        default_factory=list
    )

    def add(
        self, name: str, ref: int | Step, how: str, source: tuple[Expression, Change]
    ) -> None:
        """Take in a field that differs from row to row."""
        self.names.append(name)
        self.aggregates.append(how)
        self.sources.append(source)
        self.getters.append(getter(ref))
        if isinstance(ref, int):
            self.places.append(ref)
        else:
            self.places.append(self.width + len(self.steps))
            self.steps.append(ref)

    def at(self, name: str) -> int | str | None:
        """Return the place of a field, or its text where it is constant."""
        if name in self.constants:
            return _as_text(self.constants[name])
        return self.names.index(name) if name in self.names else None


def _typed(name: str, ways: Ways) -> Callable[[Any], Any]:
    read = evaluation.remembered(cells.as_type(name, (), ways))
    return lambda value: read(_as_text(value))


def _amount(value: Any, digits: int, is_exact: bool) -> str:
    amount = converters.decimal(value)
    return money.exact(amount, digits) if is_exact else money.quantised(amount, digits)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _changed(ref: Ref, change: Change) -> Ref:
    """Return a reference whose values go through a change; missing ones do not."""
    if ref == evaluation.NOTHING or change is NO_CHANGE:
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
