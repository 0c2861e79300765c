"""A mapping of any size in bounded memory, in the order its keys first came."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import orjson

_FILTER_BITS = 1 << 27
_CACHE_KB = 16_384


class Spill:
    """Keeps the newest keys in memory and the rest in a temporary file.

    Values are anything JSON can hold. A filter of two bits a key spares the file the
    question for keys that never came.
    """

    def __init__(self, in_memory: int):
        self._limit = in_memory
        self._near: dict[str, Any] = {}
        self._far: sqlite3.Connection | None = None
        self._filter = bytearray()

    def get(self, key: str) -> Any | None:
        """Return the value of a key, None for a new one."""
        value = self._near.get(key)
        if value is None and self._far is not None and self._may_be_far(key):
            row = self._far.execute(
                "select value from kept where key = ?", [key]
            ).fetchone()
            value = _unpacked(row[0]) if row else None
        return value

    def put(self, key: str, value: Any) -> None:
        """Keep a value under a key."""
        self._near[key] = value
        if len(self._near) >= self._limit:
            self._flush()

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield every key with its newest value, in the order the keys first came."""
        if self._far is None:
            yield from self._near.items()
            return
        self._flush()
        for key, value in self._far.execute("select key, value from kept order by at"):
            yield key, _unpacked(value)

    def close(self) -> None:
        """Give up memory and file."""
        self._near.clear()
        if self._far is not None:
            self._far.close()

    def _flush(self) -> None:
        if self._far is None:
            self._far = _temporary()
            self._filter = bytearray(_FILTER_BITS >> 3)
        self._far.executemany(
            "insert into kept (key, value) values (?, ?)"
            " on conflict (key) do update set value = excluded.value",
            ((key, _packed(value)) for key, value in self._near.items()),
        )
        for key in self._near:
            for bit in _bits(key):
                self._filter[bit >> 3] |= 1 << (bit & 7)
        self._near.clear()

    def _may_be_far(self, key: str) -> bool:
        first, second = _bits(key)
        return bool(
            self._filter[first >> 3] & 1 << (first & 7)
            and self._filter[second >> 3] & 1 << (second & 7)
        )


def _packed(value: Any) -> Any:
    return value if isinstance(value, int) else orjson.dumps(value)


def _unpacked(value: Any) -> Any:
    return value if isinstance(value, int) else orjson.loads(value)


def _bits(key: str) -> tuple[int, int]:
    mixed = hash(key)
    return mixed % _FILTER_BITS, (mixed >> 27) % _FILTER_BITS


def _temporary() -> sqlite3.Connection:
    """Open a database that the operating system forgets when it is closed."""
    file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    file.execute("pragma journal_mode = off")
    file.execute("pragma synchronous = off")
    file.execute(f"pragma cache_size = -{_CACHE_KB}")
    file.execute(
        "create table kept (at integer primary key, key text unique, value blob)"
    )
    # one transaction for its whole life: nothing here outlives the process
    file.execute("begin")
    return file
