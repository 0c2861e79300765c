"""One cheap call of each gateway: what changed in its last minutes."""

from __future__ import annotations

import json
from typing import Any

from sandbox.gateways.house import House
from tests import gateway_calls as calls
from tests.gateway_calls import beijing

EVERYTHING = {"order_status": "5", "refund_status": "5", "is_lucky_flag": "0"}


def call(house: House, platform: str) -> Any:
    """Ask a gateway for a page of what changed in the last minutes it tells of."""
    desk, now = house.desk(platform), house.instant.now
    if platform == "taobao":
        return calls.taobao(
            house,
            desk,
            "taobao.trades.sold.increment.get",
            start_modified=beijing(now - 900),
            end_modified=beijing(now),
            fields="tid",
        )
    if platform == "pinduoduo":
        return calls.pinduoduo(
            house,
            desk,
            "pdd.order.number.list.increment.get",
            start_updated_at=str(now - 900),
            end_updated_at=str(now - 180),
            **EVERYTHING,
        )
    if platform == "jd":
        asked = {
            "start_date": beijing(now - 900),
            "end_date": beijing(now),
            "order_state": "ALL",
            "optional_fields": "orderId",
        }
        return calls.jd(house, desk, "jingdong.pop.order.enSearch", asked)
    if platform == "youzan":
        asked = {"start_update": beijing(now - 900), "end_update": beijing(now)}
        return calls.youzan(house, desk, "youzan.trades.sold.get/4.0.4", asked)
    if platform == "douyin":
        asked = {
            "update_time_start": now - 900,
            "update_time_end": now,
            "page": 0,
            "size": 10,
        }
        asked |= {"order_by": "update_time"}
        return calls.douyin(house, desk, "order.searchList", asked)
    if platform == "xiaohongshu":
        asked = {"startTime": now - 900, "endTime": now, "timeType": 2}
        return calls.xiaohongshu(house, desk, "order.getOrderList", asked)
    if platform == "wechat_store":
        window = {"start_time": now - 900, "end_time": now}
        asked = {"update_time_range": window, "page_size": 10}
        return calls.wechat_store(house, desk, "order/list/get", asked)
    if platform == "amazon":
        return calls.amazon(
            house,
            desk,
            "/orders/2026-01-01/orders",
            lastUpdatedAfter="2026-11-12T00:00:00Z",
            marketplaceIds="ATVPDKIKX0DER",
        )
    if platform == "shopify":
        return calls.shopify(house, desk, "{ ordersCount(limit: null) { count } }")
    return json.loads(calls.woocommerce(house, desk, "orders", per_page="5").body)
