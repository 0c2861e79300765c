"""Seven more ingestors against their gateways: what lands is what the books say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import import_module

import numpy as np
import pytest
from api_doubles import Landings, connected, landings
from test_api_truth import beijing

from sandbox.gateways import connections, shops
from sandbox.gateways.desks import Limits
from sandbox.gateways.faults import Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.records import Order
from sandbox.gateways.server import served
from seller_intel.connections import Connection

AS_OF = datetime(2026, 11, 14, 6, tzinfo=UTC)
OPENED = date(2026, 11, 11)
QUICK = ("busy", "broken", "cut", "truncated", "repeated")
STREAMS = {
    "youzan": ("orders", "order_lines", "refunds", "members", "commissions"),
    "douyin": ("orders", "order_lines", "refunds", "commissions"),
    "xiaohongshu": ("orders", "order_lines", "refunds"),
    "wechat_store": ("orders", "order_lines", "refunds", "commissions"),
    "amazon": ("orders", "order_lines", "refunds"),
    "shopify": ("orders", "order_lines", "refunds", "identities", "members"),
    "woocommerce": (
        "orders",
        "order_lines",
        "refunds",
        "identities",
        "members",
        "links",
    ),
}
PLATFORMS = tuple(STREAMS)
# Where an order says when it last changed.
CHANGED = {
    "youzan": lambda order: beijing(order["order_info"]["update_time"]),
    "douyin": lambda order: order["update_time"],
    "xiaohongshu": lambda order: order["updateTime"] // 1000,
    "wechat_store": lambda order: order["update_time"],
    "amazon": lambda order: utc(order["lastUpdatedTime"]),
    "shopify": lambda order: utc(order["updatedAt"]),
    "woocommerce": lambda order: utc(f"{order['date_modified_gmt']}Z"),
}


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@cache
def market():
    return shops.market(PLATFORMS, 600, OPENED)


@contextmanager
def gateway(
    platform: str, faults: Faults | None = None, drift: float = 0
) -> Iterator[House]:
    """Serve one platform at the instant of the run; give what it knows."""
    house = open_house(market(), int(AS_OF.timestamp()))
    house.instant.drift = drift
    house.faults = faults or Faults()
    with served(house) as address:
        stated = connections.of(house, address)[f"sandbox_{platform}"]
        names = ("host", "login", "password", "extra")
        connection = Connection(**{name: stated[name] for name in names})
        with connected(**vars(connection)):
            yield house


def ask(platform: str, streams: tuple[str, ...] = (), **more) -> Landings:
    stated = {"tries": 12, "read_seconds": 2, "burst": 1000, "as_of": AS_OF, **more}
    made = landings(platform, streams or STREAMS[platform], **stated)
    made.asked.source = replace(made.asked.source, allow_private=True)
    return made


def read(made: Landings):
    name = f"seller_intel.ingestors.{made.asked.source.platform}"
    return import_module(name).collect(made.asked)


def truth(house: House, platform: str) -> dict[str, int]:
    """Return when each order that is shown now last changed."""
    books, now = house.desk(platform).books, int(house.instant.now)
    rows = np.arange(books.count)
    rows = rows[books.shown(rows, now)]
    return {
        id_of(platform, order): order.modified_at for order in books.read(rows, now)
    }


def id_of(platform: str, order: Order) -> str:
    rows = import_module(f"sandbox.gateways.{platform}_rows")
    if platform == "youzan":
        return rows.tid(order)
    return str(rows.order_id(order if platform == "xiaohongshu" else order.no))


def landed(platform: str, made: Landings) -> dict[str, int]:
    newest = made["orders"].newest
    return {key: CHANGED[platform](record) for key, record in newest.items()}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_first_reading_lands_every_order(platform):
    made = ask(platform, since=OPENED)

    with gateway(platform) as house:
        got = read(made)
        expected = truth(house, platform)
        books, now = house.desk(platform).books, int(house.instant.now)
        is_refunded = any(
            order.refunded_at for order in books.read(np.arange(books.count), now)
        )

    assert not got.failures
    until = got.windows["orders"][-1][1].timestamp()
    found = landed(platform, made)
    settled = {key: at for key, at in expected.items() if at <= until}
    assert len(settled) > 100
    assert {key: found.get(key) for key in settled} == settled
    assert found.keys() <= expected.keys()
    for stream in STREAMS[platform]:
        # few who buy at a site of one's own use a coupon; a young shop may not yet
        # have paid anything back
        rare = (platform, stream) == ("woocommerce", "members")
        rare |= stream == "refunds" and not is_refunded
        assert made[stream].lines or rare, f"no {stream}"
        assert not made[stream].problems


def test_every_code_a_shop_gave_out_is_landed():
    with gateway("shopify") as house:
        books = house.desk("shopify").books
        # most codes are older than what is asked for
        made = ask("shopify", ("links",), since=OPENED)
        got = read(made)
        agents = {f"agent{one['number']:03d}" for one in books.agents}

    assert not got.failures
    codes = {record["code"] for record in made["links"].newest.values()}
    letters = {code for code in codes if code.startswith("NEWS")}
    assert codes - letters == {"WELCOME"} | agents
    # more than come beside their discount
    assert len(letters) == 60


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", range(2))
def test_faults_and_changes_while_reading_lose_and_double_nothing(platform, seed):
    read_in_bad_weather(platform, Faults(0.2, seed, QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(49))
def test_seven_times_seven_readings_under_every_fault_lose_nothing(seed):
    faults = Faults(0.2, seed, seconds=0.3)
    read_in_bad_weather(PLATFORMS[seed % len(PLATFORMS)], faults, read_seconds=0.2)


def read_in_bad_weather(platform: str, faults: Faults, **more) -> None:
    """Read a market that goes on by seconds with every request, run after run."""
    covered = AS_OF - timedelta(hours=12)
    # small pages where the platform leaves the choice, so that there are many
    made = ask(platform, covered=covered, page_size=5, **more)

    with gateway(platform, faults, drift=2) as house:
        for hours_ago in range(10, -1, -2):
            made.asked.as_of = AS_OF - timedelta(hours=hours_ago)
            house.instant.now = int(made.asked.as_of.timestamp())
            got = read(made)
            assert not got.failures
            assert "stopped" not in got.manifest
            made.asked.covered = {
                stream: spans[-1][1] for stream, spans in got.windows.items()
            }
        expected = truth(house, platform)

    assert faults.met
    until = made.asked.covered["orders"].timestamp()
    found = landed(platform, made)
    due = {
        key: at for key, at in expected.items() if covered.timestamp() <= at <= until
    }
    assert due
    assert {key: found.get(key) for key in due} == due


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_revoked_credential_stops_with_one_clear_failure(platform):
    made = ask(platform, covered=AS_OF - timedelta(hours=2))

    with gateway(platform) as house:
        house.desk(platform).tokens.revoked = True
        got = read(made)

    assert got.failures
    words = ("authoris", "credential", "token", "key", "role")
    assert any(word in got.failures[0] for word in words)
    assert not got.windows


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_quota_of_the_day_ends_in_peace_and_the_next_run_goes_on(platform):
    made = ask(platform, covered=AS_OF - timedelta(hours=6), at_once=1, tries=2)

    with gateway(platform) as house:
        house.desk(platform).limits = Limits(quota=1)
        first = read(made)
        house.desk(platform).limits = Limits()
        made.asked.covered |= {
            stream: spans[-1][1] for stream, spans in first.windows.items()
        }
        second = read(made)

    assert not first.failures
    assert "quota" in first.manifest["stopped"]
    assert not second.failures
    spans = second.windows.get("orders") or first.windows["orders"]
    assert spans[-1][1] > AS_OF - timedelta(minutes=5)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_secrets_are_in_nothing_that_is_said(platform, caplog):
    made = ask(platform, covered=AS_OF - timedelta(hours=2), tries=2)

    with gateway(platform, Faults(0.9, 1, ("broken",))) as house:
        desk = house.desk(platform)
        got = read(made)
        secrets = [desk.app_secret, desk.tokens.access, desk.tokens.refresh]

    said = f"{got.failures} {got.manifest} {made.text} {caplog.text}"
    for secret in secrets:
        assert not secret or secret not in said


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_new_costs_a_request_for_each_window_and_one_for_the_token(platform):
    made = ask(platform, covered=AS_OF - timedelta(minutes=10))
    made.asked.source = replace(
        made.asked.source, streams=made.asked.source.streams[:2]
    )
    # long before the shop opened nothing changed
    made.asked.as_of = datetime(2026, 11, 1, tzinfo=UTC)
    made.asked.covered = {
        stream.name: made.asked.as_of - timedelta(minutes=10)
        for stream in made.asked.source.streams
    }

    with gateway(platform) as house:
        house.instant.now = int(made.asked.as_of.timestamp())
        got = read(made)

    assert not got.failures
    windows = sum(len(each) for each in got.manifest["read"].values())
    assert sum(got.manifest["requests"].values()) <= windows + 1


def test_the_older_interface_of_amazon_lands_the_same_orders():
    made = ask("amazon", since=OPENED, orders_version="v0")

    with gateway("amazon") as house:
        got = read(made)
        expected = truth(house, "amazon")

    assert not got.failures
    until = got.windows["orders"][-1][1].timestamp()
    settled = {key for key, at in expected.items() if at <= until}
    assert settled <= set(made["orders"].keys)
