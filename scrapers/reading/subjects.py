"""Subjects: which of the goods a page names it is about, if any."""

from __future__ import annotations

import re

from scrapers.items import Links
from scrapers.reading import identities, labels, page_prices, schema_org, values
from scrapers.reading.documents import Document, lowered
from scrapers.reading.json_ld import types_of
from scrapers.reading.values import Facts, Node

METHODS = ("json_ld", "microdata")


def about(
    document: Document, goods: list[list[Node]], heading: str | None, found: Links
) -> tuple[list[tuple[str, Facts]], list[tuple[str, Node]]]:
    """Return what the page's own goods say, and the goods that are not the page's."""
    about: list[tuple[str, Facts]] = []
    others: list[tuple[str, Node]] = []
    titles = [heading, document.meta.get("og:title"), document.title]
    own = {
        identities.listing_id(document.page.url),
        identities.listing_id(document.page.url, found.canonical),
    }
    for method, stated in zip(METHODS, goods, strict=True):
        nodes = [each for each in stated if "@orphan" not in each]
        chosen = [each for each in nodes if _matches(document, each, titles, own)]
        if not chosen and len(nodes) == 1 and not _is_listed(nodes[0]):
            chosen = nodes
        if chosen:
            # one product said twice: what the first leaves out the next may say
            first = schema_org.facts(chosen[0])
            for each in chosen[1:]:
                first = {**schema_org.facts(each), **first}
            about.append((method, first))
        others += [(method, each) for each in nodes if each not in chosen]
    return about, others


def _matches(
    document: Document, node: Node, titles: list[str | None], own: set[str]
) -> bool:
    name = _plain(values.text(node.get("name")))
    for title in titles:
        shown = _plain(title)
        if name and shown and (name == shown or (len(name) > 5 and name in shown)):
            return True
        if shown and len(shown) > 8 and shown in name:
            return True
    address = node.get("url") or node.get("@id")
    if isinstance(address, str) and address and not address.startswith("#"):
        return identities.listing_id(document.page.url, address) in own and bool(
            re.search(r"[/.?]", address)
        )
    return False


def _is_listed(node: Node) -> bool:
    return bool(node.get("position")) or "ListItem" in types_of(node)


def is_goods(
    document: Document,
    merged: Facts,
    about: list[tuple[str, Facts]],
    ruled_facts: Facts,
    found: Links,
) -> bool:
    """Tell whether the page is about one thing for sale."""
    if not merged.get("title"):
        return False
    if about or ruled_facts.get("title") or ruled_facts.get("price"):
        return True
    kind = document.meta.get("og:type", "").lower()
    if re.search(r"product|item$|goods", kind) and "group" not in kind:
        return True
    kinds = ("price", "final_price", "group_price", "activity_price")
    if not any(name in merged for name in kinds):
        asked = re.search(r"面议|询价|price on request|call for price", document.words)
        return bool(asked) and bool(
            re.search(r"加入购物车|add to (?:cart|bag)", document.words)
        )
    buttons = labels.BUYING.findall(lowered(document.words))
    if not merged.get("status"):
        return False
    near = page_prices.near_title(document, merged["title"])
    alone = labels.prices_in(near) <= 6
    return 0 < len(buttons) <= 3 or alone


def _plain(text: str | None) -> str:
    return re.sub(r"[\W_]+", "", text or "").lower()
