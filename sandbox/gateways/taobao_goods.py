"""Taobao's affiliate search, old and current (page taobao_tmall, section 4).

Money is yuan as text; `commission_rate` of the old reply is per ten thousand,
`income_rate` of the current one percent. Items of the current reply carry an encrypted
id of text, those of the old one their number.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from sandbox import goods
from sandbox.gateways import searches
from sandbox.gateways.desks import Desk
from sandbox.gateways.forms import yuan
from sandbox.gateways.searches import Offer, Wish

_SORTS = {
    "total_sales": "sales",
    "tk_total_sales": "sales",
    "match": "sales",
    "price": "price",
    "final_promotion_price": "final",
    "tk_rate": "commission",
    "tk_total_commi": "commission",
}
UPGRADE = "taobao.tbk.dg.material.optional.upgrade"
OLDER = "taobao.tbk.dg.material.optional"


class Malformed(Exception):
    """A request that lacks an argument or has a bad one; the code says which."""

    def __init__(self, code: int, names: str):
        super().__init__(names)
        self.code, self.names = code, names


def upgraded(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    """Return a page of the current search."""
    found, total = _found(form, desk, repeats)
    return {
        "tbk_dg_material_optional_upgrade_response": {
            "total_results": total,
            "result_list": {"map_data": [_material(one) for one in found]},
            "request_id": "sandbox",
        }
    }


def older(form: dict[str, str], desk: Desk, repeats: bool) -> dict:
    """Return a page of the old search."""
    found, total = _found(form, desk, repeats)
    return {
        "tbk_dg_material_optional_response": {
            "total_results": total,
            "result_list": {"map_data": [_old_material(one) for one in found]},
            "request_id": "sandbox",
        }
    }


def item_id(listing_id: str) -> str:
    """Return the encrypted id of the current search for an item's number."""
    digest = hashlib.sha256(f"item:{listing_id}".encode()).digest()[:21]
    return f"{base64.urlsafe_b64encode(digest).decode()}-2Zm"


def adzone(desk: Desk) -> str:
    """Return the promotion slot of a shop's affiliate account."""
    return f"11{int(hashlib.sha256(desk.app_key.encode()).hexdigest(), 16) % 10**7:07d}"


def _found(form: dict[str, str], desk: Desk, repeats: bool) -> tuple[list[Offer], int]:
    if not form.get("adzone_id"):
        raise Malformed(40, "adzone_id")
    if form["adzone_id"] != adzone(desk):
        raise Malformed(41, "adzone_id")
    if not form.get("q") and not form.get("cat"):
        raise Malformed(40, "q,cat")
    paged = searches.asked_page(form, "page_no", "page_size", 20, 100)
    if paged is None:
        raise Malformed(41, "page_no,page_size")
    sort, _, way = form.get("sort", "total_sales_des").rpartition("_")
    if sort not in _SORTS or way not in ("asc", "des"):
        raise Malformed(41, "sort")
    wish = Wish(
        keyword=form.get("q", ""),
        categories=tuple(filter(None, form.get("cat", "").split(","))),
        low=searches.cents(form.get("start_price")),
        high=searches.cents(form.get("end_price")),
        only_coupons=form.get("has_coupon") == "true",
        sort=_SORTS[sort],
        falling=way == "des",
    )
    offers = desk.goods.found("taobao", desk.instant.now, wish)
    return searches.page_of(offers, *paged, repeats), len(offers)


def _material(one: Offer) -> dict[str, Any]:
    promotions = []
    if one.activity:
        promotions.append(
            _promotion(one.activity, one.activity, one.list_price - one.price)
        )
    if one.final < one.price:
        desc = f"满{yuan(one.coupon_min)}减{yuan(one.coupon)}"
        promotions.append(_promotion("商品券", desc, one.coupon))
    return {
        "item_id": item_id(one.listing_id),
        "item_basic_info": _basics(one)
        | {
            "brand_name": one.brand,
            "annual_vol": ladder(one.year),
            "short_title": one.title[:12],
            "sub_title": one.title,
        },
        "price_promotion_info": {
            "reserve_price": yuan(one.list_price),
            "zk_final_price": yuan(one.price),
            "final_promotion_price": yuan(one.final),
            "final_promotion_path_list": {"final_promotion_path_map_data": promotions},
        },
        "publish_info": {
            "income_rate": yuan(one.commission),
            "commission_type": "MKT",
            "income_info": {
                "commission_rate": yuan(one.commission),
                "commission_amount": yuan(one.final * one.commission // 10_000),
            },
            "two_hour_promotion_sales": one.referred // 360,
            "daily_promotion_sales": one.referred // 30,
        },
    }


def _old_material(one: Offer) -> dict[str, Any]:
    found = _basics(one) | {
        "item_id": int(one.listing_id),
        "nick": one.shop_name,
        "reserve_price": yuan(one.list_price),
        "zk_final_price": yuan(one.price),
        "commission_rate": str(one.commission),
        "commission_type": "MKT",
        "coupon_amount": "0",
        "coupon_total_count": 0,
        "coupon_remain_count": 0,
    }
    if one.activity:
        found["sale_price"] = yuan(one.price)
    if one.coupon:
        least, amount = yuan(one.coupon_min), yuan(one.coupon)
        found |= {
            "coupon_amount": amount,
            "coupon_start_fee": least,
            "coupon_info": f"满{least}元减{amount}元",
            "coupon_total_count": 10_000,
            "coupon_remain_count": 6_000 + one.row % 3_000,
        }
    return found


def _basics(one: Offer) -> dict[str, Any]:
    leaf = one.category
    return {
        "title": one.title,
        "category_id": int(leaf.platform_ids["taobao"]),
        "category_name": leaf.name_zh,
        "level_one_category_id": searches.parent_id(leaf),
        "level_one_category_name": goods.PARENTS[leaf.parent][0],
        "seller_id": one.shop_id,
        "shop_title": one.shop_name,
        "user_type": one.row % 3 % 2,
        "provcity": "浙江 杭州",
        "volume": one.month,
        "tk_total_sales": str(one.referred),
        "real_post_fee": "0.00",
        "pict_url": f"//img.example.com/{one.row}.jpg",
    }


def _promotion(title: str, desc: str, fee: int) -> dict[str, Any]:
    return {
        "promotion_title": title,
        "promotion_desc": desc,
        "promotion_fee": yuan(fee),
        "promotion_id": hashlib.md5(f"{title}{desc}".encode()).hexdigest()[:12],
    }


def ladder(count: int) -> str:
    """Return a count as `annual_vol` tells it: the first digit from a hundred up."""
    if count < 100:
        return str(count)
    step = 10 ** (len(str(count)) - 1)
    floor = count // step * step
    return f"{floor}+" if floor < 10_000 else f"{floor // 10_000}万+"
