"""Documents: a page as a tree, as words, and by the marks its elements carry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin

import lxml.html
from lxml import etree
from lxml.html import HtmlComment, HtmlElement

from scrapers.items import Page
from scrapers.reading import charsets

_CONTROLS = bytes({*range(32)} - {9, 10, 13})
# One class for all elements: the library's own choice of one costs a call for each.
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment)

CENTS = re.compile(r"cents?\b|fraction|decimal|superscript")
"""What the marks of an element say that holds the hundredths of a price."""


def parse(text: str) -> HtmlElement:
    """Return the tree of a page; an empty one for an empty page."""
    content = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = lxml.html.document_fromstring(
            content, parser=parser, ensure_head_body=True
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        tree = lxml.html.document_fromstring("<html></html>", ensure_head_body=True)
    # what no reader sees; what is said to readers without scripts is kept as a mark
    for hidden in list(tree.iter("noscript", "template", "svg")):
        tail, said = hidden.tail, squeezed(" ".join(hidden.itertext()))[:2000]
        hidden.clear()
        hidden.set("data-said", said)
        hidden.tail = tail
    # cells and paragraphs are apart for a reader, whatever the markup leaves out
    for block in tree.iter(*_BLOCKS):
        block.tail = f" {block.tail}" if block.tail else " "
    for block in tree.iter(*_AFTER_LABELS):
        block.text = f" {block.text}" if block.text else " "
    _part_numbers(tree)
    return tree


def _part_numbers(tree: HtmlElement) -> None:
    """Part numbers that only their looks part: cents by a point, others by a blank."""
    for element in tree.iter("span", "b", "strong", "em", "i", "small", "bdi"):
        said, following = element.text, element.getnext()
        if not said or not said[-1:].isdigit() or element.tail or following is None:
            continue
        more = following.text
        if len(element) or not more or not more[0].isdigit():
            continue
        is_cents = CENTS.search(mark_of(following)) or following.tag == "sup"
        if is_cents and _TWO_DIGITS.fullmatch(more):
            element.tail = "," if _GROUPED.search(said) else "."
            following.tail = f" {following.tail or ''}"
        elif not is_cents:
            element.tail = " "


def squeezed(text: str | None) -> str:
    """Return a text with every run of white space as one blank."""
    return " ".join(text.split()) if text else ""


def lowered(text: str) -> str:
    """Return a text in lower case, every character in its place."""
    return text.replace("İ", "I").lower()


_TEXT = etree.XPath("string()", smart_strings=False)
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "br", "button", "dd", "div", "dl"),
    *("dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
    *("hr", "label", "li", "main", "nav", "ol", "option", "p", "pre", "section"),
    *("select", "table", "tbody", "td", "th", "thead", "tr", "ul"),
)


_TWO_DIGITS = re.compile(r"\s*\d\d\s*")
_GROUPED = re.compile(r"\.\d{3}$")
# Blocks that may follow a label: `<strong>SKU</strong><div>24-MB01</div>`.
_AFTER_LABELS = ("div", "p", "dd", "section")


def words_of(element: HtmlElement) -> str:
    """Return the text of an element of a document's tree, blanks squeezed."""
    return squeezed(_TEXT(element) if len(element) else element.text)


def mark_of(element: HtmlElement) -> str:
    """Return class and id of an element in lower case."""
    return f"{element.get('class', '')} {element.get('id', '')}".lower()


@dataclass
class Document:
    """A page with what is worked out from it once and used often."""

    page: Page
    text: str
    near: dict[str, str] = field(default_factory=dict)
    """What stands beside a title, by title."""

    @cached_property
    def whole(self) -> HtmlElement:
        """The page as a tree with its scripts, for rules that look into them."""
        return parse(self.text)

    @cached_property
    def tree(self) -> HtmlElement:
        """The page as a tree; its scripts and styles are empty, see `scripts`."""
        return self._apart[0]

    @property
    def scripts(self) -> list[tuple[HtmlElement, str]]:
        """The scripts of the page with their text."""
        return self._apart[1]

    @cached_property
    def _apart(self) -> tuple[HtmlElement, list[tuple[HtmlElement, str]]]:
        tree = parse(self.text)
        scripts = []
        for element in tree.iter("script", "style"):
            if element.tag == "script":
                scripts.append((element, element.text or ""))
            element.text = None
        return tree, scripts

    @cached_property
    def body(self) -> HtmlElement:
        """The body of the page, or what stands for it."""
        return self.tree.body if self.tree.body is not None else self.tree

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """The elements below the body as they stand on the page."""
        return list(self.body.iterdescendants("*"))

    @cached_property
    def marked(self) -> dict[str, list[tuple[int, HtmlElement]]]:
        """The elements below the body and their places by class and id."""
        found: dict[str, list[tuple[int, HtmlElement]]] = {}
        for place, element in enumerate(self.elements):
            if element.get("class") or element.get("id"):
                found.setdefault(mark_of(element), []).append((place, element))
        return found

    def like(
        self, pattern: re.Pattern[str], tags: Iterable[str]
    ) -> list[tuple[int, HtmlElement]]:
        """Return elements, and their places, whose class or id fits a pattern.

        The pattern meets lower case; the elements come as they stand on the page.
        """
        wanted = frozenset(tags)
        return sorted(
            (place, element)
            for mark, pairs in self.marked.items()
            if pattern.search(mark)
            for place, element in pairs
            if element.tag in wanted
        )

    @cached_property
    def words(self) -> str:
        """What a reader sees, in one line."""
        return words_of(self.body)

    @cached_property
    def title(self) -> str:
        """The title of the page, empty where it has none."""
        found = self.tree.find(".//title")
        return squeezed(found.text_content()) if found is not None else ""

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to."""
        found = self.tree.find(".//base[@href]")
        href = found.get("href", "").strip() if found is not None else ""
        return urljoin(self.page.url, href) if href else self.page.url

    @cached_property
    def language(self) -> str:
        """The language tag of the page, `zh-CN`, empty where it states none."""
        for name in ("lang", "xml:lang"):
            if self.tree.get(name):
                return str(self.tree.get(name))
        return self.meta.get("og:locale") or self.meta.get("content-language") or ""

    @cached_property
    def meta(self) -> dict[str, str]:
        """The meta tags by lower-case name; of equal names the first."""
        found: dict[str, str] = {}
        for node in self.tree.iter("meta"):
            key = node.get("property") or node.get("name") or node.get("http-equiv")
            value = node.get("content") or node.get("value")
            if key and value and value.strip():
                found.setdefault(key.strip().lower(), squeezed(value))
        return found


def open_page(page: Page) -> Document:
    """Return the document of a page."""
    return Document(page, charsets.text_of(page))
