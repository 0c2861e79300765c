"""Replies of wrong shapes: refused or kept as errors, never a crash, never landed."""

from __future__ import annotations

import copy
import random
from datetime import timedelta
from importlib import import_module
from typing import Any

import httpx
import orjson
import pytest
from api_doubles import AS_OF, connected, landings

PLATFORMS = ("taobao", "pinduoduo", "jd")
STREAMS = ("orders", "order_lines", "refunds", "commissions")
WRONG: tuple[Any, ...] = (
    *(None, True, -1, 1.5, 10**18, "", "text", "\x00", "9" * 400),
    *([], [[]], [1], {}, {"a": {"b": []}}, [None], "=1+1", "NaN"),
)
LINE = {"oid": 3, "num_iid": 4, "sku_id": "5", "price": "1.00"}
TRADE = {
    "tid": 1,
    "modified": "2026-11-22 11:40:00",
    "payment": "1.00",
    "buyer_open_uid": "secret-buyer",
    "buyer_nick": "secret-nick",
    "orders": {"order": [LINE]},
}
GOOD = {
    "taobao": {
        "trades_sold_increment_get_response": {
            "trades": {"trade": [TRADE]},
            "total_results": 1,
        },
        "trade_fullinfo_get_response": {"trade": TRADE},
        "refunds_receive_get_response": {
            "refunds": {"refund": [{"refund_id": 1, "buyer_nick": "secret-nick"}]},
            "total_results": 1,
        },
        "tbk_order_details_get_response": {
            "data": {"results": {"publisher_order_dto": [{"trade_id": "1"}]}}
        },
    },
    "pinduoduo": {
        "order_sn_increment_get_response": {
            "order_sn_list": [
                {
                    "order_sn": "1",
                    "updated_at": "2026-11-22 11:40:00",
                    "receiver_phone": "secret-phone",
                    "item_list": [{"goods_id": 1}],
                }
            ],
            "total_count": 1,
        },
    },
    "jd": {
        "jingdong_pop_order_enSearch_responce": {
            "code": "0",
            "searchorderinfo_result": {
                "apiResult": {"success": True},
                "orderTotal": 1,
                "orderInfoList": [
                    {
                        "orderId": "1",
                        "pin": "secret-pin",
                        "consigneeInfo": {"province": "a", "fullname": "secret-name"},
                        "itemInfoList": [{"skuId": "1"}],
                    }
                ],
            },
        },
        "jingdong_pop_afs_soa_refundapply_queryPageList_responce": {
            "queryResult": {"totalCount": 1, "result": [{"id": 1}]}
        },
        "jd_union_open_order_row_query_responce": {
            "queryResult": '{"code": 200, "data": [{"id": "1"}], "hasMore": false}'
        },
    },
}


def spoilt(reply: Any, draw: random.Random) -> Any:
    """Return a reply with one thing in it of another shape."""
    made = copy.deepcopy(reply)
    places: list[tuple[Any, Any]] = []

    def gather(node: Any) -> None:
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        for name, value in entries:
            places.append((node, name))
            if isinstance(value, dict | list):
                gather(value)

    gather(made)
    node, name = draw.choice(places)
    node[name] = copy.deepcopy(draw.choice(WRONG))
    return made


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", range(120))
def test_a_reply_of_a_wrong_shape_is_refused_and_breaks_nothing(platform, seed):
    draw = random.Random(seed)
    body = orjson.dumps(spoilt(GOOD[platform], draw))
    made = landings(platform, STREAMS, covered=AS_OF - timedelta(minutes=20), tries=2)
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=body))

    with connected():
        module = import_module(f"seller_intel.ingestors.{platform}")
        got = module.collect(made.asked, answer)

    assert "secret-" not in made.text
    for stream in STREAMS:
        for key, _, _, record in made[stream].lines:
            assert isinstance(key, str) and key.strip()
            assert record["_source"]["shop_id"] == f"{platform}:1"
        for _, reason, _, record in made[stream].problems:
            assert reason
            assert record.keys() == {"fields"}
    for failure in got.failures:
        assert failure.startswith(("orders", "refunds", "affiliate orders"))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"{}", b"5", b"<html>"])
def test_what_is_no_reply_of_the_platform_is_a_failure(platform, body):
    made = landings(platform, STREAMS, covered=AS_OF - timedelta(minutes=20), tries=2)
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=body))

    with connected():
        module = import_module(f"seller_intel.ingestors.{platform}")
        got = module.collect(made.asked, answer)

    assert got.failures
    assert not got.windows
