"""The streams that a file contract feeds, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seller_intel import streams
from seller_intel.ingestors import expressions
from seller_intel.ingestors.contracts import Column, ContractError, Feed
from seller_intel.ingestors.expressions import Expression, ExpressionError
from seller_intel.ingestors.stated import listed, only
from seller_intel.ingestors.value_types import bare_names, constants_of, type_of
from seller_intel.streams import CanonicalStream


def feeds_stated(stated: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    for stream, entry in stated["streams"].items():
        for each in entry if isinstance(entry, list) else [entry]:
            found.append((stream, each or {}))
    if not found:
        raise ContractError("feeds no stream")
    return found


_FEED_KEYS = {"fields", "when", "group_by", "once", "skip_without", "key"}
# What every record needs and the contract or the source knows.
_SUPPLIED = {
    "platform_id": {"from_source": "platform"},
    "shop_id": {"from_source": "shop_id"},
    "currency": {"from_source": "currency"},
}


def feed(
    name: str,
    entry: Mapping[str, Any],
    known: set[str],
    columns: Mapping[str, Column],
    derived: Mapping[str, Expression],
    types: Mapping[str, str | None],
    personal_takes: frozenset[str],
) -> Feed:
    only(entry, _FEED_KEYS, f"stream {name}")
    stream = streams.get(name)
    raw = dict(entry.get("fields") or {})
    unknown = raw.keys() - stream.fields.keys()
    if unknown:
        raise ContractError(f"stream {name} has no field {', '.join(sorted(unknown))}")
    fields = {}
    for field_name in stream.fields:
        stated = raw[field_name] if field_name in raw else _implied(field_name, known)
        if stated is None:
            continue
        try:
            fields[field_name] = expressions.parse(stated, known)
        except ExpressionError as error:
            raise ContractError(f"{name}.{field_name}: {error}") from error
    lacking = set(stream.required) - fields.keys()
    if lacking:
        raise ContractError(
            f"stream {name}: nothing feeds the required {', '.join(sorted(lacking))}"
        )
    for field_name, expression in fields.items():
        _check_type(stream, field_name, expression, columns, types, personal_takes)
    group_by = listed(entry.get("group_by"))
    if set(group_by) - known:
        raise ContractError(f"stream {name}: group_by {', '.join(group_by)}")
    when = entry.get("when")
    return Feed(
        stream=stream,
        fields=fields,
        key=listed(entry.get("key")) or stream.key,
        when=expressions.parse_condition(when, known) if when else None,
        group_by=group_by,
        is_once=bool(entry.get("once")),
        skip_without=listed(entry.get("skip_without")),
    )


def _implied(field_name: str, known: set[str]) -> Any:
    """A column or derived value of a field's own name feeds it."""
    own = f"{field_name}.hashed" if f"{field_name}.hashed" in known else field_name
    if field_name in _SUPPLIED:
        given = _SUPPLIED[field_name]
        return {"first": [own, given]} if own in known else given
    return own if own in known else None


def _check_type(
    stream: CanonicalStream,
    field_name: str,
    expression: Expression,
    columns: Mapping[str, Column],
    types: Mapping[str, str | None],
    personal_takes: frozenset[str],
) -> None:
    field_type = stream.fields[field_name].type
    if field_type == "hash" and type_of(expression, columns, types) != "hash":
        raise ContractError(
            f"{stream.name}.{field_name} takes a hash alone:"
            " say {hash: column, kind: buyer}"
        )
    personal = {
        name
        for name in bare_names(expression)
        if name in columns and columns[name].is_personal and not columns[name].pattern
    }
    personal |= bare_names(expression) & personal_takes
    if personal:
        raise ContractError(
            f"{stream.name}.{field_name} would land the personal"
            f" {', '.join(sorted(personal))}: hash it or leave it out"
        )
    allowed = stream.fields[field_name].values
    for constant in constants_of(expression):
        if allowed and constant is not None and constant not in allowed:
            raise ContractError(
                f"{stream.name}.{field_name}: {constant!r} is none of"
                f" {', '.join(allowed)}"
            )
