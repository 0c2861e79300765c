"""Platforms' interfaces on the line: landed, loaded, killed, revoked, gone on with."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.gateways import connections, shops
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served
from seller_intel import clock, extraction, landing, steps

AT = datetime(2026, 11, 8, 6, tzinfo=UTC)
RUN = clock.run_of(AT)
LATER = clock.run_of(AT + timedelta(hours=3))
REGISTRY = """
reporting_currency: CNY
shops:
  - {shop_id: "taobao:900100002", name: A, platform: taobao}
  - {shop_id: "jd:800300001", name: B, platform: jd}
sources:
"""
SOURCE = """
  - name: NAME
    platform: PLATFORM
    shop: "SHOP"
    since: 2026-11-05
    connection: sandbox_PLATFORM
    allow_private: true
    streams: [orders, order_lines, refunds]
    options: {rate: 2000, details: none, first_pause: 0.01, tries: 3}
"""
SHOPS = {"taobao": "taobao:900100002", "jd": "jd:800300001"}
_fork = multiprocessing.get_context("fork")


def registry(**platforms: str) -> str:
    """Return a registry of sources by name, each of a platform."""
    text = REGISTRY
    for name, platform in platforms.items():
        entry = SOURCE.replace("NAME", name).replace("PLATFORM", platform)
        text += entry.replace("SHOP", SHOPS[platform])
    return text


@contextmanager
def gateways(monkeypatch: pytest.MonkeyPatch, at: datetime = AT) -> Iterator[House]:
    """Serve both platforms at an instant; let their connections be known."""
    market = shops.market(tuple(SHOPS), 600, date(2026, 11, 5))
    house = open_house(market, int(at.timestamp()))
    with served(house) as address:
        for name, stated in connections.of(house, address).items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(stated))
        yield house


def lines(stream_id: str, source: str, run: str = RUN) -> list[tuple]:
    """Return what was landed, without where it stood on which page."""
    landed = landing.of(stream_id, source, run)
    assert landed is not None
    with landing.lines(landed) as given:
        told = [json.loads(line) for line in given]
    return sorted((each["key"], json.dumps(each["record"])) for each in told)


def test_a_revoked_credential_stops_its_source_alone(postgres, monkeypatch):
    postgres.register(registry(shop_a="taobao", shop_b="jd"))

    with gateways(monkeypatch) as house:
        house.desk("jd").tokens.revoked = True
        landed = steps.land("shop_a", RUN)
        with pytest.raises(extraction.LandingIncomplete) as caught:
            steps.land("shop_b", RUN)
        house.desk("jd").tokens.revoked = False
        house.instant.now += 3 * 3600
        healed = steps.land("shop_b", LATER)

    assert "taobao__orders" in landed
    told = str(caught.value)
    assert told.startswith("shop_b: orders") and told.count("\n") == 0
    assert "nothing was landed" in told
    assert "jd__orders" in healed
    assert lines("jd__orders", "shop_b", LATER)
    outcomes = postgres.rows("select source, outcome from ops.steps order by step_id")
    assert [each["outcome"] for each in outcomes] == ["done", "failed", "done"]


def test_loads_cover_what_was_read_and_the_next_run_asks_for_the_rest(
    postgres, monkeypatch
):
    postgres.register(registry(shop_a="taobao"))

    with gateways(monkeypatch) as house:
        steps.land("shop_a", RUN)
        steps.load("shop_a", RUN)
        house.instant.now += 3 * 3600
        steps.land("shop_a", LATER)

    manifest = landing.of("taobao__orders", "shop_a", LATER).manifest
    first = manifest["read"]["orders"][0]
    assert first["from"] == (AT - timedelta(minutes=1)).isoformat()
    assert manifest["windows_got"] == [
        [first["from"], (AT + timedelta(hours=2, minutes=59)).isoformat()]
    ]
    assert manifest["failures"] == []


def test_no_secret_reaches_a_manifest_a_step_or_a_message(
    postgres, monkeypatch, caplog
):
    caplog.set_level("DEBUG")
    postgres.register(registry(shop_a="taobao", shop_b="jd"))

    with gateways(monkeypatch) as house:
        steps.land("shop_a", RUN)
        house.desk("jd").tokens.revoked = True
        with pytest.raises(extraction.LandingIncomplete) as caught:
            steps.land("shop_b", RUN)
        desks = [house.desk("taobao"), house.desk("jd")]
        secrets = [
            secret
            for desk in desks
            for secret in (desk.app_secret, desk.tokens.access, desk.tokens.refresh)
        ]

    shown = caplog.text + str(caught.value) + repr(caught.value.__context__)
    shown += json.dumps(landing.of("taobao__orders", "shop_a", RUN).manifest)
    shown += repr(postgres.rows("select * from ops.steps"))
    for secret in secrets:
        assert secret not in shown


@pytest.mark.parametrize("seed", range(3))
def test_a_landing_killed_anywhere_ends_the_same(postgres, monkeypatch, seed):
    postgres.register(registry(calm="taobao", storm="taobao"))
    draw = random.Random(seed)

    with gateways(monkeypatch):
        began = time.monotonic()
        steps.land("calm", RUN)
        usual = time.monotonic() - began
        kills = tries = 0
        while kills < 3 and tries < 30:
            kills += killed(draw.uniform(0.02, usual))
            tries += 1
        steps.land("storm", RUN)

    assert kills == 3
    for stream in ("orders", "order_lines", "refunds"):
        stream_id = f"taobao__{stream}"
        assert lines(stream_id, "storm") == lines(stream_id, "calm")
        assert len(steps.load("storm", RUN)) == 3


def killed(after: float) -> int:
    """Land in a child and kill it after some seconds; tell whether it was in time."""
    child = _fork.Process(target=steps.land, args=("storm", RUN, None, True))
    child.start()
    child.join(after)
    if child.exitcode is None:
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return child.exitcode == -signal.SIGKILL
