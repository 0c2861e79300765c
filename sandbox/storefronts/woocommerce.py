"""A shop like WooCommerce's: the public Store API, and product pages.

From the page woocommerce, section 3: money as text in minor units, up to 100 a page,
totals in X-WP-Total and X-WP-TotalPages.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import numpy as np

from sandbox import goods
from sandbox.gateways.exchange import Reply, said
from sandbox.storefronts import addresses, markup, wording
from sandbox.storefronts.shelf import Article
from sandbox.storefronts.stores import Store

_ROOT = "/wp-json/wc/store/v1/products"
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥"}


def answer(store: Store, path: str, query: str, day: int) -> Reply | None:
    """Return the JSON a path names; None where it names none."""
    path = path.rstrip("/")
    if path == _ROOT:
        return _products(store, query, day)
    if path == f"{_ROOT}/categories":
        return said([_category(store, place, day) for place in _places()])
    if not path.startswith(f"{_ROOT}/"):
        return None
    name = path.rpartition("/")[2]
    article = store.shelf.article(int(name) - 1_000, day) if name.isdigit() else None
    if article is None or article.is_gone:
        code = "woocommerce_rest_product_invalid_id"
        return said({"code": code, "message": "Invalid product ID."}, 404)
    return said(product(store, article))


def page(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a product page: JSON-LD within WooCommerce's classes."""
    head, body = markup.json_ld(store, article, day)
    return head, f'<div class="product type-product">{body}</div>'


def product(store: Store, article: Article) -> dict[str, Any]:
    """Return a product as the Store API has it."""
    style = store.style
    title = wording.title(article, style.language)
    cheapest = min([one.price for one in article.variants] or [article.price])
    dearest = max([one.price for one in article.variants] or [article.price])
    reduced = markup.is_reduced(article)
    place = goods.CATEGORIES.index(article.category)
    return {
        "id": article.number + 1_000,
        "name": title,
        "slug": f"{addresses.slug(article)}-{article.number}",
        "parent": 0,
        "type": "variable" if article.variants else "simple",
        "variation": "",
        "permalink": store.address + addresses.product("woocommerce", article),
        "sku": article.listing_id,
        "short_description": f"<p>{title}</p>",
        "description": f"<p>{title}</p>",
        "on_sale": reduced,
        "prices": {
            "price": str(cheapest),
            "regular_price": str(article.list_price if reduced else cheapest),
            "sale_price": str(cheapest),
            "price_range": {"min_amount": str(cheapest), "max_amount": str(dearest)}
            if dearest > cheapest
            else None,
            "currency_code": style.currency,
            "currency_symbol": _SIGNS[style.currency],
            "currency_minor_unit": 2,
            "currency_decimal_separator": ",",
            "currency_thousand_separator": ".",
            "currency_prefix": "",
            "currency_suffix": f" {_SIGNS[style.currency]}",
        },
        "price_html": wording.money(cheapest, style.currency),
        "average_rating": f"{article.rating:.2f}",
        "review_count": article.reviews,
        "images": [
            {
                "id": article.number + 500_000,
                "src": f"{store.address}/img/{article.number}.jpg",
                "alt": title,
            }
        ],
        "categories": [_term(place)],
        "tags": [],
        "brands": [
            {
                "id": 1 + place,
                "name": wording.brand(article, style.language),
                "slug": article.brand_en.lower(),
            }
        ],
        "attributes": [
            {
                "id": 1,
                "name": "Farbe",
                "taxonomy": "pa_farbe",
                "has_variations": True,
                "terms": [
                    {"id": number + 1, "name": one.colour_en, "slug": one.colour_en}
                    for number, one in enumerate(article.variants)
                ],
            }
        ]
        if article.variants
        else [],
        "variations": [
            {
                "id": 2_000_000 + article.number * 10 + number,
                "attributes": [{"name": "Farbe", "value": one.colour_en}],
            }
            for number, one in enumerate(article.variants)
        ],
        "has_options": bool(article.variants),
        "is_purchasable": True,
        "is_in_stock": article.stock > 0,
        "low_stock_remaining": article.stock if 0 < article.stock < 3 else None,
        "sold_individually": False,
    }


def _products(store: Store, query: str, day: int) -> Reply:
    asked = parse_qs(query)
    size = _number(asked, "per_page", 10)
    page_no = _number(asked, "page", 1)
    if not 1 <= size <= 100 or page_no < 1:
        code = "rest_invalid_param"
        return said({"code": code, "message": "Invalid parameter(s): per_page"}, 400)
    numbers = _wished(store, asked, day)
    chosen = numbers[(page_no - 1) * size : page_no * size]
    listed = [
        product(store, article)
        for number in chosen.tolist()
        if (article := store.shelf.article(number, day))
    ]
    pages = str(-(-len(numbers) // size))
    return said(listed, X_WP_Total=str(len(numbers)), X_WP_TotalPages=pages)


def _wished(store: Store, asked: dict[str, list[str]], day: int) -> np.ndarray:
    """Return the numbers of what is asked for: all, or one category by id or slug."""
    wish = asked.get("category", [""])[0]
    for place, leaf in enumerate(goods.CATEGORIES):
        if wish in (leaf.code, str(15 + place)):
            return store.shelf.in_category(day, leaf.code)
    return store.shelf.numbers(day)


def _number(asked: dict[str, list[str]], name: str, usual: int) -> int:
    text = asked.get(name, [""])[0]
    return int(text) if text.isdigit() else usual


def _places() -> range:
    return range(len(goods.CATEGORIES))


def _term(place: int) -> dict[str, Any]:
    leaf = goods.CATEGORIES[place]
    return {"id": 15 + place, "name": leaf.name_en, "slug": leaf.code}


def _category(store: Store, place: int, day: int) -> dict[str, Any]:
    leaf = goods.CATEGORIES[place]
    return _term(place) | {
        "description": "",
        "parent": 0,
        "count": len(store.shelf.in_category(day, leaf.code)),
        "image": None,
        "permalink": store.address + addresses.category("woocommerce", leaf.code),
    }
