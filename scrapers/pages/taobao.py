"""Taobao and Tmall: the affiliate material search, old and current, and kept results.

Money is text in yuan. `reserve_price` is struck through, `zk_final_price` the shop's
price before coupons, `final_promotion_price` the estimated hand price; `volume` counts
30 days (platform page, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scrapers.items import Category, Listing, Page, PageVerdict, Reading
from scrapers.reading import replies, search_results
from scrapers.reading.replies import money, text
from scrapers.reading.search_results import Question

PLATFORM = "taobao"
_THROTTLED = {"4", "5", "6", "7", "8"}
_RIGHTS = {"11", "12", "13", "26", "27"}
_ROOTS = (
    "tbk_dg_material_optional_upgrade_response",
    "tbk_dg_material_optional_response",
)
_RANK = re.compile(r"^(?P<list>.+?)[·\s]*第\s*(?P<rank>\d+)\s*名")
_SORTED = re.compile(r"^(?P<key>\w+)_(?:des|asc)$")
_COUPON = re.compile(r"满\s*(\d+(?:\.\d+)?)\s*元?\s*减\s*(\d+(?:\.\d+)?)")


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return listings, sellers and places of a reply of the material search.

    What was asked stands in the address (`q` or `cat`, `page_no`, `page_size`, `sort`)
    or in `defaults`. An error reply keeps code and words.
    """
    reply, instead = replies.read(page)
    if instead:
        return instead
    if not isinstance(reply, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a reply of the gateway")
    if error := replies.inner(reply, "error_response"):
        if str(error.get("sub_code")) in ("50001", "isv.item-not-exist"):
            return Reading(PageVerdict.LIST, detail=str(error.get("sub_msg")))
        words = error.get("sub_msg") or error.get("msg")
        return replies.refused(error.get("code"), words, _THROTTLED, _RIGHTS)
    asked = _question(page, defaults, 20)
    if auctions := replies.many(reply, "mods", "itemlist", "data", "auctions"):
        return _kept(page, reply, auctions, dict(defaults or {}))
    root = next((reply[name] for name in _ROOTS if name in reply), reply)
    if not isinstance(root, dict) or not ({"result_list", "total_results"} & set(root)):
        return Reading(PageVerdict.UNREADABLE, detail="not a material search")
    listed = replies.many(root, "result_list", "map_data")
    listed = listed or [
        each for each in replies.many(root, "result_list") if "item_id" in each
    ]
    found = [each for stated in listed if (each := _listing(page, stated))]
    nodes = [node for stated in listed for node in _categories(page, stated)]
    cursor = {
        "page_no": asked.page_no,
        "total": replies.count(root.get("total_results")),
        "count": len(listed),
    }
    items = search_results.placed(page, found, asked, nodes)
    return Reading(PageVerdict.LIST, items, cursor=cursor)


def _question(page: Page, given: Mapping[str, str] | None, usual: int) -> Question:
    return search_results.question(
        page,
        given,
        names=("q", "cat"),
        page_no="page_no",
        page_size="page_size",
        usual=usual,
        sort="sort",
    )


def _categories(page: Page, stated: dict[str, Any]) -> list[Category]:
    basic = {**stated, **replies.inner(stated, "item_basic_info")}
    nodes = (
        (text(basic.get(f"{name}_id")), text(basic.get(f"{name}_name")))
        for name in ("level_one_category", "category")
    )
    return search_results.branch(page, PLATFORM, nodes)


def _listing(page: Page, stated: dict[str, Any]) -> Listing | None:
    listing_id = text(stated.get("item_id")) or text(stated.get("num_iid"))
    if listing_id is None:
        return None
    basic = {**stated, **replies.inner(stated, "item_basic_info")}
    priced = {**stated, **replies.inner(stated, "price_promotion_info")}
    path = [
        name
        for key in ("level_one_category_name", "category_name")
        if (name := text(basic.get(key)))
    ]
    listing = Listing(
        PLATFORM,
        listing_id,
        page.fetched_at,
        currency="CNY",
        shop_id=text(basic.get("seller_id")),
        shop_name=text(basic.get("shop_title")) or text(basic.get("nick")),
        title=text(basic.get("title")),
        brand=text(basic.get("brand_name")),
        platform_category_id=text(basic.get("category_id")),
        category_path=" > ".join(dict.fromkeys(path)) or None,
        url=_address(stated),
        image_url=_absolute(text(basic.get("pict_url"))),
        list_price=money(priced.get("reserve_price")),
        price=money(priced.get("zk_final_price")),
        activity_price=money(priced.get("sale_price")),
        final_price=money(priced.get("final_promotion_price")),
        group_price=money(stated.get("jdd_price")),
        group_size=replies.count(stated.get("jdd_num")) or None,
        counter_text=text(basic.get("volume")),
        counter_type="rolling_30d" if text(basic.get("volume")) else None,
        counter_surface="tbk_volume" if text(basic.get("volume")) else None,
    )
    listing.price_text = text(priced.get("zk_final_price"))
    _coupon(listing, priced)
    if listing.list_price and listing.price and listing.list_price <= listing.price:
        listing.list_price = None
    ranked = _RANK.match(
        text(replies.inner(stated, "tmall_rank_info").get("tmall_rank_text")) or ""
    )
    if ranked:
        listing.rank, listing.rank_list = int(ranked["rank"]), ranked["list"]
    kinds = {"0": "taobao", "1": "tmall", "3": "taote"}
    names = ("annual_vol", "tk_total_sales", "provcity", "real_post_fee", "short_title")
    listing.attributes = {
        name: value for name in names if (value := text(basic.get(name))) is not None
    }
    if kind := kinds.get(str(basic.get("user_type"))):
        listing.attributes["shop_kind"] = kind
    listing.methods = dict.fromkeys(
        ("title", "price", "list_price", "final_price", "coupon_amount", "currency"),
        "api",
    )
    return listing


def _coupon(listing: Listing, priced: dict[str, Any]) -> None:
    """Take the coupon: fields of the older reply, promotions of the current one."""
    listing.coupon_amount = money(priced.get("coupon_amount"))
    listing.coupon_min_amount = money(priced.get("coupon_start_fee"))
    stated = _COUPON.search(text(priced.get("coupon_info")) or "")
    if stated and listing.coupon_amount is None:
        listing.coupon_min_amount = money(stated[1])
        listing.coupon_amount = money(stated[2])
    for each in replies.many(
        priced, "final_promotion_path_list", "final_promotion_path_map_data"
    ):
        words = f"{each.get('promotion_title', '')}{each.get('promotion_desc', '')}"
        if listing.coupon_amount is None and "券" in words:
            listing.coupon_amount = money(each.get("promotion_fee"))
            if match := _COUPON.search(words):
                listing.coupon_min_amount = money(match[1])
        if listing.activity_id is None and each.get("promotion_id"):
            listing.activity_id = text(each["promotion_id"])


def _address(stated: dict[str, Any]) -> str | None:
    known = text(stated.get("item_url")) or text(
        replies.inner(stated, "publish_info").get("click_url")
    )
    return _absolute(known)


def _absolute(address: str | None) -> str | None:
    return f"https:{address}" if address and address.startswith("//") else address


def _kept(
    page: Page, reply: Any, auctions: list[dict[str, Any]], given: dict[str, str]
) -> Reading:
    """Read results as the search page kept them (`g_page_config`)."""
    pager = replies.inner(reply, "mods", "pager", "data")
    page_no = replies.count(pager.get("currentPage")) or 1
    listings = []
    for each in auctions:
        listing_id = text(each.get("nid"))
        if listing_id is None:
            continue
        sold = text(each.get("view_sales"))
        marked = re.sub(r"<[^>]*>", "", text(each.get("title")) or "")
        listings.append(
            Listing(
                PLATFORM,
                listing_id,
                page.fetched_at,
                currency="CNY",
                shop_id=text(each.get("user_id")),
                shop_name=text(each.get("nick")),
                title=text(each.get("raw_title")) or marked or None,
                platform_category_id=text(each.get("category")),
                url=_absolute(text(each.get("detail_url"))),
                price=money(each.get("view_price")),
                price_text=text(each.get("view_price")),
                counter_text=sold,
                counter_type="rolling_30d" if sold else None,
                counter_surface="search" if sold else None,
                review_count=replies.count(each.get("comment_count")),
                is_ad=bool(each.get("p4p")),
                attributes={
                    name: value
                    for name in ("item_loc", "view_fee")
                    if (value := text(each.get(name)))
                },
                methods=dict.fromkeys(("title", "price", "currency"), "api"),
            )
        )
    size = replies.count(pager.get("pageSize")) or len(auctions)
    asked = _question(page, {"page_no": str(page_no), **given}, size)
    cursor = {"page_no": page_no, "total": replies.count(pager.get("totalCount"))}
    items = search_results.placed(page, listings, asked)
    return Reading(PageVerdict.LIST, items, cursor=cursor)
