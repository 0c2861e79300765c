"""Lines: records on their way into landings, packed while the next ones are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson

from seller_intel.extraction import Asked
from seller_intel.landing import Writer

# Lines are handed over to be packed when they are this many bytes.
_HANDFUL = 1 << 20


class Lines:
    """Takes the records of one page after another into the landings of a reading.

    Packing lets other work go on, so it is done beside, a handful of lines at a time;
    a handful waits until the one before is packed, so that no more than two are in
    memory.
    """

    def __init__(self, asked: Asked):
        self._asked = asked
        self._observed_at = asked.as_of.isoformat()
        self._pool = ThreadPoolExecutor(1, "packing")
        self._pending: Future[None] | None = None
        self._parts: dict[str, list[bytes]] = {
            stream.name: [] for stream in asked.source.streams
        }
        self._label, self._number, self._bytes = "", 0, 0

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._hand_over()
            self._wait()
        finally:
            self._pool.shutdown()

    def begin(self, label: str) -> None:
        """Start the lines of a page."""
        self._label, self._number = label, 0

    def put(self, stream: str, key: str, record: Mapping[str, Any]) -> None:
        """Take one record, where its stream is wanted."""
        parts = self._parts.get(stream)
        if parts is None:
            return
        self._number += 1
        line = {
            "key": key,
            "observed_at": self._observed_at,
            "source_ref": f"{self._label}:{self._number}",
            "record": record,
        }
        packed = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
        self._bytes += len(packed)
        parts.append(packed)

    def first_wanted(self, streams: Iterable[str]) -> str:
        """Return the first of some streams that is wanted."""
        return next(stream for stream in streams if stream in self._parts)

    def error(self, stream: str, reason: str, record: Mapping[str, Any]) -> None:
        """Take a row of which no record could be made."""
        self._wait()
        place = f"{self._label}:{self._number + 1}"
        self._asked.writer(stream).error("unreadable_row", reason, place, record)

    def end(self) -> None:
        """End the lines of a page."""
        if self._bytes >= _HANDFUL:
            self._hand_over()

    def _hand_over(self) -> None:
        given = [
            (self._asked.writer(stream), parts)
            for stream, parts in self._parts.items()
            if parts
        ]
        if not given:
            return
        self._parts, self._bytes = {stream: [] for stream in self._parts}, 0
        self._wait()
        self._pending = self._pool.submit(_pack, given)

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None


def _pack(given: Sequence[tuple[Writer, list[bytes]]]) -> None:
    for writer, parts in given:
        writer.block(memoryview(b"".join(parts)), len(parts))
