"""Pinduoduo: every order, line, refund and affiliate order, by the platform's rules."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from api_doubles import (
    AS_OF,
    REFRESH,
    SECRET,
    TOKEN,
    connected,
    landings,
    leaving,
    pages_of,
    sent_form,
)

from seller_intel.ingestors import pinduoduo, signatures

HOUR_AGO = AS_OF - timedelta(hours=1)
BEIJING = ZoneInfo("Asia/Shanghai")


def order(number: int, updated: str, **more) -> dict:
    return {
        "order_sn": f"261122-{number:015}",
        "order_status": 1,
        "group_status": 1,
        "refund_status": 1,
        "confirm_time": "2026-11-22 10:03:45",
        "updated_at": updated,
        "goods_amount": 59.8,
        "platform_discount": 5.0,
        "pay_amount": 51.8,
        "province": "广东省",
        "open_address_id": "composedAddr01",
        "receiver_phone": "13911112222",
        "receiver_name": "李四",
        "item_list": [
            {"goods_id": 600000000001, "sku_id": 1500000000011, "goods_price": 29.9}
        ],
        **more,
    }


class Pop:
    """The gateway as its page tells: windows, null for empty, total or has_next."""

    def __init__(self, orders=(), refunds=(), affiliate=()):
        self.orders = {each["order_sn"]: each for each in orders}
        self.refunds, self.affiliate = list(refunds), list(affiliate)
        self.token, self.calls, self.answers = TOKEN, [], []
        self.before_page = lambda number: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = sent_form(request)
        self.calls.append(sent)
        if self.answers:
            code = self.answers.pop(0)
            return self.error(code, "said no")
        signed = {name: value for name, value in sent.items() if name != "sign"}
        if sent["sign"] != signatures.sandwich(signed, SECRET):
            return self.error(20004, "sign invalid")
        method = sent["type"]
        is_open = method.startswith(("pdd.ddk", "pdd.pop.auth"))
        if is_open == ("access_token" in sent):
            return self.error(10001, "access_token")
        if not is_open and sent["access_token"] != self.token:
            return self.error(10019, "access_token expired")
        root, body = {
            "pdd.order.number.list.increment.get": self.increment,
            "pdd.order.list.get": self.confirmed,
            "pdd.refund.list.increment.get": self.refunded,
            "pdd.ddk.order.list.increment.get": self.affiliated,
            "pdd.order.information.get": self.detail,
            "pdd.pop.auth.token.refresh": self.refresh,
        }[method](sent)
        return httpx.Response(200, json={root: body | {"request_id": "1"}})

    @staticmethod
    def error(code: int, message: str) -> httpx.Response:
        said = {"error_code": code, "error_msg": message}
        return httpx.Response(200, json={"error_response": said})

    def listed(self, sent, name, rows, field, start, end, longest) -> dict:
        first, last = int(sent[start]), int(sent[end])
        assert last - first <= longest
        number = int(sent["page"])
        self.before_page(number)
        found = [row for row in rows if first <= seconds(row[field]) <= last]
        found.sort(key=lambda row: (row[field], str(row)), reverse=True)
        page = pages_of(found, number, int(sent["page_size"]))
        if sent.get("use_has_next") == "true":
            return {name: page or None, "has_next": False}
        return {name: page or None, "total_count": len(found)}

    def increment(self, sent):
        assert int(sent["end_updated_at"]) <= AS_OF.timestamp() - 180
        ends = ("start_updated_at", "end_updated_at")
        rows = list(self.orders.values())
        name = "order_sn_list"
        return "order_sn_increment_get_response", self.listed(
            sent, name, rows, "updated_at", *ends, 1800
        )

    def confirmed(self, sent):
        ends = ("start_confirm_at", "end_confirm_at")
        rows = list(self.orders.values())
        return "order_list_get_response", self.listed(
            sent, "order_list", rows, "confirm_time", *ends, 86400
        )

    def refunded(self, sent):
        ends = ("start_updated_at", "end_updated_at")
        return "refund_increment_get_response", self.listed(
            sent, "refund_list", self.refunds, "updated_time", *ends, 1800
        )

    def affiliated(self, sent):
        ends = ("start_update_time", "end_update_time")
        return "order_list_get_response", self.listed(
            sent, "order_list", self.affiliate, "order_modify_at", *ends, 86400
        )

    def detail(self, sent):
        told = {"order_sn": sent["order_sn"], "group_order_id": 77, "group_role": 1}
        return "order_info_get_response", {"order_info": told}

    def refresh(self, sent):
        assert sent["refresh_token"] == REFRESH
        self.token = "another-token-0123456789"
        told = {"access_token": self.token, "refresh_token": "r2", "expires_in": 86400}
        return "pop_auth_token_refresh_response", told


def seconds(text) -> int:
    if isinstance(text, int):
        return text
    return int(datetime.fromisoformat(text).replace(tzinfo=BEIJING).timestamp())


def read(gateway: Pop, made):
    with connected():
        return pinduoduo.collect(made.asked, httpx.MockTransport(gateway))


def orders(**more):
    streams = ("orders", "order_lines")
    return landings("pinduoduo", streams, covered=HOUR_AGO, **more)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def test_an_order_lands_with_its_group_its_lines_and_no_receiver():
    gateway = Pop([order(1, "2026-11-22 11:40:00")])
    made = orders()

    got = read(gateway, made)

    assert not got.failures
    landed = made["orders"].newest["261122-000000000000001"]
    assert (landed["pay_amount"], landed["group_status"]) == (51.8, 1)
    assert len(landed["open_address_id_hash"]) == 64
    assert not re.search("李四|13911112222|composedAddr01", made.text)
    line = made["order_lines"].newest["261122-000000000000001/1"]
    assert (line["goods_id"], line["goods_price"]) == ("600000000001", 29.9)
    assert line["_source"]["parent_updated_at"] == "2026-11-22 11:40:00"


def test_windows_are_half_an_hour_and_end_four_minutes_before_the_run():
    gateway = Pop()

    got = read(gateway, orders())

    assert len(gateway.calls) == 2
    assert got.windows["orders"] == [(HOUR_AGO, AS_OF - timedelta(minutes=4))]


def test_the_first_reading_goes_by_confirmation_for_days():
    gateway = Pop([order(1, "2026-11-22 11:40:00")])
    made = landings("pinduoduo", ("orders",), since=date(2026, 11, 20))

    read(gateway, made)

    assert {call["type"] for call in gateway.calls} == {"pdd.order.list.get"}
    assert made["orders"].keys == ["261122-000000000000001"]


def test_a_reading_never_asks_for_what_is_too_old_to_be_had():
    gateway = Pop()
    made = landings("pinduoduo", ("orders",), since=date(2026, 1, 1))

    got = read(gateway, made)

    oldest = min(int(call["start_confirm_at"]) for call in gateway.calls)
    assert oldest == (AS_OF - timedelta(days=90)).timestamp()
    assert got.windows["orders"][0][0] == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_orders_that_change_between_pages_are_not_lost():
    many = [order(number, "2026-11-22 11:40:00") for number in range(350)]
    gateway = Pop(many)
    left = leaving(gateway, "updated_at", "2026-11-22 11:59:59")
    made = orders(at_once=1)

    got = read(gateway, made)

    assert not got.failures
    assert set(left) <= set(made["orders"].keys)


def test_a_refund_lands_with_the_text_of_its_money():
    refund = {
        "id": 55,
        "order_sn": "261122-000000000000001",
        "refund_amount": "17.90",
        "after_sales_status": 10,
        "updated_time": "2026-11-22 11:10:00",
    }
    made = landings("pinduoduo", ("refunds",), covered=HOUR_AGO)

    got = read(Pop(refunds=[refund]), made)

    assert not got.failures
    assert made["refunds"].newest["55"]["refund_amount"] == "17.90"


def test_affiliate_orders_need_no_token_of_a_shop():
    row = {
        "order_sn": "261122-000000000000009",
        "order_amount": 5180,
        "order_status": 1,
        "order_modify_at": int(HOUR_AGO.timestamp()) + 60,
        "p_id": "1_2",
        "custom_parameters": "agent-7",
    }
    made = landings("pinduoduo", ("commissions",), covered=HOUR_AGO)

    got = read(Pop(affiliate=[row]), made)

    assert not got.failures
    landed = made["commissions"].newest["261122-000000000000009"]
    assert landed["_source"]["payee_ref"] == landed["custom_parameters_hash"]
    assert "agent-7" not in made.text


def test_an_order_tells_of_its_group_where_groups_are_wanted():
    gateway = Pop([order(1, "2026-11-22 11:40:00"), order(2, "2026-11-22 11:41:00")])
    made = landings("pinduoduo", ("orders", "group_buys"), covered=HOUR_AGO)

    got = read(gateway, made)

    assert not got.failures
    events = made["group_buys"].newest
    assert sorted(events) == [
        "261122-000000000000001/filled",
        "261122-000000000000001/opened",
        "261122-000000000000002/filled",
        "261122-000000000000002/opened",
    ]
    opened = events["261122-000000000000001/opened"]
    assert opened["group_order_id"] == "77"
    assert opened["_source"]["event"] == "opened"
    assert "receiver_name" not in made.text


def test_details_bring_the_number_of_the_group_where_they_are_asked_for():
    gateway = Pop([order(1, "2026-11-22 11:40:00")])
    made = orders(details="all")

    read(gateway, made)

    assert made["orders"].newest["261122-000000000000001"]["group_order_id"] == "77"
    assert made["order_lines"].keys == ["261122-000000000000001/1"]


def test_an_expired_token_is_renewed():
    gateway = Pop([order(1, "2026-11-22 11:40:00")])
    gateway.token = "gone"
    made = orders()

    got = read(gateway, made)

    assert not got.failures
    assert len(made["orders"].lines) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (20004, "client secret"),
        (20005, "white list"),
        (20031, "permission package"),
        (20032, "another client id"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(code, words):
    gateway = Pop()
    gateway.answers = [code] * 9

    got = read(gateway, orders())

    assert words in got.failures[0]


@pytest.mark.parametrize("code", [50001, 52001, 52101, 70031])
def test_what_passes_is_tried_again(code):
    gateway = Pop([order(1, "2026-11-22 11:40:00")])
    gateway.answers = [code, code]
    made = orders()

    got = read(gateway, made)

    assert not got.failures
    assert len(made["orders"].lines) == 1
