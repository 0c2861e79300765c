"""Numbers for equal texts of a file, in the order they come."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy
import pyarrow
from pyarrow import compute

from seller_intel.ingestors import seen
from seller_intel.ingestors.seen import Seen
from seller_intel.ingestors.spill import Spill

_COUNTS_IN_MEMORY = 150_000


@dataclass(eq=False)
class Counter:
    """Numbers equal texts in the order they come, in bounded memory."""

    count: int = 0
    _seen: Spill = field(default_factory=lambda: Spill(_COUNTS_IN_MEMORY))
    _text: str | None = None
    _row: int = 0
    _before: tuple[str | None, int, int] = (None, 0, 0)
    # of texts read in runs: those whose run is over
    _over: Seen = field(default_factory=Seen)
    # what the texts of this block were numbered before it, to take the block back
    _changed: dict[str, int] | None = None

    def next_in(self, row: int, text: str) -> int:
        """Return how often a text has come, asked again for a row the same number."""
        if row == self._row and text == self._text:
            return self.count
        self._row = row
        return self.next(text)

    def next(self, text: str) -> int:
        """Return how often a text has come, this time included."""
        if text != self._text:
            if self._text is not None:
                if self._changed is not None and self._text not in self._changed:
                    self._changed[self._text] = self._seen.get(self._text) or 0
                self._seen.put(self._text, self.count)
            self._text = text
            self.count = self._seen.get(text) or 0
        self.count += 1
        return self.count

    def many(self, texts: list[str | None]) -> list[str | None]:
        """Return the numbers of texts in their order, as text."""
        numbers: list[str | None] = []
        before = self._text
        for text in texts:
            if text == before and text is not None:
                self.count += 1
            elif text is None:
                numbers.append(None)
                continue
            else:
                self.next(text)
                before = text
            numbers.append(str(self.count))
        return numbers

    def in_runs(self, texts: pyarrow.Array) -> pyarrow.Array:
        """Return the numbers of texts of which equal ones stand together.

        Scattered where they do not: then nothing less than `many` will do.
        """
        if texts.null_count:
            raise seen.Scattered
        starts = seen.starts_of(texts)
        places = numpy.arange(len(texts))
        numbers = places - numpy.repeat(starts, numpy.diff([*starts, len(texts)])) + 1
        names = texts.take(pyarrow.array(starts)).to_pylist()
        if names[0] == self._text:
            end = starts[1] if len(starts) > 1 else len(texts)
            numbers[:end] += self.count
            over = names[:-1]
        else:
            over = [] if self._text is None else [self._text]
            over += names[:-1]
        if not self._over.add(over):
            raise seen.Scattered
        self._text, self.count = names[-1], int(numbers[-1])
        return compute.cast(pyarrow.array(numbers), pyarrow.string())

    def begin(self) -> None:
        """Start a block that may be taken back."""
        self._changed = {}
        self._before = (self._text, self.count, self._row)

    def take_back(self) -> None:
        """Forget the numbers given since the block began."""
        for text, count in (self._changed or {}).items():
            self._seen.put(text, count)
        self._changed = None
        self._text, self.count, self._row = self._before
