"""The fault plan over real connections, and the command that serves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest

from sandbox.gateways import company, connections, shops
from sandbox.gateways.faults import KINDS, Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served

PATH = "/channels/ec/order/list/get"


@contextmanager
def at(faults: Faults):
    """Serve a shop of WeChat; give what asks for a page, and the house."""
    house = open_house(shops.market(("wechat_store",), orders=60))
    house.faults = faults
    with served(house) as address, httpx.Client(base_url=address, timeout=5) as client:
        yield (lambda: ask(client, house)), house


def ask(client: httpx.Client, house: House) -> httpx.Response:
    now = house.instant.now
    window = {"start_time": now - 7 * 86_400, "end_time": now}
    return client.post(
        PATH,
        params={"access_token": house.desks[0].tokens.access},
        json={"update_time_range": window, "page_size": 10},
    )


def always(kind: str, seconds: float = 0.2) -> Faults:
    return Faults(1.0, 1, (kind,), seconds, in_a_row=1_000)


def test_without_faults_a_page_comes_whole():
    with at(Faults()) as (page, _):
        assert len(page().json()["order_id_list"]) == 10


@pytest.mark.parametrize(
    ("kind", "statuses"), [("throttled", {429}), ("broken", {500, 502, 503, 504})]
)
def test_statuses_of_a_server_in_need(kind, statuses):
    with at(always(kind)) as (page, _):
        replies = [page() for _ in range(6)]

    assert {reply.status_code for reply in replies} <= statuses
    assert kind != "throttled" or replies[0].headers["retry-after"] == "0"


@pytest.mark.parametrize(("kind", "code"), [("refused", 45011), ("busy", -1)])
def test_envelopes_of_the_platform_s_own(kind, code):
    with at(always(kind)) as (page, _):
        assert page().json()["errcode"] == code


def test_a_truncated_reply_is_whole_to_http_and_no_json():
    with at(always("truncated")) as (page, _):
        reply = page()

    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()


@pytest.mark.parametrize("kind", ["cut", "hanging"])
def test_a_connection_ends_before_the_reply_does(kind):
    with at(always(kind)) as (page, _), pytest.raises(httpx.RemoteProtocolError):
        page()


def test_a_dripping_reply_comes_whole_and_late():
    with at(always("dripping", 0.4)) as (page, _):
        began = time.monotonic()
        reply = page()

    assert len(reply.json()["order_id_list"]) == 10
    assert time.monotonic() - began > 0.3


def test_a_repeated_page_holds_rows_twice():
    with at(always("repeated")) as (page, _):
        listed = page().json()["order_id_list"]

    assert len(listed) == 20
    assert len(set(listed)) == 10


def test_a_fifth_of_requests_meet_with_every_kind_of_fault():
    faults = Faults(0.2, 7)
    met = [faults.next("a shop") for _ in range(5_000)]

    assert set(met) == {None, *KINDS}
    assert 0.17 < sum(one is not None for one in met) / len(met) < 0.21


def test_no_more_than_three_faults_meet_one_shop_in_a_row():
    faults = Faults(0.95, 3)
    met = [faults.next("a shop") is not None for _ in range(1_000)]

    assert not any(all(met[place : place + 4]) for place in range(len(met) - 3))


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="no fault is called earthquake"):
        Faults(0.1, kinds=("earthquake",))


def test_the_command_serves_and_says_how_to_get_in(tmp_path):
    told = tmp_path / "gateways.json"
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0"]
    command += ["--platforms", "wechat_store,jd", "--orders", "50"]
    command += ["--now", "20261112T000000", "--connections", str(told)]
    with subprocess.Popen(command) as process:
        try:
            while not told.exists():
                assert process.poll() is None
                time.sleep(0.05)
            facts = json.loads(told.read_text())
            state = httpx.post(f"{facts['address']}/_sandbox/state", json={}).json()
            page = httpx.get(f"{facts['storefronts']['lanhai']}/")
        finally:
            process.terminate()

    assert set(facts["connections"]) == {"sandbox_wechat_store", "sandbox_jd"}
    assert "蓝海生活馆" in page.text
    assert state["now"] == 1_794_441_600
    assert facts["connections"]["sandbox_jd"]["extra"]["refresh_token"]


def test_every_shop_has_a_connection_of_its_own():
    house = open_house(shops.market(orders=40, each=2))

    found = connections.of(house, "http://127.0.0.1:1")

    assert len(found) == 2 * len(shops.PLATFORMS)
    assert len({one["login"] for one in found.values()}) == len(found)
    assert "sandbox_jd_2" in found


def test_gateways_of_a_process_move_and_stop_with_who_started_them():
    with company.kept("--platforms", "jd", "--orders", "40") as gateways:
        gateways.move(1_794_441_600)
        state = httpx.post(f"{gateways.address}/_sandbox/state", json={}).json()

    assert state["now"] == 1_794_441_600
    told = gateways.variables()
    assert {"AIRFLOW_CONN_SANDBOX_JD", "AIRFLOW_CONN_SANDBOX_HARBOR"} <= told.keys()
    assert gateways.storefronts["harbor"] in told["AIRFLOW_CONN_SANDBOX_WEB_SHOPS"]
    assert gateways.storefronts["nimbus"] in told["AIRFLOW_CONN_SANDBOX_NIMBUS"]
    with pytest.raises(httpx.ConnectError):
        httpx.post(f"{gateways.address}/_sandbox/state", json={})
