"""A history of versions: which rows last changed in a window, seen from an instant."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

FAR = 1 << 39
"""Later than every instant; what never happens, happens after it."""
_KEPT = 32


class Versions:
    """Changes of rows; each holds from its moment until the row's next change."""

    def __init__(self, changes: Sequence[tuple[np.ndarray, np.ndarray]]):
        """Take pairs of moments (seconds) and the rows that changed then."""
        moments = np.concatenate([moment for moment, _ in changes])
        rows = np.concatenate([row for _, row in changes]).astype("int64")
        known = moments < FAR
        order = np.lexsort((rows[known], moments[known]))
        self._moments, self._rows = moments[known][order], rows[known][order]
        by_row = np.lexsort((self._moments, self._rows))
        self._until = np.full(len(by_row), FAR, dtype="int64")
        follows = self._rows[by_row][1:] == self._rows[by_row][:-1]
        self._until[by_row[:-1][follows]] = self._moments[by_row[1:][follows]]
        self._found: OrderedDict[tuple[int, int, int], tuple] = OrderedDict()

    def between(self, start: int, end: int, now: int) -> tuple[np.ndarray, np.ndarray]:
        """Return moments and rows last changed from start to end, oldest first.

        Both ends count; what happens after `now` has not happened.
        """
        key = (start, end, now)
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        low = np.searchsorted(self._moments, start, side="left")
        high = np.searchsorted(self._moments, min(end, now), side="right")
        holds = self._until[low:high] > now
        found = self._moments[low:high][holds], self._rows[low:high][holds]
        self._found[key] = found
        if len(self._found) > _KEPT:
            self._found.popitem(last=False)
        return found


def after(
    found: tuple[np.ndarray, np.ndarray], moment: int, row: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what comes after a place in an ascending list, however it moved since."""
    moments, rows = found
    low = int(np.searchsorted(moments, moment, side="left"))
    high = int(np.searchsorted(moments, moment, side="right"))
    start = low + int(np.searchsorted(rows[low:high], row, side="right"))
    return moments[start:], rows[start:]
