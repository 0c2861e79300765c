"""Pinduoduo: the goods search of Duoduo Jinbao (DDK), and goods lists of its own apps.

Money is in fen. `min_normal_price` is the price of buying alone, `min_group_price` that
of a group; `sales_tip` is a floor text (platform page, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapers.items import Category, Listing, Page, PageVerdict, Reading
from scrapers.reading import replies, search_results
from scrapers.reading.replies import minor, text

PLATFORM = "pinduoduo"
_THROTTLED = {"52101", "52102", "52103", "70031", "70034", "70035", "70036"}
_RIGHTS = {"10019", "20005", "20031", "20032", "20034", "20035"}


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return listings, sellers and places of a reply of the goods search.

    What was asked stands in the address (`keyword`, `opt_id` or `cat_id`, `page`,
    `page_size`, `sort_type`) or in `defaults`. The cursor carries `list_id`, which the
    next question has to give back.
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
    asked = search_results.question(
        page,
        defaults,
        names=("keyword", "opt_id", "cat_id"),
        page_no="page",
        page_size="page_size",
        usual=100,
        sort="sort_type",
    )
    listed = replies.many(root, "goods_list")
    found = [each for stated in listed if (each := _listing(page, stated))]
    nodes = [node for stated in listed for node in _categories(page, stated)]
    cursor = {
        "page_no": asked.page_no,
        "total": replies.count(root.get("total_count")),
        "list_id": text(root.get("list_id")),
        "count": len(listed),
    }
    items = search_results.placed(page, found, asked, nodes)
    return Reading(PageVerdict.LIST, items, cursor=cursor)


def _categories(page: Page, stated: dict[str, Any]) -> list[Category]:
    """Return the node that a reply names: of the others it tells numbers alone."""
    node = text(stated.get("opt_id")), text(stated.get("opt_name"))
    return search_results.branch(page, PLATFORM, [node])


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
