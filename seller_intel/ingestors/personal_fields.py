"""Personal fields: a platform's table of paths, dropped or hashed before landing.

A table maps a path (`consigneeInfo.mobile`, `items[].phone`) to what is done with it:
DROP, or the kind of id whose keyed hash takes its place as `<field>_hash`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seller_intel.personal import Hasher

DROP = ""
Table = Mapping[str, str]
Scrub = Callable[[dict[str, Any]], None]


def scrubber(table: Table, hasher: Hasher, platform: str, region: str = "CN") -> Scrub:
    """Return what takes the personal fields out of a record, in place.

    A value of an unexpected shape (an object where text was meant) is dropped.
    """
    here: dict[str, str] = {}
    below: dict[str, dict[str, str]] = {}
    for path, kind in table.items():
        name, _, rest = path.partition(".")
        if rest:
            below.setdefault(name.removesuffix("[]"), {})[rest] = kind
        else:
            here[name] = kind
    inner = {
        name: scrubber(part, hasher, platform, region) for name, part in below.items()
    }

    dropped = frozenset(name for name, kind in here.items() if kind == DROP)
    hashed = [(name, f"{name}_hash", kind) for name, kind in here.items() if kind]
    parts = tuple(inner.items())

    def scrub(record: dict[str, Any]) -> None:
        if not dropped.isdisjoint(record):
            for name in dropped.intersection(record):
                del record[name]
        for name, hash_name, kind in hashed:
            if name in record:
                value = record.pop(name)
                record[hash_name] = _hashed(hasher, kind, value, platform, region)
        for name, scrub_part in parts:
            if name not in record:
                continue
            value = record[name]
            if isinstance(value, dict):
                scrub_part(value)
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, dict):
                        scrub_part(each)
            elif value is not None:
                record.pop(name)

    return scrub


def _hashed(
    hasher: Hasher, kind: str, value: Any, platform: str, region: str
) -> str | None:
    if type(value) is int:
        value = str(value)
    elif type(value) is not str:
        return None
    return hasher.hash(kind, value, platform, region)
