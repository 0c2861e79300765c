"""One export file, plain or packed, as records and problems by its contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from seller_intel.ingestors import (
    binding,
    chunks,
    expressions,
    lookups,
    rows,
    tables,
    times,
)
from seller_intel.ingestors.bulk import Unfit
from seller_intel.ingestors.chunks import Chunk
from seller_intel.ingestors.compressed import Limits, Part
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.converters import unguarded
from seller_intel.ingestors.plans import Context
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.rows import Problem, Reading, Record
from seller_intel.ingestors.seen import Scattered
from seller_intel.ingestors.tables import Table
from seller_intel.personal import Hasher

if TYPE_CHECKING:
    from seller_intel.sources import Shop

_MANY = 20


@dataclass
class FileRead:
    """One table file read to its end: what it is, for the manifest and next time."""

    name: str
    rows: int = 0
    problems: int = 0
    streams: tuple[str, ...] = ()
    encoding: str | None = None
    ignored_columns: tuple[str, ...] = ()
    first_date: date | None = None
    last_date: date | None = None
    zone: str = binding.DEFAULT_ZONE


def read_part(
    part: Part,
    contract: Contract,
    context: Context,
    beside: Path,
    told: FileRead,
    way: str = "rows",
) -> Iterator[Record | Problem | Chunk]:
    """Yield what one table file holds; afterwards `told` says what it was.

    `way`: `rows`; `blocks`, plain rows come as chunks of finished lines, which is
    faster; `runs`, the same, and rows of one record are taken to stand together:
    Scattered where they do not, and the file is to be read the other way.
    """
    for table in tables.opened(part, contract.layout):
        places, prepare = _prepared(table, contract, context, beside, part.limits)
        plan = binding.bind(contract, places, context)
        reading = Reading(table.name, contract, plan)
        width = len(table.header)
        if way != "rows" and prepare is None and table.blocks and chunks.fits(plan):
            plan.scope.is_in_runs = way == "runs"
            in_runs = way == "runs" and chunks.is_tidy(plan)
            yield from _in_chunks(reading, table, places, width, in_runs)
            yield from chunks.at_end(reading)
        else:
            yield from rows.read(reading, table.rows, width, prepare)
        yield from rows.finished(reading)
        _check(reading)
        told.rows += reading.rows
        told.problems += reading.failed
        told.streams = tuple(dict.fromkeys(feed.stream for feed in plan.feeds))
        told.encoding = table.encoding
        told.ignored_columns = table.match.unknown
        _date(told, reading, part.name)


def _in_chunks(
    reading: Reading,
    table: Table,
    places: dict[str, int],
    width: int,
    in_runs: bool,
) -> Iterator[Record | Problem | Chunk]:
    """Yield chunks of the blocks that are plain, and the rows of those that are not."""
    wanted = tuple(places[name] for name in reading.plan.columns)
    scope = reading.plan.scope
    has_groups = in_runs and any(feed.group for feed in reading.plan.feeds)
    has_numbers = scope.is_in_runs and bool(scope.counters)
    for block, block_rows in table.blocks(wanted):  # type: ignore[misc]
        if block.columns is not None:
            try:
                yield from chunks.of_block(
                    reading, block.columns, block.line_numbers, in_runs
                )
                continue
            except Unfit:
                pass
        if has_groups or has_numbers:
            raise Scattered
        yield from rows.read(reading, block_rows, width, None)


def window_of(name: str, contract: Contract) -> tuple[date, date] | None:
    """Return the first and last day that a file's name states, where it states them."""
    found = re.search(contract.window, name) if contract.window else None
    if not found:
        return None
    first = _day(found["from"])
    last = _day(found["to"]) if "to" in found.re.groupindex and found["to"] else first
    if last < first:
        raise FileRefused(f"{name}: its name ends on {last}, before {first}")
    return first, last


def context_of(
    name: str, shop: Shop | None, source: str, as_of: datetime, hasher: Hasher
) -> Context:
    """Return what is known of a file beside its cells."""
    return Context(
        source=source,
        file_name=name,
        as_of=as_of.isoformat(),
        hasher=hasher,
        platform=shop.platform if shop else None,
        shop_id=shop.shop_id if shop else None,
        shop_name=shop.name if shop else None,
        owner_id=shop.owner_id if shop else None,
        currency=shop.currency if shop else None,
        time_zone=shop.time_zone if shop else None,
    )


