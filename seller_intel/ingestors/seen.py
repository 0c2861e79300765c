"""Which texts have come before, eight bytes a text, in bounded memory."""

from __future__ import annotations

import tempfile

import numpy
import pyarrow
from pyarrow import compute

# sorted parts of this many hashes go to a temporary file
_PART = 1 << 21
_SMALL = 1 << 16


class Scattered(Exception):
    """Equal texts do not stand together; the file must be read the exact way."""


class Seen:
    """The hashes of texts; two texts are taken for one once in a billion files."""

    def __init__(self) -> None:
        self._small: list[numpy.ndarray] = []
        self._small_count = 0
        self._parts: list[numpy.ndarray] = []

    def add(self, texts: list[str]) -> bool:
        """Take in texts; say whether they are all new and all different."""
        hashes = numpy.fromiter(map(hash, texts), numpy.int64, len(texts))
        hashes.sort()
        if len(hashes) > 1 and bool((hashes[1:] == hashes[:-1]).any()):
            return False
        for part in (*self._parts, *self._small):
            places = numpy.searchsorted(part, hashes)
            places[places == len(part)] = 0
            if bool((part[places] == hashes).any()):
                return False
        self._keep(hashes)
        return True

    def _keep(self, hashes: numpy.ndarray) -> None:
        if not len(hashes):
            return
        self._small.append(hashes)
        self._small_count += len(hashes)
        if self._small_count < _SMALL:
            return
        merged = numpy.sort(numpy.concatenate(self._small))
        self._small, self._small_count = [], 0
        if self._parts and len(self._parts[-1]) < _PART:
            merged = numpy.sort(numpy.concatenate((self._parts.pop(), merged)))
        self._parts.append(merged if len(merged) < _PART else _on_disk(merged))


def starts_of(names: pyarrow.Array) -> numpy.ndarray:
    """Return where each run of equal names starts."""
    changes = compute.not_equal(names.slice(1), names.slice(0, len(names) - 1))
    is_change = changes.to_numpy(zero_copy_only=False)
    return numpy.concatenate(([0], numpy.flatnonzero(is_change) + 1))


def _on_disk(hashes: numpy.ndarray) -> numpy.ndarray:
    with tempfile.TemporaryFile() as file:
        hashes.tofile(file)
        file.flush()
        return numpy.memmap(file, numpy.int64, "r")
