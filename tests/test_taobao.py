"""Taobao and Tmall: every order, line, refund and affiliate order, through TOP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from api_doubles import (
    AS_OF,
    REFRESH,
    SECRET,
    TOKEN,
    connected,
    landings,
    pages_of,
    sent_form,
)

from seller_intel.ingestors import signatures, taobao

HOUR_AGO = AS_OF - timedelta(hours=1)
LINE = {
    "oid": 2853311223345556677,
    "num_iid": 680000000001,
    "sku_id": "5100000000011",
    "price": "129.00",
    "num": 1,
    "divide_order_fee": "116.04",
    "status": "WAIT_SELLER_SEND_GOODS",
}

BAN = {
    "code": 7,
    "msg": "App Call Limited",
    "sub_msg": "This ban will last for 41000 more seconds",
}


def trade(tid: int, modified: str, **more) -> dict:
    return {
        "tid": tid,
        "tid_str": str(tid),
        "type": "fixed",
        "status": "WAIT_SELLER_SEND_GOODS",
        "created": "2026-11-22 10:58:03",
        "modified": modified,
        "payment": "129.00",
        "total_fee": "129.00",
        "post_fee": "0.00",
        "buyer_nick": "小**8",
        "buyer_open_uid": "AAHcomposedOpenUid01",
        "receiver_name": "张三",
        "receiver_mobile": "13911112222",
        "receiver_state": "浙江省",
        "orders": {"order": [{**LINE, "oid": tid + 1}]},
        **more,
    }


class Top:
    """TOP as its page tells: signed, newest change first, an empty list left out."""

    def __init__(self, trades=(), refunds=(), affiliate=()):
        self.trades = {each["tid"]: each for each in trades}
        self.refunds, self.affiliate = list(refunds), list(affiliate)
        self.token, self.calls = TOKEN, []
        self.answers: list[dict | httpx.Response] = []
        self.before_page = lambda number, sent: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = sent_form(request)
        self.calls.append(sent)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, httpx.Response):
                return answer
            return httpx.Response(200, json={"error_response": answer})
        signed = {name: value for name, value in sent.items() if name != "sign"}
        if sent["sign"] != signatures.keyed(signed, SECRET, "sha256"):
            return self.error(25, "Invalid signature")
        method = sent["method"].removeprefix("taobao.")
        if method != "top.auth.token.refresh" and sent.get("session") != self.token:
            return self.error(27, "Invalid session")
        body = getattr(self, method.replace(".", "_"))(sent)
        root = f"{method.replace('.', '_')}_response"
        return httpx.Response(200, json={root: body})

    @staticmethod
    def error(code: int, message: str, **more) -> httpx.Response:
        said = {"code": code, "msg": message, **more}
        return httpx.Response(200, json={"error_response": said})

    def trades_sold_increment_get(self, sent: dict) -> dict:
        return self.listed(sent, "modified")

    def trades_sold_get(self, sent: dict) -> dict:
        return self.listed(sent, "created")

    def listed(self, sent: dict, by: str) -> dict:
        number, size = int(sent["page_no"]), int(sent["page_size"])
        self.before_page(number, sent)
        found = sorted(
            (
                each
                for each in self.trades.values()
                if sent[f"start_{by}"] <= each[by] <= sent[f"end_{by}"]
            ),
            key=lambda each: (each[by], each["tid"]),
            reverse=True,
        )
        body = {"request_id": "1"}
        if sent["use_has_next"] == "true":
            body["has_next"] = number * size < len(found)
        else:
            body["total_results"] = len(found)
        page = pages_of(found, number, size)
        return body | ({"trades": {"trade": page}} if page else {})

    def trade_fullinfo_get(self, sent: dict) -> dict:
        told = {"promotion_detail": [{"id": 1, "discount_fee": "20.00"}]}
        return {"trade": self.trades[int(sent["tid"])] | {"promotion_details": told}}

    def refunds_receive_get(self, sent: dict) -> dict:
        page = pages_of(self.refunds, int(sent["page_no"]), 100)
        return {"total_results": len(self.refunds), "refunds": {"refund": page}}

    def tbk_order_details_get(self, sent: dict) -> dict:
        number = int(sent["page_no"])
        if number > 1 and sent.get("position_index") != f"at-{number}":
            return {"data": {"results": {}}}
        page = pages_of(self.affiliate, number, 2)
        more = number * 2 < len(self.affiliate)
        return {
            "data": {
                "results": {"publisher_order_dto": page},
                "has_next": more,
                "position_index": f"at-{number + 1}",
            }
        }

    def top_auth_token_refresh(self, sent: dict) -> dict:
        assert sent["refresh_token"] == REFRESH
        self.token = "another-token-0123456789"
        return {
            "token_result": '{"access_token": "another-token-0123456789",'
            ' "refresh_token": "r2", "expires_in": 86400}'
        }


def read(top: Top, made):
    with connected():
        return taobao.collect(made.asked, httpx.MockTransport(top))


def orders(**more):
    return landings("taobao", ("orders", "order_lines"), covered=HOUR_AGO, **more)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def many(count: int, at: str = "2026-11-22 11:40:00") -> list[dict]:
    start = 2853311223344556677
    return [trade(start + 10 * number, at) for number in range(count)]


def test_an_order_lands_with_its_lines_ids_as_text_and_nothing_personal():
    top = Top([trade(2853311223344556677, "2026-11-22 11:40:00")])
    made = orders()

    got = read(top, made)

    assert not got.failures
    (key, observed_at, _, order) = made["orders"].lines[0]
    assert (key, order["tid"]) == ("2853311223344556677", "2853311223344556677")
    assert observed_at == AS_OF.isoformat()
    assert order["_source"] == {"shop_id": "taobao:1"}
    assert len(order["buyer_open_uid_hash"]) == 64
    assert order["receiver_state"] == "浙江省"
    assert "orders" not in order
    line = made["order_lines"].newest["2853311223344556677/2853311223344556678"]
    assert line["num_iid"] == "680000000001"
    assert line["_source"] == {
        "shop_id": "taobao:1",
        "parent_key": "2853311223344556677",
        "parent_updated_at": "2026-11-22 11:40:00",
        "position": 1,
    }
    for secret in ("张三", "13911112222", "AAHcomposedOpenUid01", "小**8"):
        assert secret not in made.text


def test_the_manifest_tells_what_each_window_was_asked_for_and_gave():
    top = Top([trade(2853311223344556677, "2026-11-22 11:40:00")])

    got = read(top, orders())

    assert [
        (each["total"], each["received"]) for each in got.manifest["read"]["orders"]
    ] == [
        (0, 0),
        (1, 1),
    ]
    assert got.windows["orders"] == [(HOUR_AGO, AS_OF - timedelta(minutes=1))]
    assert got.windows["order_lines"] == got.windows["orders"]
    assert got.manifest["requests"] == {"ok": 2}


def test_nothing_new_costs_one_request_a_window():
    top = Top()

    read(top, orders())

    assert len(top.calls) == 2


def test_pages_are_read_from_the_last_to_the_first():
    top = Top(many(250))
    made = orders(at_once=1)

    read(top, made)

    assert [call["page_no"] for call in top.calls] == ["1", "1", "3", "2", "1"]
    assert len(set(made["orders"].keys)) == 250


def test_a_list_that_moves_between_pages_loses_no_row():
    top = Top(many(450))
    tids = sorted(top.trades)

    def touch(number, sent):
        if number > 1:
            top.trades[tids.pop()]["modified"] = "2026-11-22 12:30:00"

    top.before_page = touch
    made = orders(at_once=1)

    got = read(top, made)

    assert not got.failures
    left = {str(tid) for tid, each in top.trades.items() if "11:40" in each["modified"]}
    assert left <= set(made["orders"].keys)


def test_a_list_whose_changes_come_to_its_top_loses_no_row():
    top = Top(many(450))
    tids = sorted(top.trades)

    def touch(number, sent):
        if number in (2, 4) and len(tids) > 440:
            top.trades[tids.pop()]["modified"] = "2026-11-22 11:58:00"

    top.before_page = touch
    made = orders(at_once=1)

    got = read(top, made)

    assert not got.failures
    assert set(made["orders"].keys) == {str(tid) for tid in top.trades}
    assert all(
        record["modified"] == top.trades[int(key)]["modified"]
        for key, record in made["orders"].newest.items()
    )


def test_a_platform_that_gives_less_than_it_counts_fails_the_landing():
    top = Top(many(5))
    listed = top.listed
    top.listed = lambda sent, by: listed(sent, by) | {"total_results": 7}

    got = read(top, orders())

    assert got.failures
    assert "counts 7, gave 0" in got.failures[0]
    assert "orders" not in got.windows


def test_the_first_reading_goes_by_creation():
    top = Top(many(3))
    made = landings("taobao", ("orders",), since=datetime(2026, 11, 20).date())

    got = read(top, made)

    assert {call["method"] for call in top.calls} == {"taobao.trades.sold.get"}
    assert len(made["orders"].lines) == 3
    assert got.windows["orders"][0][0] == datetime(2026, 11, 19, 16, tzinfo=UTC)


def test_the_detail_is_asked_where_the_list_cannot_tell_who_paid_a_discount():
    plain = trade(100, "2026-11-22 11:40:00")
    cheaper = trade(200, "2026-11-22 11:40:00", payment="109.00")
    top = Top([plain, cheaper])
    made = orders()

    read(top, made)

    asked_for = [call["tid"] for call in top.calls if "tid" in call]
    assert asked_for == ["200"]
    assert "promotion_details" in made["orders"].newest["200"]


def test_a_refund_lands_under_its_own_number():
    refund = {
        "refund_id": 9876543210987654321,
        "tid": 2853311223344556677,
        "oid": 2853311223344556678,
        "refund_fee": "59.00",
        "status": "SUCCESS",
        "modified": "2026-11-22 11:05:10",
        "buyer_nick": "l**n",
    }
    top = Top(refunds=[refund])
    made = landings("taobao", ("refunds",), covered=HOUR_AGO)

    got = read(top, made)

    assert not got.failures
    landed = made["refunds"].newest["9876543210987654321"]
    assert landed["tid"] == "2853311223344556677"
    assert landed["refund_fee"] == "59.00"
    assert "buyer_nick" not in landed


def test_affiliate_orders_are_followed_by_their_position():
    rows = [
        {"trade_id": str(number), "pub_id": "77", "relation_id": "r1", "tk_status": 12}
        for number in range(5)
    ]
    top = Top(affiliate=rows)
    made = landings("taobao", ("commissions",), covered=AS_OF - timedelta(minutes=15))

    got = read(top, made)

    assert not got.failures
    assert made["commissions"].keys == ["0", "1", "2", "3", "4"]
    landed = made["commissions"].newest["0"]
    assert landed["_source"]["payee_ref"] == landed["relation_id_hash"]
    assert "relation_id" not in landed


def test_an_expired_session_is_renewed_once_and_kept_for_the_next_run(tmp_path):
    top = Top(many(3))
    top.token = "gone"
    made = orders()

    got = read(top, made)
    again = read(top, orders())

    assert not got.failures and not again.failures
    renewals = [
        call for call in top.calls if call["method"].endswith("auth.token.refresh")
    ]
    assert len(renewals) == 1
    kept = tmp_path / "secrets/token_taobao_app.json"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_named_ban_is_waited_for():
    top = Top(many(3))
    top.answers = [
        {
            "code": 7,
            "msg": "App Call Limited",
            "sub_msg": "This ban will last for 1 more seconds",
        }
    ]
    made = orders()

    got = read(top, made)

    assert not got.failures
    assert got.manifest["requests"]["throttled"] == 1
    assert len(made["orders"].lines) == 3


def test_a_ban_of_hours_ends_the_run_in_peace_with_what_was_covered():
    top = Top([trade(1, "2026-11-22 11:10:00"), trade(2, "2026-11-22 11:40:00")])
    real = top.trades_sold_increment_get

    def banned_half_way(sent):
        if sent["end_modified"] == "2026-11-22 11:30:00":
            top.answers.append(dict(BAN))
        return real(sent)

    top.trades_sold_increment_get = banned_half_way
    made = landings(
        "taobao",
        ("orders", "refunds"),
        covered=AS_OF - timedelta(hours=2),
        at_once=1,
    )

    got = read(top, made)

    assert not got.failures
    assert "quota of the day" in got.manifest["stopped"]
    start, end = got.windows["orders"][0]
    assert start == AS_OF - timedelta(hours=2)
    assert HOUR_AGO <= end < AS_OF - timedelta(minutes=1)
    assert made["orders"].keys[:1] == ["1"]
    assert "refunds" not in got.windows


@pytest.mark.parametrize(
    ("code", "sub_code", "words"),
    [
        (25, "", "app secret"),
        (29, "", "app key"),
        (30, "", "clocks"),
        (11, "isv.permission-ip-whitelist-limit", "white list"),
        (11, "isv.permission-api-package-limit", "may not call"),
    ],
)
def test_what_is_wrong_with_a_credential_is_said_in_plain_words(code, sub_code, words):
    top = Top(many(1))
    top.answers = [{"code": code, "msg": "no", "sub_code": sub_code}] * 9

    got = read(top, orders())

    assert words in got.failures[0]
    assert SECRET not in repr(got)
