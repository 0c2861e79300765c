"""How the gateways' lists behave: windows, empty ones, ones that change."""

from __future__ import annotations

import pytest

from sandbox.gateways import shops, taobao_rows
from sandbox.gateways.house import House, open_house
from tests import gateway_calls as calls
from tests.gateway_asks import EVERYTHING, call
from tests.gateway_calls import beijing

DAY = 86_400
PLATFORMS = (
    "taobao",
    "pinduoduo",
    "jd",
    "youzan",
    "douyin",
    "xiaohongshu",
    "wechat_store",
)


@pytest.fixture
def house() -> House:
    return open_house(shops.market(PLATFORMS, orders=60))


@pytest.mark.parametrize(
    ("platform", "step"), [("taobao", 3 * DAY), ("pinduoduo", 2_000)]
)
def test_too_wide_a_window_is_refused(house, platform, step):
    desk, now = house.desk(platform), house.instant.now
    if platform == "taobao":
        got = calls.taobao(
            house,
            desk,
            "taobao.trades.sold.increment.get",
            start_modified=beijing(now - step),
            end_modified=beijing(now),
            fields="tid",
        )
    else:
        got = calls.pinduoduo(
            house,
            desk,
            "pdd.order.number.list.increment.get",
            start_updated_at=str(now - step),
            end_updated_at=str(now - 180),
            **EVERYTHING,
        )

    assert "error_response" in got


def test_empty_lists_are_empty_in_each_platform_s_way(house):
    house.instant.now += 300 * DAY  # when nothing changes any more

    assert "trades" not in call(house, "taobao")["trades_sold_increment_get_response"]
    assert (
        call(house, "pinduoduo")["order_sn_increment_get_response"]["order_sn_list"]
        is None
    )
    found = call(house, "jd")["jingdong_pop_order_enSearch_responce"]
    assert found["searchorderinfo_result"]["orderInfoList"] == ""
    assert "full_order_info_list" not in call(house, "youzan")["data"]
    assert call(house, "douyin")["data"]["shop_order_list"] is None
    assert "orderList" not in call(house, "xiaohongshu")["data"]
    assert "order_id_list" not in call(house, "wechat_store")


def test_orders_change_while_they_are_read(house):
    desk = house.desk("taobao")
    house.instant.drift = DAY
    before = house.instant.now

    call(house, "taobao")
    call(house, "taobao")

    assert house.instant.now == before + 2 * DAY
    seen = desk.books.orders.between(0, before, before)[1]
    later = desk.books.orders.between(0, before, house.instant.now)[1]
    assert len(later) < len(seen)


def test_reading_forward_loses_what_reading_backward_keeps(house):
    """What changes while it is read leaves the window, and all after it moves up."""
    desk, before = house.desk("taobao"), house.instant.now - DAY
    later = before + DAY

    def changed(numbers: list[int]) -> set[int]:
        found = set()
        for place, number in enumerate(numbers):
            house.instant.now = later if place else before
            got = calls.taobao(
                house,
                desk,
                "taobao.trades.sold.increment.get",
                start_modified=beijing(before - DAY),
                end_modified=beijing(before),
                fields="tid",
                page_no=str(number),
                page_size="5",
            )
            found |= {row["tid"] for row in _trades(got)}
        return found

    stays = set(desk.books.orders.between(before - DAY, before, later)[1].tolist())
    count = len(desk.books.orders.between(before - DAY, before, before)[1])
    pages = list(range(1, -(-count // 5) + 1))
    due = {taobao_rows.tid(number) for number in stays}

    assert due - changed(pages)
    assert due <= changed(pages[::-1])


def _trades(got: dict) -> list[dict]:
    (content,) = got.values()
    return content.get("trades", {}).get("trade", [])
