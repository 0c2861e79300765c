"""Links: where goods, further pages and categories are, and what is only a trap."""

from __future__ import annotations

import re

from scrapers.items import Links
from scrapers.reading import hrefs, paging
from scrapers.reading.documents import Document
from scrapers.reading.rules import SiteRules

_CATEGORY = re.compile(
    r"/(?:categor(?:y|ies|ie)|c|cat|collections?|kategorie|rayon|department|list|shop"
    r"|browse"
    r"|product-category|catalog(?:ue)?|brands?|tag)[/._-]|[?&](?:cat|cid"
    r"|category)(?:_?id)?=",
    re.IGNORECASE,
)
MAX_LINKS = 2000


def of_head(document: Document) -> Links:
    """Return what the head of a page links to: its own address and the next page."""
    canonical = None
    next_pages: list[str | None] = []
    for node in document.tree.iter("link"):
        rel = (node.get("rel") or "").lower().split()
        href = node.get("href")
        if href and "canonical" in rel and canonical is None:
            canonical = hrefs.absolute(document, href)
        elif href and "next" in rel:
            next_pages.append(hrefs.absolute(document, href))
    return Links(
        next_pages=hrefs.once(next_pages, document.page.url), canonical=canonical
    )


def of(document: Document, rules: SiteRules | None = None) -> Links:
    """Return the links of a page; those of foreign hosts and traps are left out."""
    head = of_head(document)
    next_pages = list(head.next_pages)
    products: list[str] = []
    categories: list[str] = []
    known: dict[str, str | None] = {}
    given = _given(document, rules)
    pages_here = paging.page_of(document.page.url)
    for count, node in enumerate(document.tree.iter("a", "area")):
        href = (node.get("href") or "").strip()
        if count > MAX_LINKS or not href or href[0] == "#":
            continue
        if href in known:
            address = known[href]
        else:
            address = hrefs.absolute(document, href)
            if address and not hrefs.is_worth_going(document.page.url, address):
                address = None
            known[href] = address
        if address is None:
            continue
        if paging.is_next(node, address, document.page.url, pages_here):
            next_pages.append(address)
        elif "products" not in given and hrefs.is_product(address):
            products.append(address)
        elif _CATEGORY.search(address) and not hrefs.facets(address):
            categories.append(address)
    if not next_pages:
        next_pages += paging.unlinked(document)
    return Links(
        products=hrefs.once(given.get("products", products), document.page.url),
        next_pages=hrefs.once(given.get("next_pages", next_pages), document.page.url),
        categories=hrefs.once(given.get("categories", categories), document.page.url),
        canonical=head.canonical,
    )


def _given(document: Document, rules: SiteRules | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, place in (rules.links if rules else {}).items():
        taken = []
        for element in place.elements(document):
            href = element if isinstance(element, str) else element.get("href")
            if href and (address := hrefs.absolute(document, href)):
                taken.append(address)
        found[name] = taken
    return found
