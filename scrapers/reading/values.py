"""Values of schema.org objects: one text, one address, one GTIN out of what is said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from scrapers.reading.documents import squeezed, words_of

Facts = dict[str, Any]
Node = dict[str, Any]

_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8", "ean", "ean13", "isbn", "upc")
_OPTIONS = ("color", "size", "material", "pattern", "suggestedAge", "flavor", "width")
_OFF = re.compile(r"discontinued", re.IGNORECASE)
_SOLD_OUT = re.compile(
    r"out_?of_?stock|soldout|sold_?out|not_?available", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]{1,200}>")
_SPACES = re.compile(r"[\s_-]+")


def text(value: Any) -> str | None:
    """Return a value as one line: the name of an object, the first of a list."""
    if isinstance(value, list):
        return next((found for each in value if (found := text(each))), None)
    if isinstance(value, dict):
        named = value.get("name") or value.get("@value") or value.get("title")
        if named is None and "@text" in value:
            named = value["@text"]
        if named is None and value.get("@element") is not None:
            named = words_of(value["@element"])
        return text(named) if named is not None else None
    if isinstance(value, str):
        if "<" in value:
            value = _TAG.sub(" ", value)
        return squeezed(value) or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def many(value: Any) -> list[Any]:
    """Return a value as a list: nothing, one or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def gtin(node: Node) -> str | None:
    """Return the GTIN, EAN, UPC or ISBN-13 of a product, digits only."""
    for name in _GTINS:
        if node.get(name) is None:
            continue
        digits = re.sub(r"\D", "", text(node[name]) or "")
        if len(digits) in (8, 12, 13, 14) and digits.strip("0"):
            return digits
    return None


@lru_cache(maxsize=1024)
def status_of(availability: str | None) -> str | None:
    """Return the canonical status of a schema.org availability or its like."""
    if not availability:
        return None
    word = _SPACES.sub("", availability.rpartition("/")[2]).lower()
    if _OFF.search(word):
        return "off"
    if _SOLD_OUT.search(word) or word in ("oos", "unavailable", "out"):
        return "sold_out"
    known = ("instock", "instoreonly", "onlineonly", "limitedavailability", "preorder")
    more = ("backorder", "presale", "madetoorder", "available", "availablefororder")
    return "on" if word in (*known, *more, "in", "reserved", "true") else None


def address(value: Any) -> str | None:
    if isinstance(value, list):
        return next((found for each in value if (found := address(each))), None)
    if isinstance(value, dict):
        return address(value.get("url") or value.get("contentUrl") or value.get("@id"))
    return value.strip() if isinstance(value, str) and value.strip() else None


def attributes(node: Node) -> dict[str, str]:
    found = {
        name: value for name in _OPTIONS if (value := text(node.get(name))) is not None
    }
    for each in many(node.get("additionalProperty")):
        if (
            isinstance(each, dict)
            and text(each.get("name"))
            and text(each.get("value"))
        ):
            found[str(text(each["name"]))] = str(text(each["value"]))
    return found
