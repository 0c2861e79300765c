"""The canonical input streams, as frozen objects read from canonical_streams.yml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seller_intel import yaml_files

PATH = Path(__file__).with_name("canonical_streams.yml")
TYPES = (
    "id",
    "prefixed_id",
    "hash",
    "text",
    "integer",
    "boolean",
    "date",
    "timestamp",
    "money",
    "number",
)
KINDS = ("record", "observation")


class StreamError(ValueError):
    """canonical_streams.yml says something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field of a stream."""

    name: str
    type: str = "text"
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CanonicalStream:
    """What a record of one stream may hold, whoever delivers it."""

    name: str
    kind: str
    key: tuple[str, ...]
    fields: dict[str, Field]
    dated_by: str | None = None
    one_of: tuple[tuple[str, ...], ...] = ()
    exact_money: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields no record may lack."""
        return tuple(name for name, field in self.fields.items() if field.required)


@cache
def all_streams() -> dict[str, CanonicalStream]:
    """Return every canonical stream by name, in the order of the file."""
    stated = yaml_files.read(PATH)
    return {name: _stream(name, entry) for name, entry in stated.items()}


def get(name: str) -> CanonicalStream:
    """Return one canonical stream."""
    known = all_streams()
    if name not in known:
        raise StreamError(f"no canonical stream {name!r}; known: {', '.join(known)}")
    return known[name]


def _stream(name: str, entry: dict) -> CanonicalStream:
    fields = {key: _field(name, key, value) for key, value in entry["fields"].items()}
    stream = CanonicalStream(
        name=name,
        kind=entry["kind"],
        key=tuple(entry["key"]),
        fields=fields,
        dated_by=entry.get("dated_by"),
        one_of=tuple(tuple(names) for names in entry.get("one_of") or ()),
        exact_money=bool(entry.get("exact_money")),
    )
    named = {part for part in stream.key if part != "#"}
    named |= {stream.dated_by} if stream.dated_by else set()
    named |= {field for names in stream.one_of for field in names}
    if stream.kind not in KINDS or named - fields.keys():
        raise StreamError(f"{PATH.name}: {name}: kind or {sorted(named)} is wrong")
    return stream


def _field(stream: str, name: str, entry: dict) -> Field:
    field = Field(
        name=name,
        type=entry.get("type", "text"),
        required=bool(entry.get("required")),
        values=tuple(entry.get("values") or ()),
    )
    if field.type not in TYPES:
        raise StreamError(f"{PATH.name}: {stream}.{name}: no type {field.type!r}")
    return field
