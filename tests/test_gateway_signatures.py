"""The gateways' signatures give the vectors of the platform pages."""

from __future__ import annotations

import pytest

from sandbox.gateways import (
    douyin,
    jd,
    pinduoduo,
    taobao,
    woocommerce,
    xiaohongshu,
)
from sandbox.gateways.exchange import Request

T1 = {
    "app_key": "12345678",
    "timestamp": "2026-11-22 12:00:00",
    "format": "json",
    "v": "2.0",
    "method": "taobao.trades.sold.increment.get",
    "session": "6100aTESTsession",
    "fields": "tid,status,payment,orders",
    "start_modified": "2026-11-22 11:00:00",
    "end_modified": "2026-11-22 11:30:00",
    "page_no": "1",
    "page_size": "40",
    "use_has_next": "true",
}
T2 = {
    "app_key": "12345678",
    "timestamp": "2026-11-22 12:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "method": "taobao.tbk.dg.material.optional.upgrade",
    "q": "连衣裙 女",
    "adzone_id": "110000000",
    "page_no": "1",
    "page_size": "100",
}
D1 = (
    '{"order_by":"update_time","page":0,"size":100,"update_time_end":1763812800,'
    '"update_time_start":1763811000}'
)
D2 = '{"page":0,"product":"儿童保温杯<A&B>","size":20}'


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("md5", "DBA362791CC39EDCC0569635FCDFB6E5"),
        ("hmac", "309425DD9163D84AC9746B6C0F955B45"),
        (
            "hmac-sha256",
            "8C33E0626CBAB6D3ECCD03536216918F84A4B862B7A9332EC9F0621CFFDBB03A",
        ),
    ],
)
def test_taobao_signs_as_its_page_says(way, expected):
    assert taobao.sign(T1 | {"sign_method": way}, "helloworld") == expected


def test_taobao_signs_chinese_text():
    assert taobao.sign(T2, "helloworld") == "61F46400B9B30905AE20970B5870B306"


def test_pinduoduo_signs_as_its_page_says():
    common = {
        "client_id": "a1b2c3d4e5f60718",
        "timestamp": "1763812800",
        "data_type": "JSON",
    }
    first = common | {
        "type": "pdd.order.number.list.increment.get",
        "access_token": "tok_test_0001",
        "version": "V1",
        "start_updated_at": "1763811000",
        "end_updated_at": "1763812620",
        "is_lucky_flag": "0",
        "order_status": "5",
        "refund_status": "5",
        "page": "1",
        "page_size": "50",
        "use_has_next": "true",
    }
    second = common | {
        "type": "pdd.ddk.goods.search",
        "keyword": "儿童保温杯",
        "page": "1",
        "page_size": "100",
        "sort_type": "6",
        "with_coupon": "false",
        "range_list": '[{"range_id":0,"range_from":100,"range_to":5000}]',
    }

    assert pinduoduo.sign(first, "testsecret") == "5979237CEB74A06338F18FCD0B6E1613"
    assert pinduoduo.sign(second, "testsecret") == "68F2C3C4093A7804A648834540CFEF9C"


def test_jd_signs_as_its_page_says():
    common = {
        "app_key": "5F1E2D3C4B5A69788796A5B4C3D2E1F0",
        "timestamp": "2026-11-22 12:00:00",
    }
    first = common | {
        "method": "jingdong.pop.order.enSearch",
        "access_token": "jdtok0001",
        "v": "2.0",
        "360buy_param_json": '{"dateType":0,"end_date":"2026-11-22 12:00:00",'
        '"optional_fields":"orderId,orderState,itemInfoList,couponDetailList",'
        '"order_state":"ALL","page":"1","page_size":"50","sortType":1,'
        '"start_date":"2026-11-22 11:00:00"}',
    }
    second = common | {
        "method": "jd.union.open.goods.query",
        "v": "1.0",
        "sign_method": "md5",
        "format": "json",
        "360buy_param_json": '{"goodsReqDTO":{"keyword":"儿童保温杯","pageIndex":1,'
        '"pageSize":30,"sortName":"inOrderCount30Days","sort":"desc"}}',
    }

    assert jd.sign(first, "jdsecret0001") == "6FCB70258CCA860C886F15EA3F0F2F3E"
    assert jd.sign(second, "jdsecret0001") == "429D53327643BEC25525ADBEAADC9477"


@pytest.mark.parametrize(
    ("body", "way", "expected"),
    [
        (
            D1,
            "hmac-sha256",
            "f94e7ab2c54adbd9232a4752acd3279fc24a65f22d6872532f43374abf85d47a",
        ),
        (D1, "md5", "5b0f344dfc9c4aba0c531645e1ff6284"),
        (
            D2,
            "hmac-sha256",
            "e23a66503167e485bc7031feacbfb2f116d6a8732d8516d59e88e516ddb6e871",
        ),
        (D2, "md5", "4ada4e333e3aaa1e363245ea41d9d6f9"),
    ],
)
def test_douyin_signs_as_its_page_says(body, way, expected):
    query = {
        "app_key": "7005157746437834253",
        "method": "order.searchList",
        "timestamp": "1763812800",
        "v": "2",
        "sign_method": way,
    }

    assert douyin.sign(query, body, "8104c8b8-test-secret") == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("order.getOrderList", "17090204c7a748ceabd0438a5621d277"),
        ("order.getOrderDetail", "3a0e9a1cc9c6f484c9428ed76ee187bc"),
    ],
)
def test_xiaohongshu_signs_as_its_page_says(method, expected):
    asked = {
        "method": method,
        "appId": "621919dd99484598a69c",
        "timestamp": "1763812800",
        "version": "2.0",
    }

    assert xiaohongshu.sign(asked, "xhstestsecret") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "per_page=100&page=1&modified_after=2026-11-22T00%3A00%3A00"
            "&dates_are_gmt=true",
            "0KSu6qZlZYoD3zqafJGHBzTZrs+6Jj5LhkaPgPXOOY4=",
        ),
        (
            "status=any&search=cafe%20au%20lait",
            "SAW4OW9pBrO165U9QrzxUMTjzvhrQq8b2/E3U/+XZ9c=",
        ),
    ],
)
def test_woocommerce_signs_as_its_page_says(query, expected):
    oauth = (
        "oauth_consumer_key=ck_test&oauth_timestamp=1763812800"
        "&oauth_nonce=a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
        "&oauth_signature_method=HMAC-SHA256"
    )
    ask = Request(
        "GET", "/wp-json/wc/v3/orders", f"{query}&{oauth}", {"host": "example.com"}
    )

    assert woocommerce.sign(ask, "cs_test") == expected
