"""A contract bound to the header of one file: what each row must be put through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors import cells, converters, evaluation, money
from seller_intel.ingestors.cells import LostDigits, Memo, Ways
from seller_intel.ingestors.contracts import Contract, Feed, type_of
from seller_intel.ingestors.evaluation import Constant, Ref, Scope, getter
from seller_intel.ingestors.expressions import Expression
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.spill import Spill
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


@dataclass
class BoundFeed:
    """One stream's part of a row: which values make its record."""

    stream: str
    number: int
    constants: dict[str, Any]
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    take: Callable[[list], tuple]
    key: Callable[[tuple], str]
    required: Callable[[tuple], tuple]
    required_names: tuple[str, ...]
    one_of: tuple[tuple[int, ...], ...]
    one_of_names: tuple[tuple[str, ...], ...]
    observed_at: int | str
    dated: int | str | None
    when: Step | None = None
    skip: tuple[int, ...] = ()
    once: Spill | None = None
    group: Callable[[list], tuple] | None = None
    aggregates: tuple[str, ...] = ()
    finish: tuple[tuple[int, Callable[[Any, Sequence], Any]], ...] = ()
    groups: Spill = field(default_factory=lambda: Spill(_GROUPS_IN_MEMORY))


@dataclass
class Plan:
    """Everything a row of this file goes through."""

    columns: tuple[str, ...]
    pick: Callable[[Sequence[str]], Sequence[str]]
    memos: tuple[Memo, ...]
    steps: tuple[Step, ...]
    step_names: tuple[str, ...]
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
    return stated if isinstance(stated, int) else Constant(scope.from_source["platform"])


