"""Signatures: every test vector of the platform reference."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from seller_intel.ingestors import signatures

TAOBAO = {
    "app_key": "12345678",
    "timestamp": "2026-11-22 12:00:00",
    "format": "json",
    "v": "2.0",
}
T1 = TAOBAO | {
    "sign_method": "md5",
    "method": "taobao.trades.sold.increment.get",
    "session": "6100aTESTsession",
    "fields": "tid,status,payment,orders",
    "start_modified": "2026-11-22 11:00:00",
    "end_modified": "2026-11-22 11:30:00",
    "page_no": "1",
    "page_size": "40",
    "use_has_next": "true",
}
T2 = TAOBAO | {
    "sign_method": "md5",
    "method": "taobao.tbk.dg.material.optional.upgrade",
    "q": "连衣裙 女",
    "adzone_id": "110000000",
    "page_no": "1",
    "page_size": "100",
}
PDD = {
    "client_id": "a1b2c3d4e5f60718",
    "timestamp": 1763812800,
    "data_type": "JSON",
}
P1 = PDD | {
    "type": "pdd.order.number.list.increment.get",
    "access_token": "tok_test_0001",
    "version": "V1",
    "start_updated_at": 1763811000,
    "end_updated_at": 1763812620,
    "is_lucky_flag": 0,
    "order_status": 5,
    "refund_status": 5,
    "page": 1,
    "page_size": 50,
    "use_has_next": True,
}
P2 = PDD | {
    "type": "pdd.ddk.goods.search",
    "keyword": "儿童保温杯",
    "page": 1,
    "page_size": 100,
    "sort_type": 6,
    "with_coupon": False,
    "range_list": [{"range_id": 0, "range_from": 100, "range_to": 5000}],
}
JD = {
    "app_key": "5F1E2D3C4B5A69788796A5B4C3D2E1F0",
    "timestamp": "2026-11-22 12:00:00",
}
J1 = JD | {
    "method": "jingdong.pop.order.enSearch",
    "access_token": "jdtok0001",
    "v": "2.0",
    "360buy_param_json": (
        '{"dateType":0,"end_date":"2026-11-22 12:00:00","optional_fields":'
        '"orderId,orderState,itemInfoList,couponDetailList","order_state":"ALL",'
        '"page":"1","page_size":"50","sortType":1,'
        '"start_date":"2026-11-22 11:00:00"}'
    ),
}
J2 = JD | {
    "method": "jd.union.open.goods.query",
    "v": "1.0",
    "sign_method": "md5",
    "format": "json",
    "360buy_param_json": (
        '{"goodsReqDTO":{"keyword":"儿童保温杯","pageIndex":1,"pageSize":30,'
        '"sortName":"inOrderCount30Days","sort":"desc"}}'
    ),
}
D1 = {
    "size": 100,
    "page": 0,
    "order_by": "update_time",
    "update_time_start": 1763811000,
    "update_time_end": 1763812800,
}
D2 = {"size": 20, "product": "儿童保温杯<A&B>", "page": 0}
ORDERS = "http://example.com/wp-json/wc/v3/orders"
PUSHED = b'{"id":820982911946154508,"total_price":"199.00"}'


@pytest.mark.parametrize(
    ("params", "secret", "sign"),
    [
        (T1, "helloworld", "DBA362791CC39EDCC0569635FCDFB6E5"),
        (T2, "helloworld", "61F46400B9B30905AE20970B5870B306"),
        (P1, "testsecret", "5979237CEB74A06338F18FCD0B6E1613"),
        (P2, "testsecret", "68F2C3C4093A7804A648834540CFEF9C"),
        (J1, "jdsecret0001", "6FCB70258CCA860C886F15EA3F0F2F3E"),
        (J2, "jdsecret0001", "429D53327643BEC25525ADBEAADC9477"),
    ],
    ids=["T1", "T2", "P1", "P2", "J1", "J2"],
)
def test_a_sandwich_is_what_taobao_pinduoduo_and_jd_expect(params, secret, sign):
    sent = {name: signatures.text_of(value) for name, value in params.items()}

    assert signatures.sandwich(sent, secret) == sign


@pytest.mark.parametrize(
    ("named", "digest", "sign"),
    [
        ("hmac", "md5", "309425DD9163D84AC9746B6C0F955B45"),
        (
            "hmac-sha256",
            "sha256",
            "8C33E0626CBAB6D3ECCD03536216918F84A4B862B7A9332EC9F0621CFFDBB03A",
        ),
    ],
    ids=["T3", "T4"],
)
def test_a_keyed_hash_is_what_taobao_expects(named, digest, sign):
    sent = T1 | {"sign_method": named}

    assert signatures.keyed(sent, "helloworld", digest) == sign


@pytest.mark.parametrize(
    ("body", "digest", "sign"),
    [
        (
            D1,
            "sha256",
            "f94e7ab2c54adbd9232a4752acd3279fc24a65f22d6872532f43374abf85d47a",
        ),
        (D1, "md5", "5b0f344dfc9c4aba0c531645e1ff6284"),
        (
            D2,
            "sha256",
            "e23a66503167e485bc7031feacbfb2f116d6a8732d8516d59e88e516ddb6e871",
        ),
        (D2, "md5", "4ada4e333e3aaa1e363245ea41d9d6f9"),
    ],
    ids=["D1", "D1-md5", "D2", "D2-md5"],
)
def test_the_fixed_order_is_what_douyin_expects(body, digest, sign):
    made = signatures.fixed_order(
        "7005157746437834253",
        "order.searchList",
        signatures.sorted_json(body),
        "1763812800",
        "8104c8b8-test-secret",
        digest,
    )

    assert made == sign


@pytest.mark.parametrize(
    ("method", "sign"),
    [
        ("order.getOrderList", "17090204c7a748ceabd0438a5621d277"),
        ("order.getOrderDetail", "3a0e9a1cc9c6f484c9428ed76ee187bc"),
    ],
)
def test_the_suffix_is_what_xiaohongshu_expects(method, sign):
    made = signatures.suffix(
        method, "621919dd99484598a69c", "1763812800", "xhstestsecret"
    )

    assert made == sign


@pytest.mark.parametrize(
    ("query", "sign"),
    [
        (
            "per_page=100&page=1&modified_after=2026-11-22T00:00:00&dates_are_gmt=true",
            "0KSu6qZlZYoD3zqafJGHBzTZrs+6Jj5LhkaPgPXOOY4=",
        ),
        (
            "status=any&search=cafe au lait",
            "SAW4OW9pBrO165U9QrzxUMTjzvhrQq8b2/E3U/+XZ9c=",
        ),
    ],
    ids=["W1", "W2"],
)
def test_one_legged_oauth_is_what_woocommerce_expects(query, sign):
    params = [
        *parse_qsl(query),
        ("oauth_consumer_key", "ck_test"),
        ("oauth_nonce", "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", "1763812800"),
    ]

    assert signatures.oauth1("GET", ORDERS, params, "cs_test") == sign
    assert not urlsplit(ORDERS).query


def test_the_callback_of_shopify_proves_itself():
    params = dict(
        parse_qsl(
            "code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com"
            "&state=0.6784241404160823&timestamp=1337178173&hmac=left-out"
        )
    )

    made = signatures.query_hmac(params, "hush")

    assert made == "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"


def test_the_messages_of_shopify_and_woocommerce_prove_themselves():
    made = signatures.body_hmac(PUSHED, "hush")

    assert made == "BLLRCSWYUY92SgOKYRvTA2IEMQho5HpxOHEMUnmzl4Y="


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (
            b'{"type":"trade_TradeCreate","msg":"%7B%7D"}',
            "35bdfe54374b725796b724eaa89a7e0f",
        ),
        (b"{}", "340da21bd52a84a24a9fb25000f8daa8"),
    ],
)
def test_the_messages_of_youzan_prove_themselves(body, sign):
    made = signatures.glued_body("d259test0000000000", body, "yzsecret0001")

    assert made == sign


@pytest.mark.parametrize(
    ("token", "timestamp", "nonce", "sign"),
    [
        (
            "mytoken",
            "1763812800",
            "nonce123",
            "93196982029e4df69b505f73ac8d2a58dad79efb",
        ),
        ("t", "1", "n", "398bfe7627050416ec030766223864d8e756c09e"),
    ],
)
def test_the_messages_of_wechat_prove_themselves(token, timestamp, nonce, sign):
    assert signatures.sorted_sha1(token, timestamp, nonce) == sign
