"""File contracts: what an export file looks like and which records its rows are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import yaml

from seller_intel import streams, yaml_files
from seller_intel.ingestors import expressions, money
from seller_intel.ingestors.encodings import ALL as ENCODINGS
from seller_intel.ingestors.encodings import codec_of
from seller_intel.ingestors.expressions import Condition, Expression, ExpressionError
from seller_intel.ingestors.headers import Wanted
from seller_intel.ingestors.tables import Layout
from seller_intel.streams import CanonicalStream

FOLDER = Path(__file__).with_name("file_contracts")
TYPES = (*streams.TYPES, "currency", "percent", "share")
# The days that a file's name says it covers: orders_2026-11-01_2026-11-12.csv
NAMED_WINDOW = r"_(?P<from>\d{4}-\d{2}-\d{2})_(?P<to>\d{4}-\d{2}-\d{2})(?:\.|$)"
FORMS = ("csv", "tsv", "xlsx", "xls", "parquet", "jsonl")


class ContractError(ValueError):
    """A contract says something that cannot be meant."""


@dataclass(frozen=True)
class Column:
    """One column of the file and how its cells are read."""

    name: str
    headers: tuple[str, ...]
    type: str = "text"
    is_required: bool = False
    is_personal: bool = False
    example: str = ""
    unit: str = "1"
    decimal_sign: str = "."
    formats: tuple[str, ...] = ()
    zone: str | None = None
    time_of_day: str = "00:00:00"
    missing: frozenset[str] = frozenset()
    pattern: str | None = None
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Feed:
    """The records of one stream that rows give."""

    stream: CanonicalStream
    fields: dict[str, Expression]
    key: tuple[str, ...]
    when: Condition | None = None
    group_by: tuple[str, ...] = ()
    is_once: bool = False
    skip_without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """Columns taken from another file that lies beside."""

    name: str
    file: str
    key: str
    by: str
    columns: dict[str, Column]
    takes: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Contract:
    """One kind of file, as its YAML describes it."""

    name: str
    title: str
    note: str
    columns: dict[str, Column]
    derived: dict[str, Expression]
    feeds: tuple[Feed, ...]
    fingerprint: str
    platform: str | None = None
    is_template: bool = False
    is_full: bool = False
    forms: tuple[str, ...] = ("csv",)
    encodings: tuple[str, ...] = ENCODINGS
    delimiters: tuple[str, ...] = (",", "\t", ";", "|")
    is_quoted: bool = True
    sheets: tuple[str, ...] = ()
    time_zone: str | None = None
    currency: str | None = None
    phone_region: str = "CN"
    dropped: tuple[str, ...] = ()
    fill_by: str | None = None
    fill_columns: tuple[str, ...] = ()
    skip_rows: tuple[tuple[str, frozenset[str]], ...] = ()
    window: str | None = None
    lookups: tuple[Lookup, ...] = ()
    is_strict: bool = False
    types: dict[str, str | None] = field(default_factory=dict)

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams its rows feed; the first says what days it covers."""
        return tuple(dict.fromkeys(feed.stream.name for feed in self.feeds))

    @property
    def looked_up(self) -> tuple[str, ...]:
        """Names of the values that lookups add to a row, in their cells' order."""
        return tuple(
            f"{each.name}.{take}" for each in self.lookups for take in each.takes
        )

    @property
    def personal(self) -> frozenset[str]:
        """Names of the cells, looked up ones among them, that must not be kept."""
        own = {each.name for each in self.columns.values() if each.is_personal}
        return frozenset(own | _personal_takes(self.lookups))

    @property
    def reads_clock(self) -> bool:
        """Say whether records hold the instant of the run."""
        sources = [*self.derived.values()]
        sources += [each for feed in self.feeds for each in feed.fields.values()]
        return any(expressions.reads(each, "as_of") for each in sources)

    @property
    def layout(self) -> Layout:
        """What a reader of tables must know."""
        return Layout(
            contract=self.name,
            columns=tuple(
                Wanted(column.name, column.headers, column.is_required)
                for column in self.columns.values()
                if column.headers
            ),
            encodings=self.encodings,
            delimiters=self.delimiters,
            is_quoted=self.is_quoted,
            sheets=self.sheets,
            is_strict=self.is_strict,
        )


