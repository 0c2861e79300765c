"""Headings: what names the goods of a page, and what stands among other goods."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from scrapers.reading import labels
from scrapers.reading.documents import Document, mark_of, words_of

_ELSEWHERE = re.compile(
    r"relat|recommend|similar|also|upsell|cross-?sell|carousel|recent|viewed|mini-?cart"
    r"|basket|footer|header|navi?\b|menu|sidebar|widget|suggest|sponsor|review|comment"
    r"|accessor|bundle|footprint|guess|hot-?sale|rank|ad-|modal|popup|banner",
)
_NAMED = re.compile(
    r"(?:product|goods|item|main|sku|detail)[-_]*(?:title|name)\b|^p-?name\b"
)
_NAMING = ("h2", "h3", "div", "p", "span")


def title_of(document: Document) -> tuple[str | None, HtmlElement | None]:
    """Return the heading that names the goods and where it stands."""
    stated = document.meta.get("og:title") or document.title
    headings = [each for each in document.body.iter("h1") if words_of(each)]
    best = None
    for heading in headings:
        words = words_of(heading)
        if len(words) > 300 or is_elsewhere(heading) or not labels.names(words):
            continue
        if _plain(words) and _plain(words) in _plain(stated):
            return words, heading
        best = best or (words, heading)
    if best:
        return best
    for _, heading in document.like(_NAMED, _NAMING):
        words = words_of(heading)
        if 2 < len(words) <= 300 and not is_elsewhere(heading):
            return words, heading
    return _written_title(document)


def _written_title(document: Document) -> tuple[str | None, HtmlElement | None]:
    """Return the part of the page's title that its body repeats, and where."""
    title = document.title
    parts = [each for each in re.split(r"\s*[|_–—·»【：]\s*|\s+-\s+", title) if each]
    said = [each for each in (title, *parts) if len(each) > 1]
    said = [each for each in said if each in document.words]
    if not said:
        return None, None
    best = max(said, key=len)
    for element in document.body.iterdescendants(*_NAMING, "b", "strong"):
        if words_of(element) == best and not is_elsewhere(element):
            return best, element
    return best, None


def is_elsewhere(element: HtmlElement) -> bool:
    """Tell whether an element is part of the frame of a page, or of other goods."""
    for place, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag in ("footer", "nav", "aside", "header", "body"):
            return ancestor.tag in ("footer", "nav", "aside")
        if place < 8 and _ELSEWHERE.search(mark_of(ancestor)):
            return True
    return False


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