class _Binder:
    """Binds derived values and feeds one after the other, counting value slots."""

    def __init__(self, contract: Contract, scope: Scope, columns: int):
        self.contract, self.scope = contract, scope
        self.steps: list[Step] = []
        self.step_names: list[str] = []
        self.counters: dict[str, evaluation.Counter] = {}
        for name, expression in contract.derived.items():
            ref = self._finished(expression, contract.types.get(name))
            if callable(ref):
                self.steps.append(ref)
                self.step_names.append(name)
                ref = columns + len(self.steps) - 1
            scope.names[name] = ref
        self.width = columns + len(self.steps)

    def _finished(self, expression: Expression, derived_type: str | None) -> Ref:
        """Bring a derived amount to the minor unit, so that sums of it agree."""
        ref = evaluation.bind(expression, self.scope)
        made = expression.verb in ("sum", "product", "minus", "size")
        ways = self.scope.ways
        if not made or derived_type != "money" or ways.minor_digits is None:
            return ref
        if ways.is_exact:
            return ref
        digits = ways.minor_digits
        return _changed(ref, lambda value: money.quantised(converters.decimal(value), digits))

    def feed(self, number: int, feed: Feed) -> BoundFeed | None:
        """Bind one feed: constants apart, the rest as places of a row's values.

        None where the file lacks what the feed says it is nothing without.
        """
        stream = feed.stream
        constants: dict[str, Any] = {}
        names: list[str] = []
        places: list[int] = []
        steps: list[Step] = []
        aggregates: list[str] = []
        finish: list[tuple[int, Callable]] = []
        for name, expression in feed.fields.items():
            aggregate = "first"
            change = self._change(feed, name, expression)
            if expression.verb == "rows":
                aggregate, expression = expression.value, expression.parts[0]
            ref = evaluation.bind(expression, self.scope)
            if aggregate in ("sum", "count"):
                finish.append((len(names), self._finish(feed, name, names)))
                ref = getter(ref)
            elif change:
                ref = self._apply(ref, change, name)
            if isinstance(ref, Constant):
                if ref.value is not None:
                    constants[name] = ref.value
                continue
            names.append(name)
            aggregates.append(aggregate)
            if isinstance(ref, int):
                places.append(ref)
            else:
                places.append(self.width + len(steps))
                steps.append(ref)
        when = evaluation.bind_condition(feed.when, self.scope) if feed.when else None
        if when is evaluation.never or set(feed.skip_without) - {*constants, *names}:
            return None
        self._check_required(feed, constants, names)
        required = [name for name in stream.required if name in names]
        one_of = [
            tuple(names.index(name) for name in group if name in names)
            for group in stream.one_of
            if not any(name in constants for name in group)
        ]
        return BoundFeed(
            stream=stream.name,
            number=number,
            constants=constants,
            names=tuple(names),
            steps=tuple(steps),
            take=picker(places),
            key=self._key(feed, constants, names),
            required=picker([names.index(name) for name in required]),
            required_names=tuple(required),
            one_of=tuple(one_of),
            one_of_names=stream.one_of,
            observed_at=self._observed_at(feed, constants, names),
            dated=_at(stream.dated_by, constants, names),
            when=when,
            skip=tuple(
                names.index(name) for name in feed.skip_without if name in names
            ),
            once=Spill(_KEYS_IN_MEMORY) if feed.is_once else None,
            group=self._group(feed),
            aggregates=tuple(aggregates),
            finish=tuple(finish),
        )

    def _key(
        self, feed: Feed, constants: dict, names: list[str]
    ) -> Callable[[tuple], str]:
        """Return the natural key of a record: its platform and the parts of the key."""
        forms, places = [], []
        for name in ("platform_id", *(part for part in feed.key if part != "#")):
            if name in constants:
                forms.append(_as_text(constants[name]).replace("%", "%%"))
            elif name in names:
                forms.append("%s")
                places.append(names.index(name))
            else:
                forms.append("")
        form = f"{forms[0]}:{'|'.join(forms[1:])}"
        take = picker(places)

        def read(picked: tuple) -> str:
            parts = take(picked)
            if None in parts:
                parts = tuple(["" if part is None else part for part in parts])
            return form % parts

        return self._numbered(feed, read) if "#" in feed.key else read

    def _numbered(
        self, feed: Feed, read: Callable[[tuple], str]
    ) -> Callable[[tuple], str]:
        """Number equal keys; a row read again is told apart by its line."""
        counter = self.counters.setdefault(feed.stream.name, evaluation.Counter())
        scope = self.scope

        def numbered(picked: tuple) -> str:
            key = read(picked)
            if scope.is_again:
                return f"{key}|@{scope.row}"
            return f"{key}|{counter.next(key)}"

        return numbered

    def _apply(self, ref: Ref, change: Callable[[Any], Any], name: str) -> Ref:
        try:
            return _changed(ref, change)
        except (ValueError, ArithmeticError) as error:
            raise FileRefused(
                f"{self.scope.from_source['file_name']}: contract"
                f" {self.contract.name}: {name}: {error}"
            ) from error

    def _group(self, feed: Feed) -> Callable[[list], tuple] | None:
        if not feed.group_by:
            return None
        getters = [getter(self.scope.names[name]) for name in feed.group_by]
        return lambda values: tuple([get(values) for get in getters])

    def _observed_at(self, feed: Feed, constants: dict, names: list[str]) -> int | str:
        if feed.stream.kind == "record":
            return str(self.scope.from_source["as_of"])
        place = _at("observed_at", constants, names)
        return 0 if place is None else place

    def _check_required(self, feed: Feed, constants: dict, names: list[str]) -> None:
        lacking = [
            name
            for name in feed.stream.required
            if name not in constants and name not in names
        ]
        if lacking:
            raise FileRefused(
                f"{self.scope.from_source['file_name']}: contract"
                f" {self.contract.name}: neither the file nor the source"
                f" {self.scope.from_source['source']} says {', '.join(lacking)}"
                f" of {feed.stream.name}; give the source a shop or the contract a value"
            )

    def _change(
        self, feed: Feed, name: str, expression: Expression
    ) -> Callable[[Any], Any] | None:
        """Return what brings an expression's value to the type of its field."""
        field_type = feed.stream.fields[name].type
        given = type_of(expression, self.contract.columns, self.contract.types)
        changes: list[Callable[[Any], Any]] = []
        if field_type == "money":
            changes += self._to_money(feed, expression, given)
        elif field_type == "prefixed_id":
            changes.append(self._to_prefixed())
        elif field_type in ("id", "text"):
            changes += [_as_text] if given in (None, "boolean", "integer") else []
        elif field_type == "number" and given in _NUMERIC:
            pass
        elif field_type != given and field_type != "hash":
            changes.append(_typed(field_type, self.scope.ways))
        allowed = feed.stream.fields[name].values
        if allowed:
            changes.append(evaluation.remembered(converters.one_of(frozenset(allowed))))
        return _chained(changes)

    def _to_money(
        self, feed: Feed, expression: Expression, given: str | None
    ) -> list[Callable[[Any], Any]]:
        ways = self.scope.ways
        if ways.minor_digits is None:
            return [self._to_row_currency(feed)]
        read = cells.as_type("money", (), ways)
        is_column = expression.verb == "name" and expression.value in (
            self.contract.columns
        )
        if given == "money" and is_column:
            return []
        return [evaluation.remembered(read)]

    def _finish(self, feed: Feed, name: str, names: list[str]) -> Callable:
        """Bring what rows of a group add up to, to the type of its field."""
        field_type = feed.stream.fields[name].type
        if field_type != "money":
            return lambda value, picked: _typed(field_type, self.scope.ways)(value)
        stated = self.scope.ways.minor_digits
        is_exact = feed.stream.exact_money

        def change(value: Any, picked: Sequence) -> str:
            digits = stated
            if digits is None:
                digits = money.minor_digits(picked[names.index("currency")])
            amount = converters.decimal(value)
            if is_exact:
                return money.exact(amount, digits)
            return money.quantised(amount, digits)

        return change

    def _to_row_currency(self, feed: Feed) -> Callable[[Any], Any]:
        """Amounts wait for the currency of their row."""
        ref = evaluation.bind(feed.fields["currency"], self.scope)
        currency = getter(ref)
        is_exact = feed.stream.exact_money

        def change(value: Any, values: list) -> str:
            digits = money.minor_digits(currency(values))
            amount = converters.decimal(value)
            if is_exact:
                return money.exact(amount, digits)
            return money.quantised(amount, digits)

        change.needs_row = True  # type: ignore[attr-defined]
        return change

    def _to_prefixed(self) -> Callable[[Any], Any]:
        platform = getter(self.scope.platform)

        def change(value: Any, values: list) -> str:
            return converters.prefixed_identifier(value, platform(values))

        change.needs_row = True  # type: ignore[attr-defined]
        return change


