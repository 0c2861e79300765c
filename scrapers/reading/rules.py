"""Site rules: where one site keeps a field, said in YAML, for what no standard says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from scrapers.items import Listing
from scrapers.reading.documents import Document, squeezed, words_of

SITES = Path(__file__).with_name("sites")
_FIELDS = {each.name for each in fields(Listing)} - {
    *("platform_id", "observed_at", "methods", "attributes"),
}
_WAYS = frozenset({"css", "xpath", "regex", "url", "meta", "constant"})
_OPTIONS = frozenset({"attribute", "pattern"})
_LINKS = frozenset({"products", "next_pages", "categories"})


class RuleError(ValueError):
    """A site rule says something that cannot be meant; the message says where."""


@dataclass(frozen=True)
class Place:
    """One way to one value: a selector and what to take from what it finds."""

    way: str
    expression: str
    attribute: str | None = None
    pattern: re.Pattern[str] | None = None

    def value(self, document: Document) -> str | None:
        """Return the first value that is not empty, or None."""
        for found in self._found(document):
            text = squeezed(found)
            if self.pattern is not None and text:
                match = self.pattern.search(text)
                text = (
                    squeezed(match[1] if match.re.groups else match[0]) if match else ""
                )
            if text:
                return text
        return None

    def _found(self, document: Document) -> list[str]:
        if self.way == "constant":
            return [self.expression]
        if self.way == "meta":
            return [document.meta.get(self.expression.lower(), "")]
        if self.way in ("regex", "url"):
            text = document.text if self.way == "regex" else document.page.url
            match = re.search(self.expression, text)
            if not match:
                return []
            return [_unescaped(match[1] if match.re.groups else match[0])]
        return [_taken(each, self.attribute) for each in self.elements(document)]

    def elements(self, document: Document) -> list[Any]:
        """Return what a CSS or XPath expression finds."""
        into_scripts = re.search("script|style", self.expression)
        tree = document.whole if into_scripts else document.tree
        found = _compiled(self.way, self.expression)(tree)
        return found if isinstance(found, list) else [str(found)]


@dataclass(frozen=True)
class SiteRules:
    """What is known of one site."""

    hosts: tuple[str, ...] = ()
    pages: str | None = None
    currency: str | None = None
    shop_id: str | None = None
    shop_name: str | None = None
    fields: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    links: Mapping[str, Place] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    """Fields that may come from these rules alone, since the page misleads."""

    def holds_for(self, url: str) -> bool:
        """Tell whether the rules are for an address."""
        host = (urlsplit(url).hostname or "").lower()
        known = any(host == each or host.endswith(f".{each}") for each in self.hosts)
        return known and (self.pages is None or bool(re.search(self.pages, url)))


def load(stated: Mapping[str, Any] | str) -> SiteRules:
    """Return rules from YAML or the mapping it holds; `RuleError` says what fails."""
    if isinstance(stated, str):
        stated = yaml.safe_load(stated) or {}
    if not isinstance(stated, Mapping):
        raise RuleError("site rules are a mapping")
    known = {"hosts", "pages", "currency", "shop_id", "shop_name", "fields", "links"}
    if unknown := set(stated) - known - {"ignore"}:
        raise RuleError(f"site rules: unknown {', '.join(sorted(unknown))}")
    places = {}
    for name, ways in (stated.get("fields") or {}).items():
        option = name.removeprefix("attributes.")
        if name not in _FIELDS and option == name:
            raise RuleError(f"site rules: no field {name!r}")
        listed = ways if isinstance(ways, list) else [ways]
        places[name] = tuple(_place(name, each) for each in listed)
    links = {}
    for name, way in (stated.get("links") or {}).items():
        if name not in _LINKS:
            raise RuleError(f"site rules: links are {', '.join(sorted(_LINKS))}")
        links[name] = _place(name, way)
    if stated.get("pages"):
        _checked("pages", str(stated["pages"]))
    return SiteRules(
        hosts=tuple(str(each).lower() for each in stated.get("hosts") or ()),
        pages=stated.get("pages"),
        currency=stated.get("currency"),
        shop_id=stated.get("shop_id"),
        shop_name=stated.get("shop_name"),
        fields=places,
        links=links,
        ignore=frozenset(stated.get("ignore") or ()),
    )


@lru_cache(maxsize=1)
def shipped() -> tuple[SiteRules, ...]:
    """Return the rules that come with the project."""
    return tuple(
        load(path.read_text(encoding="utf-8")) for path in sorted(SITES.glob("*.yml"))
    )


@lru_cache(maxsize=1024)
def of(url: str) -> SiteRules | None:
    """Return the shipped rules for an address, None for an unknown site."""
    return next((rules for rules in shipped() if rules.holds_for(url)), None)


def _place(name: str, stated: Any) -> Place:
    if isinstance(stated, str):
        stated = {"css": stated}
    if not isinstance(stated, Mapping):
        raise RuleError(f"site rules: {name}: a selector or a mapping")
    ways = set(stated) & _WAYS
    if len(ways) != 1 or set(stated) - _WAYS - _OPTIONS:
        raise RuleError(
            f"site rules: {name}: one of {', '.join(sorted(_WAYS))},"
            f" and {', '.join(sorted(_OPTIONS))}"
        )
    way = ways.pop()
    expression = str(stated[way])
    if way in ("css", "xpath"):
        _compiled(way, expression)
    elif way in ("regex", "url"):
        _checked(name, expression)
    pattern = stated.get("pattern")
    return Place(
        way,
        expression,
        attribute=stated.get("attribute"),
        pattern=_checked(name, str(pattern)) if pattern else None,
    )


def _checked(name: str, expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise RuleError(f"site rules: {name}: {expression}: {error}") from error


@lru_cache(maxsize=4096)
def _compiled(way: str, expression: str) -> Any:
    try:
        if way == "css":
            return CSSSelector(expression, translator="html")
        return etree.XPath(expression, smart_strings=False)
    except (SelectorError, etree.XPathError) as error:
        raise RuleError(f"site rules: {way} {expression!r}: {error}") from error


def _taken(found: Any, attribute: str | None) -> str:
    if isinstance(found, str):
        return found
    if attribute:
        return found.get(attribute) or ""
    return words_of(found)


def _unescaped(text: str) -> str:
    r"""Undo `\u4e2d` and `\/` of a text cut out of a script."""
    text = text.replace("\\/", "/")
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
