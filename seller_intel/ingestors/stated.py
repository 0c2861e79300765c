"""What a YAML mapping states: its keys, and its lists of one or many."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.ingestors.contracts import ContractError
from seller_intel.ingestors.encodings import ALL as ENCODINGS
from seller_intel.ingestors.encodings import codec_of


def only(entry: Mapping[str, Any], keys: set[str], what: str) -> None:
    """Refuse keys that mean nothing."""
    unknown = set(entry) - keys
    if unknown:
        raise ContractError(f"{what}: unknown {', '.join(map(repr, sorted(unknown)))}")


def listed(stated: Any) -> tuple[str, ...]:
    """Return what a mapping states as a tuple: nothing, one or several."""
    if stated is None:
        return ()
    if isinstance(stated, list | tuple):
        return tuple(str(each) for each in stated)
    return (str(stated),)


def encodings_of(stated: Any) -> tuple[str, ...]:
    """Return the encodings a contract allows, all where it names none."""
    names = listed(stated) or ENCODINGS
    for name in names:
        codecs.lookup(codec_of(name))
    return names


def zone_of(name: str | None) -> str | None:
    """Return the name of a time zone that there is."""
    if name is not None:
        ZoneInfo(name)
    return name
