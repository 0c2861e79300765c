"""WooCommerce: the public Store API, `/wp-json/wc/store/v1/products`.

Money is text in minor units (`1999` with `currency_minor_unit` 2 is 19.99); there is no
sold count, `orderby=popularity` gives the order of sales (platform page, section 3).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scrapers.items import (
    Category,
    Item,
    Links,
    Listing,
    Page,
    PageVerdict,
    Reading,
    SearchRank,
)
from scrapers.reading import prices, replies
from scrapers.reading.documents import squeezed
from scrapers.reading.replies import text

PLATFORM = "woocommerce"


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return the listings of a product reply, or the categories of a category reply.

    Numbers are the shop's own; those of other shops carry the host, unless `defaults`
    say `is_own: "true"`. A reply sorted by popularity gives the places of a ranking
    too. The last page is known by the header `X-WP-TotalPages`.
    """
    reply, instead = replies.read(page)
    if instead:
        return instead
    if isinstance(reply, dict) and reply.get("code") and "id" not in reply:
        return replies.refused(reply["code"], reply.get("message"), set(), set())
    stated = reply if isinstance(reply, list) else [reply]
    if not all(isinstance(each, dict) for each in stated):
        return Reading(PageVerdict.UNREADABLE, detail="not a Store API reply")
    given = dict(defaults or {})
    page_no = int(replies.asked(page, "page") or 1)
    pages = replies.count(page.header("x-wp-totalpages"))
    cursor = {"page_no": page_no, "pages": pages, "count": len(stated)}
    if "/products/categories" in page.url:
        return Reading(
            PageVerdict.LIST,
            tuple(_category(page, each, given) for each in stated),
            cursor=cursor,
        )
    items: list[Item] = []
    ranked = replies.asked(page, "orderby") == "popularity"
    size = int(replies.asked(page, "per_page") or 10)
    for place, each in enumerate(stated):
        listing = _listing(page, each, given)
        if listing is None:
            continue
        if isinstance(reply, list):
            listing.page_no = page_no
            listing.position = place + 1
        items.append(listing)
        if ranked:
            items.append(
                SearchRank(
                    PLATFORM,
                    listing.listing_id,
                    page.fetched_at,
                    rank_list=replies.asked(page, "category") or "popularity",
                    position=(page_no - 1) * size + place + 1,
                    currency=listing.currency,
                    page_no=page_no,
                    sort="popularity",
                )
            )
    verdict = PageVerdict.LIST if isinstance(reply, list) else PageVerdict.PRODUCT
    if verdict is PageVerdict.PRODUCT and not items:
        return Reading(PageVerdict.UNREADABLE, detail="not a Store API reply")
    addresses = tuple(
        each.url for each in items if isinstance(each, Listing) and each.url
    )
    return Reading(verdict, tuple(items), Links(products=addresses), cursor=cursor)


def _listing(
    page: Page, stated: dict[str, Any], given: dict[str, str]
) -> Listing | None:
    listing_id = text(stated.get("id"))
    if listing_id is None or "prices" not in stated:
        return None
    money = replies.inner(stated, "prices")
    digits = replies.count(money.get("currency_minor_unit"))
    digits = 2 if digits is None else digits
    low = replies.minor(money.get("price"), digits)
    regular = replies.minor(money.get("regular_price"), digits)
    ends = replies.inner(money, "price_range")
    highest = replies.minor(ends.get("max_amount"), digits)
    low = replies.minor(ends.get("min_amount"), digits) or low
    parent = text(stated.get("parent"))
    is_variation = stated.get("type") == "variation" and parent not in (None, "0")
    categories = [
        name for each in replies.many(stated, "categories") if (name := _name(each))
    ]
    brands = [name for each in replies.many(stated, "brands") if (name := _name(each))]
    in_stock = stated.get("is_in_stock")
    rating = prices.strict(stated.get("average_rating"))
    own = str(parent) if is_variation else listing_id
    return Listing(
        PLATFORM,
        _numbered(page, own, given),
        page.fetched_at,
        currency=text(money.get("currency_code")) or given.get("currency"),
        sku_id=_numbered(page, listing_id, given) if is_variation else None,
        shop_id=given.get("shop_id"),
        shop_name=given.get("shop_name"),
        title=_name(stated),
        brand=brands[0] if brands else None,
        seller_sku=text(stated.get("sku")),
        category_path=categories[0] if categories else None,
        platform_category_id=next(
            (
                _numbered(page, number, given)
                for each in replies.many(stated, "categories")
                if (number := text(each.get("id")))
            ),
            None,
        ),
        url=text(stated.get("permalink")),
        image_url=next(
            (text(each.get("src")) for each in replies.many(stated, "images")), None
        ),
        status={True: "on", False: "sold_out"}.get(in_stock)
        if isinstance(in_stock, bool)
        else None,
        availability=text(replies.inner(stated, "stock_availability").get("text")),
        stock=replies.count(stated.get("low_stock_remaining")),
        price=low,
        price_high=highest if low and highest and highest > low else None,
        list_price=regular if low and regular and regular > low and not ends else None,
        price_text=text(money.get("price")),
        review_count=replies.count(stated.get("review_count")),
        rating=rating if rating and stated.get("review_count") else None,
        attributes={"categories": categories} if len(categories) > 1 else {},
        methods=dict.fromkeys(
            ("title", "price", "currency", "status", "rating"), "api"
        ),
    )


def _numbered(page: Page, number: str, given: dict[str, str]) -> str:
    """Return a number, with its shop unless that is ours: every shop counts from 1."""
    if given.get("is_own") == "true":
        return number
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    return f"{host}/{number}"


def _category(page: Page, stated: dict[str, Any], given: dict[str, str]) -> Category:
    parent = text(stated.get("parent"))
    return Category(
        PLATFORM,
        _numbered(page, str(stated.get("id")), given),
        _name(stated) or str(stated.get("slug")),
        page.fetched_at,
        parent_id=_numbered(page, parent, given) if parent not in (None, "0") else None,
        listing_count=replies.count(stated.get("count")),
        url=text(stated.get("permalink")),
    )


def _name(stated: dict[str, Any]) -> str | None:
    return squeezed(html.unescape(str(stated.get("name") or ""))) or None
