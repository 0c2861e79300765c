"""Check suites: YAML in the library's own shape, read and validated without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from seller_intel import settings, yaml_files

CRITICAL, WARNING = "critical", "warning"
_SUITE_KEYS = {"name", "like", "expectations", "meta", "notes"}
_CHECK_KEYS = {"type", "kwargs", "severity", "notes"}
_COLUMN_KEYS = ("column", "column_A", "column_B")
_COLUMN_LISTS = ("column_list", "column_set")
# Terms that a sentence about an expectation leaves to the reader of the suite.
_UNSPOKEN = ("row_condition", "ignore_row_if", "unexpected_rows_query")
_META_KEYS = {"key", "business_date", "sums"}


class SuiteError(ValueError):
    """A suite is missing or says something that cannot be meant."""


@dataclass(frozen=True)
class Check:
    """One expectation of a suite."""

    type: str
    kwargs: dict[str, Any] = field(hash=False)
    severity: str
    notes: str | None = None

    @property
    def column(self) -> str | None:
        """The column it asks about; where it asks about several, all of them."""
        return ", ".join(self.columns) or None

    @property
    def columns(self) -> list[str]:
        """The columns it asks about."""
        named = [self.kwargs[key] for key in _COLUMN_KEYS if key in self.kwargs]
        for key in _COLUMN_LISTS:
            named += self.kwargs.get(key) or []
        return named

    @property
    def needed_columns(self) -> list[str]:
        """The columns that must be there for it to be asked, its condition's too."""
        return [*self.columns, *_condition_columns(self.kwargs.get("row_condition"))]

    @property
    def needs_every_column(self) -> bool:
        """Whether it is a query of its own, which may read any column."""
        return "unexpected_rows_query" in self.kwargs

    @property
    def subject(self) -> tuple[str, str | None, str]:
        """What a suite of its own may restate of a shared suite."""
        return self.type, self.column, self.severity

    def sentence(self) -> str:
        """Return the expectation as a person would read it."""
        named = {*_COLUMN_KEYS, *_COLUMN_LISTS}
        terms = [
            f"{key} {_plain(value)}"
            for key, value in self.kwargs.items()
            if key not in named and key not in _UNSPOKEN
        ]
        if "description" in self.kwargs:
            return str(self.kwargs["description"])
        asked = self.type.removeprefix("expect_").removeprefix("column_")
        return " ".join([asked.replace("_", " "), *terms])


@dataclass(frozen=True)
class Suite:
    """The expectations of one table, in the order of its file."""

    name: str
    path: Path
    checks: tuple[Check, ...]
    key: tuple[str, ...] = ()
    business_date: str | None = None
    sums: tuple[str, ...] = ()


def of_stream(stream_id: str) -> Suite:
    """Return the suite of the deliveries of one stream."""
    path = settings.current().expectations_dir / "raw" / f"{stream_id}.yml"
    return read(path, f"raw.{stream_id}")


def of_mart(mart: str) -> Suite:
    """Return the suite of one mart."""
    path = settings.current().expectations_dir / "marts" / f"{mart}.yml"
    return read(path, f"marts.{mart}")


def marts() -> list[str]:
    """Return the marts that have a suite, by name."""
    folder = settings.current().expectations_dir / "marts"
    return sorted(path.stem for path in folder.glob("*.yml"))


def shared(name: str) -> Suite:
    """Return what every load, or every mart, is asked: every_load, every_mart."""
    return read(settings.current().expectations_dir / f"{name}.yml", name)


def merged(common: Suite, own: list[Check]) -> tuple[Check, ...]:
    """Return a shared suite with the checks that a suite of its own states anew."""
    restated = {check.subject for check in own}
    kept = [check for check in common.checks if check.subject not in restated]
    return (*kept, *own)


def read(path: Path, name: str) -> Suite:
    """Return one suite, or raise naming the file and what is wrong in it.

    `like` names a suite beside it whose checks this one asks too, but for those it
    states anew.
    """
    if not path.exists():
        raise SuiteError(f"no suite for {name}: write {path}")
    try:
        stated = yaml_files.read(path)
    except yaml.YAMLError as error:
        raise SuiteError(f"{path}: not YAML: {error}") from error
    if not isinstance(stated, dict) or set(stated) - _SUITE_KEYS:
        raise SuiteError(f"{path}: expected only {', '.join(sorted(_SUITE_KEYS))}")
    if stated.get("name") != name:
        raise SuiteError(f"{path}: name must be {name}, not {stated.get('name')}")
    listed = stated.get("expectations")
    if listed is None and "like" in stated:
        listed = []
    if not isinstance(listed, list) or not (listed or "like" in stated):
        raise SuiteError(f"{path}: expectations must be a list of at least one")
    own = [_check(path, number, each) for number, each in enumerate(listed, 1)]
    checks = merged(_likened(path, stated), own) if "like" in stated else tuple(own)
    return Suite(name=name, path=path, checks=checks, **_meta(path, stated))


def _likened(path: Path, stated: dict[str, Any]) -> Suite:
    """Return the suite that another one is like; one that is like a third is none."""
    folder, _, table = str(stated["like"]).partition(".")
    model = path.with_name(f"{table}.yml")
    if folder != path.parent.name or model == path or not model.exists():
        raise SuiteError(f"{path}: like names no suite beside it: {stated['like']}")
    if "like" in (yaml_files.read(model) or {}):
        raise SuiteError(f"{path}: {stated['like']} is like another suite itself")
    return read(model, str(stated["like"]))


def _check(path: Path, number: int, stated: Any) -> Check:
    where = f"{path}: expectation {number}"
    if not isinstance(stated, dict) or not isinstance(stated.get("type"), str):
        raise SuiteError(f"{where}: expected a mapping with a type")
    where = f"{where} ({stated['type']})"
    unknown = set(stated) - _CHECK_KEYS
    if unknown:
        raise SuiteError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if stated.get("severity") not in (CRITICAL, WARNING):
        raise SuiteError(f"{where}: severity must be {CRITICAL} or {WARNING}")
    kwargs = stated.get("kwargs")
    if not isinstance(kwargs, dict) or not kwargs:
        raise SuiteError(f"{where}: kwargs must be a mapping")
    condition = kwargs.get("row_condition")
    if condition is not None and not isinstance(condition, dict):
        raise SuiteError(f"{where}: row_condition must be a mapping with a type")
    check = Check(
        type=stated["type"],
        kwargs=kwargs,
        severity=stated["severity"],
        notes=stated.get("notes"),
    )
    if not all(isinstance(column, str) for column in check.columns):
        raise SuiteError(f"{where}: a column must be a name")
    return check


def _plain(value: Any) -> Any:
    """Return the name of a parameter, any other term as it is."""
    return value.get("$PARAMETER", value) if isinstance(value, dict) else value


def _condition_columns(condition: Any) -> list[str]:
    """Return the columns of a row condition in the library's shape: nested mappings."""
    if not isinstance(condition, dict):
        return []
    own = condition.get("column")
    names = [own["name"]] if isinstance(own, dict) and "name" in own else []
    for part in condition.get("conditions") or []:
        names += _condition_columns(part)
    return names


def _meta(path: Path, stated: dict[str, Any]) -> dict[str, Any]:
    meta = stated.get("meta") or {}
    if not isinstance(meta, dict) or set(meta) - _META_KEYS:
        raise SuiteError(f"{path}: meta knows only {', '.join(sorted(_META_KEYS))}")
    return {
        "key": tuple(meta.get("key") or ()),
        "business_date": meta.get("business_date"),
        "sums": tuple(meta.get("sums") or ()),
    }
