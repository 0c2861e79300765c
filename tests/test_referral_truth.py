"""The marts tell of the sandbox's agents what the sandbox knows of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Postgres
from market import SHOPS

from sandbox import agents, days, files
from sandbox.exports import earnings, stock
from sandbox.market import Market, Size
from seller_intel import sources, steps

ROOT = Path(__file__).resolve().parents[1]
LAST = date(2026, 11, 12)
RUN = "20261113T060000"
PROGRAMME = f"{agents.PLATFORM}:{agents.PROGRAMME}"
MONTHS = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31)]
MARKET = Market(size=Size(customers=300, listings=60))

REGISTRY = (
    SHOPS
    + """\
sources:
  - name: tmall_flagship
    platform: files
    shop: taobao:900100001
    folder: inbox/tmall_flagship
    files:
      - {pattern: "orders/*.csv", contract: taobao_orders}
      - {pattern: "order_lines/*.csv", contract: taobao_order_lines}
  - name: shop_backoffice
    platform: files
    folder: inbox/shop_backoffice
    files:
      - {pattern: "refunds/*.csv", contract: refunds}
      - {pattern: "stock/*.csv", contract: stock}
      - {pattern: "members/*.csv", contract: members}
      - {pattern: "commissions/*.csv", contract: commissions}
      - {pattern: "links/*.csv", contract: links}
  - name: reference
    platform: files
    folder: root:reference
    files: [{pattern: "agent_levels.csv", contract: agent_levels}]
"""
)


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> Postgres:
    """A year and more of the sandbox's distribution, through the whole line."""
    shared_postgres.register(REGISTRY)
    kept = shared_postgres.home / "reference"
    kept.mkdir()
    shutil.copy(ROOT / "reference/agent_levels.csv", kept)
    files.write(shared_postgres.home, MARKET, days.ORDERS_START, LAST)
    for name in sources.registry().sources:
        steps.land(name, RUN)
        steps.load(name, RUN)
    steps.audit_raw(RUN)
    steps.build_core(RUN)
    steps.build_marts(RUN)
    return shared_postgres


def _end(day: date) -> int:
    """Return the sandbox's second at which a day of Shanghai ends."""
    return (days.number_of(day) + 1) * days.SECONDS


def _active(day: date) -> dict[int, int]:
    """Return who is in the programme at the end of a day, with the level."""
    tree = agents.build(MARKET.seed)
    return {
        number: int(row.level)
        for number, row in enumerate(tree.itertuples())
        if row.joined_at < _end(day) <= row.left_at
    }


def _levels(built: Postgres, kind: str, day: date) -> dict[int, dict[str, Any]]:
    rows = built.rows(
        "select * from marts_build.agent_levels_monthly where programme_id = %s"
        " and level_kind = %s and month_date = %s",
        [PROGRAMME, kind, day.replace(day=1)],
    )
    return {row["level_no"]: row for row in rows}


@pytest.mark.parametrize("day", MONTHS)
def test_members_of_every_rank_are_the_true_ones(built, day):
    truth = Counter(level + 1 for level in _active(day).values())

    found = _levels(built, "agent_rank", day)

    assert {number: found[number]["members"] for number in (1, 2, 3)} == {
        number: truth[number] for number in (1, 2, 3)
    }
    assert found[-1]["members"] == truth.total()


def _parents(day: date) -> dict[int, int]:
    """Return who stands above each member whose edge holds at the end of a day."""
    tree = agents.build(MARKET.seed)
    return {
        number: int(row.parent)
        for number, row in enumerate(tree.itertuples())
        if row.parent >= 0 and row.joined_at < _end(day) <= row.left_at
    }


def _tops(day: date) -> Iterator[tuple[int, int]]:
    """Yield the topmost above each member and how many stand above."""
    above = _parents(day)
    for number in above:
        root, depth = number, 0
        while root in above:
            root, depth = above[root], depth + 1
        yield root, depth


