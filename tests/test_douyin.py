"""Douyin: orders, after-sales and creators' orders, signed over the body as sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from api_doubles import AS_OF, SECRET, TOKEN, connected, landings

from seller_intel.ingestors import douyin, signatures
from seller_intel.ingestors.doudian import judge
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = int((AS_OF - timedelta(minutes=30)).timestamp())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int, changed: int = CHANGED) -> dict:
    key = f"69200000000000{number:05}"
    return {
        "order_id": key,
        "order_status": 2,
        "update_time": changed,
        "doudian_open_id": "1@#composedOpenId01",
        "shop_id": 1111111,
        "pay_amount": 5180,
        "mask_post_receiver": "张**",
        "post_tel": "$$cipher$$",
        "buyer_words": "给李四的礼物",
        "mask_post_addr": {
            "province": {"name": "广东省", "id": "44"},
            "city": {"name": "深圳市", "id": "440300"},
            "detail": "科技园路1号",
        },
        "sku_order_list": [
            {
                "order_id": f"{key}1",
                "product_id": 3500000000000000001,
                "sku_id": 1750000000000001,
                "author_id": 80000000001,
                "author_name": "composed-kol",
                "mask_post_receiver": "张**",
                "mask_post_addr": {"detail": "科技园路1号"},
                "account_list": {"account_info": [{"account_id": "13911112222"}]},
                "pay_amount": 5180,
            }
        ],
    }


def after_sale(key: str, status: int = 12) -> dict:
    return {
        "aftersale_info": {
            "aftersale_id": key,
            "aftersale_status": status,
            "refund_amount": 1990,
            "update_time": CHANGED,
            "remark": "电话13911112222",
        },
        "order_info": {"shop_order_id": "6920000000000000002"},
        "seller_logs": [{"op_name": "赵六"}],
    }


class Doudian:
    """Doudian as its page tells: pages from 0, an empty list is null, no has_next."""

    def __init__(self, orders=(), after_sales=(), creators=()):
        self.orders = list(orders)
        self.after_sales, self.creators = list(after_sales), list(creators)
        self.token, self.calls = TOKEN, []
        self.answers: list[dict] = []
        self.before = lambda sent: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query, body = dict(request.url.params), request.content.decode()
        sent = json.loads(body)
        self.calls.append((query["method"], sent))
        wanted = signatures.fixed_order(
            query["app_key"], query["method"], body, query["timestamp"], SECRET
        )
        if query["sign"] != wanted:
            return self.error(40003, "isv.signature-invalid")
        if self.answers:
            return httpx.Response(200, json=self.answers.pop(0))
        if query["method"] == "token.refresh":
            return self.error(50001, "dop.token-generate-failed:token-expired")
        if query["method"] == "token.create":
            self.token = f"made-for-{sent['shop_id']}"
            return self.ok({"access_token": self.token, "expires_in": 604800})
        if query.get("access_token") != self.token:
            return self.error(40003, "isv.access-token-expired")
        assert request.url.path == "/" + query["method"].replace(".", "/")
        self.before(sent)
        return self.ok(getattr(self, query["method"].replace(".", "_"))(sent))

    def order_searchList(self, sent: dict) -> dict:
        found = [
            each
            for each in sorted(self.orders, key=lambda each: each["update_time"])
            if sent["update_time_start"]
            <= each["update_time"]
            <= sent["update_time_end"]
        ]
        start = sent["page"] * sent["size"]
        page = found[start : start + sent["size"]]
        return {
            "total": len(found),
            "page": sent["page"],
            "shop_order_list": page or None,
        }

    def afterSale_List(self, sent: dict) -> dict:
        assert sent["size"] <= 50
        start = sent["page"] * sent["size"]
        page = self.after_sales[start : start + sent["size"]]
        return {"items": page, "total": len(self.after_sales)}

    def buyin_kolOrderAds(self, sent: dict) -> dict:
        assert sent["size"] <= 20
        start = int(sent["cursor"])
        return {
            "orders": self.creators[start : start + sent["size"]],
            "cursor": str(start + sent["size"]),
        }

    @staticmethod
    def ok(data: dict) -> httpx.Response:
        return httpx.Response(200, json={"code": 10000, "msg": "success", "data": data})

    @staticmethod
    def error(code: int, sub: str) -> httpx.Response:
        said = {"code": code, "msg": "failed", "sub_code": sub, "sub_msg": "said so"}
        return httpx.Response(200, json=said)


def collected(double: Doudian, *streams: str, **extra):
    made = landings("douyin", streams, covered=HOUR_AGO)
    with connected(extra={"access_token": TOKEN, **extra}):
        return made, douyin.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_in_fen_with_its_lines_and_nobodys_name():
    landed, got = collected(Doudian([order(1)]), "orders", "order_lines")

    key = "6920000000000000001"
    assert got.failures == []
    record = landed["orders"].newest[key]
    assert record["pay_amount"] == 5180
    assert len(record["doudian_open_id_hash"]) == 64
    assert record["mask_post_addr"]["city"]["name"] == "深圳市"
    line = landed["order_lines"].newest[f"{key}/{key}1"]
    assert line["product_id"] == "3500000000000000001"
    assert line["author_id"] == "80000000001"
    assert line["_source"]["parent_updated_at"] == CHANGED
    for personal in (
        "composedOpenId",
        "张",
        "李四",
        "cipher",
        "科技园",
        "composed-kol",
    ):
        assert personal not in landed.text


def test_pages_are_counted_from_0_and_none_is_left_out():
    double = Doudian([order(number) for number in range(230)])

    landed, got = collected(double, "orders")

    pages = {sent["page"] for _, sent in double.calls}
    assert pages == {0, 1, 2}
    assert len(set(landed["orders"].keys)) == 230
    assert got.manifest["read"]["orders"][0]["total"] == 230


def test_orders_that_change_between_pages_are_not_lost():
    double = Doudian([order(number) for number in range(230)])
    moved: list[dict] = []

    def move(sent: dict) -> None:
        if sent.get("page") == 1 and len(moved) < 1:
            moved.append(double.orders.pop(0))

    double.before = move

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert {each["order_id"] for each in double.orders} <= set(landed["orders"].keys)


def test_a_window_without_orders_costs_one_request():
    double = Doudian()

    _, got = collected(double, "orders")

    assert len(double.calls) == 1
    assert got.manifest["read"]["orders"][0]["received"] == 0


def test_after_sales_land_whole_but_for_what_people_wrote():
    double = Doudian(after_sales=[after_sale(f"7{n}") for n in range(60)])

    landed, _ = collected(double, "refunds")

    record = landed["refunds"].newest["759"]
    assert record["aftersale_info"]["refund_amount"] == 1990
    assert len(landed["refunds"].newest) == 60
    assert "赵六" not in landed.text
    assert "13911112222" not in landed.text


def test_creators_orders_are_followed_by_their_cursor():
    rows = [
        {
            "order_id": f"69{number}",
            "author_openid": "1@#author",
            "author_account": "kol",
            "buyer_openid": "1@#buyer",
            "estimated_commission": 500,
            "flow_point": "PAY_SUCC",
            "update_time": "2026-11-22 11:30:00",
        }
        for number in range(45)
    ]
    double = Doudian(creators=rows)

    landed, _ = collected(double, "commissions")

    cursors = [sent["cursor"] for _, sent in double.calls]
    assert cursors == ["0", "20", "40"] * 2
    record = landed["commissions"].newest["6944"]
    assert record["_source"]["payee_ref"] == record["author_openid_hash"]
    assert "kol" not in landed.text


def test_creators_orders_that_shift_between_pages_are_not_lost():
    rows = [
        {"order_id": f"69{number}", "author_buyin_id": "7", "update_time": "2026"}
        for number in range(45)
    ]
    double = Doudian(creators=rows)
    gone: list[dict] = []

    def move(sent: dict) -> None:
        if sent.get("cursor") == "20" and not gone:
            gone.append(double.creators.pop(0))

    double.before = move

    landed, got = collected(double, "commissions")

    assert got.failures == []
    assert len(landed["commissions"].newest) == 45


def test_an_own_application_fetches_its_token_by_the_number_of_the_shop():
    double = Doudian([order(1)])
    double.token = "other"

    landed, got = collected(double, "orders", shop_id="1111111")

    assert got.failures == []
    assert double.token == "made-for-1111111"
    assert landed["orders"].keys == ["6920000000000000001"]


def test_a_dead_refresh_token_asks_for_a_new_authorisation():
    double = Doudian([order(1)])
    double.token = "other"

    _, got = collected(double, "orders", refresh_token="refresh-token-1")

    assert "credential" in got.failures[0]
    assert "refresh-token-1" not in got.failures[0]


def test_a_throttled_call_is_made_again():
    double = Doudian([order(1)])
    double.answers = [{"code": 60000, "msg": "too often", "sub_code": "x"}]

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert len(landed["orders"].lines) == 1
    assert got.manifest["requests"]["throttled"] == 1


@pytest.mark.parametrize(
    ("code", "sub", "kind"),
    [
        (20000, "isp.service-error:256", Kind.RETRY),
        (40003, "isv.access-token-expired", Kind.TOKEN_EXPIRED),
        (40003, "isv.signature-invalid", Kind.CREDENTIAL_REFUSED),
        (40003, "isv.app-id-invalid", Kind.CREDENTIAL_REFUSED),
        (40004, "isv.parameter-invalid", Kind.BAD_REQUEST),
        (50001, "dop.token-generate-failed:token-expired", Kind.CREDENTIAL_REFUSED),
        (50002, "isp.busy", Kind.RETRY),
        (60000, "", Kind.THROTTLED),
        (80000, "", Kind.PERMISSION_MISSING),
        (80000, "isv.day-limit", Kind.QUOTA_USED_UP),
        (50002, "dop.authorization-closed", Kind.CREDENTIAL_REFUSED),
    ],
)
def test_each_code_is_understood(code, sub, kind):
    body = {"code": code, "msg": "said", "sub_code": sub}

    assert judge(Reply(200, {}, body)).kind is kind


def test_creators_orders_older_than_the_platform_gives_are_not_asked_for():
    double = Doudian()
    made = landings("douyin", ("commissions",), since=datetime(2026, 1, 1, tzinfo=UTC))
    with connected(extra={"access_token": TOKEN}):
        douyin.collect(made.asked, httpx.MockTransport(double))

    asked_from = min(sent["start_time"] for _, sent in double.calls)
    assert asked_from == "2026-08-24 12:00:00"
