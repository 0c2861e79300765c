"""Rows through a plan: records, and problems where none can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from seller_intel.ingestors import aggregation, places
from seller_intel.ingestors.cells import Kept
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.plans import BoundFeed, Plan
from seller_intel.ingestors.tables import Malformed, Row

Prepare = Callable[[Sequence[str]], Sequence[str] | None]
_EXCUSES = (ValueError, ArithmeticError)


class Record(NamedTuple):
    """One record of a stream."""

    stream: str
    key: str
    observed_at: str
    source_ref: str
    record: dict[str, Any]


class Problem(NamedTuple):
    """A row of which no record could be made."""

    stream: str
    rule: str
    reason: str
    position: str
    record: dict[str, Any]


@dataclass
class Reading:
    """One table being read, and what is known of it so far."""

    name: str
    contract: Contract
    plan: Plan
    rows: int = 0
    failed: int = 0
    first_failure: str = ""
    # per stream the first and last text of the field that dates it
    dated: dict[str, tuple[str, str]] = field(default_factory=dict)

    def date(self, stream: str, moment: str) -> None:
        """Take a moment into the span that a stream covers."""
        seen = self.dated.get(stream)
        if seen is None:
            self.dated[stream] = (moment, moment)
        elif moment < seen[0]:
            self.dated[stream] = (moment, seen[1])
        elif moment > seen[1]:
            self.dated[stream] = (seen[0], moment)


class _Broken(Exception):
    """A row breaks a rule; the first one it breaks is told."""

    def __init__(self, rule: str, reason: str):
        super().__init__(reason)
        self.rule, self.reason = rule, reason


def read(
    reading: Reading, rows: Iterator[Row], width: int, prepare: Prepare | None
) -> Iterator[Record | Problem]:
    """Yield what each row gives; what groups of rows give follows with `finished`."""
    plan = reading.plan
    pick, memos, steps, scope = plan.pick, plan.memos, plan.steps, plan.scope
    for line, cells in rows:
        reading.rows += 1
        if len(cells) != width:
            fitted = _fitted(cells, width)
            if fitted is None:
                reading.failed += 1
                yield from _misshapen(reading, line, cells, width)
                continue
            cells = fitted  # noqa: PLW2901
        if prepare is not None:
            prepared = prepare(cells)
            if prepared is None:
                reading.rows -= 1
                continue
            cells = prepared  # noqa: PLW2901
        scope.row = line
        try:
            values = [memo[cell] for memo, cell in zip(memos, pick(cells), strict=True)]
            for step in steps:
                values.append(step(values))
            ready = _ready(plan, values)
        except (_Broken, *_EXCUSES):
            reading.failed += 1
            yield from _problems(reading, line, pick(cells))
            continue
        for feed, picked in ready:
            if feed.group is not None:
                name = aggregation.name_of(feed.group(values))
                aggregation.add(feed, name, line, picked)
            else:
                record = _record(reading, feed, picked, line)
                if record is not None:
                    yield record


def finished(reading: Reading) -> Iterator[Record | Problem]:
    """Yield the records that rows of one key make together, at the end of a file."""
    for feed in reading.plan.feeds:
        if feed.group is not None:
            yield from _grouped(reading, feed)


def reread(
    reading: Reading, stream: str, kept: dict[str, Any], position: str
) -> Record | None:
    """Return the record of one quarantined row, None if it is still not one."""
    plan = reading.plan
    line = position.rpartition(":")[2]
    plan.scope.row = int(line) if line.isdecimal() else 0
    number = kept.get("#feed")
    for feed in plan.feeds:
        if feed.stream != stream or (number is not None and feed.number != number):
            continue
        raw_rows = kept.get("rows", [kept])
        for raw in raw_rows:
            values = _values_again(plan, raw)
            picked = None if values is None else _picked_again(feed, values)
            if values is None or picked is None:
                return None
            if feed.group is None:
                return _made(reading, feed, picked, position)
            aggregation.add(feed, "again", 0, picked)
        if kept.get("good"):
            good = tuple(kept["good"].get(name) for name in feed.names)
            aggregation.add(feed, "again", 0, good)
        state = feed.groups.get("again")
        picked = aggregation.finished(feed, state) if state else None
        if picked is None or _lacks(feed, picked) is not None:
            return None
        return _made(reading, feed, picked, position)
    return None


def _ready(plan: Plan, values: list) -> list[tuple[BoundFeed, tuple]]:
    """Return what a row gives; one broken part holds back the whole row."""
    ready = []
    for feed in plan.feeds:
        if feed.when is not None and not feed.when(values):
            continue
        picked = _picked(feed, values)
        if feed.skip and any(picked[at] is None for at in feed.skip):
            continue
        if feed.group is None and (feed.one_of or None in feed.required(picked)):
            broken = _lacks(feed, picked)
            if broken is not None:
                raise broken
        ready.append((feed, picked))
    return ready


def _picked(feed: BoundFeed, values: list) -> tuple:
    if not feed.steps:
        return feed.take(values)
    return feed.take(values + [step(values) for step in feed.steps])


def _lacks(feed: BoundFeed, picked: tuple) -> _Broken | None:
    required = feed.required(picked)
    if None in required:
        name = feed.required_names[required.index(None)]
        return _Broken(f"missing_{name}", f"{feed.stream} needs {name}")
    for slots, names in zip(feed.one_of, feed.one_of_names, strict=False):
        if not any(picked[at] is not None for at in slots):
            told = " or ".join(names)
            return _Broken(f"missing_{names[0]}", f"{feed.stream} needs {told}")
    return None


def _record(
    reading: Reading, feed: BoundFeed, picked: tuple, line: int
) -> Record | None:
    """Return the record of a row, None where the file has given it before."""
    key = feed.key(picked)
    if feed.once is not None:
        if feed.once.get(key):
            return None
        feed.once.put(key, True)
    return _dated(reading, feed, picked, key, f"{reading.name}:{line}")


def _made(reading: Reading, feed: BoundFeed, picked: tuple, position: str) -> Record:
    return _dated(reading, feed, picked, feed.key(picked), position)


def _dated(
    reading: Reading, feed: BoundFeed, picked: tuple, key: str, source_ref: str
) -> Record:
    record = feed.constants.copy()
    record.update(zip(feed.names, picked, strict=True))
    observed = feed.observed_at
    if feed.dated is not None:
        dated = feed.dated if isinstance(feed.dated, str) else picked[feed.dated]
        if dated is not None:
            reading.date(feed.stream, dated)
    return Record(
        feed.stream,
        key,
        observed if isinstance(observed, str) else picked[observed],
        source_ref,
        record,
    )


def _grouped(reading: Reading, feed: BoundFeed) -> Iterator[Record | Problem]:
    """Yield the records that rows of one key make together."""
    for _, state in feed.groups.items():
        position = f"{reading.name}:{state['line']}"
        if not state.get("bad"):
            picked = aggregation.finished(feed, state)
            broken = _lacks(feed, picked)
            if broken is None:
                record = _record(reading, feed, picked, state["line"])
                if record is not None:
                    yield record
                continue
            state["why"] = [broken.rule, broken.reason]
        rule, reason = state["why"]
        good = state["values"]
        kept = {
            "rows": state.get("bad") or [],
            "good": dict(zip(feed.names, good, strict=True)) if good else {},
            "#feed": feed.number,
        }
        yield Problem(feed.stream, rule, reason, position, kept)


def _fitted(cells: Sequence[str], width: int) -> Sequence[str] | None:
    """Return a row cut to the header where only empty cells hang over."""
    if isinstance(cells, Malformed) or len(cells) < width:
        return None
    if any(cell.strip() for cell in cells[width:]):
        return None
    return cells[:width]


def _misshapen(
    reading: Reading, line: int, cells: Sequence[str], width: int
) -> Iterator[Problem]:
    """Yield a problem per stream; which cell is which is unknown, so none is kept."""
    if isinstance(cells, Malformed):
        rule, reason = cells.rule, cells.reason
    else:
        rule = "ragged"
        reason = f"{len(cells)} cells where the header has {width}"
    position = f"{reading.name}:{line}"
    reading.first_failure = reading.first_failure or f"line {line}: {reason}"
    sure = [feed for feed in reading.plan.feeds if feed.when is None and not feed.skip]
    for stream in dict.fromkeys(feed.stream for feed in sure or reading.plan.feeds[:1]):
        kept = {"cells": len(cells), "expected": width}
        yield Problem(stream, rule, reason, position, kept)


def _problems(reading: Reading, line: int, cells: Sequence[str]) -> Iterator[Problem]:
    """Find out what is wrong with a row, and tell every stream that loses by it."""
    plan = reading.plan
    values, why = _diagnosed(plan, cells)
    told = []
    for feed in plan.feeds:
        try:
            if feed.when is not None and not feed.when(values):
                continue
            picked = _picked(feed, values)
            if any(picked[at] is None for at in feed.skip):
                continue
            why = why or _lacks(feed, picked)
        except _EXCUSES as error:
            why = why or _Broken(f"unreadable_{feed.stream}", str(error))
        told.append(feed)
    why = why or _Broken("unreadable", "the row cannot be read")
    reading.first_failure = reading.first_failure or f"line {line}: {why.reason}"
    kept = _kept(reading, cells, values)
    for feed in told or plan.feeds[:1]:
        group = feed.group(values) if feed.group else ()
        if group and None not in group:
            name = aggregation.name_of(group)
            aggregation.spoil(feed, name, line, kept, (why.rule, why.reason))
            continue
        marked = kept
        if sum(each.stream == feed.stream for each in plan.feeds) > 1:
            marked = kept | {"#feed": feed.number}
        yield Problem(
            feed.stream, why.rule, why.reason, f"{reading.name}:{line}", marked
        )


def _diagnosed(plan: Plan, cells: Sequence[str]) -> tuple[list, _Broken | None]:
    """Read what can be read of a row; return the first thing that cannot."""
    values: list[Any] = []
    why: _Broken | None = None
    for name, memo, cell in zip(plan.columns, plan.memos, cells, strict=True):
        try:
            values.append(memo[cell])
        except _EXCUSES as error:
            values.append(None)
            why = why or _Broken(f"unreadable_{name}", f"{name}: {error}")
    for name, step in zip(plan.step_names, plan.steps, strict=True):
        try:
            values.append(step(values))
        except _EXCUSES as error:
            values.append(None)
            why = why or _Broken(f"unreadable_{name}", f"{name}: {error}")
    return values, why


def _kept(reading: Reading, cells: Sequence[str], values: list) -> dict[str, Any]:
    """Return what quarantine may keep of a row: no personal cell, only its hashes."""
    plan, contract = reading.plan, reading.contract
    kept: dict[str, Any] = {}
    for place, (name, cell) in enumerate(zip(plan.columns, cells, strict=True)):
        column = contract.columns.get(name)
        if column is not None and column.pattern:
            kept[name] = values[place]
        elif name in contract.personal:
            kept[name] = _hashes(plan, name, values[place], values)
        elif column is None:
            kept[name] = cell
        elif cell.strip():
            kept[name] = cell.replace("\x00", "\u2400")
    if plan.scope.counters:
        kept["#"] = [counter.count for counter in plan.scope.counters]
    return kept


def _hashes(plan: Plan, name: str, value: str | None, values: list) -> dict[str, str]:
    """Return the hashes of a personal cell that its contract takes, by kind."""
    scope = plan.scope
    known: dict[str, str] = {}
    if value is None:
        return known
    for kind, read in sorted(scope.hashes.get(name, {}).items()):
        digest = read(values)
        known |= {kind: digest} if digest else {}
    if name in scope.places:
        province = places.province_of(value)
        known |= {"province": province} if province else {}
    return known


def _values_again(plan: Plan, raw: dict[str, Any]) -> list | None:
    plan.scope.numbers[:] = raw.get("#") or []
    cells = [_cell_again(raw.get(name)) for name in plan.columns]
    try:
        values = [memo[cell] for memo, cell in zip(plan.memos, cells, strict=True)]
        for step in plan.steps:
            values.append(step(values))
    except _EXCUSES:
        return None
    return values


def _picked_again(feed: BoundFeed, values: list) -> tuple | None:
    try:
        if feed.when is not None and not feed.when(values):
            return None
        picked = _picked(feed, values)
    except _EXCUSES:
        return None
    lacks = feed.group is None and _lacks(feed, picked) is not None
    return None if lacks else picked


def _cell_again(kept: Any) -> str:
    if isinstance(kept, dict):
        return Kept.of(kept)
    return "" if kept is None else str(kept)