@pytest.mark.parametrize("day", MONTHS)
def test_the_closure_is_the_tree(built, day):
    rows = built.rows(
        "select depth, count(*) as pairs from core.referral_closure"
        " where programme_id = %s and as_of_date = %s and depth > 0 group by depth",
        [PROGRAMME, day],
    )

    truth: Counter[int] = Counter()
    for _, depth in _tops(day):
        truth.update(range(1, depth + 1))
    assert {row["depth"]: row["pairs"] for row in rows} == truth


def test_commissions_of_every_month_are_the_true_ones(built):
    entries = earnings._all_entries(MARKET)
    mine = entries[(entries["shop"] == 0) & (entries["at"] < _end(LAST))]
    accrued = mine[~mine["is_reversal"]]
    month = days.at(accrued["at"].to_numpy()).astype("datetime64[M]")
    truth = {
        one.astype(date): int(accrued["amount"][month == one].sum())
        for one in np.unique(month)
    }

    rows = built.rows(
        "select month_date, commission_amount from marts_build.agent_levels_monthly"
        " where programme_id = %s and level_kind = 'agent_rank' and level_no = -1",
        [PROGRAMME],
    )

    found = {
        row["month_date"]: int(row["commission_amount"] * 100)
        for row in rows
        if row["commission_amount"]
    }
    assert found == {each: amount for each, amount in truth.items() if amount}


def test_links_reconcile_with_refunds(built):
    entries = earnings._all_entries(MARKET)
    mine = entries[(entries["shop"] == 0) & (entries["at"] < _end(LAST))]
    row = built.rows(
        "select sum(commission_accrued) as accrued, sum(commission_reversed) as back"
        " from marts_build.cps_settlements_monthly where programme_id = %s",
        [PROGRAMME],
    )[0]

    back = mine["is_reversal"]
    assert int(row["accrued"] * 100) == mine["amount"][~back].sum()
    assert int(row["back"] * 100) == mine["amount"][back].sum()


@pytest.mark.parametrize("day", MONTHS)
def test_the_scheme_is_screened_as_its_tree_and_ledger_demand(built, day):
    rows = built.rows(
        "select * from marts_build.distribution_compliance_monthly"
        " where programme_id = %s and as_of_date = %s",
        [PROGRAMME, day],
    )
    people: Counter[int] = Counter()
    levels: dict[int, int] = {}
    for root, depth in _tops(day):
        people[root] += 1
        levels[root] = max(levels.get(root, 0), depth)

    assert sorted(
        (row["members_incl_root"], row["levels_incl_root"]) for row in rows
    ) == sorted((people[root] + 1, levels[root] + 1) for root in people)
    # paid for sales alone, own and downline: 7(3), and never near a crime
    entries = earnings._all_entries(MARKET)
    is_downline = (entries["basis"] == "downline_sales") & (entries["shop"] == 0)
    has_downline = (entries["at"][is_downline] < _end(day)).any()
    assert {row["has_downline_reward"] for row in rows} == {has_downline}
    assert {row["admin_articles"] for row in rows} == {"7(3)" if has_downline else None}
    assert not any(row["is_criminal_threshold"] for row in rows)
    assert not any(row["has_headcount_reward"] for row in rows)


def test_what_agents_hold_is_what_they_took_less_what_they_sold(built):
    moves = stock._all_moves(MARKET)
    last = days.number_of(MONTHS[-1])
    mine = moves[(moves["level"] != "") & (moves["day"] <= last)]
    # a member is known by the platform of the programme
    listing = MARKET.catalogue.skus["listing"].to_numpy()[mine["sku"]]
    mine = mine[MARKET.catalogue.listings["own_shop"].to_numpy()[listing] == 0]
    sign = np.where(mine["kind"] == stock._IN, 1, -1)
    truth = (mine["quantity"] * sign).groupby(mine["level"]).sum()

    found = _levels(built, "agent_rank", MONTHS[-1])

    ranks = {"gold": 1, "silver": 2, "bronze": 3}
    assert {
        name: int(found[number]["closing_units"]) for name, number in ranks.items()
    } == {name: int(truth.get(name, 0)) for name in ranks}
