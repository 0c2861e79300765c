"""Ten platforms land, pass the door, build and reconcile to the truth, to the cent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.gateways import connections, holdings, shops
from sandbox.gateways.desks import Desk
from sandbox.gateways.faults import Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served
from sandbox.gateways.serving import instant_of
from seller_intel import sources, steps
from tests.conftest import Postgres

RUNS = ("20261113T060000", "20261114T060000")
ROOT = Path(__file__).resolve().parent.parent
EARNING = ("taobao", "pinduoduo", "jd", "youzan", "douyin", "wechat_store")

pytestmark = pytest.mark.slow


def registry() -> str:
    """Return the shipped registry without its files, in the shops' own currencies."""
    stated = yaml.safe_load((ROOT / "sources.yml").read_text(encoding="utf-8"))
    own = [one for one in stated["sources"] if one.get("shop")]
    reached = [one for one in own if one.get("connection")]
    named = {one["shop"] for one in reached}
    del stated["sandbox"]  # the warehouse of tests is no sandbox's
    stated["sources"] = reached
    stated["shops"] = [one for one in stated["shops"] if one["shop_id"] in named]
    return yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)


@pytest.fixture(scope="module")
def house(shared_postgres: Postgres) -> House:
    """The history and a day, read from gateways of which a tenth of calls fail."""
    shared_postgres.register(registry())
    opened = open_house(shops.market())
    opened.faults = Faults(0.1, 5, seconds=0.05)
    with served(opened) as address, pytest.MonkeyPatch.context() as patch:
        for name, text in connections.variables(opened, address).items():
            patch.setenv(name, text)
        for run in RUNS:
            opened.instant.now = instant_of(run)
            for name in sources.registry().sources:
                steps.land(name, run)
                steps.load(name, run)
        steps.audit_raw(run)
        steps.build_core(run)
    return opened


def test_every_delivery_passed_the_door(house, shared_postgres):
    states = shared_postgres.rows("select distinct status as state from ops.loads")

    assert {row["state"] for row in states} == {"accepted"}
    assert shared_postgres.rows("select * from ops.quarantine") == []


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_orders_and_lines_are_those_of_the_platform(house, shared_postgres, platform):
    desk = house.desk(platform)
    truth = holdings.orders(desk.books, house.instant.now)
    lines = holdings.lines(desk.books, house.instant.now)
    found = rows(
        shared_postgres,
        "select order_id, round(coalesce(paid_amount_original, 0) * 100) as cents"
        " from core.fct_orders where shop_id = %s",
        desk,
    )
    parts = rows(
        shared_postgres,
        "select order_id, round(line_paid_amount_original * 100) as cents, is_gift"
        " from core.fct_order_lines join core.fct_orders using (order_id)"
        " where shop_id = %s",
        desk,
    )

    assert amounts(found) == amounts_of(truth, "paid_amount")
    assert Counter(native(row) for row in parts) == Counter(lines["order_id"])
    assert sum(int(row["cents"]) for row in parts) == lines["paid_amount"].sum()
    assert sum(bool(row["is_gift"]) for row in parts) == lines["is_gift"].sum()


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_refunds_are_those_of_the_platform(house, shared_postgres, platform):
    desk = house.desk(platform)
    truth = holdings.refunds(desk.books, house.instant.now)
    found = rows(
        shared_postgres,
        "select order_id, is_succeeded, round(refund_amount_original * 100) as cents"
        " from core.fct_refunds where shop_id = %s",
        desk,
    )

    assert amounts(found) == amounts_of(truth, "amount")
    succeeded = {native(row) for row in found if row["is_succeeded"]}
    assert succeeded == set(truth["order_id"][truth["status"] == "succeeded"])


@pytest.mark.parametrize("platform", EARNING)
def test_commissions_are_those_of_the_platform(house, shared_postgres, platform):
    desk = house.desk(platform)
    truth = holdings.commissions(desk.books, house.instant.now)
    found = rows(
        shared_postgres,
        "select order_id, round(amount_original * 100) as cents"
        " from core.fct_commissions where shop_id = %s and coalesce(depth, 1) = 1",
        desk,
    )

    assert amounts(found) == amounts_of(truth, "amount")


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_days_are_those_of_the_shop_s_own_calendar(house, shared_postgres, platform):
    desk = house.desk(platform)
    truth = holdings.shop_days(desk.books, house.instant.now)
    dated = "created_date" if platform == "amazon" else "paid_date"
    found = rows(
        shared_postgres,
        f"select {dated}::text as day, round(sum(paid_amount_original) * 100) as cents"
        " from core.fct_orders where shop_id = %s and is_valid group by 1",
        desk,
    )

    if platform != "amazon":  # which tells when an order was made, not when paid
        told = {row["day"]: int(row["cents"]) for row in found}
        expected = dict(zip(truth["date"], truth["sales"].tolist(), strict=True))
        assert told == {day: cents for day, cents in expected.items() if cents}
    assert sum(int(row["cents"]) for row in found) == truth["sales"].sum()


def test_the_agents_of_youzan_are_members_with_who_invited_them(house, shared_postgres):
    agents = holdings.members(house.desk("youzan").books, house.instant.now)
    found = shared_postgres.rows(
        "select count(*) as members, count(parent_ref) as invited"
        " from staging.stg_youzan__members"
    )[0]

    assert found["members"] >= len(agents)
    assert found["invited"] > 0


def rows(postgres: Postgres, text: str, desk: Desk) -> list[dict[str, Any]]:
    return postgres.rows(text, [desk.books.shop.shop_id])


def native(row: dict[str, Any]) -> str:
    return row["order_id"].partition(":")[2]


def amounts(found: list[dict[str, Any]]) -> dict[str, int]:
    return {native(row): int(row["cents"]) for row in found}


def amounts_of(truth: Any, name: str) -> dict[str, int]:
    return dict(zip(truth["order_id"], truth[name].tolist(), strict=True))
