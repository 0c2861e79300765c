"""The gateways keep their platforms' rules: signatures, clocks, windows, tokens."""

from __future__ import annotations

import json
import time
from functools import cache
from unittest import mock
from urllib.parse import urlencode

import pytest

from sandbox.gateways import shops
from sandbox.gateways.desks import Limits
from sandbox.gateways.exchange import Request
from sandbox.gateways.house import House, open_house
from sandbox.market import Market
from tests import gateway_calls as calls
from tests.gateway_asks import call
from tests.gateway_calls import beijing

DAY = 86_400


@pytest.fixture
def house() -> House:
    return open_house(market())


@cache
def market() -> Market:
    return shops.market(orders=60)


SIGNED = ("taobao", "pinduoduo", "jd", "douyin", "xiaohongshu", "woocommerce")
WRONG_SIGNATURE = {
    "taobao": '"code":25',
    "pinduoduo": '"error_code":20004',
    "jd": '"code":"12"',
    "douyin": "isv.signature-invalid",
    "xiaohongshu": '"success":false',
    "woocommerce": "woocommerce_rest_authentication_error",
}
WRONG_CLOCK = WRONG_SIGNATURE | {
    "taobao": '"code":31',
    "pinduoduo": "timestamp",
    "jd": '"code":"8"',
    "douyin": "isv.timestamp-invalid",
}
WRONG_TOKEN = {
    "taobao": '"code":27',
    "pinduoduo": '"error_code":20032',
    "jd": '"code":"19"',
    "youzan": '"err_code":4203',
    "douyin": "isv.access-token-invalid",
    "xiaohongshu": '"error_code":401',
    "wechat_store": '"errcode":40001',
    "amazon": "Unauthorized",
    "shopify": "Invalid API key or access token",
    "woocommerce": "woocommerce_rest_authentication_error",
}
EXPIRED = WRONG_TOKEN | {
    "pinduoduo": '"error_code":10019',
    "douyin": "isv.access-token-expired",
    "wechat_store": '"errcode":42001',
}
THROTTLED = {
    "taobao": "ban will last for",
    "pinduoduo": '"error_code":70031',
    "jd": '"code":"2"',
    "youzan": '"err_code":20001',
    "douyin": '"code":60000',
    "xiaohongshu": '"error_code":-9013',
    "wechat_store": '"errcode":45011',
    "amazon": "QuotaExceeded",
    "shopify": "THROTTLED",
    "woocommerce": "too_many_requests",
}


def told(content) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_a_right_request_is_answered(house, platform):
    text = told(call(house, platform))

    assert not any(
        word in text for word in (WRONG_TOKEN[platform], THROTTLED[platform], "error_r")
    )


@pytest.mark.parametrize("platform", SIGNED)
def test_a_wrong_secret_is_refused(house, platform):
    desk = house.desk(platform)
    right, desk.app_secret = desk.app_secret, "wrong"
    with mock.patch.object(type(house), "receive", _with(desk, right)):
        assert WRONG_SIGNATURE[platform] in told(call(house, platform))


def _with(desk, secret):
    """Let the gateway, not the caller, know the right secret."""
    receive = House.receive

    def received(self, ask):
        kept, desk.app_secret = desk.app_secret, secret
        try:
            return receive(self, ask)
        finally:
            desk.app_secret = kept

    return received


@pytest.mark.parametrize("platform", SIGNED)
def test_a_clock_that_is_off_is_refused(house, platform):
    late = time.time() - 3_600
    receive = House.receive

    def received(self, ask):
        with mock.patch("time.time", lambda: late + 3_600):
            return receive(self, ask)

    with (
        mock.patch("time.time", lambda: late),
        mock.patch.object(House, "receive", received),
    ):
        assert WRONG_CLOCK[platform] in told(call(house, platform))


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_a_revoked_shop_is_refused(house, platform):
    house.desk(platform).tokens.revoked = True

    assert WRONG_TOKEN[platform] in told(call(house, platform))


@pytest.mark.parametrize("platform", sorted(set(shops.PLATFORMS) - {"woocommerce"}))
def test_a_token_dies_after_its_uses(house, platform):
    house.desk(platform).tokens.uses = 2

    answers = [told(call(house, platform)) for _ in range(3)]

    assert EXPIRED[platform] not in answers[1]
    assert EXPIRED[platform] in answers[2]


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_who_calls_too_often_is_told_so(house, platform):
    house.desk(platform).limits = Limits(rate=0.5, burst=2)

    answers = [told(call(house, platform)) for _ in range(3)]

    assert THROTTLED[platform] not in answers[1]
    assert THROTTLED[platform] in answers[2]


def test_a_second_shop_is_not_throttled_with_the_first():
    house = open_house(shops.market(("taobao",), orders=40, each=2))
    first, second = house.desk("taobao", 0), house.desk("taobao", 1)
    first.limits = Limits(rate=0.001, burst=1)
    asked = {
        "start_modified": beijing(house.instant.now - 60),
        "end_modified": beijing(house.instant.now),
        "fields": "tid",
    }
    method = "taobao.trades.sold.increment.get"

    answers = [
        told(calls.taobao(house, desk, method, **asked))
        for desk in (first, first, second)
    ]

    assert [THROTTLED["taobao"] in one for one in answers] == [False, True, False]


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_a_spent_quota_comes_back_with_the_next_day(house, platform):
    house.desk(platform).limits = Limits(quota=2)

    spent = [told(call(house, platform)) for _ in range(3)][-1]
    house.instant.now += DAY
    again = told(call(house, platform))

    words = ("limit", "quota", "上限", "ban will last", "Quota", "too_many")
    assert any(word in spent for word in words)
    assert not any(word in again for word in words)


def test_renewed_tokens_are_known_to_the_next_server(house):
    desk = house.desk("taobao")
    form = {
        "grant_type": "refresh_token",
        "client_id": desk.app_key,
        "client_secret": desk.app_secret,
        "refresh_token": desk.tokens.refresh,
    }
    ask = Request("POST", "/token", body=urlencode(form).encode())
    renewed = json.loads(house.receive(ask)[0].body)["access_token"]
    later = open_house(market())
    tokens = later.desk("taobao").tokens

    assert tokens.judge(renewed) == "good"
    assert tokens.judge("another") == "unknown"


def test_a_nonce_is_good_once(house):
    desk = house.desk("woocommerce")
    sent = []
    receive = House.receive

    def received(self, ask):
        sent.append(ask)
        return receive(self, ask)

    with mock.patch.object(House, "receive", received):
        first = calls.woocommerce(house, desk, "orders")
    again = house.receive(sent[0])[0]

    assert (first.status, again.status) == (200, 401)
