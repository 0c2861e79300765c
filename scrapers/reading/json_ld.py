"""JSON-LD: the objects of a page's blocks, broken ones repaired, graphs laid flat."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import json_repair
import orjson
from lxml.html import HtmlElement

MAX_BLOCK = 2_000_000
"""Characters of a block beyond which it is left alone."""

MAX_REPAIR = 60_000
"""Characters of a block that the repair library gets: its time is the square."""

_COMMENT = re.compile(
    r'("(?:\\.|[^"\\])*+(?:"|\Z))|/\*.*?\*/|(?<![:\w])//[^\n\r]*', re.DOTALL
)
_TRAILING = re.compile(r'("(?:\\.|[^"\\])*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f]")
_WRAPPED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|"
    r"(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)


def blocks(scripts: list[tuple[HtmlElement, str]]) -> list[Any]:
    """Return what the page's JSON-LD blocks hold, unreadable ones left out."""
    found = []
    for script, text in scripts:
        if text and "ld+json" in (script.get("type") or "").lower():
            value = loads(text)
            if value not in (None, "", [], {}):
                found.append(value)
    return found


def loads(text: str) -> Any:
    """Return a JSON value, repaired where it has to be; None where nothing is there.

    In order: as it is; without wrappers, comments, trailing commas and raw control
    characters; with HTML entities undone; several values one after the other; what the
    repair library makes of it.
    """
    text = text.strip().lstrip("\ufeff")
    if not text or len(text) > MAX_BLOCK:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    text = _WRAPPED.sub("", _WRAPPED.sub("", text)).strip().rstrip(";")
    for tried in (_cleaned(text), _cleaned(html.unescape(text))):
        try:
            return orjson.loads(tried)
        except orjson.JSONDecodeError:
            continue
    plain = html.unescape(text) if "&quot;" in text else text
    if not re.search(r"[\[{]", plain) or len(plain) > MAX_REPAIR:
        return None
    try:
        return json_repair.loads(plain, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None


def _cleaned(text: str) -> str:
    text = _COMMENT.sub(lambda match: match[1] or "", text)
    text = _TRAILING.sub(lambda match: match[1] or "", text)
    return _CONTROLS.sub(" ", text)


def nodes(values: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield every object with a type, outer before inner, references filled in.

    What stands inside another thing's `offers`, `review` or lists of related goods is
    not yielded: it is not what the page is about.
    """
    tops = list(_tops(values, 0))
    known = {
        node["@id"]: node
        for node in tops
        if isinstance(node.get("@id"), str) and len(node) > 1
    }
    for node in tops:
        if types_of(node):
            yield _resolved(node, known)


def _tops(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for each in value:
            yield from _tops(each, depth + 1)
    elif isinstance(value, dict):
        if "@graph" in value:
            yield from _tops(value["@graph"], depth + 1)
        if types_of(value):
            yield value
        for key in ("mainEntity", "mainEntityOfPage", "about", "breadcrumb"):
            if isinstance(value.get(key), dict | list):
                yield from _tops(value[key], depth + 1)


def _resolved(node: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose references to others of the page are replaced by them."""
    return {key: _filled(value, known, node) for key, value in node.items()}


def _filled(value: Any, known: dict[str, Any], owner: dict[str, Any]) -> Any:
    if isinstance(value, dict) and set(value) == {"@id"}:
        target = known.get(value["@id"])
        return target if target is not None and target is not owner else value
    if isinstance(value, list):
        return [_filled(each, known, owner) for each in value]
    return value


def types_of(node: dict[str, Any]) -> tuple[str, ...]:
    """Return the types of an object without their vocabulary (`Product`)."""
    stated = node.get("@type") or ()
    texts = stated if isinstance(stated, list) else [stated]
    return tuple(
        re.split(r"[/#:]", each.strip().rstrip("/"))[-1]
        for each in texts
        if isinstance(each, str) and each.strip()
    )
