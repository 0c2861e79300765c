"""Any shop: what a page says of its goods, each field with the method that gave it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from scrapers.items import Item, Links, Listing, Page, PageVerdict, Reading
from scrapers.reading import (
    breadcrumbs,
    documents,
    gathering,
    identities,
    json_ld,
    judgements,
    links,
    microdata,
    ruled,
    schema_org,
    shelves,
    sitemaps,
    states,
)
from scrapers.reading import rules as site_rules
from scrapers.reading.documents import Document
from scrapers.reading.rules import SiteRules

_CARRYING = ("div", "section", "main", "h1", "ul")
_NUMBERED = re.compile(r"[\d_-]+[\w-]*$")
MAX_BODY = 20_000_000
"""Bytes beyond which a page is cut before it is read."""


def read(
    page: Page,
    rules: SiteRules | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Reading:
    """Return what a page of a shop says.

    `rules` are the site's own; without them those shipped for the host.
    `defaults` (`currency`, `shop_id`, `shop_name`, `country`) fill what it leaves open.
    The links of a product page are not collected: lists lead to goods.
    A page without goods gets the verdict that says why; it is never "no price".
    """
    if sitemaps.is_sitemap(page.body):
        return _sitemap(page)
    if _is_binary(page):
        return Reading(PageVerdict.UNREADABLE, detail="neither text nor HTML")
    if len(page.body) > MAX_BODY:
        page = replace(page, body=page.body[:MAX_BODY])
    document = documents.open_page(page)
    if not document.text.strip():
        verdict = PageVerdict.FAILED if page.status >= 400 else PageVerdict.EMPTY_SHELL
        return Reading(verdict, detail=f"status {page.status}, empty body")
    rules = rules or site_rules.of(page.url)
    nodes = json_ld.blocks(document.scripts)
    stated = [list(json_ld.nodes(nodes)), microdata.nodes(document)]
    goods = [[node for node in each if schema_org.is_product(node)] for each in stated]
    hindrance = None
    if page.status >= 400 or not any(goods):
        hindrance = judgements.hindrance(document)
    if hindrance and hindrance[0] is PageVerdict.EMPTY_SHELL:
        titles = [document.meta.get("og:title"), document.title]
        hindrance = None if any(stated) or states.facts(document, titles) else hindrance
    if hindrance and page.status < 400 and rules:
        # a site's own rules know its goods better than the look of a page
        hindrance = None if ruled.facts(document, rules).get("price") else hindrance
    if hindrance:
        verdict, detail = hindrance
        found = links.of(document, rules)
        return Reading(verdict, (), found, detail, fingerprint=_shape(document))
    trail = breadcrumbs.from_nodes(stated[0]) or breadcrumbs.from_nodes(stated[1])
    head = links.of_head(document)
    gathered = gathering.listings(
        document, goods, trail, rules, dict(defaults or {}), head
    )
    if gathered:
        ids = {each.listing_id for each in gathered}
        verdict = PageVerdict.PRODUCT if len(ids) == 1 else PageVerdict.LIST
        found = head if len(ids) == 1 else links.of(document, rules)
        items: tuple[Item, ...] = (*gathered, *shelves.of(page, gathered))
        return Reading(verdict, items, found, fingerprint=_shape(document))
    found = links.of(document, rules)
    if found.products and len(found.products) + len(found.next_pages) >= 2:
        return Reading(PageVerdict.LIST, (), found, fingerprint=_shape(document))
    return Reading(PageVerdict.NO_PRODUCT, (), found, fingerprint=_shape(document))


def listing_of(reading: Reading) -> Listing | None:
    """Return the one listing a product page is about, without its variants."""
    if reading.verdict is not PageVerdict.PRODUCT:
        return None
    return next((each for each in reading.listings if each.sku_id is None), None)


def id_of(url: str) -> str:
    """Return the id that a page at an address has without a canonical link."""
    return identities.listing_id(url)


def _sitemap(page: Page) -> Reading:
    found = list(sitemaps.entries(page.body, sitemaps.MAX_ADDRESSES + 1))
    is_cut = len(page.body) >= sitemaps.MAX_BYTES
    if len(found) > sitemaps.MAX_ADDRESSES:
        is_cut = bool(found.pop())
    leading = tuple(each.url for each in found if each.is_index)
    return Reading(
        PageVerdict.SITEMAP,
        links=Links(
            products=tuple(each.url for each in found if not each.is_index),
            sitemaps=leading,
            changed_at={each.url: each.changed_at for each in found if each.changed_at},
        ),
        detail=sitemaps.CUT if is_cut else "",
    )


def _is_binary(page: Page) -> bool:
    kind = page.header("content-type").lower()
    if re.match(r"\s*(?:image|audio|video|font)/|.*(?:pdf|zip|octet-stream)", kind):
        return b"<html" not in page.body[:2000].lower()
    head = page.body[:1000]
    return head.count(b"\0") > len(head) // 10 and head[:2] not in (
        b"\xff\xfe",
        b"\xfe\xff",
    )


def _shape(document: Document) -> str:
    """Return a hash of the classes that carry the page, the mark of its template."""
    carrying = document.body.iterdescendants(*_CARRYING)
    stated = (each.get("class") for each in carrying)
    named = {each.split(" ", 1)[0] for each in stated if each is not None}
    marks = {_NUMBERED.sub("", each) for each in named}
    text = " ".join(sorted(marks))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
