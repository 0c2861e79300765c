"""Paging: where a list of goods goes on, by a link, a lazy list or a form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from scrapers.reading import hrefs
from scrapers.reading.documents import Document, mark_of, words_of

_NEXT = re.compile(
    r"^(?:next(?:\s+page)?|older|more|load more|show more|weiter|nächste(?:\s+seite)?"
    r"|suivant"
    r"e?|siguiente|próxim[ao]|successiv[ao]|avanti|volgende|nästa|neste|næste"
    r"|następna|dalej"
    r"|další|след(?:ующая)?|вперед|下一?页|下页|后一?页|次へ|次のページ|다음|加载更多"
    r"|查看更多|>|»|›|→|>>)"
    r"\s*(?:>|»|›|→)*$",
    re.IGNORECASE,
)
_PAGE_PARAMETER = re.compile(
    r"^(?:page|p|pg|paged|pageno|page_?num(?:ber)?|page_?index|current_?page|seite"
    r"|pagina|página|sida|strona|start|offset)$"
)
_PAGED = re.compile(r"p(?:g|age)?[-_=/a-z]*\d|=\d", re.I)
# Where a list that grows as one scrolls keeps the address of what comes next.
_LAZY = (
    *("data-next-url", "data-next-page-url", "data-next-page", "data-next"),
    *("data-load-more-url", "data-more-url", "data-infinite-url"),
)
# Attributes that say it only of what asks for more.
_OF_BUTTONS = ("data-href", "data-url", "hx-get", "formaction")
_MORE = re.compile(r"load-?_?more|show-?_?more|view-?_?more|next|infinite|jiazai")
_BUTTONS = etree.XPath("|".join(f"//@{name}/.." for name in _OF_BUTTONS))
_GROWING = etree.XPath("|".join(f"//@{name}/.." for name in _LAZY))


def is_next(node: HtmlElement, address: str, url: str, here: int) -> bool:
    if node.get("rel") and "next" in node.get("rel").lower().split():
        return True
    label = words_of(node) if len(node) < 4 else ""
    if label and len(label) < 20 and _NEXT.match(label):
        return page_of(address) > 1 or not hrefs.is_product(address)
    mark = f"{node.get('class', '')} {node.get('aria-label', '')}"
    number = page_of(address)
    if number > 1 and re.search(r"\bnext\b", mark, re.I):
        return True
    return number == here + 1 and _without_page(address) == _without_page(url)


def page_of(address: str) -> int:
    """Return the page number an address names, 1 where it names none."""
    if not _PAGED.search(address):
        return 1
    parts = urlsplit(address)
    for key, value in parse_qsl(parts.query):
        if _PAGE_PARAMETER.match(key.lower()) and value.isdigit() and len(value) < 7:
            return int(value)
    match = re.search(r"(?:page[/-]?|[-_/]p)(\d{1,6})(?:\.html?)?/?$", parts.path, re.I)
    return int(match[1]) if match else 1


def _without_page(address: str) -> str:
    parts = urlsplit(address)
    kept = [
        pair
        for pair in parse_qsl(parts.query)
        if not _PAGE_PARAMETER.match(pair[0].lower())
    ]
    path = hrefs.PAGE_PATH.sub("", parts.path).rstrip("/")
    return f"{parts.netloc}{path}?{urlencode(kept)}"


def unlinked(document: Document) -> Iterator[str]:
    """Yield where a list goes on that has no link: lazy lists, then forms."""
    yield from _grown(document)
    yield from _turned(document)


def _grown(document: Document) -> Iterator[str]:
    """Yield the addresses that a growing list would fetch its next part from."""
    for element in _GROWING(document.body):
        for name in _LAZY:
            yield from _address(document, element.get(name))
    for element in _BUTTONS(document.body):
        label = words_of(element)
        if not (len(label) < 20 and _NEXT.match(label)) and not _MORE.search(
            mark_of(element)
        ):
            continue
        for name in _OF_BUTTONS:
            yield from _address(document, element.get(name))


def _address(document: Document, stated: str | None) -> Iterator[str]:
    """Yield what an attribute says if it is an address and not a number or a word."""
    if not stated or not re.search(r"[/?]", stated):
        return
    address = hrefs.absolute(document, stated.strip())
    if address and hrefs.is_worth_going(document.page.url, address):
        yield address


def _turned(document: Document) -> Iterator[str]:
    """Yield the next page that a form with a choice of pages would ask for."""
    for form in document.body.iter("form"):
        if (form.get("method") or "get").lower() != "get":
            continue
        fields = [
            each for each in form.iter("select", "input", "button") if each.get("name")
        ]
        chosen = next(
            (
                each
                for each in fields
                if _PAGE_PARAMETER.match(each.get("name").lower())
            ),
            None,
        )
        if chosen is None:
            continue
        following = _following(chosen, form)
        action = hrefs.absolute(document, form.get("action") or document.page.url)
        if following is None or action is None:
            continue
        asked = [
            (each.get("name"), each.get("value") or "")
            for each in fields
            if each.tag == "input" and each.get("type", "").lower() == "hidden"
            if each is not chosen
        ]
        query = urlencode([*asked, (chosen.get("name"), str(following))])
        address = hrefs.clean(f"{action.partition('?')[0]}?{query}")
        if address and hrefs.is_worth_going(document.page.url, address):
            yield address


def _following(chosen: HtmlElement, form: HtmlElement) -> int | None:
    """Return the number of the page after the one a form shows, None at the end."""
    if chosen.tag == "select":
        options = list(chosen.iter("option"))
        numbers = [each.get("value") or words_of(each) for each in options]
        here = next(
            (n for n, each in enumerate(options) if each.get("selected") is not None), 0
        )
        after = numbers[here + 1] if here + 1 < len(numbers) else ""
        return int(after) if after.isdigit() and len(after) < 7 else None
    here_text = chosen.get("value") or ""
    last_text = chosen.get("max") or form.get("data-pages") or ""
    if not (here_text.isdigit() and last_text.isdigit()):
        return None
    return int(here_text) + 1 if int(here_text) < int(last_text) < 10**6 else None
