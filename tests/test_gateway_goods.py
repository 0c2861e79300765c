"""Affiliate searches find what a platform sells, at its prices, page by page."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from sandbox.gateways import (
    connections,
    jd_goods,
    pinduoduo_goods,
    searches,
    shops,
    taobao_goods,
)
from sandbox.gateways.house import House, open_house
from sandbox.market import Market, Size
from tests import gateway_calls as calls

SEARCHING = ("taobao", "pinduoduo", "jd")


@pytest.fixture(scope="module")
def house() -> House:
    house = open_house(shops.market(SEARCHING, orders=60))
    goods = searches.Goods(Market(size=Size(customers=100, listings=300)))
    for desk in house.desks:
        desk.goods = goods
    return house


def extra(house: House, platform: str) -> dict[str, Any]:
    told = connections.of(house, "http://127.0.0.1:1")
    return told[f"sandbox_{platform}"]["extra"]


def taobao(house: House, method: str = taobao_goods.UPGRADE, **asked: str) -> Any:
    zone = extra(house, "taobao")["adzone_id"]
    asked = {"adzone_id": zone, "page_size": "7"} | asked
    return calls.taobao(house, house.desk("taobao"), method, **asked)


def jd(house: House, **asked: Any) -> Any:
    wish = {"goodsReqDTO": {"pageIndex": 1, "pageSize": 5} | asked}
    reply = calls.jd(house, house.desk("jd"), "jd.union.open.goods.query", wish)
    return json.loads(reply["jd_union_open_goods_query_responce"]["queryResult"])


def pinduoduo(house: House, **asked: str) -> Any:
    asked = {"page_size": "10"} | asked
    return calls.pinduoduo(
        house, house.desk("pinduoduo"), "pdd.ddk.goods.search", **asked
    )


def offers(house: House, platform: str) -> dict[str, searches.Offer]:
    desk = house.desk(platform)
    return {
        one.listing_id: one for one in desk.goods.offers(platform, desk.instant.now)
    }


def test_taobao_s_search_tells_every_price_of_every_item(house):
    truth = {
        taobao_goods.item_id(name): one for name, one in offers(house, "taobao").items()
    }
    found: dict[str, dict] = {}
    for parent in ("16000", "16001", "16002", "16003"):
        for page in range(1, 40):
            reply = taobao(house, cat=parent, page_no=str(page))
            root = reply["tbk_dg_material_optional_upgrade_response"]
            rows = root["result_list"]["map_data"]
            found |= {row["item_id"]: row for row in rows}
            if len(rows) < 7:
                break

    assert len(truth) > 20
    assert found.keys() == truth.keys()
    for name, row in found.items():
        prices, one = row["price_promotion_info"], truth[name]
        assert [
            calls.cents(prices[field])
            for field in ("reserve_price", "zk_final_price", "final_promotion_price")
        ] == [one.list_price, one.price, one.final]
        assert row["item_basic_info"]["volume"] == one.month


def test_taobao_s_old_search_tells_coupons_apart(house):
    by_number = offers(house, "taobao")
    rows = []
    for parent in ("16000", "16001", "16002", "16003"):
        reply = taobao(
            house, taobao_goods.OLDER, cat=parent, has_coupon="true", page_size="100"
        )
        root = reply["tbk_dg_material_optional_response"]
        rows += root["result_list"]["map_data"]

    assert {str(row["item_id"]) for row in rows} == {
        name for name, one in by_number.items() if one.coupon
    }
    for row in rows:
        one = by_number[str(row["item_id"])]
        price, amount = calls.cents(row["zk_final_price"]), one.coupon
        least = calls.cents(row["coupon_start_fee"])
        assert calls.cents(row["coupon_amount"]) == amount
        assert one.final == (price - amount if price >= least else price)


def test_jd_s_search_tells_every_price_in_yuan(house):
    truth = offers(house, "jd")
    found: dict[str, dict] = {}
    for page in range(1, 40):
        reply = jd(house, pageIndex=page)
        assert reply["totalCount"] == len(truth)
        if "data" not in reply:
            break
        found |= {str(row["skuId"]): row for row in reply["data"]}

    assert len(truth) > 5
    assert found.keys() == truth.keys()
    for name, row in found.items():
        told, one = row["priceInfo"], truth[name]
        assert calls.cents(told["price"]) == one.list_price
        assert calls.cents(told["lowestPrice"]) == one.price
        assert calls.cents(told["lowestCouponPrice"]) == one.final
        assert row["comments"] == jd_goods.shown_reviews(one.reviews)


def test_pinduoduo_s_search_tells_every_price_in_fen(house):
    truth = {
        pinduoduo_goods.goods_sign(name): one
        for name, one in offers(house, "pinduoduo").items()
    }
    found: dict[str, dict] = {}
    list_id = ""
    for page in range(1, 40):
        more = {"list_id": list_id} if list_id else {}
        root = pinduoduo(house, page=str(page), **more)["goods_search_response"]
        list_id = root["list_id"]
        found |= {row["goods_sign"]: row for row in root["goods_list"]}
        if len(root["goods_list"]) < 10:
            break

    assert len(truth) > 40
    assert found.keys() == truth.keys()
    for name, row in found.items():
        one = truth[name]
        assert row["min_group_price"] == one.price
        assert row["min_normal_price"] == searches.single(one.price)
        assert row["coupon_discount"] == one.coupon
        assert row["sales_tip"] == pinduoduo_goods.sales_tip(one.sold)


def test_searches_keep_to_keyword_and_price(house):
    low, high = Decimal("30"), Decimal("90")
    reply = taobao(
        house,
        q="保温杯",
        start_price=str(low),
        end_price=str(high),
        sort="price_asc",
        page_size="100",
    )
    rows = reply["tbk_dg_material_optional_upgrade_response"]["result_list"]["map_data"]

    assert rows
    names = {row["item_basic_info"]["category_name"] for row in rows}
    assert names == {"保温杯"}
    prices = [row["price_promotion_info"] for row in rows]
    ends = [Decimal(one["final_promotion_price"]) for one in prices]
    assert all(low <= price <= high for price in ends)
    shown = [Decimal(one["zk_final_price"]) for one in prices]
    assert shown == sorted(shown)


def test_a_search_without_what_it_needs_is_refused(house):
    assert taobao(house)["error_response"]["code"] == 40
    assert taobao(house, q="杯", adzone_id="1")["error_response"]["code"] == 41
    assert taobao(house, q="杯", page_size="101")["error_response"]["code"] == 41
    assert jd(house, pageSize=31)["code"] == 400
    assert pinduoduo(house, page_size="5")["error_response"]["error_code"] == 10000
    refused = pinduoduo(house, pid="1_2", custom_parameters="{}")
    assert refused["error_response"]["error_code"] == 50001


def test_a_registered_slot_is_let_in(house):
    told = extra(house, "pinduoduo")

    root = pinduoduo(
        house, pid=told["pid"], custom_parameters=told["custom_parameters"]
    )["goods_search_response"]

    assert root["goods_list"]


@pytest.mark.parametrize(
    ("sold", "tip"),
    [(312, "312"), (12_345, "1.2万"), (184_689, "10万+"), (1_250_000, "100万+")],
)
def test_a_sales_tip_is_cut_as_the_platform_cuts_it(sold, tip):
    assert pinduoduo_goods.sales_tip(sold) == tip