def _typed(name: str, ways: Ways) -> Callable[[Any], Any]:
    read = evaluation.remembered(cells.as_type(name, (), ways))
    return lambda value: read(_as_text(value))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _chained(changes: list[Callable]) -> Callable[[Any], Any] | None:
    if not changes:
        return None
    if len(changes) == 1:
        return changes[0]
    first, second = changes

    if getattr(first, "needs_row", False):

        def chained(value: Any, values: list) -> Any:
            return second(first(value, values))

        chained.needs_row = True  # type: ignore[attr-defined]
        return chained
    return lambda value: second(first(value))


def _changed(ref: Ref, change: Callable) -> Ref:
    """Return a reference whose values go through a change; missing ones do not."""
    if ref == evaluation.NOTHING:
        return ref
    get = getter(ref)
    if getattr(change, "needs_row", False):

        def read_in_row(values: list) -> Any:
            value = get(values)
            return None if value is None else change(value, values)

        return read_in_row
    if isinstance(ref, Constant):
        return Constant(change(ref.value))

    def read(values: list) -> Any:
        value = get(values)
        return None if value is None else change(value)

    return read


def _at(name: str | None, constants: dict, names: list[str]) -> int | str | None:
    if name is None:
        return None
    if name in constants:
        return str(constants[name])
    return names.index(name) if name in names else None
