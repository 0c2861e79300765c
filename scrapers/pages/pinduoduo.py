"""Pinduoduo: the goods search of Duoduo Jinbao (DDK), and goods lists of its own apps.

Money is in fen. `min_normal_price` is the price of buying alone, `min_group_price` that
of a group; `sales_tip` is a floor text (platform page, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapers.items import Item, Listing, Page, PageVerdict, Reading, SearchRank, Seller
from scrapers.reading import replies
from scrapers.reading.replies import minor, text

PLATFORM = "pinduoduo"
_THROTTLED = {"52101", "52102", "52103", "70031", "70034", "70035", "70036"}
_RIGHTS = {"10019", "20005", "20031", "20032", "20034", "20035"}


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return listings, sellers and places of a reply of the goods search.

    `defaults` may name what was asked: `keyword`, `page_no`, `page_size`. The cursor
    carries `list_id`, which the next question has to give back.
    """
    reply, instead = replies.read(page)
    if instead:
        return instead
    if not isinstance(reply, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a reply of the gateway")
    if error := replies.inner(reply, "error_response"):
        words = error.get("sub_msg") or error.get("error_msg")
        return replies.refused(error.get("error_code"), words, _THROTTLED, _RIGHTS)
    root = replies.inner(reply, "goods_search_response") or reply
    if not isinstance(root.get("goods_list"), list):
        if "total_count" in root:
            return Reading(PageVerdict.LIST, cursor={"total": root["total_count"]})
        return Reading(PageVerdict.UNREADABLE, detail="not a goods search")
    given = dict(defaults or {})
    page_no = int(given.get("page_no") or 1)
    size = int(given.get("page_size") or 100)
    listed = replies.many(root, "goods_list")
    items: list[Item] = []
    sellers: dict[str, Seller] = {}
    found = [each for stated in listed if (each := _listing(page, stated))]
    for place, each in enumerate(found, 1):
        each.page_no, each.position = page_no, place
        items.append(each)
        if each.shop_id and each.shop_name:
            sellers[each.shop_id] = Seller(
                PLATFORM, each.shop_id, each.shop_name, page.fetched_at
            )
        if given.get("keyword"):
            items.append(
                SearchRank(
                    PLATFORM,
                    each.listing_id,
                    page.fetched_at,
                    rank_list=given["keyword"],
                    position=(page_no - 1) * size + place,
                    page_no=page_no,
                    is_ad=each.is_ad,
                    sort=given.get("sort"),
                )
            )
    cursor = {
        "page_no": page_no,
        "total": replies.count(root.get("total_count")),
        "list_id": text(root.get("list_id")),
        "count": len(listed),
    }
    return Reading(PageVerdict.LIST, (*items, *sellers.values()), cursor=cursor)


def _listing(page: Page, stated: dict[str, Any]) -> Listing | None:
    listing_id = text(stated.get("goods_sign")) or text(stated.get("goods_id"))
    if listing_id is None:
        return None
    group = replies.inner(stated, "group")
    advert = replies.inner(stated, "ad")
    shop_id = text(stated.get("mall_id")) or text(advert.get("mall_id"))
    categories = [text(each) for each in _ids(stated, advert)]
    tip = text(stated.get("sales_tip"))
    tags = [
        words
        for name in ("unified_tags", "tag_list")
        for each in stated.get(name) or []
        if (words := text(each.get("text") if isinstance(each, dict) else each))
    ]
    listing = Listing(
        PLATFORM,
        listing_id,
        page.fetched_at,
        currency="CNY",
        shop_id=shop_id,
        shop_name=text(stated.get("mall_name")),
        title=text(stated.get("goods_name")),
        brand=text(stated.get("brand_name")),
        platform_category_id=next(
            (each for each in reversed(categories) if each), None
        ),
        category_path=text(stated.get("opt_name")),
        listed_at=replies.moment(stated.get("create_at")),
        image_url=text(stated.get("goods_thumbnail_url") or stated.get("thumb_url")),
        price=minor(stated.get("min_normal_price") or stated.get("normal_price")),
        list_price=minor(stated.get("market_price")),
        group_price=minor(stated.get("min_group_price") or group.get("price")),
        group_size=replies.count(group.get("customer_num")),
        coupon_amount=minor(stated.get("coupon_discount")),
        coupon_min_amount=minor(stated.get("coupon_min_order_amount")),
        counter_text=tip,
        counter_type="lifetime" if tip else None,
        counter_surface="ddk_sales_tip" if tip else None,
        is_ad=True if advert.get("ad_id") else None,
        methods=dict.fromkeys(
            ("title", "price", "group_price", "coupon_amount", "currency"), "api"
        ),
    )
    listing.price_text = text(
        stated.get("min_normal_price") or stated.get("normal_price")
    )
    names = ("realtime_sales_tip", "desc_txt", "lgst_txt", "serv_txt", "merchant_type")
    listing.attributes = {
        name: value for name in names if (value := text(stated.get(name))) is not None
    }
    numbered = text(stated.get("goods_id"))
    if numbered and numbered != listing_id:
        listing.attributes["goods_id"] = numbered
    exact = replies.count(stated.get("sold_quantity") or stated.get("cnt"))
    if exact is not None:
        listing.attributes["sold_quantity"] = exact
    if tags:
        listing.attributes["tags"] = tags
    return listing


def _ids(stated: dict[str, Any], advert: dict[str, Any]) -> list[Any]:
    """Return the category ids, widest first; 0 stands for a level that is not there."""
    listed = stated.get("cat_ids") or advert.get("cate_list") or []
    return [each for each in listed if each not in (0, "0", None)]
