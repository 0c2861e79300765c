"""Breadcrumbs: the category path of a page."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from zyte_parsers import extract_breadcrumbs

from scrapers.reading.documents import Document
from scrapers.reading.json_ld import types_of

_MARK = re.compile(r"bread-?_?crumb|crumbs?\b|\bpath-?nav|\bposition-?nav|面包屑")
_TAGS = ("nav", "ol", "ul", "div", "section", "p", "td", "span")
_LABELLED = etree.XPath("//@aria-label/..")
_HOME = re.compile(
    r"^(?:home ?page|home|start(?:seite)?|accueil|inicio|início|etusivu|hem|hjem|strona"
    r" główna|domů|главная|首页|主页|ホーム|トップ|all|shop|您的位置|当前位置)[:：]?$",
    re.IGNORECASE,
)
_BACK = re.compile(r"^(?:back\b|zurück|retour|返回|‹|«|<)", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(?:您?(?:的|当前)位置|当前位置|you are here)\s*[:：]?\s*", re.I
)
MAX_NAMES = 12
MAX_STEPS = 60
"""Links beyond which an element is a menu, whatever it is called."""


def from_nodes(nodes: list[dict[str, Any]]) -> list[str]:
    """Return the names of the longest BreadcrumbList among a page's objects."""
    best: list[str] = []
    for node in nodes:
        if "BreadcrumbList" not in types_of(node):
            continue
        steps = node.get("itemListElement") or []
        steps = steps if isinstance(steps, list) else [steps]
        named: list[tuple[int, int, str]] = []
        for place, step in enumerate(each for each in steps if isinstance(each, dict)):
            item = step.get("item")
            name = step.get("name") or (
                item.get("name") if isinstance(item, dict) else ""
            )
            position = str(step.get("position") or place + 1)
            number = int(position) if position.isdigit() else place + 1
            if number in [each[0] for each in named]:
                continue
            if isinstance(name, str) and name.strip():
                named.append((number, place, " ".join(name.split())))
        names = [name for _, _, name in sorted(named)]
        best = max(best, names, key=len)
    return best


def from_page(document: Document) -> list[str]:
    """Return the names of the page's breadcrumb trail, empty where there is none."""
    found = [element for _, element in document.like(_MARK, _TAGS)]
    labelled = [
        element
        for element in _LABELLED(document.body)
        if "breadcrumb" in element.get("aria-label").lower() and element.tag in _TAGS
    ]
    for element in [*labelled, *found]:
        if not len(element) or sum(1 for _ in element.iter("a")) > MAX_STEPS:
            continue
        names = names_of(element, document.base)
        if names and sum(map(len, names)) < 600:
            return names
    return []


def names_of(element: HtmlElement, base: str) -> list[str]:
    """Return the names of the steps below a breadcrumb element."""
    found = extract_breadcrumbs(element, base_url=base) or ()
    names = [" ".join(each.name.split()) for each in found if each.name]
    return [name for name in names if name and not _BACK.match(name)][:MAX_NAMES]


def path_of(names: list[str], title: str | None) -> str | None:
    """Return a trail as a category path: without the home page and the goods."""
    names = [
        part.strip()
        for name in names
        for part in re.split(r"(?:^|\s)[>›»→/](?:\s|$)", _LABEL.sub("", name))
    ]
    kept = [name for name in names if name and not _HOME.match(name)]
    if kept and title and _is_title(kept[-1], title):
        kept = kept[:-1]
    return " > ".join(kept) or None


def _is_title(name: str, title: str) -> bool:
    first, second = _plain(name), _plain(title)
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) > 12 and long.startswith(short[:40]))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.rstrip(".…")).lower()
