"""The ingestors against the gateways: what lands is what the market's books say."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import import_module

import numpy as np
import pytest
from api_doubles import Landings, connected, landings

from sandbox.gateways import connections, shops
from sandbox.gateways.desks import Limits
from sandbox.gateways.faults import Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served
from seller_intel.connections import Connection

AS_OF = datetime(2026, 11, 14, 6, tzinfo=UTC)
STREAMS = ("orders", "order_lines", "refunds", "commissions")
CHANGED = {"taobao": "modified", "pinduoduo": "updated_at", "jd": "modified"}
PLATFORMS = tuple(CHANGED)
QUICK = ("busy", "broken", "cut", "truncated", "repeated")


@cache
def market():
    return shops.market(PLATFORMS, 2000, date(2026, 11, 5))


@contextmanager
def gateway(platform: str, faults: Faults | None = None, drift: float = 0):
    """Serve one platform at the instant of the run; give what it knows."""
    house = open_house(market(), int(AS_OF.timestamp()))
    house.instant.drift = drift
    house.faults = faults or Faults()
    with served(house) as address:
        stated = connections.of(house, address)[f"sandbox_{platform}"]
        connection = Connection(
            host=stated["host"],
            login=stated["login"],
            password=stated["password"],
            extra=stated["extra"],
        )
        with connected(**vars(connection)):
            yield house


def ask(platform: str, as_of: datetime = AS_OF, **more) -> Landings:
    stated = {"tries": 12, "read_seconds": 2, **more}
    made = landings(platform, STREAMS, as_of=as_of, **stated)
    made.asked.source = replace(made.asked.source, allow_private=True)
    return made


def read(made: Landings):
    return import_module(
        f"seller_intel.ingestors.{made.asked.source.platform}"
    ).collect(made.asked)


def truth(house: House, platform: str, at: int) -> dict[int, int]:
    """Return when each order that is shown last changed, by its number in the books."""
    books = house.desk(platform).books
    rows = np.arange(books.count)
    rows = rows[books.shown(rows, at)]
    return {order.no: order.modified_at for order in books.read(rows, at)}


def landed(house: House, platform: str, made: Landings) -> dict[int | None, int]:
    """Return the same of what landed."""
    number_of = import_module(f"sandbox.gateways.{platform}_rows").number_of
    more = [house.desk(platform).books] if platform == "pinduoduo" else []
    return {
        number_of(key, *more): beijing(record[CHANGED[platform]])
        for key, record in made["orders"].newest.items()
    }


def beijing(text: str) -> int:
    shifted = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int((shifted - timedelta(hours=8)).timestamp())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def check(house: House, platform: str, made: Landings, got, until: datetime) -> None:
    """Compare what landed with the books: every order, its last version, no other."""
    assert not got.failures
    expected = truth(house, platform, int(house.instant.now))
    settled = {no: at for no, at in expected.items() if at <= until.timestamp()}
    found = landed(house, platform, made)
    assert settled.keys() <= found.keys()
    assert {no: found[no] for no in settled} == settled
    assert found.keys() <= expected.keys()
    assert not any(made[stream].problems for stream in STREAMS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_first_reading_lands_every_order(platform):
    made = ask(platform, since=date(2026, 11, 5))

    with gateway(platform) as house:
        got = read(made)
        check(house, platform, made, got, got.windows["orders"][-1][1])

    assert got.windows["orders"][0][0] <= datetime(2026, 11, 5, tzinfo=UTC)
    assert made["refunds"].lines
    assert made["commissions"].lines


@pytest.mark.parametrize("platform", PLATFORMS)
def test_day_after_day_lands_what_one_reading_of_all_lands(platform):
    made = ask(platform, since=date(2026, 11, 5), as_of=AS_OF - timedelta(days=3))
    with gateway(platform) as house:
        for days_ago in (3, 2, 1, 0):
            at = AS_OF - timedelta(days=days_ago)
            house.instant.now = int(at.timestamp())
            made.asked.as_of = at
            got = read(made)
            made.asked.covered = {
                stream: spans[-1][1] for stream, spans in got.windows.items()
            }
        check(house, platform, made, got, got.windows["orders"][-1][1])


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", range(3))
def test_faults_and_changes_while_reading_lose_and_double_nothing(platform, seed):
    read_in_bad_weather(platform, Faults(0.2, seed, QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_fifty_readings_under_every_fault_lose_and_double_nothing(seed):
    platform = PLATFORMS[seed % len(PLATFORMS)]
    faults = Faults(0.2, seed, seconds=0.3)
    read_in_bad_weather(platform, faults, hours=8, read_seconds=0.2)


def read_in_bad_weather(platform: str, faults: Faults, hours: int = 48, **more) -> None:
    """Read some hours of a market that goes on by seconds with every request."""
    covered = AS_OF - timedelta(hours=hours)
    # Windows as wide as the platform allows, so that there are pages to move between.
    made = ask(platform, covered=covered, window_minutes=24 * 60, **more)

    with gateway(platform, faults, drift=5) as house:
        got = read(made)
        assert not got.failures
        until = got.windows["orders"][-1][1]
        expected = truth(house, platform, int(house.instant.now))
        found = landed(house, platform, made)

    assert faults.met
    due = {
        no: at
        for no, at in expected.items()
        if covered.timestamp() <= at <= until.timestamp()
    }
    assert due
    assert {no: found.get(no) for no in due} == due


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_revoked_credential_stops_with_one_clear_failure(platform):
    made = ask(platform, covered=AS_OF - timedelta(hours=2))

    with gateway(platform) as house:
        house.desk(platform).tokens.revoked = True
        got = read(made)

    assert len(got.failures) == 1
    assert "authoris" in got.failures[0] or "credential" in got.failures[0]
    assert not got.windows


@pytest.mark.parametrize("platform", PLATFORMS)
def test_tokens_that_expire_in_the_middle_are_renewed(platform):
    made = ask(platform, covered=AS_OF - timedelta(days=2), at_once=2)

    with gateway(platform) as house:
        house.desk(platform).tokens.uses = 7
        got = read(made)

    assert not got.failures
    assert got.manifest["requests"]["token renewed"] >= 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_quota_of_the_day_ends_in_peace_and_the_next_run_goes_on(platform):
    covered = AS_OF - timedelta(days=2)
    made = ask(platform, covered=covered, at_once=1, tries=3)

    with gateway(platform) as house:
        house.desk(platform).limits = Limits(quota=20)
        first = read(made)
        house.desk(platform).limits = Limits()
        made.asked.covered |= {
            stream: spans[-1][1] for stream, spans in first.windows.items()
        }
        second = read(made)

    assert not first.failures
    assert "quota" in first.manifest["stopped"]
    assert not second.failures
    for stream in STREAMS:
        spans = second.windows.get(stream) or first.windows[stream]
        assert spans[-1][1] > AS_OF - timedelta(minutes=5)
