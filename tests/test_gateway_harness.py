"""Ingestors under a fault plan end with exactly what the platforms hold."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module

import pytest
from api_doubles import Landings, connected, landings

from sandbox.gateways import connections, holdings, serving, shops
from sandbox.gateways.desks import Desk
from sandbox.gateways.faults import Faults
from sandbox.gateways.house import House, end_of_history, open_house
from sandbox.gateways.server import served
from sandbox.market import Market
from tests.landed_amounts import CHANGED, COMMISSIONS, LINES, ORDERS, REFUNDS

OPENED = date(2026, 11, 14)
STREAMS = ("orders", "order_lines", "refunds", "commissions")
MANNERS = {"tries": 12, "read_seconds": 5, "burst": 1_000, "rate": 100_000}
WIDER = {"affiliate_window_minutes": 180}


@cache
def market(platform: str) -> Market:
    return shops.market((platform,), 200, OPENED)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@contextmanager
def reading(platform: str, faults: Faults):
    """Serve one shop at a quiet instant; give what reads it and the house."""
    house = open_house(market(platform), end_of_history() + 4 * 86_400)
    house.instant.now = quiet(house.desks[0], house.instant.now)
    house.faults = faults
    made = landings(
        platform,
        STREAMS,
        since=OPENED,
        as_of=datetime.fromtimestamp(house.instant.now, UTC),
        **MANNERS,
        **WIDER,
    )
    made.asked.source = replace(made.asked.source, allow_private=True)
    with served(house) as address:
        (stated,) = connections.of(house, address).values()
        stated.pop("conn_type")
        with connected(**stated):
            yield made, house


def quiet(desk: Desk, now: int) -> int:
    """Return an instant before which nothing happened for a while."""
    books = desk.books
    while any(
        len(each.between(now - 660, now, now)[1])
        for each in (books.orders, books.refunds, books.commissions)
    ):
        now += 60
    return now


def read(made: Landings) -> None:
    name = f"seller_intel.ingestors.{made.asked.source.platform}"
    got = import_module(name).collect(made.asked)
    assert not got.failures
    assert not any(kept.problems for kept in made.kept.values())


def check(platform: str, made: Landings, house: House) -> None:
    """Compare everything that landed with what the platform holds."""
    books, now = house.desks[0].books, house.instant.now
    orders = holdings.orders(books, now).set_index("order_id")
    lines = holdings.lines(books, now)
    refunds = holdings.refunds(books, now).set_index("order_id")
    landed = made["orders"].newest
    amounts = {key: ORDERS[platform](one) for key, one in landed.items()}
    assert len(amounts) > 20
    assert amounts == orders["paid_amount"].to_dict()
    stamps = {key: moment(CHANGED[platform](one)) for key, one in landed.items()}
    assert stamps == {
        key: round(stamp.timestamp()) for key, stamp in orders["updated_at"].items()
    }
    parents = Counter(key.split("/")[0] for key in made["order_lines"].newest)
    assert parents == Counter(lines["order_id"])
    if platform in LINES:
        told: Counter[str] = Counter()
        for key, one in made["order_lines"].newest.items():
            told[key.split("/")[0]] += LINES[platform](one)
        expected = lines.groupby("order_id")["paid_amount"].sum().to_dict()
        paid = [key for key, amount in amounts.items() if amount]
        assert {key: told[key] for key in paid} == {key: expected[key] for key in paid}
    back = sorted(REFUNDS[platform](one) for one in made["refunds"].newest.values())
    assert back == sorted(refunds["amount"])
    if platform in COMMISSIONS:
        earned = holdings.commissions(books, now)
        found = [
            COMMISSIONS[platform](one) for one in made["commissions"].newest.values()
        ]
        assert sum(found) == earned["amount"].sum()


def moment(written: object) -> int:
    """Return epoch seconds of a platform's writing: s, ms, Beijing text or UTC."""
    if isinstance(written, int):
        return written // 1_000 if written > 10**11 else written
    text = str(written)
    if " " in text:
        return round(datetime.fromisoformat(f"{text}+08:00").timestamp())
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_what_lands_is_what_the_platform_holds(platform):
    with reading(platform, Faults()) as (made, house):
        read(made)

        check(platform, made, house)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_under_faults_too_it_is_exactly_that(seed):
    platform = shops.PLATFORMS[seed % len(shops.PLATFORMS)]
    with reading(platform, Faults(0.2, seed, seconds=0.1)) as (made, house):
        while sum(house.faults.met.values()) < 8:
            made.kept.clear()
            read(made)

            check(platform, made, house)


def test_nothing_that_lands_names_a_person():
    """Names, telephones, addresses and mails stay out, on every platform."""
    for platform in shops.PLATFORMS:
        with reading(platform, Faults()) as (made, _):
            read(made)
        text = json.dumps(
            [kept.lines for kept in made.kept.values()], ensure_ascii=False
        )
        for word in (
            "王*",
            "138****",
            "@example.org",
            "marketplace.amazon",
            "A. Buyer",
        ):
            assert word not in text, f"{platform}: {word}"


def test_a_platform_without_a_gateway_is_refused_by_name(capsys):
    parser = argparse.ArgumentParser()
    serving.add(parser)

    with pytest.raises(SystemExit):
        parser.parse_args(["--platforms", "jd,none"])

    assert "no gateway of none; there are" in capsys.readouterr().err
    assert parser.parse_args(["--platforms", "jd,amazon"]).platforms == ("jd", "amazon")