def _prepared(
    table: Table, contract: Contract, context: Context, beside: Path, limits: Limits
) -> tuple[dict[str, int], rows.Prepare | None]:
    """Return where each column stands and what a row needs before it is read."""
    places = dict(table.match.places)
    changes: list[rows.Prepare] = []
    if contract.fill_by:
        changes.append(_filling(contract, places))
    skips = [
        (places[name], texts) for name, texts in contract.skip_rows if name in places
    ]
    if skips:
        changes.append(_skipping(skips))
    if contract.lookups:
        lookups.paths(contract, beside)
        zone = ZoneInfo(contract.time_zone or context.time_zone or binding.DEFAULT_ZONE)
        look_up = lookups.opened(contract, beside, places, limits, zone)
        changes.append(lambda row: [*row, *look_up(row)])
        width = len(table.header)
        places |= {name: width + n for n, name in enumerate(contract.looked_up)}
    return places, _together(changes)


def _together(changes: list[rows.Prepare]) -> rows.Prepare | None:
    if not changes:
        return None
    if len(changes) == 1:
        return changes[0]

    def change(row: Sequence[str]) -> Sequence[str] | None:
        current: Sequence[str] | None = row
        for each in changes:
            current = each(current) if current is not None else None
        return current

    return change


def _filling(contract: Contract, places: dict[str, int]) -> rows.Prepare:
    """Fill the empty cells of a group's further rows from its first row.

    The first of the columns marks a first row: where it is empty, the row goes on.
    """
    by = places[contract.fill_by or ""]
    filled = [places[name] for name in contract.fill_columns if name in places]
    if not filled:
        return lambda row: row
    before: Sequence[str] = ()

    def fill(row: Sequence[str]) -> Sequence[str]:
        nonlocal before
        name = row[by].strip()
        goes_on = before and not row[filled[0]].strip()
        if goes_on and (not name or name == before[by].strip()):
            whole = list(row)
            whole[by] = before[by]
            for place in filled:
                if not whole[place].strip():
                    whole[place] = before[place]
            row = whole
        before = row
        return row

    return fill


def _skipping(skips: list[tuple[int, frozenset[str]]]) -> rows.Prepare:
    def keep(row: Sequence[str]) -> Sequence[str] | None:
        for place, texts in skips:
            if expressions.word(unguarded(row[place])) in texts:
                return None
        return row

    return keep


def _check(reading: Reading) -> None:
    """Refuse a file whose rows show that it is not what it seems."""
    for name, lost in reading.plan.lost.items():
        if lost.is_certain:
            raise FileRefused(
                f"{reading.name}: {lost.cut} of {lost.long} long ids in {name} end in"
                " zeros: a spreadsheet has cut their digits; export the file again"
            )
    if reading.failed == reading.rows >= _MANY:
        raise FileRefused(
            f"{reading.name}: none of its {reading.rows} rows can be read by the"
            f" contract {reading.contract.name}: {reading.first_failure}"
        )


def _date(told: FileRead, reading: Reading, name: str) -> None:
    told.zone = reading.plan.zone.key
    stated = window_of(name, reading.contract)
    if stated is None:
        stated = _dated(reading)
    if stated is None:
        return
    told.first_date = min(filter(None, (told.first_date, stated[0])))
    told.last_date = max(filter(None, (told.last_date, stated[1])))


def _dated(reading: Reading) -> tuple[date, date] | None:
    """Return the first and last business date, by the first stream that has them."""
    for stream in reading.contract.streams:
        if stream in reading.dated:
            first, last = reading.dated[stream]
            zone = reading.plan.zone
            return times.local_date(first, zone), times.local_date(last, zone)
    return None


def _day(text: str) -> date:
    digits = re.sub(r"\D", "", text)
    try:
        return date.fromisoformat(digits)
    except ValueError as error:
        raise FileRefused(f"{text!r} in the file's name is no day") from error
