"""Product pages with structured data: JSON-LD, microdata, OpenGraph."""

from __future__ import annotations

from html import escape
from typing import Any

import orjson

from sandbox.goods import PARENTS
from sandbox.storefronts import addresses, lists, wording
from sandbox.storefronts.shelf import Article, Variant
from sandbox.storefronts.stores import Store
from sandbox.storefronts.wording import WORDS, money, plain

_SCHEMA = "https://schema.org/"
_RELATED = 4


def json_ld(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a page whose facts stand in JSON-LD."""
    blocks: list[Any] = [product_object(store, article), crumbs_object(store, article)]
    head = _scripts(blocks, store.plan.broken)
    return head, visible(store, article, day)


def microdata(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a page whose facts stand in microdata."""
    style = store.style
    title = escape(wording.title(article, style.language))
    brand = escape(wording.brand(article, style.language))
    colours = article.variants or (None,)
    offers = "".join(_offer_item(store, article, variant) for variant in colours)
    body = (
        f"{_crumbs(store, article)}"
        f'<div itemscope itemtype="{_SCHEMA}Product"><h1 itemprop="name">{title}</h1>'
        f'<meta itemprop="sku" content="{article.listing_id}">'
        f'<meta itemprop="gtin13" content="{article.gtin}">'
        f'<meta itemprop="mpn" content="{article.model}">'
        f'<span itemprop="brand" itemscope itemtype="{_SCHEMA}Brand">'
        f'<span itemprop="name">{brand}</span></span>'
        f'<div itemprop="aggregateRating" itemscope'
        f' itemtype="{_SCHEMA}AggregateRating">'
        f'<span itemprop="ratingValue">{article.rating}</span>'
        f' (<span itemprop="reviewCount">{article.reviews}</span>)</div>'
        f"{offers}</div>{_was(store, article)}{related(store, article, day)}"
    )
    return "", body


def opengraph(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a page that tells its facts in meta elements."""
    style = store.style
    facts = {
        "og:type": "product",
        "og:title": wording.title(article, style.language),
        "og:site_name": style.title,
        "og:url": store.address + addresses.product(style.template, article),
        "product:price:amount": plain(article.price),
        "product:price:currency": style.currency,
        "product:availability": "in stock" if article.stock else "out of stock",
        "product:brand": wording.brand(article, style.language),
        "product:retailer_item_id": article.listing_id,
    }
    head = "".join(
        f'<meta property="{name}" content="{escape(text)}">\n'
        for name, text in facts.items()
    )
    part = money(article.price // 4, style.currency)
    body = visible(store, article, day)
    return head, f"{body}<p>or 4 interest-free payments of {part} with PayPart</p>"


def product_object(store: Store, article: Article) -> dict[str, Any]:
    """Return an article as schema.org has it: a Product, or a ProductGroup."""
    style = store.style
    title = wording.title(article, style.language)
    common: dict[str, Any] = {
        "name": title,
        "description": f"{title}. {WORDS[style.language]['brand']}"
        f" {wording.brand(article, style.language)}",
        "image": [f"{store.address}/img/{article.number}.jpg"],
        "brand": {"@type": "Brand", "name": wording.brand(article, style.language)},
        "category": " > ".join(path(store, article)),
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": str(article.rating),
            "reviewCount": article.reviews,
        },
    }
    if not article.variants:
        return {
            "@context": _SCHEMA,
            "@type": "Product",
            **common,
            "sku": article.listing_id,
            "mpn": article.model,
            "gtin13": article.gtin,
            "offers": offer(store, article, None),
        }
    return {
        "@context": _SCHEMA,
        "@type": "ProductGroup",
        **common,
        "productGroupID": article.listing_id,
        "variesBy": [f"{_SCHEMA}color"],
        "hasVariant": [
            {
                "@type": "Product",
                "name": f"{title} {one.colour_en}",
                "sku": one.sku,
                "gtin13": one.gtin,
                "color": one.colour_en,
                "offers": offer(store, article, one),
            }
            for one in article.variants
        ],
    }


def offer(store: Store, article: Article, variant: Variant | None) -> dict[str, Any]:
    """Return the offer of an article or of one of its colours."""
    one: Any = variant or article
    currency = store.style.currency
    found: dict[str, Any] = {
        "@type": "Offer",
        "url": store.address + addresses.product(store.style.template, article),
        "price": plain(one.price),
        "priceCurrency": currency,
        "availability": _SCHEMA + ("InStock" if one.stock else "OutOfStock"),
        "itemCondition": f"{_SCHEMA}NewCondition",
        "seller": {"@type": "Organization", "name": store.style.title},
    }
    if is_reduced(article):
        found["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": f"{_SCHEMA}StrikethroughPrice",
            "price": plain(one.list_price),
            "priceCurrency": currency,
        }
    return found


def is_reduced(article: Article) -> bool:
    """Tell whether a shop strikes a higher price through: while an activity runs."""
    return bool(article.activity) and article.list_price > article.price


def crumbs_object(store: Store, article: Article) -> dict[str, Any]:
    """Return the way from the front page to an article."""
    names = path(store, article)
    links = ["/", addresses.category(store.style.template, article.category.code)]
    items = [
        {"@type": "ListItem", "position": place + 1, "name": name, "item": link}
        for place, (name, link) in enumerate(zip(names, links, strict=True))
    ]
    return {"@context": _SCHEMA, "@type": "BreadcrumbList", "itemListElement": items}


def path(store: Store, article: Article) -> list[str]:
    """Return the names of an article's categories, widest first."""
    place = 0 if store.style.language == "zh" else 1
    parent = PARENTS[article.category.parent][place]
    return [parent, wording.leaf_name(article, store.style.language)]


def visible(store: Store, article: Article, day: int) -> str:
    """Return what people see of an article."""
    style = store.style
    words = WORDS[style.language]
    colours = "".join(
        f'<option value="{one.sku}">{one.colour_en}'
        f" {money(one.price, style.currency)}</option>"
        for one in article.variants
    )
    choice = f'<select name="colour">{colours}</select>' if colours else ""
    return (
        f"{_crumbs(store, article)}"
        f"<h1>{escape(wording.title(article, style.language))}</h1>"
        f'<div class="price">{_was(store, article)}'
        f'<span class="price-now">{money(article.price, style.currency)}</span></div>'
        f'<p class="stock">{wording.available(article.stock, style.language)}</p>'
        f"<p>{article.rating} / 5 ({article.reviews} {words['reviews']})</p>"
        f"{choice}<button>{words['cart']}</button>{related(store, article, day)}"
    )


def related(store: Store, article: Article, day: int) -> str:
    """Return other articles, with prices that are not this one's."""
    shelf = store.shelf
    others = (
        shelf.article((article.number + step) % shelf.count, day)
        for step in range(1, _RELATED + 1)
    )
    cards = "".join(
        lists.card(store, other) for other in others if other and not other.is_gone
    )
    title = WORDS[store.style.language]["related"]
    return f'<section class="related"><h3>{title}</h3>{cards}</section>'


def _was(store: Store, article: Article) -> str:
    if not is_reduced(article):
        return ""
    word = WORDS[store.style.language]["was"]
    amount = money(article.list_price, store.style.currency)
    return f'<span class="was">{word} <del class="price-was">{amount}</del></span> '


def _crumbs(store: Store, article: Article) -> str:
    parent, leaf = path(store, article)
    link = escape(addresses.category(store.style.template, article.category.code))
    home = WORDS[store.style.language]["home"]
    return (
        f'<nav class="breadcrumb"><a href="/">{home}</a> &gt; <span>{escape(parent)}'
        f'</span> &gt; <a href="{link}">{escape(leaf)}</a></nav>'
    )


def _offer_item(store: Store, article: Article, variant: Variant | None) -> str:
    one: Any = variant or article
    sku = f'<meta itemprop="sku" content="{variant.sku}">' if variant else ""
    colour = variant.colour_en if variant else ""
    stock = "InStock" if one.stock else "OutOfStock"
    return (
        f'<div itemprop="offers" itemscope itemtype="{_SCHEMA}Offer">{sku}{colour}'
        f'<span itemprop="price" content="{plain(one.price)}">'
        f"{money(one.price, store.style.currency)}</span>"
        f'<meta itemprop="priceCurrency" content="{store.style.currency}">'
        f'<link itemprop="availability" href="{_SCHEMA}{stock}">'
        f"{wording.available(one.stock, store.style.language)}</div>"
    )


def _scripts(blocks: list[Any], broken: str) -> str:
    """Return JSON-LD blocks, broken in the way the plan says."""
    if broken == "graph":
        graph = [
            {key: value for key, value in one.items() if key != "@context"}
            for one in blocks
        ]
        blocks = [{"@context": _SCHEMA, "@graph": graph}]
    if broken == "array":
        blocks = [blocks]
    texts = [orjson.dumps(block).decode() for block in blocks]
    if broken == "comma":
        texts = [f"{text[:-1]},}}" for text in texts]
    if broken == "entities":
        texts = [escape(text) for text in texts]
    if broken == "comment":
        texts = [f"/* product */\n{text} // end" for text in texts]
    if broken == "control":
        texts = [text.replace(". ", ".\n\t", 1) for text in texts]
    return "".join(
        f'<script type="application/ld+json">{text}</script>\n' for text in texts
    )
