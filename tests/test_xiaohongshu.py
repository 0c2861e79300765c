"""Xiaohongshu: thin lists, whose rows are made whole by a call each."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import httpx
import pytest
from api_doubles import AS_OF, REFRESH, SECRET, TOKEN, connected, landings, pages_of

from seller_intel.ingestors import xiaohongshu
from seller_intel.ingestors.ark import judge
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = int((AS_OF - timedelta(minutes=10)).timestamp()) * 1000


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int, changed: int = CHANGED) -> dict:
    return {
        "orderId": f"P{number:018}",
        "orderStatus": 4,
        "updateTime": changed,
        "userId": "composedXhsUser01",
        "receiverProvinceName": "上海市",
        "receiverName": "张三",
        "customerRemark": "给李四",
        "totalPayAmount": 11900,
        "skuList": [
            {"skuId": "composedsku01", "skuQuantity": 1, "totalPaidAmount": 5000},
            {"skuId": "composedsku01", "skuQuantity": 1, "totalPaidAmount": 6900},
        ],
    }


class Ark:
    """Ark as its page tells: one address, newest change first, an empty list absent."""

    def __init__(self, orders=(), after_sales=()):
        self.orders = {each["orderId"]: each for each in orders}
        self.after_sales = {each["returnsId"]: each for each in after_sales}
        self.token, self.calls = TOKEN, []
        self.answers: list[dict] = []
        self.before = lambda sent: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/ark/open_api/v3/common_controller"
        sent = json.loads(request.content)
        self.calls.append(sent)
        text = (
            f"{sent['method']}?appId={sent['appId']}&timestamp={sent['timestamp']}"
            f"&version=2.0{SECRET}"
        )
        if sent["sign"] != hashlib.md5(text.encode()).hexdigest():
            return self.error(1, "sign error")
        if self.answers:
            return httpx.Response(200, json=self.answers.pop(0))
        if sent["method"] == "oauth.refreshToken":
            assert sent["refreshToken"] == REFRESH
            self.token = "renewed-token-0123"
            return self.ok(
                {
                    "accessToken": self.token,
                    "accessTokenExpiresAt": 4102444800000,
                    "refreshToken": "another-refresh-token",
                }
            )
        if sent.get("accessToken") != self.token:
            return self.error(401, "token expired")
        self.before(sent)
        return self.ok(getattr(self, sent["method"].partition(".")[2])(sent))

    def getOrderList(self, sent: dict) -> dict:
        assert sent["endTime"] - sent["startTime"] <= 1800
        found = self.changed(self.orders.values(), "updateTime", sent, 1000)
        rows = [{"orderId": each["orderId"]} for each in found]
        return self.listed("orderList", "total", rows, sent)

    def listAfterSaleInfos(self, sent: dict) -> dict:
        assert sent["endTime"] - sent["startTime"] <= 1800_000
        found = self.changed(self.after_sales.values(), "updatedAt", sent, 1)
        rows = [{"returnsId": each["returnsId"]} for each in found]
        return self.listed("afterSaleBasicInfos", "totalCount", rows, sent)

    @staticmethod
    def changed(rows, by: str, sent: dict, unit: int) -> list:
        start, end = sent["startTime"] * unit, sent["endTime"] * unit
        found = [each for each in rows if start <= each[by] <= end]
        return sorted(found, key=lambda each: -each[by])

    @staticmethod
    def listed(name: str, total: str, rows: list, sent: dict) -> dict:
        page = pages_of(rows, sent["pageNo"], sent["pageSize"])
        return {total: len(rows)} | ({name: page} if page else {})

    def getOrderDetail(self, sent: dict) -> dict:
        return self.orders[sent["orderId"]]

    def getAfterSaleInfo(self, sent: dict) -> dict:
        return {"afterSaleInfo": self.after_sales[sent["returnsId"]]}

    @staticmethod
    def ok(data: dict) -> httpx.Response:
        return httpx.Response(
            200, json={"success": True, "error_code": 0, "data": data}
        )

    @staticmethod
    def error(code: int, text: str) -> httpx.Response:
        said = {"success": False, "error_code": code, "error_msg": text}
        return httpx.Response(200, json=said)


def collected(double: Ark, *streams: str):
    made = landings("xiaohongshu", streams, covered=HOUR_AGO)
    with connected():
        return made, xiaohongshu.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_from_its_detail_with_every_line():
    landed, got = collected(Ark([order(1)]), "orders", "order_lines")

    key = "P000000000000000001"
    assert got.failures == []
    record = landed["orders"].newest[key]
    assert record["totalPayAmount"] == 11900
    assert len(record["userId_hash"]) == 64
    assert landed["order_lines"].keys == [
        f"{key}/composedsku01/1",
        f"{key}/composedsku01/2",
    ]
    for personal in ("composedXhsUser01", "张三", "李四"):
        assert personal not in landed.text


def test_windows_are_half_an_hour_and_pages_are_read_from_the_last():
    double = Ark([order(number) for number in range(210)])

    landed, got = collected(double, "orders")

    numbers = [
        sent["pageNo"]
        for sent in double.calls
        if sent["method"] == "order.getOrderList" and sent["endTime"] * 1000 > CHANGED
    ]
    assert numbers == [1, 3, 2, 1]
    assert len(landed["orders"].newest) == 210
    assert len(got.manifest["read"]["orders"]) == 2


def test_orders_that_change_while_they_are_paged_are_not_lost():
    double = Ark([order(number) for number in range(210)])
    later = int(AS_OF.timestamp() + 5) * 1000

    def move(sent: dict) -> None:
        if sent.get("pageNo") == 2:
            key = f"P{7:018}"
            double.orders[key] = order(7, later)

    double.before = move

    landed, got = collected(double, "orders")

    assert got.failures == []
    still = {
        key for key, each in double.orders.items() if each["updateTime"] == CHANGED
    }
    assert still <= set(landed["orders"].keys)


def test_after_sales_land_with_what_was_really_refunded():
    row = {
        "returnsId": "R1",
        "orderId": "P1",
        "userId": "composedXhsUser01",
        "status": 4,
        "refundStatus": 2,
        "refundAmountYuan": 53.5,
        "updatedAt": CHANGED,
        "return_address": {"name": "张三", "phone": "13911112222"},
        "desc": "李四说坏了",
        "skus": [{"skuId": "s", "appliedCount": 1}],
    }

    landed, _ = collected(Ark(after_sales=[row]), "refunds")

    record = landed["refunds"].newest["R1"]
    assert record["refundAmountYuan"] == 53.5
    for personal in ("composedXhsUser01", "张三", "13911112222", "李四"):
        assert personal not in landed.text


def test_an_expired_token_is_refreshed_once_and_kept():
    double = Ark([order(1)])
    double.token = "no longer"

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert double.token == "renewed-token-0123"
    assert len(landed["orders"].lines) == 1


def test_what_is_throttled_is_asked_again_and_a_used_up_day_ends_in_peace():
    double = Ark([order(1)])
    throttled = {"success": False, "error_code": -9013, "error_msg": "方法级别限流"}
    double.answers = [throttled]

    landed, got = collected(double, "orders")

    assert got.manifest["requests"]["throttled"] == 1
    assert len(landed["orders"].lines) == 1

    spent = {**throttled, "error_msg": "当日调用次数已达上限"}
    double.answers = [spent]
    _, got = collected(double, "orders")

    assert got.failures == []
    assert "quota" in got.manifest["stopped"]


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (-9013, "方法级别限流", Kind.THROTTLED),
        (401, "token", Kind.TOKEN_EXPIRED),
        (1001, "sign invalid", Kind.CREDENTIAL_REFUSED),
        (1002, "timestamp expired", Kind.CLOCK_OFF),
        (4004, "no such order", Kind.BAD_REQUEST),
    ],
)
def test_each_code_is_understood(code, text, kind):
    body = {"success": False, "error_code": code, "error_msg": text}

    assert judge(Reply(200, {}, body)).kind is kind
