"""Groups whose rows stand together: one record a run, and nothing kept but its name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy
import pyarrow
from pyarrow import compute

from seller_intel.ingestors.bulk import Values
from seller_intel.ingestors.plans import BoundFeed
from seller_intel.ingestors.seen import Scattered, starts_of


@dataclass(frozen=True)
class Rows:
    """Rows of one feed: its values, where they stood, the names of their groups."""

    values: list[Values]
    lines: pyarrow.Array
    groups: pyarrow.Array | None = None

    def filtered(self, mask: pyarrow.Array) -> Rows:
        """Return the rows that a mask keeps."""
        return Rows(
            [Values(each.array.filter(mask), each.is_safe) for each in self.values],
            self.lines.filter(mask),
            None if self.groups is None else self.groups.filter(mask),
        )

    def slice(self, start: int, length: int | None = None) -> Rows:
        """Return the rows from one place on."""
        return Rows(
            [
                Values(each.array.slice(start, length), each.is_safe)
                for each in self.values
            ],
            self.lines.slice(start, length),
            None if self.groups is None else self.groups.slice(start, length),
        )


def closed(feed: BoundFeed, taken: Rows) -> Rows:
    """Return one row for each run that is over; the last waits for the next block."""
    if feed.open_run is not None:
        taken = _joined(feed.open_run, taken)
    starts = starts_of(taken.groups)
    feed.open_run = taken.slice(int(starts[-1]))
    return _firsts(feed, taken.slice(0, int(starts[-1])), starts[:-1])


def last(feed: BoundFeed) -> Rows:
    """Return the row of the run that was open at the end."""
    taken, feed.open_run = feed.open_run, None
    return _firsts(feed, taken, numpy.zeros(1, numpy.int64))


def _firsts(feed: BoundFeed, taken: Rows, starts: numpy.ndarray) -> Rows:
    """Return the first value of each run, field by field, and note the runs' names."""
    places = pyarrow.array(starts)
    assert taken.groups is not None
    if not feed.runs_seen.add(taken.groups.take(places).to_pylist()):
        raise Scattered
    values = []
    for each in taken.values:
        array = each.array
        at = _first_there(array, starts) if array.null_count else places
        values.append(Values(array.take(at), each.is_safe))
    return Rows(values, taken.lines.take(places))


def _first_there(array: pyarrow.Array, starts: numpy.ndarray) -> pyarrow.Array:
    """Return where each run has its first value; missing where it has none."""
    there = numpy.flatnonzero(compute.is_valid(array).to_numpy(zero_copy_only=False))
    runs = numpy.searchsorted(starts, there, side="right") - 1
    found, at = numpy.unique(runs, return_index=True)
    places = numpy.zeros(len(starts), numpy.int64)
    is_missing = numpy.ones(len(starts), bool)
    places[found] = there[at]
    is_missing[found] = False
    return pyarrow.array(places, mask=is_missing)


def _joined(before: Rows, after: Rows) -> Rows:
    values = []
    for old, new in zip(before.values, after.values, strict=True):
        try:
            array = pyarrow.concat_arrays([old.array, new.array.cast(old.array.type)])
        except pyarrow.ArrowException:
            try:
                array = pyarrow.concat_arrays(
                    [old.array.cast(new.array.type), new.array]
                )
            except pyarrow.ArrowException as error:
                raise Scattered from error
        values.append(Values(array, old.is_safe and new.is_safe))
    return Rows(
        values,
        pyarrow.concat_arrays([before.lines, after.lines]),
        pyarrow.concat_arrays([before.groups, after.groups]),
    )