def names() -> list[str]:
    """Return the names of the contracts that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str | Path) -> Contract:
    """Return a contract by its name, or of a YAML file by its path."""
    path = path_of(name)
    return _load(path, path.stat().st_mtime_ns)


def path_of(name: str | Path) -> Path:
    """Return the YAML of a contract."""
    text = str(name)
    if text.endswith((".yml", ".yaml")):
        path = Path(text)
        if not path.is_file():
            raise ContractError(f"no contract file {path}")
        return path
    path = FOLDER / f"{text}.yml"
    if "/" in text or not path.is_file():
        from seller_intel.ingestors.headers import nearest

        near = nearest(text, names())
        hint = f" (is it {near!r}?)" if near else ""
        raise ContractError(f"no contract {text!r}{hint}; known: {', '.join(names())}")
    return path


def show(name: str | Path) -> str:
    """Return the contract as a person reads it: title, headers, streams, the YAML."""
    from seller_intel.ingestors import contract_pages

    return contract_pages.show(load(name), path_of(name).read_text(encoding="utf-8"))


def template(name: str | Path) -> bytes:
    """Return a file to fill in: the headers and one example row."""
    from seller_intel.ingestors import contract_pages

    return contract_pages.template(load(name))


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int) -> Contract:
    try:
        stated = yaml_files.read(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: {error}") from error
    if not isinstance(stated, Mapping):
        raise ContractError(f"{path}: expected a mapping with columns: and streams:")
    try:
        return parse(path.stem, stated)
    except (ExpressionError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContractError(f"contract {path.stem}: {error}") from error


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
    _known(stated, _KEYS, "contract")
    is_template = bool(stated.get("template"))
    feeds_stated = _feeds_stated(stated)
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
            _feed(
                stream,
                entry,
                known,
                columns,
                derived,
                types,
                _personal_takes(lookups),
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
        encodings=_encodings(stated.get("encodings")),
        delimiters=_list(stated.get("delimiter")) or (",", "\t", ";", "|"),
        is_quoted=bool(stated.get("quoted", True)),
        sheets=_list(stated.get("sheet")),
        time_zone=_zone(stated.get("time_zone")),
        currency=stated.get("currency"),
        phone_region=str(stated.get("phone_region") or "CN"),
        dropped=_list(stated.get("drop")),
        fill_by=(stated.get("fill_down") or {}).get("by"),
        fill_columns=_list((stated.get("fill_down") or {}).get("columns")),
        skip_rows=tuple(
            (key, frozenset(map(expressions.word, _list(value))))
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
    _known(entry, _COLUMN_KEYS, f"column {name}")
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
    headers = _list(entry.get("headers"))
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
        formats=_list(entry.get("formats")),
        zone=_zone(entry.get("zone")),
        time_of_day=str(entry.get("time_of_day") or "00:00:00"),
        missing=frozenset(
            (*_list(stated.get("missing")), *_list(entry.get("missing")))
        ),
        pattern=entry.get("pattern"),
        values=tuple(
            (expressions.word(key), value)
            for key, value in (entry.get("values") or {}).items()
        ),
    )


def _feeds_stated(stated: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
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


def _feed(
    name: str,
    entry: Mapping[str, Any],
    known: set[str],
    columns: Mapping[str, Column],
    derived: Mapping[str, Expression],
    types: Mapping[str, str | None],
    personal_takes: frozenset[str],
) -> Feed:
    _known(entry, _FEED_KEYS, f"stream {name}")
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
    group_by = _list(entry.get("group_by"))
    if set(group_by) - known:
        raise ContractError(f"stream {name}: group_by {', '.join(group_by)}")
    when = entry.get("when")
    return Feed(
        stream=stream,
        fields=fields,
        key=_list(entry.get("key")) or stream.key,
        when=expressions.parse_condition(when, known) if when else None,
        group_by=group_by,
        is_once=bool(entry.get("once")),
        skip_without=_list(entry.get("skip_without")),
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
    for constant in _constants(expression):
        if allowed and constant is not None and constant not in allowed:
            raise ContractError(
                f"{stream.name}.{field_name}: {constant!r} is none of"
                f" {', '.join(allowed)}"
            )


def bare_names(expression: Expression) -> set[str]:
    """Return the names whose text would come through as it is."""
    if expression.verb in ("hash", "province"):
        kind_of = expression.parts[1:] if expression.verb == "hash" else ()
        return {name for part in kind_of for name in bare_names(part)}
    found = {expression.value} if expression.verb == "name" else set()
    if expression.verb == "text":
        found |= set(expressions.slots_of(expression.value)) - {"#"}
    for part in expression.parts:
        found |= bare_names(part)
    return found


def _constants(expression: Expression) -> list[Any]:
    """Return the constants that an expression itself may give."""
    if expression.verb == "constant":
        return [expression.value]
    if expression.verb in ("first", "case"):
        return [each for part in expression.parts for each in _constants(part)]
    if expression.verb == "map":
        values = [value for _, value in expression.mapping]
        return values + ([] if expression.value == "refuse" else [expression.value])
    return []


def type_of(
    expression: Expression,
    columns: Mapping[str, Column],
    types: Mapping[str, str | None],
) -> str | None:
    """Return the type an expression gives, None where it is mere text."""
    parts = [type_of(part, columns, types) for part in expression.parts]
    match expression.verb:
        case "name":
            column = columns.get(expression.value)
            return column.type if column else types.get(expression.value)
        case "sum" | "product" | "minus" | "size":
            return "money" if "money" in parts else "number"
        case "hash":
            return None if expression.keep else "hash"
        case "as":
            return expression.type
        case "latest" | "earliest" | "first" | "case" | "rows":
            return next((each for each in parts if each), None)
        case _:
            return None


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
        if own or bare & _personal_takes(lookups):
            raise ContractError(f"derived {name}: a personal column must be hashed")
        derived[name] = expression
        types[name] = type_of(expression, columns, types)
        known.add(name)
    return derived, types


_LOOKUP_KEYS = {"file", "key", "by", "columns", "take"}


def _lookup(name: str, entry: Mapping[str, Any], stated: Mapping[str, Any]) -> Lookup:
    _known(entry, _LOOKUP_KEYS, f"lookup {name}")
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


def _personal_takes(lookups: tuple[Lookup, ...]) -> frozenset[str]:
    """Return the names of looked up values that come from personal columns."""
    return frozenset(
        f"{each.name}.{take}"
        for each in lookups
        for take, (_, source) in each.takes.items()
        if each.columns[source].is_personal
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


def _known(entry: Mapping[str, Any], keys: set[str], what: str) -> None:
    unknown = set(entry) - keys
    if unknown:
        raise ContractError(f"{what}: unknown {', '.join(map(repr, sorted(unknown)))}")


def _list(stated: Any) -> tuple[str, ...]:
    if stated is None:
        return ()
    if isinstance(stated, list | tuple):
        return tuple(str(each) for each in stated)
    return (str(stated),)


def _encodings(stated: Any) -> tuple[str, ...]:
    import codecs

    listed = _list(stated) or ENCODINGS
    for name in listed:
        codecs.lookup(codec_of(name))
    return listed


def _zone(name: str | None) -> str | None:
    if name is not None:
        ZoneInfo(name)
    return name
