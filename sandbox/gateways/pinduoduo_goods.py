"""Pinduoduo's affiliate search (page pinduoduo, section 4): fen, and ids as text."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import orjson

from sandbox.gateways import searches
from sandbox.gateways.desks import Desk
from sandbox.gateways.searches import Offer, Wish

# sort_type: what by, whether falling
_SORTS = {
    0: ("sales", True),
    1: ("commission", False),
    2: ("commission", True),
    3: ("price", False),
    4: ("price", True),
    5: ("sales", False),
    6: ("sales", True),
    9: ("final", False),
    10: ("final", True),
}
_GROUP_PRICE, _AFTER_COUPON = 0, 1
_LEVELS = "低中高"


class Malformed(Exception):
    """A request with a bad argument."""


class Unregistered(Exception):
    """A pid with custom parameters that were not registered."""


def search(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    """Return a page of the search."""
    sort = str(asked.get("sort_type") or "0")
    paged = searches.asked_page(asked, "page", "page_size", 100, 100, least=10)
    if paged is None or not sort.isdigit() or int(sort) not in _SORTS:
        raise Malformed("page,page_size,sort_type")
    given = asked.get("pid")
    if given and (given, asked.get("custom_parameters")) != registered(desk):
        raise Unregistered(given)
    by, falling = _SORTS[int(sort)]
    low, high, group = _ranges(asked.get("range_list"))
    wish = Wish(
        keyword=str(asked.get("keyword") or ""),
        categories=tuple(
            str(asked[name]) for name in ("cat_id", "opt_id") if asked.get(name)
        ),
        low=low,
        high=high,
        only_coupons=asked.get("with_coupon") == "true",
        sort=by,
        falling=falling,
    )
    offers = desk.goods.found("pinduoduo", desk.instant.now, wish)
    if group:
        offers = [one for one in offers if group[0] <= one.price <= group[1]]
    digest = hashlib.md5(f"{wish}".encode()).hexdigest()[:16]
    told = asked.get("list_id")
    if told and told != digest:
        raise Malformed("list_id")
    return {
        "goods_search_response": {
            "goods_list": [
                _goods(one, desk.instant.now)
                for one in searches.page_of(offers, *paged, repeats)
            ],
            "list_id": digest,
            "search_id": digest[:8],
            "total_count": len(offers),
            "request_id": "sandbox",
        }
    }


def registered(desk: Desk) -> tuple[str, str]:
    """Return the promotion slot of a shop's affiliate account and what goes with it."""
    number = int(hashlib.sha256(desk.app_key.encode()).hexdigest(), 16)
    pid = f"{number % 10**8:08d}_{number % 10**9:09d}"
    return pid, orjson.dumps({"uid": desk.native_id}).decode()


def goods_sign(listing_id: str) -> str:
    """Return the key of text that stands for the number of a listing."""
    digest = hashlib.sha256(f"goods:{listing_id}".encode()).digest()[:18]
    return f"c9r2{base64.urlsafe_b64encode(digest).decode()}_J{listing_id[-6:]}"


def sales_tip(sold: int) -> str:
    """Return the sold text: exact below ten thousand, then cut.

    One decimal until a hundred thousand (`1.2万`), then the first digit with a plus.
    """
    if sold < 10_000:
        return str(sold)
    if sold < 100_000:
        return f"{sold // 1_000 / 10:.1f}万"
    step = 10 ** (len(str(sold)) - 1)
    return f"{sold // step * step // 10_000}万+"


def _ranges(
    text: object,
) -> tuple[int | None, int | None, tuple[int, int] | None]:
    """Return after-coupon limits and group-price limits, in fen."""
    if not text:
        return None, None, None
    try:
        ranges = orjson.loads(str(text))
    except orjson.JSONDecodeError:
        raise Malformed("range_list") from None
    low = high = group = None
    for one in ranges:
        if one.get("range_id") == _AFTER_COUPON:
            low, high = one.get("range_from"), one.get("range_to")
        if one.get("range_id") == _GROUP_PRICE:
            group = (one.get("range_from") or 0, one.get("range_to") or 1 << 40)
    return low, high, group


def _goods(one: Offer, now: int) -> dict[str, Any]:
    leaf = one.category
    number = int(leaf.platform_ids["pinduoduo"])
    level = _LEVELS[min(2, int((one.rating - 4.3) * 5))]
    return {
        "goods_sign": goods_sign(one.listing_id),
        "goods_name": one.title,
        "goods_desc": one.title,
        "brand_name": one.brand,
        "min_group_price": one.price,
        "min_normal_price": searches.single(one.price),
        "has_coupon": one.coupon > 0,
        "coupon_discount": one.coupon,
        "coupon_min_order_amount": one.coupon_min,
        "coupon_total_quantity": 10_000 if one.coupon else 0,
        "coupon_remain_quantity": 4_000 + one.row % 5_000 if one.coupon else 0,
        "promotion_rate": one.commission // 10,
        "predict_promotion_rate": one.commission // 10,
        "sales_tip": sales_tip(one.sold),
        "realtime_sales_tip": str(one.month // 720),
        "mall_id": int(one.shop_id),
        "mall_name": one.shop_name,
        "merchant_type": 3 + one.row % 4,
        "cat_ids": [searches.parent_id(leaf), number],
        "category_id": searches.parent_id(leaf),
        "opt_id": number,
        "opt_ids": [number],
        "opt_name": leaf.name_zh,
        "desc_txt": level,
        "lgst_txt": level,
        "serv_txt": level,
        "unified_tags": [one.activity] if one.activity else [],
        "activity_tags": [4] if one.activity else [],
        "create_at": now - 86_400 * (30 + one.row % 300),
    }
