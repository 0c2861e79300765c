"""JD: every order, line, refund and Union order, by the platform's rules."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

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

from seller_intel.ingestors import jd, signatures

HOUR_AGO = AS_OF - timedelta(hours=1)


def order(number: int, modified: str, **more) -> dict:
    return {
        "orderId": f"30112233{number:04}",
        "parentOrderId": "0",
        "orderState": "WAIT_SELLER_STOCK_OUT",
        "orderStartTime": "2026-11-22 11:05:00",
        "modified": modified,
        "orderTotalPrice": "258.00",
        "orderPayment": "234.00",
        "open_id_buyer": "composedJdOpenId01",
        "pin": "jd_wang",
        "itemInfoList": [
            {"skuId": "100012043978", "jdPrice": "129.00", "itemTotal": "2"}
        ],
        "couponDetailList": [{"couponType": "100-店铺优惠", "couponPrice": "20.00"}],
        "consigneeInfo": {
            "province": "北京",
            "fullname": "王五",
            "mobile": "139********",
        },
        **more,
    }


class Jos:
    """JD as its page tells: one JSON parameter, misspelt roots, totals, no has_next."""

    def __init__(self, orders=(), refunds=(), union=()):
        self.orders = {each["orderId"]: each for each in orders}
        self.refunds, self.union = list(refunds), list(union)
        self.token, self.calls, self.answers = TOKEN, [], []
        self.before_page = lambda number: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = sent_form(request)
        if request.url.path == "/oauth2/refresh_token":
            return self.refresh(request.url.host, sent)
        params = json.loads(sent["360buy_param_json"])
        self.calls.append((sent["method"], params))
        if self.answers:
            return self.answers.pop(0)
        signed = {name: value for name, value in sent.items() if name != "sign"}
        if sent["sign"] != signatures.sandwich(signed, SECRET):
            return refused("12", "无效签名")
        is_union = sent["method"].startswith("jd.union")
        if is_union != ("access_token" not in sent):
            return refused("19", "token")
        if not is_union and sent["access_token"] != self.token:
            return refused("19", "token 已过期")
        body = {
            "jingdong.pop.order.enSearch": self.searched,
            "jingdong.pop.afs.soa.refundapply.queryPageList": self.applied,
            "jd.union.open.order.row.query": self.rows,
        }[sent["method"]](params)
        root = f"{sent['method'].replace('.', '_')}_responce"
        return httpx.Response(200, json={root: {"code": "0", **body}})

    def refresh(self, host: str, sent: dict) -> httpx.Response:
        assert (host, sent["refresh_token"]) == ("open-oauth.jd.com", REFRESH)
        self.token = "another-token-0123456789"
        told = {"access_token": self.token, "expires_in": 86400, "refresh_token": "r2"}
        return httpx.Response(200, json=told)

    def searched(self, params: dict) -> dict:
        by = "orderStartTime" if params["dateType"] == 1 else "modified"
        number = int(params["page"])
        self.before_page(number)
        found = sorted(
            (
                each
                for each in self.orders.values()
                if params["start_date"] <= each[by] <= params["end_date"]
            ),
            key=lambda each: (each[by], each["orderId"]),
        )
        page = pages_of(found, number, int(params["page_size"]))
        told = {"orderTotal": len(found), "orderInfoList": page or ""}
        return {"searchorderinfo_result": told | {"apiResult": {"success": True}}}

    def applied(self, params: dict) -> dict:
        by = "applyTime" if "applyTimeStart" in params else "checkTime"
        found = [
            each
            for each in self.refunds
            if params[f"{by}Start"] <= (each[by] or "") <= params[f"{by}End"]
        ]
        page = pages_of(found, params["pageIndex"], params["pageSize"])
        told = {"success": True, "totalCount": len(found), "result": page}
        return {"queryResult": told}

    def rows(self, params: dict) -> dict:
        asked = params["orderReq"]
        found = [
            each
            for each in self.union
            if asked["startTime"] <= each["modifyTime"] <= asked["endTime"]
        ]
        page = pages_of(found, asked["pageIndex"], 2)
        more = asked["pageIndex"] * 2 < len(found)
        told = {"code": 200, "message": "success", "data": page, "hasMore": more}
        return {"queryResult": json.dumps(told)}


def refused(code: str, text: str) -> httpx.Response:
    said = {"code": code, "zh_desc": text, "en_desc": "no"}
    return httpx.Response(200, json={"error_response": said})


def read(gateway: Jos, made):
    with connected():
        return jd.collect(made.asked, httpx.MockTransport(gateway))


def orders(**more):
    return landings("jd", ("orders", "order_lines"), covered=HOUR_AGO, **more)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def test_an_order_lands_with_its_coupons_and_lines_and_without_its_consignee():
    made = orders()

    got = read(Jos([order(1, "2026-11-22 11:40:00")]), made)

    assert not got.failures
    landed = made["orders"].newest["301122330001"]
    assert landed["couponDetailList"][0]["couponPrice"] == "20.00"
    assert landed["consigneeInfo"] == {"province": "北京"}
    assert len(landed["open_id_buyer_hash"]) == 64
    assert not re.search("王五|jd_wang|composedJdOpenId01", made.text)
    line = made["order_lines"].newest["301122330001/100012043978/1"]
    assert line["_source"]["parent_key"] == "301122330001"


def test_an_empty_list_that_is_an_empty_text_is_an_empty_list():
    gateway = Jos()
    made = orders()

    got = read(gateway, made)

    assert not got.failures
    assert len(gateway.calls) == 1
    assert got.windows["orders"] == [(HOUR_AGO, AS_OF - timedelta(minutes=1))]


def test_the_first_reading_goes_by_creation():
    gateway = Jos([order(1, "2026-11-22 11:40:00")])
    made = landings("jd", ("orders",), since=date(2026, 11, 20))

    read(gateway, made)

    assert {params["dateType"] for _, params in gateway.calls} == {1}
    assert made["orders"].keys == ["301122330001"]


def test_orders_that_leave_the_window_between_pages_take_no_other_with_them():
    gateway = Jos([order(number, "2026-11-22 11:40:00") for number in range(180)])
    left = leaving(gateway, "modified", "2026-11-22 12:30:00")
    made = orders(at_once=1)

    got = read(gateway, made)

    assert not got.failures
    assert set(left) <= set(made["orders"].keys)


def test_refunds_are_found_by_application_and_by_decision():
    old = {
        "id": 7,
        "orderId": 301122330001,
        "applyRefundSum": 5900,
        "applyTime": "2026-10-01 10:00:00",
        "checkTime": "2026-11-22 11:30:00",
        "status": 3,
        "buyerId": "jd_wang",
        "buyerName": "王五",
    }
    new = old | {"id": 8, "applyTime": "2026-11-22 11:20:00", "checkTime": None}
    made = landings("jd", ("refunds",), covered=HOUR_AGO)

    got = read(Jos(refunds=[old, {"refundApplyVo": new, **new}]), made)

    assert not got.failures
    assert set(made["refunds"].keys) == {"7", "8"}
    assert made["refunds"].newest["7"]["orderId"] == "301122330001"
    assert not re.search("王五|jd_wang", made.text)


def test_union_orders_are_read_out_of_their_text_page_by_page():
    rows = [
        {
            "id": f"u{number}",
            "orderId": 301122330001,
            "modifyTime": "2026-11-22 11:30:00",
            "estimateFee": 1.5,
            "subUnionId": "agent-7",
        }
        for number in range(5)
    ]
    made = landings("jd", ("commissions",), covered=HOUR_AGO)

    got = read(Jos(union=rows), made)

    assert not got.failures
    assert made["commissions"].keys == ["u0", "u1", "u2", "u3", "u4"]
    landed = made["commissions"].newest["u0"]
    assert landed["_source"]["payee_ref"] == landed["subUnionId_hash"]
    assert "agent-7" not in made.text


def test_an_expired_token_is_renewed_at_its_own_host():
    gateway = Jos([order(1, "2026-11-22 11:40:00")])
    gateway.token = "gone"
    made = orders()

    got = read(gateway, made)

    assert not got.failures
    assert len(made["orders"].lines) == 1


def test_a_refusal_inside_the_result_is_a_failure():
    told = {"apiResult": {"success": False, "chineseErrCode": "参数错误"}}
    body = {"code": "0", "searchorderinfo_result": told}
    root = "jingdong_pop_order_enSearch_responce"
    gateway = Jos()
    gateway.answers = [httpx.Response(200, json={root: body})]

    got = read(gateway, orders())

    assert "参数错误" in got.failures[0]


def test_a_list_that_cannot_be_read_covers_nothing_of_its_stream():
    gateway = Jos()
    applied = gateway.applied

    def half(params):
        if "checkTimeStart" in params:
            return {"queryResult": {"success": False, "errMsg": "no"}}
        return applied(params)

    gateway.applied = half
    made = landings("jd", ("refunds",), covered=HOUR_AGO)

    got = read(gateway, made)

    assert got.failures
    assert "refunds" not in got.windows
