"""JD's union product search (page jd, section 4): yuan as numbers, times in ms."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox import goods
from sandbox.gateways import forms, searches
from sandbox.gateways.desks import Desk
from sandbox.gateways.searches import Offer, Wish

_SORTS = {
    "price": "price",
    "commissionShare": "commission",
    "commission": "commission",
    "inOrderCount30Days": "sales",
    "inOrderComm30Days": "sales",
}
_MONTH = 30 * 86_400
_PLAIN, _FLASH = 1, 3


def query(asked: dict[str, Any], desk: Desk, repeats: bool) -> dict:
    """Return a page of the search; its result is JSON text within JSON."""
    wish = asked.get("goodsReqDTO") or {}
    paged = searches.asked_page(wish, "pageIndex", "pageSize", 20, 30)
    sort = wish.get("sortName") or "inOrderCount30Days"
    if paged is None or sort not in _SORTS:
        return _reply({"code": 400, "message": "参数错误", "requestId": "sandbox"})
    skus = {str(one) for one in wish.get("skuIds") or ()}
    offers = desk.goods.found(
        "jd",
        desk.instant.now,
        Wish(
            keyword=wish.get("keyword") or "",
            categories=tuple(
                str(wish[name]) for name in ("cid1", "cid3") if wish.get(name)
            ),
            low=searches.cents(wish.get("pricefrom")),
            high=searches.cents(wish.get("priceto")),
            only_coupons=str(wish.get("isCoupon")) == "1",
            sort=_SORTS[sort],
            falling=(wish.get("sort") or "desc") == "desc",
        ),
    )
    if skus:
        offers = [one for one in offers if one.listing_id in skus]
    content: dict[str, Any] = {
        "code": 200,
        "message": "success",
        "requestId": "sandbox",
        "totalCount": len(offers),
    }
    chosen = searches.page_of(offers, *paged, repeats)
    if chosen:  # an empty page has no data at all
        content["data"] = [_product(one, desk.instant.now) for one in chosen]
    return _reply(content)


def shown_reviews(count: int) -> int:
    """Return a review count as JD tells it: two digits from a hundred up."""
    if count < 100:
        return count
    step = 10 ** (len(str(count)) - 2)
    return count // step * step


def _reply(content: dict[str, Any]) -> dict:
    return {
        "jd_union_open_goods_query_responce": {
            "code": "0",
            "queryResult": orjson.dumps(content).decode(),
        }
    }


def _product(one: Offer, now: int) -> dict[str, Any]:
    leaf = one.category
    coupons = []
    if one.coupon:
        span = {"StartTime": (now - now % _MONTH) * 1_000}
        span["EndTime"] = span["StartTime"] + _MONTH * 1_000
        coupons.append(
            {
                "bindType": 3,
                "discount": one.coupon / 100,
                "quota": one.coupon_min / 100,
                "platformType": 0,
                "isBest": 1,
                **{f"use{name}": moment for name, moment in span.items()},
                **{f"get{name}": moment for name, moment in span.items()},
            }
        )
    return {
        "skuId": int(one.listing_id),
        "spuid": int(one.listing_id) - 1,
        "itemId": f"jd_{forms.number(one.listing_id, 0):x}",
        "skuName": one.title,
        "brandName": one.brand,
        "brandCode": str(9_000 + one.row % 40),
        "owner": "g",
        "priceInfo": {
            "price": one.list_price / 100,
            "lowestPrice": one.price / 100,
            "lowestPriceType": _FLASH if one.activity else _PLAIN,
            "lowestCouponPrice": one.final / 100,
        },
        "couponInfo": {"couponList": coupons},
        "commissionInfo": {
            "commission": one.price * one.commission // 10_000 / 100,
            "commissionShare": one.commission / 100,
            "couponCommission": one.final * one.commission // 10_000 / 100,
            "isLock": 0,
        },
        "inOrderCount30Days": one.referred,
        "comments": shown_reviews(one.reviews),
        "goodCommentsShare": round(one.rating * 20),
        "shopInfo": {
            "shopId": int(one.shop_id),
            "shopName": one.shop_name,
            "shopLevel": one.rating,
        },
        "categoryInfo": {
            "cid1": searches.parent_id(leaf),
            "cid1Name": goods.PARENTS[leaf.parent][0],
            "cid2": searches.parent_id(leaf) + 100,
            "cid2Name": goods.PARENTS[leaf.parent][0],
            "cid3": int(leaf.platform_ids["jd"]),
            "cid3Name": leaf.name_zh,
        },
        "materialUrl": f"jingfen.example.com/detail/{one.listing_id}.html",
    }
