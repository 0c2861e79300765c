"""Microdata and RDFa Lite: the items of a page in the shape JSON-LD has."""

from __future__ import annotations

from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from scrapers.reading.documents import Document, squeezed, words_of

_ADDRESSES = {"a": "href", "link": "href", "img": "src", "area": "href"}
_SOURCES = {"audio": "src", "embed": "src", "iframe": "src", "source": "src"}
_VALUES = {"data": "value", "meter": "value", "time": "datetime", "object": "data"}
# Elements whose value is an address by the standard; shops put words into them.
_WORDED = frozenset(
    [
        "name",
        "price",
        "pricecurrency",
        "brand",
        "category",
        "model",
        "sku",
        "mpn",
        "gtin",
        "gtin13",
        "ratingvalue",
        "reviewcount",
        "color",
        "size",
        "manufacturer",
        "title",
    ]
)
_MARKED = etree.XPath("//@itemscope/..|//@itemprop/..|//@typeof/..|//@property/..")
_SCOPES = ("itemscope", "itemScope", "ITEMSCOPE", "typeof")
MAX_ITEMS = 2000


def nodes(document: Document) -> list[dict[str, Any]]:
    """Return the outermost items of a page with their properties and inner items."""
    if not any(each in document.text for each in _SCOPES):
        return []
    tree = document.tree
    tops: list[dict[str, Any]] = []
    scopes: dict[HtmlElement, dict[str, Any]] = {}
    for element in _MARKED(tree)[: MAX_ITEMS * 10]:
        names = (element.get("itemprop") or element.get("property") or "").split()
        is_scope = element.get("itemscope") is not None or bool(element.get("typeof"))
        owner = _owner(element, scopes)
        if is_scope:
            node = _opened(element)
            scopes[element] = node
            if owner is None or not names:
                tops.append(node)
                if names:
                    node["@orphan"] = names[0]
            else:
                _add(owner, names, node)
        elif names and owner is not None and ":" not in names[0]:
            _add(owner, names, _value(element, names[0]))
    _follow_references(tree, scopes)
    return tops


def _owner(
    element: HtmlElement, scopes: dict[HtmlElement, dict[str, Any]]
) -> dict[str, Any] | None:
    for ancestor in element.iterancestors():
        if ancestor in scopes:
            return scopes[ancestor]
    return None


def _opened(element: HtmlElement) -> dict[str, Any]:
    node: dict[str, Any] = {}
    kinds = (element.get("itemtype") or element.get("typeof") or "").split()
    if kinds:
        node["@type"] = kinds if len(kinds) > 1 else kinds[0]
    if element.get("itemid"):
        node["@id"] = element.get("itemid")
    # A whole item may say its value in attributes alone (`brand` with `content`).
    for name in ("content", "aria-label"):
        if element.get(name):
            node["@text"] = squeezed(element.get(name))
            break
    else:
        node["@element"] = element
    return node


def _add(owner: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names:
        key = name.rstrip("/").rpartition("/")[2]
        if key in owner:
            kept = owner[key]
            if isinstance(kept, list):
                kept.append(value)
            else:
                owner[key] = [kept, value]
        else:
            owner[key] = value


def _value(element: HtmlElement, name: str) -> str:
    content = element.get("content")
    if content is not None:
        return content.strip()
    tag = element.tag.lower()
    attribute = _ADDRESSES.get(tag) or _SOURCES.get(tag) or _VALUES.get(tag)
    is_worded = name.lower() in _WORDED and tag in ("a", "object")
    if attribute and element.get(attribute) is not None and not is_worded:
        return str(element.get(attribute)).strip()
    text = words_of(element)
    if not text:
        kinds = element.get("itemtype") or element.get("value") or element.get("alt")
        return (kinds or "").strip()
    return text


def _follow_references(
    tree: HtmlElement, scopes: dict[HtmlElement, dict[str, Any]]
) -> None:
    """Add what `itemref` points to: properties that stand elsewhere on the page."""
    for element, node in list(scopes.items()):
        for reference in (element.get("itemref") or "").split()[:20]:
            for target in tree.xpath("//*[@id=$id]", id=reference)[:1]:
                for each in (target, *target.xpath(".//*[@itemprop]")):
                    names = (each.get("itemprop") or "").split()
                    if names and each in scopes:
                        if scopes[each] is not node:
                            _add(node, names, scopes[each])
                    elif names and _owner(each, scopes) is None:
                        _add(node, names, _value(each, names[0]))
