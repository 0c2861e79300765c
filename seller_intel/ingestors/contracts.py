"""File contracts: what an export file looks like and which records its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from seller_intel import streams, yaml_files
from seller_intel.ingestors import expressions
from seller_intel.ingestors.encodings import ALL as ENCODINGS
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
        return frozenset(own | personal_takes(self.lookups))

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


def personal_takes(lookups: tuple[Lookup, ...]) -> frozenset[str]:
    """Return the names of looked up values that come from personal columns."""
    return frozenset(
        f"{each.name}.{take}"
        for each in lookups
        for take, (_, source) in each.takes.items()
        if each.columns[source].is_personal
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


def parse(name: str, stated: Mapping[str, Any]) -> Contract:
    """Return the contract that a mapping states, checked against canonical_streams."""
    from seller_intel.ingestors import contract_parsing

    return contract_parsing.parse(name, stated)
