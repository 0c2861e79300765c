"""The YAML of a file contract, read and checked against the canonical streams."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import orjson

from seller_intel import streams
from seller_intel.ingestors import expressions, feed_parsing, money
from seller_intel.ingestors.contracts import (
    FORMS,
    NAMED_WINDOW,
    TYPES,
    Column,
    Contract,
    ContractError,
    Lookup,
    personal_takes,
)
from seller_intel.ingestors.expressions import Expression, ExpressionError
from seller_intel.ingestors.stated import encodings_of, listed, only, zone_of
from seller_intel.ingestors.value_types import bare_names, type_of

_KEYS = {
    "title",
    "note",
    "columns",
    "derived",
    "streams",
    "platform",
    "template",
    "full",
    "forms",
    "encodings",
    "delimiter",
    "quoted",
    "sheet",
    "time_zone",
    "currency",
    "phone_region",
    "decimal",
    "missing",
    "drop",
    "fill_down",
    "skip_rows",
    "window",
    "lookups",
    "other_columns",
}


def parse(name: str, stated: Mapping[str, Any]) -> Contract:
    """Return the contract that a mapping states, checked against canonical_streams."""
    only(stated, _KEYS, "contract")
    is_template = bool(stated.get("template"))
    feeds_stated = feed_parsing.feeds_stated(stated)
    columns = {
        key: _column(key, value or {}, stated, is_template, feeds_stated)
        for key, value in stated["columns"].items()
    }
    lookups = tuple(
        _lookup(key, value, stated)
        for key, value in (stated.get("lookups") or {}).items()
    )
    extra = {f"{each.name}.{take}" for each in lookups for take in each.takes}
    derived, types = _derived(stated.get("derived") or {}, columns, extra, lookups)
    for column, entry in stated["columns"].items():
        if (entry or {}).get("hash"):
            hashed = {"hash": column, "kind": entry["hash"]}
            hashed |= {"keep": entry["keep"]} if entry.get("keep") else {}
            derived[f"{column}.hashed"] = expressions.parse(hashed, {column})
            types[f"{column}.hashed"] = "hash"
    known = columns.keys() | derived.keys() | extra
    platform = stated.get("platform")
    contract = Contract(
        name=name,
        title=str(stated["title"]),
        note=str(stated.get("note") or ""),
        columns=columns,
        derived=derived,
        feeds=tuple(
            feed_parsing.feed(
                stream,
                entry,
                known,
                columns,
                derived,
                types,
                personal_takes(lookups),
            )
            for stream, entry in feeds_stated
        ),
        fingerprint=hashlib.sha256(
            orjson.dumps(stated, option=orjson.OPT_SORT_KEYS, default=str)
        ).hexdigest()[:16],
        platform=platform,
        is_template=is_template,
        is_full=bool(stated.get("full")),
        forms=tuple(stated.get("forms") or ("csv", "xlsx")),
        encodings=encodings_of(stated.get("encodings")),
        delimiters=listed(stated.get("delimiter")) or (",", "\t", ";", "|"),
        is_quoted=bool(stated.get("quoted", True)),
        sheets=listed(stated.get("sheet")),
        time_zone=zone_of(stated.get("time_zone")),
        currency=stated.get("currency"),
        phone_region=str(stated.get("phone_region") or "CN"),
        dropped=listed(stated.get("drop")),
        fill_by=(stated.get("fill_down") or {}).get("by"),
        fill_columns=listed((stated.get("fill_down") or {}).get("columns")),
        skip_rows=tuple(
            (key, frozenset(map(expressions.word, listed(value))))
            for key, value in (stated.get("skip_rows") or {}).items()
        ),
        window=stated.get("window", NAMED_WINDOW),
        lookups=lookups,
        is_strict=stated.get("other_columns", "refuse" if is_template else "ignore")
        == "refuse",
        types=types,
    )
    _check(contract)
    return contract


_COLUMN_KEYS = {
    "headers",
    "as",
    "required",
    "personal",
    "hash",
    "keep",
    "example",
    "unit",
    "decimal",
    "formats",
    "zone",
    "time_of_day",
    "missing",
    "pattern",
    "values",
}


def _column(
    name: str,
    entry: Mapping[str, Any],
    stated: Mapping[str, Any],
    is_template: bool,
    feeds: list[tuple[str, Mapping[str, Any]]],
) -> Column:
    only(entry, _COLUMN_KEYS, f"column {name}")
    canonical = [
        streams.get(stream).fields[name]
        for stream, _ in feeds
        if name in streams.get(stream).fields
    ]
    is_needed = any(
        streams.get(stream).fields[name].required
        for stream, feed in feeds
        if name in streams.get(stream).fields and name not in (feed.get("fields") or {})
    )
    as_type = entry.get("as") or (canonical[0].type if canonical else "text")
    as_type = "text" if as_type == "hash" else as_type
    if as_type not in TYPES:
        raise ContractError(f"column {name}: no type {as_type!r}")
    if entry.get("unit"):
        money.unit_of(str(entry["unit"]))
    if entry.get("pattern"):
        re.compile(entry["pattern"])
    headers = listed(entry.get("headers"))
    if not (headers or is_template):
        raise ContractError(f"column {name}: needs headers, as an export has them")
    supplied = {"platform_id", "shop_id", "currency"}
    return Column(
        name=name,
        headers=(name, *headers) if is_template else headers,
        type=as_type,
        is_required=bool(entry.get("required", is_needed and name not in supplied)),
        is_personal=bool(entry.get("personal") or entry.get("hash")),
        example=str(entry.get("example") or ""),
        unit=str(entry.get("unit") or "1"),
        decimal_sign=str(entry.get("decimal") or stated.get("decimal") or "."),
        formats=listed(entry.get("formats")),
        zone=zone_of(entry.get("zone")),
        time_of_day=str(entry.get("time_of_day") or "00:00:00"),
        missing=frozenset(
            (*listed(stated.get("missing")), *listed(entry.get("missing")))
        ),
        pattern=entry.get("pattern"),
        values=tuple(
            (expressions.word(key), value)
            for key, value in (entry.get("values") or {}).items()
        ),
    )


def _derived(
    stated: Mapping[str, Any],
    columns: Mapping[str, Column],
    extra: set[str],
    lookups: tuple[Lookup, ...],
) -> tuple[dict[str, Expression], dict[str, str | None]]:
    types: dict[str, str | None] = {
        f"{each.name}.{take}": each.columns[source].type
        for each in lookups
        for take, (_, source) in each.takes.items()
    }
    derived: dict[str, Expression] = {}
    known = set(columns) | extra
    for name, raw in stated.items():
        if name in known:
            raise ContractError(f"derived {name}: a column has this name")
        try:
            expression = expressions.parse(raw, known)
        except ExpressionError as error:
            raise ContractError(f"derived {name}: {error}") from error
        bare = bare_names(expression)
        own = {each for each in bare & columns.keys() if columns[each].is_personal}
        if own or bare & personal_takes(lookups):
            raise ContractError(f"derived {name}: a personal column must be hashed")
        derived[name] = expression
        types[name] = type_of(expression, columns, types)
        known.add(name)
    return derived, types


_LOOKUP_KEYS = {"file", "key", "by", "columns", "take"}


def _lookup(name: str, entry: Mapping[str, Any], stated: Mapping[str, Any]) -> Lookup:
    only(entry, _LOOKUP_KEYS, f"lookup {name}")
    columns = {
        key: _column(key, value or {}, stated, False, [])
        for key, value in entry["columns"].items()
    }
    takes = {}
    for take, how in entry["take"].items():
        aggregate, of = (
            ("first", how) if isinstance(how, str) else next(iter(how.items()))
        )
        if of not in columns or aggregate not in expressions.AGGREGATES:
            raise ContractError(f"lookup {name}: {take} takes {how!r}")
        takes[take] = (aggregate, of)
    return Lookup(
        name=name,
        file=str(entry["file"]),
        key=str(entry["key"]),
        by=str(entry["by"]),
        columns=columns,
        takes=takes,
    )


def _check(contract: Contract) -> None:
    """Check what only the whole contract can show."""
    named = {contract.fill_by} if contract.fill_by else set()
    named |= set(contract.fill_columns) | {key for key, _ in contract.skip_rows}
    named |= {each.by for each in contract.lookups}
    unknown = named - contract.columns.keys()
    if unknown:
        raise ContractError(f"no column {', '.join(sorted(unknown))}")
    if set(contract.forms) - set(FORMS):
        raise ContractError(f"forms: some of {', '.join(FORMS)}")
    if contract.window:
        groups = re.compile(contract.window).groupindex
        if "from" not in groups:
            raise ContractError("window: the pattern needs a group named from")
    for each in contract.lookups:
        if each.key not in each.columns or "/" in each.file or ".." in each.file:
            raise ContractError(f"lookup {each.name}: key or file")
    for feed in contract.feeds:
        for name, expression in feed.fields.items():
            if expression.verb == "rows" and not feed.group_by:
                raise ContractError(f"{feed.stream.name}.{name}: rows: needs group_by")
            if any(_has_rows(part) for part in expression.parts):
                raise ContractError(
                    f"{feed.stream.name}.{name}: rows: stands outermost"
                )
    if any(_has_rows(expression) for expression in contract.derived.values()):
        raise ContractError("rows: stands in a field of a stream with group_by")


def _has_rows(expression: Expression) -> bool:
    return expression.verb == "rows" or any(map(_has_rows, expression.parts))
