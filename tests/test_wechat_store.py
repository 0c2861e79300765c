"""WeChat Store: lists of ids, a call for each, and one token that all share."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from api_doubles import AS_OF, SECRET, connected, landings

from seller_intel.ingestors import wechat_store
from seller_intel.ingestors.channels import judge
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = int((AS_OF - timedelta(minutes=10)).timestamp())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int) -> dict:
    return {
        "order_id": f"37000000000000{number:05}",
        "status": 20,
        "update_time": CHANGED,
        "openid": "composedWxOpen01",
        "unionid": "composedUnion01",
        "order_detail": {
            "product_infos": [
                {"product_id": "1", "sku_id": "9", "sku_cnt": 2, "real_price": 5480},
                {"product_id": "1", "sku_id": "9", "sku_cnt": 1, "real_price": 0},
            ],
            "price_info": {"order_price": 6080},
            "delivery_info": {
                "address_info": {
                    "province_name": "广东省",
                    "user_name": "张三",
                    "tel_number": "13911112222",
                    "detail_info": "科技园路1号",
                },
                "address_under_review": {"user_name": "王五"},
                "recharge_info": {"account_no": "13911112222"},
            },
            "sku_sharer_infos": [{"sharer_openid": "composedWxOpen02"}],
            "greeting_card_info": {"giver_name": "王五"},
            "ext_info": {"customer_notes": "给李四"},
            "commission_infos": [{"nickname": "kol", "amount": 548}],
        },
    }


def league(number: int) -> dict:
    return {
        "order_id": f"37{number}",
        "sku_id": 12345,
        "update_time": CHANGED,
        "status": 20,
        "order_detail": {
            "commission_info": {
                "finder_info": {"nickname": "finder", "ratio": 100000, "amount": 10}
            }
        },
    }


class Channels:
    """Channels EC as its page tells: a stable token, keys of pages, no totals."""

    def __init__(self, orders=(), after_sales=(), leagues=()):
        self.orders = {each["order_id"]: each for each in orders}
        self.after_sales = {each["after_sale_order_id"]: each for each in after_sales}
        self.leagues = {each["order_id"]: each for each in leagues}
        self.token, self.tokens, self.calls = "stable-token-1", [], []
        self.answers: list[dict] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = json.loads(request.content)
        path = request.url.path
        if path == "/cgi-bin/stable_token":
            self.tokens.append(sent)
            if sent["secret"] != SECRET:
                return self.said({"errcode": 40001, "errmsg": "invalid credential"})
            if sent["force_refresh"]:
                self.token = "stable-token-2"
            return self.said({"access_token": self.token, "expires_in": 7200})
        self.calls.append((path.removeprefix("/channels/ec/"), sent))
        if self.answers:
            return self.said(self.answers.pop(0))
        if request.url.params["access_token"] != self.token:
            return self.said({"errcode": 42001, "errmsg": "access_token expired"})
        return self.said({"errcode": 0, "errmsg": "ok", **self.found(sent)})

    def found(self, sent: dict) -> dict:
        path = self.calls[-1][0]
        if path == "order/list/get":
            return self.ids("order_id_list", self.orders, sent, sent["page_size"])
        if path == "order/get":
            return {"order": self.orders[sent["order_id"]]}
        if path == "aftersale/getaftersalelist":
            span = sent["end_update_time"] - sent["begin_update_time"]
            assert span <= 86400
            return self.ids("after_sale_order_id_list", self.after_sales, sent, 2)
        if path == "aftersale/getaftersaleorder":
            return {"after_sale_order": self.after_sales[sent["after_sale_order_id"]]}
        if path.endswith("list/get"):
            told = self.ids("list", self.leagues, sent, sent["page_size"])
            pairs = [{"order_id": key, "sku_id": 12345} for key in told.pop("list", ())]
            return {"list": pairs, **told}
        return {"commssion_order": self.leagues[sent["order_id"]]}

    @staticmethod
    def ids(name: str, rows: dict, sent: dict, size: int) -> dict:
        start = int(sent.get("next_key") or 0)
        page = sorted(rows)[start : start + size]
        more = start + size < len(rows)
        told = {"has_more": more, "next_key": str(start + size) if more else ""}
        return told | ({name: page} if page else {})

    @staticmethod
    def said(body: dict) -> httpx.Response:
        return httpx.Response(200, json=body)


def collected(double: Channels, *streams: str, **changed):
    made = landings("wechat_store", streams, covered=HOUR_AGO)
    with connected(extra={}, **changed):
        return made, wechat_store.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_from_its_detail_with_every_line_and_nobodys_name():
    landed, got = collected(Channels([order(1)]), "orders", "order_lines")

    key = "3700000000000000001"
    assert got.failures == []
    record = landed["orders"].newest[key]
    address = record["order_detail"]["delivery_info"]["address_info"]
    assert address == {"province_name": "广东省"}
    assert record["order_detail"]["commission_infos"] == [{"amount": 548}]
    assert len(record["openid_hash"]) == len(record["unionid_hash"]) == 64
    assert landed["order_lines"].keys == [f"{key}/1", f"{key}/2"]
    for personal in (
        "composedWx",
        "composedUnion",
        "张三",
        "13911112222",
        "李四",
        "王五",
    ):
        assert personal not in landed.text


def test_pages_are_followed_by_their_key_to_the_end():
    double = Channels([order(number) for number in range(205)])

    landed, _ = collected(double, "orders")

    keys = [sent.get("next_key") for path, sent in double.calls if "list" in path]
    assert keys == [None, "100", "200"]
    assert len(landed["orders"].newest) == 205


def test_a_window_without_orders_costs_one_request_and_a_token():
    double = Channels()

    collected(double, "orders")

    assert len(double.calls) == 1
    assert len(double.tokens) == 1


def test_after_sales_are_asked_a_day_at_a_time_and_land_whole():
    row = {
        "after_sale_order_id": "2000000000000001",
        "order_id": "3700000000000000001",
        "status": "MERCHANT_REFUND_SUCCESS",
        "update_time": CHANGED,
        "openid": "composedWxOpen01",
        "refund_info": {"amount": 1990},
        "details": {"tel_number": "13911112222", "desc": "坏了"},
    }

    landed, _ = collected(Channels(after_sales=[row]), "refunds")

    record = landed["refunds"].newest["2000000000000001"]
    assert record["refund_info"]["amount"] == 1990
    assert "13911112222" not in landed.text
    assert "composedWxOpen01" not in landed.text


def test_league_commissions_land_by_order_and_sku_with_who_is_paid():
    landed, _ = collected(
        Channels(leagues=[league(n) for n in range(35)]), "commissions"
    )

    record = landed["commissions"].newest["3734/12345"]
    finder = record["order_detail"]["commission_info"]["finder_info"]
    assert record["_source"]["payee_ref"] == finder["nickname_hash"]
    assert len(landed["commissions"].newest) == 35
    assert "'finder'" not in landed.text


def test_a_stable_token_that_was_refused_is_forced_anew():
    double = Channels([order(1)])
    double.answers = [{"errcode": 40001, "errmsg": "invalid credential"}]

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert [sent["force_refresh"] for sent in double.tokens] == [False, False, True]
    assert len(landed["orders"].lines) == 1


def test_a_wrong_secret_is_told_and_not_shown():
    _, got = collected(Channels(), "orders", password="not-the-secret")

    assert "credential" in got.failures[0]
    assert "not-the-secret" not in got.failures[0]


def test_the_end_of_the_quota_ends_the_run_in_peace():
    double = Channels([order(1)])
    double.answers = [{"errcode": 45009, "errmsg": "reach max api daily quota limit"}]

    _, got = collected(double, "orders", "refunds")

    assert got.failures == []
    assert "quota" in got.manifest["stopped"]
    assert len(double.calls) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-1, Kind.RETRY),
        (40001, Kind.TOKEN_EXPIRED),
        (42001, Kind.TOKEN_EXPIRED),
        (40164, Kind.PERMISSION_MISSING),
        (45009, Kind.QUOTA_USED_UP),
        (45011, Kind.THROTTLED),
        (47001, Kind.BAD_REQUEST),
        (48001, Kind.PERMISSION_MISSING),
    ],
)
def test_each_code_is_understood(code, kind):
    assert judge(Reply(200, {}, {"errcode": code, "errmsg": "x"})).kind is kind
