"""A contract bound to the header of one file: what each row must be put through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors import cells, evaluation, money
from seller_intel.ingestors.cells import LostDigits, Memo, Ways
from seller_intel.ingestors.changes import NO_CHANGE, Change, Changes, as_text, changed
from seller_intel.ingestors.contracts import Contract, Feed
from seller_intel.ingestors.expressions import Expression
from seller_intel.ingestors.numbering import Counter
from seller_intel.ingestors.plans import BoundFeed, Context, Plan, Step
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.scope import Constant, Ref, Scope, getter, picker
from seller_intel.ingestors.spill import Spill

DEFAULT_ZONE = "Asia/Shanghai"
_KEYS_IN_MEMORY = 150_000


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
        self.changes = Changes(contract, scope)
        self.steps: list[Step] = []
        self.step_names: list[str] = []
        self.derived: list[tuple[Expression, Change]] = []
        self.counters: dict[str, Counter] = {}
        for name, expression in contract.derived.items():
            change = self.changes.rounding(expression, contract.types.get(name))
            ref = changed(evaluation.bind(expression, scope), change)
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
        change = self.changes.of_field(feed, name, expression)
        if expression.verb == "rows":
            aggregate, expression = expression.value, expression.parts[0]
        ref = evaluation.bind(expression, self.scope)
        if aggregate in ("sum", "count"):
            finish = self.changes.of_sum(feed, name, fields.at)
            fields.finish.append((len(fields.names), finish))
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
            return changed(ref, change)
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
            return as_text(self.constants[name])
        return self.names.index(name) if name in self.names else None
