"""Blocks of plain rows to landed lines at once; what is not plain goes row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy
import orjson
import pyarrow
from pyarrow import compute

from seller_intel.ingestors import aggregation, bulk, expressions, runs, vectors
from seller_intel.ingestors.bulk import Unfit, Values
from seller_intel.ingestors.plans import BoundFeed, Plan
from seller_intel.ingestors.rows import Reading
from seller_intel.ingestors.runs import Rows
from seller_intel.ingestors.seen import Scattered
from seller_intel.ingestors.vectors import Frame


class Chunk(NamedTuple):
    """Landed lines of many records of one stream, and their bodies alone."""

    stream: str
    lines: memoryview
    bodies: memoryview
    records: int


@dataclass(frozen=True)
class _Picked:
    """What one feed takes from a block, before any of it is written."""

    feed: BoundFeed
    rows: Rows


def fits(plan: Plan) -> bool:
    """Say whether blocks number equal texts as rows do: each kind in one feed alone."""
    numbered = [
        source
        for feed in plan.feeds
        for source, _ in feed.sources
        if expressions.has_number(source)
    ]
    return len(set(numbered)) == len(numbered)


def is_tidy(plan: Plan) -> bool:
    """Say whether a group's record is that of its first row, if rows stand close."""
    return all(set(feed.aggregates) <= {"first"} for feed in plan.feeds if feed.group)


def of_block(
    reading: Reading,
    arrays: list[pyarrow.Array],
    lines: pyarrow.Array,
    in_runs: bool,
) -> list[Chunk]:
    """Return the records of a block; Unfit, with nothing kept, if a row is not plain.

    `in_runs`: rows of a group are taken to stand together; Scattered where they do not.
    """
    plan = reading.plan
    for counter in plan.scope.counters:
        counter.begin()
    try:
        frame = _frame(reading, arrays)
        picked = [each for feed in plan.feeds if (each := _picked(feed, frame, lines))]
    except Unfit:
        for counter in plan.scope.counters:
            counter.take_back()
        raise
    made = [_made(reading, each.feed, each.rows, in_runs) for each in picked]
    reading.rows += len(lines)
    return [each for each in made if each is not None]


def at_end(reading: Reading) -> Iterator[Chunk]:
    """Yield the records of the groups that were open when the file ended."""
    for feed in reading.plan.feeds:
        if feed.open_run is not None:
            closed = runs.last(feed)
            chunk = _of_groups(reading, feed, closed)
            if chunk is not None:
                yield chunk


def _frame(reading: Reading, arrays: list[pyarrow.Array]) -> Frame:
    plan, contract = reading.plan, reading.contract
    slots = []
    for name, memo, cells in zip(plan.columns, plan.memos, arrays, strict=True):
        column, lost = contract.columns[name], plan.lost[name]
        slots.append(bulk.column(column, memo, plan.scope.ways, lost, cells))
    frame = Frame(plan, slots, len(arrays[0]))
    for (expression, change), step in zip(plan.derived, plan.steps, strict=True):
        made = vectors.values_of(frame, expression, change, step)
        frame.slots.append(vectors.as_column(frame, made))
    return frame


def _picked(feed: BoundFeed, frame: Frame, lines: pyarrow.Array) -> _Picked | None:
    if feed.condition is not None:
        mask = vectors.mask_of(frame, feed.condition)
        frame, lines = frame.filtered(mask), lines.filter(mask)
    if not frame.count:
        return None
    values = []
    for (expression, change), step in zip(feed.sources, feed.getters, strict=True):
        made = vectors.values_of(frame, expression, change, step)
        values.append(vectors.as_column(frame, made))
    groups = _groups(feed, frame) if feed.group is not None else None
    taken = Rows(values, lines, groups)
    if feed.skip:
        taken = taken.filtered(_all_there(taken, feed.skip))
    if feed.group is None:
        _check(feed, taken)
    return _Picked(feed, taken) if len(taken.lines) else None


def _groups(feed: BoundFeed, frame: Frame) -> pyarrow.Array:
    arrays = [frame.slots[place].array for place in sorted(feed.group_slots)]
    if len(arrays) == 1 and arrays[0].type == pyarrow.string():
        return compute.fill_null(arrays[0], "")
    rows = frame.rows(set(feed.group_slots))
    names = [aggregation.name_of(feed.group(row)) for row in rows]  # type: ignore[misc]
    return pyarrow.array(names, pyarrow.string())


def _all_there(taken: Rows, places: tuple[int, ...]) -> pyarrow.Array:
    mask = compute.is_valid(taken.values[places[0]].array)
    for at in places[1:]:
        mask = compute.and_(mask, compute.is_valid(taken.values[at].array))
    return mask


