"""Shopify: the public `/products.json` and `/collections.json` of a shop.

Prices are decimal texts without a currency; it comes from the caller
(`defaults`). There is no sold count and no stock level (platform page, section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapers.items import Category, Item, Links, Listing, Page, PageVerdict, Reading
from scrapers.reading import replies
from scrapers.reading.replies import text

PLATFORM = "shopify"


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return the listings of a product reply, or the categories of a shop.

    Each product gives one listing with the ends of its prices, and one per variant
    where it has several. An empty list is a LIST without items: paging ends there.
    """
    reply, instead = replies.read(page)
    if instead:
        return instead
    if not isinstance(reply, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a Shopify reply")
    given = dict(defaults or {})
    if isinstance(reply.get("collections"), list):
        found: list[Item] = [
            _category(page, each) for each in replies.many(reply, "collections")
        ]
        return Reading(PageVerdict.LIST, tuple(found), _links(page, found))
    products = replies.many(reply, "products")
    if isinstance(reply.get("product"), dict):
        items = _listings(page, reply["product"], given)
        return Reading(PageVerdict.PRODUCT, tuple(items))
    if not isinstance(reply.get("products"), list):
        return Reading(
            PageVerdict.UNREADABLE, detail="neither products nor collections"
        )
    listed: list[Item] = []
    for place, each in enumerate(products):
        items = _listings(page, each, given)
        for item in items:
            item.position = place + 1
        listed += items
    cursor = {"page_no": int(replies.asked(page, "page") or 1), "count": len(products)}
    return Reading(PageVerdict.LIST, tuple(listed), cursor=cursor)


def _listings(
    page: Page, product: Mapping[str, Any], given: dict[str, str]
) -> list[Listing]:
    listing_id = text(product.get("id"))
    if listing_id is None:
        return []
    variants = replies.many(dict(product), "variants")
    parent = Listing(
        PLATFORM,
        listing_id,
        page.fetched_at,
        currency=given.get("currency"),
        shop_id=given.get("shop_id"),
        shop_name=given.get("shop_name"),
        title=text(product.get("title")),
        brand=text(product.get("vendor")),
        category_path=text(product.get("product_type")),
        listed_at=replies.moment(product.get("published_at")),
        url=urljoin(page.url, f"/products/{product.get('handle')}"),
        image_url=_image(product),
    )
    rows = [_variant(parent, each, product) for each in variants]
    on = [each for each in rows if each.status == "on" and each.price is not None]
    priced = on or [each for each in rows if each.price is not None]
    if priced:
        cheapest = min(priced, key=_price)
        highest = max(map(_price, priced))
        parent.price = cheapest.price
        parent.price_text = cheapest.price_text
        parent.price_high = highest if highest > _price(cheapest) else None
        parent.list_price = cheapest.list_price
    if rows:
        parent.status = (
            "on" if any(each.status == "on" for each in rows) else "sold_out"
        )
    if len(rows) == 1:
        parent.seller_sku, parent.gtin = rows[0].seller_sku, rows[0].gtin
        parent.availability = rows[0].availability
        parent.attributes = {"variant_id": rows[0].sku_id}
    listings = [parent, *rows] if len(rows) > 1 else [parent]
    for each in listings:
        each.methods = dict.fromkeys(("title", "price", "status"), "api")
        if each.currency:
            each.methods["currency"] = "shell"
    return listings


def _price(listing: Listing) -> Decimal:
    return listing.price or Decimal(0)


def _variant(
    parent: Listing, stated: dict[str, Any], product: Mapping[str, Any]
) -> Listing:
    price = replies.money(stated.get("price"))
    before = replies.money(stated.get("compare_at_price"))
    options = [
        name
        for each in product.get("options") or []
        if (name := text(each.get("name") if isinstance(each, dict) else each))
    ]
    attributes = {
        name: value
        for place, name in enumerate(options, 1)
        if (value := text(stated.get(f"option{place}"))) and value != "Default Title"
    }
    available = stated.get("available")
    return Listing(
        PLATFORM,
        parent.listing_id,
        parent.observed_at,
        currency=parent.currency,
        sku_id=text(stated.get("id")),
        shop_id=parent.shop_id,
        shop_name=parent.shop_name,
        title=parent.title,
        brand=parent.brand,
        seller_sku=text(stated.get("sku")),
        gtin=text(stated.get("barcode")),
        category_path=parent.category_path,
        url=f"{parent.url}?variant={stated.get('id')}",
        status={True: "on", False: "sold_out"}.get(available)
        if available in (True, False)
        else None,
        availability=str(available).lower() if available is not None else None,
        price=price,
        price_text=text(stated.get("price")),
        list_price=before if price and before and before > price else None,
        attributes=attributes,
    )


def _image(product: Mapping[str, Any]) -> str | None:
    images = replies.many(dict(product), "images")
    return text(images[0].get("src")) if images else None


def _category(page: Page, stated: dict[str, Any]) -> Category:
    # every shop has a collection called `all`
    host = urlsplit(page.url).hostname or ""
    return Category(
        PLATFORM,
        f"{host.removeprefix('www.')}/{stated.get('handle') or stated.get('id')}",
        str(stated.get("title") or stated.get("handle")),
        page.fetched_at,
        listing_count=replies.count(stated.get("products_count")),
        url=urljoin(page.url, f"/collections/{stated.get('handle')}"),
    )


def _links(page: Page, found: list[Item]) -> Links:
    return Links(
        categories=tuple(
            f"{each.url}/products.json" for each in found if isinstance(each, Category)
        )
    )
