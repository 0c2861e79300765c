"""JD: the goods query of the union, whose result is JSON inside JSON.

Money is a number in yuan. `inOrderCount30Days` counts referred orders only, so it is no
counter of sales but an attribute; `comments` counts all reviews (platform page,
section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from scrapers.items import Category, Listing, Page, PageVerdict, Reading
from scrapers.reading import replies, search_results
from scrapers.reading.replies import money, text

PLATFORM = "jd"
_ROOTS = ("jd_union_open_goods_query_responce", "jd_union_open_goods_query_response")
_THROTTLED = {"2"}
_RIGHTS = {"19", "403"}
_GROUPED = "2"
_FLASH = "3"


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return listings, sellers and places of a reply of the goods query.

    What was asked stands in the address, by the names of `goodsReqDTO`, or in
    `defaults` (`keyword`, `page_no`, `page_size`, `sort`).
    """
    reply, instead = replies.read(page)
    if instead:
        return instead
    if not isinstance(reply, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a reply of the gateway")
    if error := replies.inner(reply, "error_response"):
        words = error.get("zh_desc") or error.get("en_desc")
        return replies.refused(error.get("code"), words, _THROTTLED, _RIGHTS)
    root = next((reply[name] for name in _ROOTS if name in reply), reply)
    result = root.get("queryResult") if isinstance(root, dict) else None
    if isinstance(result, str):
        try:
            result = orjson.loads(result)
        except orjson.JSONDecodeError as error:
            return Reading(PageVerdict.UNREADABLE, detail=f"queryResult: {error}")
    if not isinstance(result, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a goods query")
    if str(result.get("code")) != "200":
        return replies.refused(
            result.get("code"), result.get("message"), _THROTTLED, _RIGHTS
        )
    asked = search_results.question(
        page,
        defaults,
        names=("keyword", "cid3", "cid2", "cid1"),
        page_no="pageIndex",
        page_size="pageSize",
        usual=20,
        sort="sortName",
    )
    listed = replies.many(result, "data")
    found = [each for stated in listed if (each := _listing(page, stated))]
    nodes = [node for stated in listed for node in _categories(page, stated)]
    cursor = {
        "page_no": asked.page_no,
        "total": replies.count(result.get("totalCount")),
        "count": len(listed),
    }
    items = search_results.placed(page, found, asked, nodes)
    return Reading(PageVerdict.LIST, items, cursor=cursor)


def _categories(page: Page, stated: dict[str, Any]) -> list[Category]:
    kinds = replies.inner(stated, "categoryInfo")
    nodes = (
        (text(kinds.get(f"cid{each}")), text(kinds.get(f"cid{each}Name")))
        for each in (1, 2, 3)
    )
    return search_results.branch(page, PLATFORM, nodes)


def _listing(page: Page, stated: dict[str, Any]) -> Listing | None:
    listing_id = text(stated.get("skuId")) or text(stated.get("itemId"))
    if listing_id is None:
        return None
    priced = replies.inner(stated, "priceInfo")
    shop = replies.inner(stated, "shopInfo")
    kinds = replies.inner(stated, "categoryInfo")
    groups = replies.inner(stated, "pinGouInfo")
    path = [name for each in (1, 2, 3) if (name := text(kinds.get(f"cid{each}Name")))]
    listing = Listing(
        PLATFORM,
        listing_id,
        page.fetched_at,
        currency="CNY",
        shop_id=text(shop.get("shopId")),
        shop_name=text(shop.get("shopName")),
        family_id=text(stated.get("spuid")),
        title=text(stated.get("skuName")),
        brand=text(stated.get("brandName")),
        platform_category_id=next(
            (
                each
                for name in ("cid3", "cid2", "cid1")
                if (each := text(kinds.get(name)))
            ),
            None,
        ),
        category_path=" > ".join(path) or None,
        is_self_run={"g": True, "p": False}.get(str(stated.get("owner"))),
        url=_address(text(stated.get("materialUrl"))),
        image_url=_image(stated),
        price=money(priced.get("price")),
        price_text=text(priced.get("price")),
        final_price=money(priced.get("lowestCouponPrice")),
        group_price=money(groups.get("pingouPrice")),
        group_size=replies.count(groups.get("pingouTmCount")) or None,
        review_count=replies.count(stated.get("comments")),
        methods=dict.fromkeys(
            ("title", "price", "final_price", "coupon_amount", "currency"), "api"
        ),
    )
    lowest, kind = money(priced.get("lowestPrice")), str(priced.get("lowestPriceType"))
    if lowest and listing.price and lowest < listing.price:
        if kind == _GROUPED:
            listing.group_price = listing.group_price or lowest
        else:
            listing.list_price, listing.price = listing.price, lowest
            listing.activity_price = lowest if kind == _FLASH else None
    coupons = replies.many(stated, "couponInfo", "couponList")
    best = next((each for each in coupons if each.get("isBest") in (1, "1")), None)
    if best := best or next(iter(coupons), None):
        listing.coupon_amount = money(best.get("discount"))
        listing.coupon_min_amount = money(best.get("quota"))
    told = {
        "good_comments_percent": "goodCommentsShare",
        "referred_orders_30d": "inOrderCount30Days",
    }
    listing.attributes = {
        name: value for name, key in told.items() if (value := text(stated.get(key)))
    }
    return listing


def _address(address: str | None) -> str | None:
    if address and "://" not in address:
        return f"https://{address.lstrip('/')}"
    return address


def _image(stated: dict[str, Any]) -> str | None:
    images = replies.many(stated, "imageInfo", "imageList")
    return text(images[0].get("url")) if images else None