def _check(feed: BoundFeed, taken: Rows) -> None:
    """Leave a block to the row by row way if a record of it would lack something."""
    for name in feed.required_names:
        if taken.values[feed.names.index(name)].array.null_count:
            raise Unfit
    for places in feed.one_of:
        there = compute.is_valid(taken.values[places[0]].array)
        for at in places[1:]:
            there = compute.or_(there, compute.is_valid(taken.values[at].array))
        if not compute.all(there).as_py():
            raise Unfit


def _made(
    reading: Reading, feed: BoundFeed, taken: Rows, in_runs: bool
) -> Chunk | None:
    """Return a feed's lines; rows of groups may have to wait for the rest of theirs."""
    if taken.groups is None:
        return _written(reading, feed, taken)
    if in_runs:
        return _of_groups(reading, feed, runs.closed(feed, taken))
    columns = [each.array.to_pylist() for each in taken.values]
    names, lines = taken.groups.to_pylist(), taken.lines.to_pylist()
    aggregation.add_many(feed, names, lines, columns)
    return None


def _of_groups(reading: Reading, feed: BoundFeed, closed: Rows) -> Chunk | None:
    if not len(closed.lines):
        return None
    try:
        _check(feed, closed)
    except Unfit as error:
        raise Scattered from error
    return _written(reading, feed, closed)


def _written(reading: Reading, feed: BoundFeed, taken: Rows) -> Chunk | None:
    keys = _keys(feed, taken.values)
    if feed.once is not None:
        new = pyarrow.array(aggregation.firsts(feed.once, keys.array.to_pylist()))
        taken = taken.filtered(new)
        keys = Values(keys.array.filter(new), keys.is_safe)
    if not len(taken.lines):
        return None
    _date(reading, feed, taken.values)
    bodies = _bodies(feed, taken.values)
    observed = feed.observed_at
    name = orjson.dumps(reading.name).decode()[1:-1]
    key, is_bare = bulk.in_json(keys)
    quote = '"' if is_bare else ""
    lines = bulk.join(
        f'{{"key":{quote}',
        key,
        f'{quote},"observed_at":"',
        observed if isinstance(observed, str) else taken.values[observed].array,
        f'","source_ref":"{name}:',
        compute.cast(taken.lines, pyarrow.string()),
        '","record":',
        bodies,
        "}\n",
    )
    return Chunk(feed.stream, _bytes(lines), _bytes(bodies), len(taken.lines))


def _bodies(feed: BoundFeed, values: list[Values]) -> pyarrow.Array:
    """Return records as JSON objects, as orjson writes them."""
    text = orjson.dumps(feed.constants).decode()[:-1]
    comma = "," if feed.constants else ""
    parts: list[str | pyarrow.Array] = []
    for name, each in zip(feed.names, values, strict=True):
        array, is_bare = bulk.in_json(each)
        text += f'{comma}"{name}":' + ('"' if is_bare else "")
        parts += [text, array]
        text, comma = '"' if is_bare else "", ","
    return bulk.join(*parts, text + "}")


def _keys(feed: BoundFeed, values: list[Values]) -> Values:
    parts: list[str | pyarrow.Array] = [pyarrow.array([""] * len(values[0].array))]
    is_safe = True
    for part in feed.key_parts:
        if isinstance(part, str):
            parts.append(part)
            is_safe = is_safe and bulk.is_safe_text(part)
            continue
        array = values[part].array
        if array.type != pyarrow.string():
            array = compute.cast(array, pyarrow.string())
        parts.append(compute.fill_null(array, "") if array.null_count else array)
        is_safe = is_safe and values[part].is_safe
    keys = bulk.join(*parts)
    if feed.key_counter is not None:
        numbers = feed.key_counter.many(keys.to_pylist())
        keys = bulk.join(keys, "|", pyarrow.array(numbers, pyarrow.string()))
    return Values(keys, is_safe)


def _date(reading: Reading, feed: BoundFeed, values: list[Values]) -> None:
    if isinstance(feed.dated, str):
        reading.date(feed.stream, feed.dated)
    elif feed.dated is not None:
        bounds = compute.min_max(values[feed.dated].array).as_py()
        for moment in (bounds["min"], bounds["max"]):
            if moment is not None:
                reading.date(feed.stream, moment)


def _bytes(array: pyarrow.Array) -> memoryview:
    """Return the text of all values, one behind the other, uncopied."""
    _, offsets, data = array.buffers()
    ends = numpy.frombuffer(offsets, numpy.int32)
    first, last = ends[array.offset], ends[array.offset + len(array)]
    return memoryview(data)[first:last]
