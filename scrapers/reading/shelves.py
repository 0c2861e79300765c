"""Shelves: the categories of a shop, as the trails of its product pages name them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from scrapers.items import Category, Listing, Page
from scrapers.reading import search_results

_JOINT = " > "


def number(listing_id: str, category_path: str | None) -> str | None:
    """Return the id of the category at the end of a trail: the host and the names."""
    host = listing_id.partition("/")[0]
    return f"{host}/{category_path}" if category_path else None


def of(page: Page, listings: Iterable[Listing]) -> list[Category]:
    """Return the categories on the trails of listings, each once, from the widest."""
    found: dict[str, Category] = {}
    for each in listings:
        names = (each.category_path or "").split(_JOINT) if each.category_path else []
        paths = accumulate(names, lambda above, name: f"{above}{_JOINT}{name}")
        nodes = [
            (number(each.listing_id, path), name)
            for path, name in zip(paths, names, strict=True)
        ]
        if each.platform_category_id == (nodes[-1][0] if nodes else None):
            for node in search_results.branch(page, each.platform_id, nodes):
                found.setdefault(node.platform_category_id, node)
    return list(found.values())
