"""Children: rows that a platform sends within another row, landed as a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from seller_intel.extraction import Asked
from seller_intel.ingestors import collecting
from seller_intel.ingestors.paging import Put, Row


def land(
    asked: Asked,
    put: Put,
    stream: str,
    parent: tuple[str, Any],
    rows: Iterable[Row],
    key_of: Callable[[Row, int], str],
    **more: Any,
) -> None:
    """Hand each row on, tied to its parent's key and time of change.

    `key_of` is given a row and its position, from 1; what it returns follows the
    parent's key. `more` goes into `_source`.
    """
    parent_key, updated_at = parent
    for position, row in enumerate(rows, 1):
        row["_source"] = collecting.source_of(
            asked,
            parent_key=parent_key,
            parent_updated_at=updated_at,
            position=position,
            **more,
        )
        put(stream, f"{parent_key}/{key_of(row, position)}", row)


def as_text(row: Row, *names: str) -> None:
    """Make ids text, in place; what is neither text nor a whole number stays."""
    for name in names:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            row[name] = str(value)


def version(row: Row) -> str:
    """Return a text that changes when anything in a row does."""
    return hashlib.blake2b(orjson.dumps(row), digest_size=8).hexdigest()
