"""Youzan: orders, refunds, salesmen and what they earn, by a token alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from api_doubles import AS_OF, SECRET, connected, landings, pages_of

from seller_intel.ingestors import youzan
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.youzan_session import judge

HOUR_AGO = AS_OF - timedelta(hours=1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int, changed: str = "2026-11-22 11:30:00", **more) -> dict:
    return {
        "order_info": {
            "tid": f"E2026112211050000000000{number:02}",
            "status": "WAIT_SELLER_SEND_GOODS",
            "created": "2026-11-22 11:05:00",
            "update_time": changed,
            "order_extra": {"buyer_name": "王五", "id_card_number": "11010519491231"},
        },
        "buyer_info": {
            "yz_open_id": "composedYzOpen01",
            "buyer_phone": "$composed$1$",
            "fans_nickname": "张三",
        },
        "pay_info": {"total_fee": "118.00", "post_fee": "8.00", "payment": "116.00"},
        "address_info": {"delivery_province": "广东省", "receiver_name": "李四"},
        "remark_info": {"buyer_message": "请打电话13911112222"},
        "orders": [
            {"oid": 2800000000000000001, "item_id": 500000001, "payment": "108.00"}
        ],
        **more,
    }


class Youzan:
    """The gateway as its page tells: three envelopes, an empty list left out."""

    def __init__(self, orders=(), refunds=(), salesmen=(), earned=()):
        self.orders, self.refunds = list(orders), list(refunds)
        self.salesmen, self.earned = list(salesmen), list(earned)
        self.token, self.fetched = "token-0123456789-1", 0
        self.calls: list[tuple[str, dict]] = []
        self.answers: list[dict] = []
        self.before = lambda name, sent: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = json.loads(request.content)
        name = request.url.path.removeprefix("/api/")
        if name == "/auth/token":
            self.fetched += 1
            if sent["client_secret"] != SECRET:
                return self.said({"success": False, "code": 10000, "message": "client"})
            self.token = f"token-0123456789-{self.fetched}"
            data = {"access_token": self.token, "expires": 4102444800000}
            return self.said({"code": 200, "success": True, "data": data})
        self.calls.append((name, sent))
        if self.answers:
            return self.said(self.answers.pop(0))
        if request.url.params["access_token"] != self.token:
            return self.said({"gw_err_resp": {"err_code": 4203, "err_msg": "token"}})
        self.before(name, sent)
        return self.said({"code": 200, "success": True, "data": self.data(name, sent)})

    def data(self, name: str, sent: dict) -> dict:
        number, size = sent["page_no"], sent["page_size"]
        if name.startswith("youzan.trades.sold.get"):
            found = [
                {"full_order_info": each}
                for each in self.orders
                if sent["start_update"]
                <= each["order_info"]["update_time"]
                <= sent["end_update"]
            ]
            return self.listed("full_order_info_list", found, number, size)
        if name.startswith("youzan.trade.refund.search"):
            assert isinstance(sent["update_time_start"], int)
            rows = pages_of(self.refunds, number, size)
            return {"refunds": rows, "total": len(self.refunds)}
        if name.startswith("youzan.salesman.account.list"):
            return self.listed("accounts", self.salesmen, number, size)
        return {"list": pages_of(self.earned, number, size), "total": len(self.earned)}

    @staticmethod
    def listed(name: str, found: list, number: int, size: int) -> dict:
        body = {"total_results": len(found)}
        page = pages_of(found, number, size)
        return body | ({name: page} if page else {})

    @staticmethod
    def said(body: dict) -> httpx.Response:
        return httpx.Response(200, json=body)


def collected(double: Youzan, *streams: str, **more):
    made = landings("youzan", streams, covered=more.pop("covered", HOUR_AGO), **more)
    with connected(extra={"grant_id": "9000123"}):
        return made, youzan.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_with_its_lines_and_nobodys_name():
    landed, got = collected(Youzan([order(1)]), "orders", "order_lines")

    tid = "E202611221105000000000001"
    assert got.failures == []
    assert landed["orders"].keys == [tid]
    record = landed["orders"].newest[tid]
    assert "orders" not in record
    assert len(record["buyer_info"]["yz_open_id_hash"]) == 64
    assert record["address_info"] == {"delivery_province": "广东省"}
    assert record["pay_info"]["payment"] == "116.00"
    line = landed["order_lines"].newest[f"{tid}/2800000000000000001"]
    assert line["oid"] == "2800000000000000001"
    assert line["_source"] == {
        "shop_id": "youzan:1",
        "parent_key": tid,
        "parent_updated_at": "2026-11-22 11:30:00",
        "position": 1,
    }
    names = ("张三", "李四", "王五", "13911112222", "composedYzOpen01", "$composed$1$")
    for personal in (*names, "1101051949"):
        assert personal not in landed.text


def test_windows_are_asked_in_beijing_time_and_end_half_a_minute_ago():
    double = Youzan()

    _, got = collected(double, "orders", "order_lines")

    _, sent = double.calls[0]
    assert (sent["start_update"], sent["end_update"]) == (
        "2026-11-22 11:00:00",
        "2026-11-22 11:59:30",
    )
    assert len(double.calls) == 1
    assert got.windows["orders"][-1][1] == AS_OF - timedelta(seconds=30)


def test_an_order_that_changes_between_pages_is_not_lost():
    double = Youzan([order(number) for number in range(250)])
    moved: list[dict] = []

    def move(name: str, sent: dict) -> None:
        if sent["page_no"] == 2 and not moved:
            moved.append(double.orders.pop(0))

    double.before = move

    landed, got = collected(double, "orders")

    assert got.failures == []
    left = {each["order_info"]["tid"] for each in double.orders}
    assert left <= set(landed["orders"].keys)


def test_a_window_with_more_than_can_be_paged_is_halved():
    double = Youzan()
    full = Youzan.listed

    def listed(name: str, found: list, number: int, size: int) -> dict:
        if len(double.calls) == 1:
            return {"total_results": 10_001}
        return full(name, found, number, size)

    double.listed = listed

    _, got = collected(double, "orders")

    spans = [(each["from"], each["to"]) for each in got.manifest["read"]["orders"]]
    assert len(spans) == 2
    assert spans[0][1] == spans[1][0]


def test_refunds_are_asked_in_seconds():
    refund = {
        "refund_id": "201907042058500000031002",
        "tid": "E1",
        "status": "SUCCESS",
        "refund_fee": "12.50",
        "modified": "2026-11-22 11:40:00",
        "buyer_phone": "13911112222",
    }
    double = Youzan(refunds=[refund])

    landed, _ = collected(double, "refunds")

    _, sent = double.calls[0]
    assert sent["update_time_start"] == int(HOUR_AGO.timestamp())
    record = landed["refunds"].newest["201907042058500000031002"]
    assert record["refund_fee"] == "12.50"
    assert "13911112222" not in landed.text


def test_a_salesman_lands_with_who_invited_him():
    inviter = {"seller": "3baVGV", "mobile": "13900000001", "from_buyer_mobile": ""}
    invited = {"seller": "2HStEl", "mobile": 13900000002, "nickname": "王五"}
    invited["from_buyer_mobile"] = "13900000001"

    landed, _ = collected(Youzan(salesmen=[inviter, invited]), "members")

    above = landed["members"].newest["3baVGV"]["_source"]
    below = landed["members"].newest["2HStEl"]["_source"]
    assert above["inviter_ref"] is None
    assert below["inviter_ref"] == above["member_ref"]
    assert below["member_ref"] != above["member_ref"]
    assert "王五" not in landed.text
    assert "1390000000" not in landed.text


def test_an_order_of_a_salesman_pays_him_and_his_inviter():
    salesmen = [
        {"seller": "up", "mobile": "13900000001"},
        {"seller": "down", "mobile": "13900000002", "from_buyer_mobile": "13900000001"},
    ]
    earned = {
        "order_no": "E1",
        "seller": "down",
        "phone": "13900000002",
        "cps_money": "5.00",
        "created_at": "2026-11-01 10:00:00",
        "items": [{"ii_cps_money": "0.10"}, {"ii_cps_money": 0.2}],
    }
    double = Youzan(salesmen=salesmen, earned=[earned])

    landed, _ = collected(double, "members", "commissions")

    own = landed["commissions"].newest["E1"]["_source"]
    above = landed["commissions"].newest["E1/inviter"]["_source"]
    members = landed["members"].newest
    assert (own["basis"], own["depth"]) == ("own_sales", 1)
    assert own["payee_ref"] == members["down"]["_source"]["member_ref"]
    assert (above["basis"], above["amount"]) == ("downline_sales", "0.30")
    assert above["payee_ref"] == members["up"]["_source"]["member_ref"]


def test_commissions_are_read_again_for_as_long_as_they_may_be_settled():
    double = Youzan()

    collected(double, "commissions", commission_days=10)

    _, sent = double.calls[0]
    assert sent["start_time"] == int((HOUR_AGO - timedelta(days=10)).timestamp())


def test_a_token_that_has_expired_is_fetched_again_once():
    double = Youzan([order(1)])
    double.answers = [{"gw_err_resp": {"err_code": 4203, "err_msg": "invalid token"}}]

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert double.fetched == 2
    assert len(landed["orders"].lines) == 1


def test_a_wrong_client_secret_is_said_in_plain_words_and_not_shown():
    double = Youzan()

    made = landings("youzan", ("orders",), covered=HOUR_AGO)
    with connected(password="another-secret", extra={"grant_id": "9000123"}):
        got = youzan.collect(made.asked, httpx.MockTransport(double))

    assert "client secret" in got.failures[0]
    assert "another-secret" not in got.failures[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"gw_err_resp": {"err_code": 4203, "err_msg": "x"}}, Kind.TOKEN_EXPIRED),
        ({"error_response": {"code": 50000, "msg": "x"}}, Kind.RETRY),
        ({"success": False, "code": 10004, "message": "x"}, Kind.PERMISSION_MISSING),
        ({"success": False, "code": 20001, "message": "x"}, Kind.THROTTLED),
        ({"success": False, "code": 20002, "message": "x"}, Kind.QUOTA_USED_UP),
        ({"success": False, "code": 106000001, "message": "x"}, Kind.BAD_REQUEST),
    ],
)
def test_each_envelope_is_understood(body, kind):
    assert judge(Reply(200, {}, body)).kind is kind


def test_a_good_reply_is_no_fault():
    good = {"trace_id": "1", "code": 200, "success": True, "data": {}}

    assert judge(Reply(200, {}, good)) is None
    assert judge(Reply(200, {}, {"response": {}})) is None


def test_the_first_run_begins_at_since():
    double = Youzan()
    since = datetime(2026, 11, 20, tzinfo=UTC)

    collected(double, "orders", covered=None, since=since.date())

    assert double.calls[0][1]["start_update"] == "2026-11-20 00:00:00"
