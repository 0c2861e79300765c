"""A shop like Shopify's: /products.json, /collections.json and product pages.

From the page shopify, section 3: limit up to 250, pages until an empty list, prices as
decimal text without a currency, only `available` and no stock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs

import numpy as np

from sandbox import goods
from sandbox.gateways.exchange import Reply, said
from sandbox.storefronts import addresses, markup, wording
from sandbox.storefronts.shelf import Article
from sandbox.storefronts.stores import Store
from sandbox.storefronts.wording import plain

_USUAL, _MOST = 30, 250


def answer(store: Store, path: str, query: str, day: int) -> Reply | None:
    """Return the JSON a path names; None where it names none."""
    parts = path.strip("/").split("/")
    if path == "/products.json":
        return _products(store, store.shelf.numbers(day), query, day)
    if path == "/collections.json":
        return _collections(store, query, day)
    if len(parts) == 3 and parts[0] == "collections" and parts[2] == "products.json":
        numbers = _collected(store, parts[1], day)
        if numbers is None:
            return said({"errors": "Not Found"}, 404)
        return _products(store, numbers, query, day)
    if len(parts) == 2 and parts[0] == "products" and path.endswith(".json"):
        number = addresses.product_at("shopify", path.removesuffix(".json"), "")
        article = store.shelf.article(number, day) if number is not None else None
        if article is None or article.is_gone:
            return said({"errors": "Not Found"}, 404)
        return said({"product": product(store, article, day)})
    return None


def page(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a product page: JSON-LD, OpenGraph, the currency."""
    head, body = markup.json_ld(store, article, day)
    currency = store.style.currency
    facts = {
        "og:type": "product",
        "og:title": wording.title(article, store.style.language),
        "og:price:amount": plain(article.price),
        "og:price:currency": currency,
    }
    head += "".join(
        f'<meta property="{name}" content="{escape(text)}">'
        for name, text in facts.items()
    )
    script = (
        f'<script>var Shopify = Shopify || {{}};Shopify.currency = {{"active":'
        f'"{currency}","rate":"1.0"}};</script>'
    )
    return head + script, body


def product(store: Store, article: Article, day: int) -> dict[str, Any]:
    """Return a product as the public listing has it."""
    now = datetime.combine(store.shelf.date(day), datetime.min.time(), UTC)
    created = (now - timedelta(days=400)).replace(day=1).isoformat()
    handle = addresses.product("shopify", article).removeprefix("/products/")
    number = 8_000_000_000_000 + article.number
    stated = {
        "created_at": created,
        "updated_at": now.isoformat(),
    }
    variants = [
        stated
        | {
            "id": number * 10 + place,
            "product_id": number,
            "title": colour,
            "option1": colour,
            "option2": None,
            "option3": None,
            "sku": sku,
            "requires_shipping": True,
            "taxable": True,
            "featured_image": None,
            "available": stock > 0,
            "price": plain(price),
            "grams": 400,
            "compare_at_price": plain(struck) if markup.is_reduced(article) else None,
            "position": place + 1,
        }
        for place, (colour, sku, stock, price, struck) in enumerate(_colours(article))
    ]
    name = "Color" if article.variants else "Title"
    title = wording.title(article, store.style.language)
    return stated | {
        "id": number,
        "title": title,
        "handle": handle,
        "body_html": f"<p>{escape(title)}</p>",
        "published_at": created,
        "vendor": wording.brand(article, store.style.language),
        "product_type": wording.leaf_name(article, store.style.language),
        "tags": [article.category.code, article.category.parent],
        "variants": variants,
        "images": [{"id": number, "src": f"{store.address}/img/{article.number}.jpg"}],
        "options": [
            {
                "name": name,
                "position": 1,
                "values": [one["title"] for one in variants],
            }
        ],
    }


def _colours(article: Article) -> list[tuple[str, str, int, int, int | None]]:
    """Return colour, SKU, stock, price and struck price of what can be chosen."""
    if article.variants:
        return [
            (one.colour_en, one.sku, one.stock, one.price, one.list_price)
            for one in article.variants
        ]
    return [
        (
            "Default Title",
            article.listing_id,
            article.stock,
            article.price,
            article.list_price,
        )
    ]


def _collected(store: Store, handle: str, day: int) -> np.ndarray | None:
    if handle == "all":
        return store.shelf.numbers(day)
    if handle in {leaf.code for leaf in goods.CATEGORIES}:
        return store.shelf.in_category(day, handle)
    return None


def _products(store: Store, numbers: np.ndarray, query: str, day: int) -> Reply:
    chosen = _cut(numbers, query)
    found = [
        product(store, article, day)
        for number in chosen.tolist()
        if (article := store.shelf.article(number, day))
    ]
    return said({"products": found})


def _collections(store: Store, query: str, day: int) -> Reply:
    leaves = np.arange(len(goods.CATEGORIES))
    found = []
    for place in _cut(leaves, query).tolist():
        leaf = goods.CATEGORIES[place]
        found.append(
            {
                "id": 450_000_000 + place,
                "title": leaf.name_en,
                "handle": leaf.code,
                "description": "",
                "published_at": "2025-08-15T00:00:00-04:00",
                "updated_at": f"{store.shelf.date(day)}T00:00:00-04:00",
                "image": None,
                "products_count": len(store.shelf.in_category(day, leaf.code)),
            }
        )
    return said({"collections": found})


def _cut(numbers: np.ndarray, query: str) -> np.ndarray:
    asked = parse_qs(query)
    limit, page = (
        int(text) if (text := asked.get(name, [""])[0]).isdigit() else usual
        for name, usual in (("limit", _USUAL), ("page", 1))
    )
    size = max(1, min(limit, _MOST))
    return numbers[(max(page, 1) - 1) * size : max(page, 1) * size]
