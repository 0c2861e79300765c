"""Drop folders: which files lie there, under which contract, and which to leave."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from seller_intel.ingestors.compressed import Limits
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.sources import Source

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp")
_OWNERS_MARKS = ("~$", ".~lock", ".", "~")
_PACKED = (".gz", ".zip")


@dataclass(frozen=True)
class Found:
    """A file of a drop folder and the contract it is read by."""

    name: str
    path: Path
    contract: str


def files(source: Source) -> list[Found]:
    """Return the files of a source's folder in the order of their names.

    The first rule whose pattern fits a file has it; a pattern also takes the file with
    .gz or .zip behind.
    """
    folder = source.folder
    if folder is None:
        raise FileRefused(f"source {source.name}: no folder")
    for rule in source.files:
        if rule.pattern.startswith("/") or ".." in rule.pattern.split("/"):
            raise FileRefused(
                f"source {source.name}: the pattern {rule.pattern!r} leaves its folder"
            )
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(_finished(folder)):
        name = path.relative_to(folder).as_posix()
        for rule in source.files:
            if _fits(name, rule.pattern):
                found.append(Found(name, path, rule.contract))
                break
    return found


def limits(source: Source) -> Limits:
    """Return the bounds of a source's files; `options: limits:` may change them."""
    stated = source.options.get("limits") or {}
    unknown = set(stated) - {field.name for field in fields(Limits)}
    if unknown:
        raise FileRefused(
            f"source {source.name}: no limit {', '.join(sorted(unknown))}"
        )
    return Limits(**{name: int(value) for name, value in stated.items()})


def _finished(folder: Path) -> Iterator[Path]:
    """Yield files within the folder that nobody is still writing."""
    inside = folder.resolve()
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if any(part.startswith(_OWNERS_MARKS) for part in parts):
            continue
        if path.name.lower().endswith(_UNFINISHED) or not path.is_file():
            continue
        if path.resolve().is_relative_to(inside):
            yield path


def _fits(name: str, pattern: str) -> bool:
    bare = name.lower()
    if _expression(pattern).match(bare):
        return True
    packed = next((end for end in _PACKED if bare.endswith(end)), None)
    return bool(packed and _expression(pattern).match(bare.removesuffix(packed)))


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Return a pattern whose `*` stays in its folder and whose `**` does not."""
    parts = []
    for part in pattern.lower().split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
        else:
            text = fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z")
            parts.append(text.replace(".*", "[^/]*").replace("(?>", "(?:") + "/")
    return re.compile("".join(parts).removesuffix("/") + r"\Z", re.DOTALL)
