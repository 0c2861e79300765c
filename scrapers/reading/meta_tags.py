"""Meta tags: what OpenGraph, product and Twitter tags say of the goods."""

from __future__ import annotations

import re

from scrapers.reading import prices
from scrapers.reading.documents import Document
from scrapers.reading.values import Facts


def facts(document: Document) -> Facts:
    """Return what the meta tags say, as fields of a listing."""
    meta = document.meta
    found: Facts = {}
    kind = meta.get("og:type", "").lower()
    amount = next(
        (
            meta[name]
            for name in (
                *("product:sale_price:amount", "product:price:amount"),
                *("og:price:amount", "og:price", "product:price"),
            )
            if name in meta
        ),
        None,
    )
    if amount:
        read = prices.strict(amount)
        price = read if read is not None else prices.parse(amount).amount
        if price:
            found |= {"price": price, "price_text": amount}
    currency = (
        meta.get("product:price:currency")
        or meta.get("og:price:currency")
        or meta.get("product:sale_price:currency")
    )
    found["currency"] = currency
    standard = meta.get("product:original_price:amount") or meta.get(
        "og:price:standard_amount"
    )
    before = prices.parse(standard).amount
    if before and found.get("price") and before > found["price"]:
        found["list_price"] = before
    found["availability"] = meta.get("product:availability") or meta.get(
        "og:availability"
    )
    found["brand"] = meta.get("product:brand") or meta.get("og:brand")
    found["seller_sku"] = meta.get("product:retailer_item_id")
    found["mpn"] = meta.get("product:mfr_part_no")
    found["image_url"] = meta.get("og:image")
    title = meta.get("og:title")
    if title and ("product" in kind or "item" in kind or amount):
        found["title"] = _headless(title, meta.get("og:site_name"))
    if "twitter:label1" in meta and re.match(
        r"price|preis|usd|eur", meta["twitter:label1"], re.I
    ):
        read_text = prices.parse(meta.get("twitter:data1"))
        if read_text.amount and "price" not in found:
            found |= {"price": read_text.amount, "currency_sign": read_text.currency}
    return {key: value for key, value in found.items() if value}


def _headless(title: str, site: str | None) -> str:
    if site:
        title = re.sub(rf"\s*[-|–—:·]+\s*{re.escape(site)}\s*$", "", title, flags=re.I)
    return title.strip()
