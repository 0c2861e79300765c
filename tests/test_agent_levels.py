"""What agents of every level hold, take in, sell and earn, month by month."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Postgres
from core_market import REGISTRY, commission, member, move, order
from deliveries import Line

RUN = "20260401T060000"
WINDOWS = [("2025-12-31T16:00:00+00:00", "2026-03-31T16:00:00+00:00")]
PROGRAMME = "taobao:p1"


def _joins(agent: str, parent: str | None, **said: Any) -> dict[str, Any]:
    return member(agent, parent, platform_id="taobao", **said)


def _rank(code: str, number: int) -> dict[str, Any]:
    return {
        "platform_id": "taobao",
        "programme_id": PROGRAMME,
        "level_code": code,
        "level_no": str(number),
        "role": "agent",
        "valid_from": "2026-01-01",
    }


def _moves() -> list[dict[str, Any]]:
    """A-607 for one agent of the second rank, in the two months after the opening."""
    said = {"holder_ref": "second", "stock_owner": "agent"}
    return [
        move("o", 5, "opening", "100", **said),
        _in_february("i", "in", "50", counter_holder_ref="first", **said),
        _in_february("c", "out_sale", "30", to_consumer="true", **said),
        _in_february("a", "out_agent", "40", counter_holder_ref="third", **said),
        _in_february("r", "return_in", "5", **said),
        _in_february("j", "adjust", "-5", **said),
        # the other side of two of them
        move("o1", 5, "opening", "80", holder_ref="first"),
        _in_february("a1", "out_agent", "50", holder_ref="first"),
        _in_february("i3", "in", "40", holder_ref="third", counter_holder_ref="second"),
        # 30 consumer units in the eight weeks are not told by a move of February
        move("c0", 20, "out_sale", "30", **said),
        move("i0", 20, "in", "30", counter_holder_ref="company", **said),
        # goods of the company at an agent are not his
        _in_february("d", "in", "500", holder_ref="third", stock_owner="company"),
    ]


def _in_february(number: str, kind: str, quantity: str, **said: Any) -> dict[str, Any]:
    moment = "2026-02-10T04:00:00+00:00"
    return move(number, 1, kind, quantity, moved_at=moment, **said)


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> Postgres:
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver(
        "orders",
        [
            order("sold", buyer_ref="buyer", link_id="l1"),
            order("own", buyer_ref="second"),
            order("linked", buyer_ref="buyer", link_id="l3"),
        ],
        windows=WINDOWS,
    )
    core.deliver("agent_levels", [_rank("gold", 1), _rank("silver", 2), _rank("x", 3)])
    core.deliver(
        "members",
        [
            _joins("first", None, level="gold"),
            _joins("second", "first", level="silver", day=3),
            _joins("third", "second", level="silver", day=4),
            # third is promoted in March and takes the goods along
            _joins(
                "third",
                None,
                event="level_changed",
                level="gold",
                occurred_at="2026-03-05T00:00:00+00:00",
            ),
            _joins("gone", "first", level="silver", day=4),
            _joins("gone", None, event="left", occurred_at="2026-02-05T00:00:00+00:00"),
        ],
    )
    core.deliver("stock", _moves(), windows=WINDOWS)
    core.deliver(
        "commissions",
        [
            commission("e1", "sold", "10.00", payee_ref="second"),
            commission("e2", "own", "10.00", payee_ref="second", status="pending"),
            commission("e3", "sold", "2.00", payee_ref="first", basis="downline_sales"),
            commission("e4", "sold", "-4.00", payee_ref="second", status="reversed"),
            commission("e5", "", "7.00", payee_ref="outsider", order_id=None),
        ],
    )
    core.deliver(
        "links",
        [
            {
                "platform_id": "taobao",
                "link_id": "l3",
                "programme_id": "p1",
                "owner_ref": "third",
                "stat_date": "2026-01-05",
                "clicks": "3",
            }
        ],
    )
    core.build(RUN)
    core.publishable(RUN)
    return shared_postgres


@pytest.fixture(scope="module")
def levels(built: Postgres) -> dict[tuple[str, int, str], dict[str, Any]]:
    rows = built.rows(
        "select * from marts_build.agent_levels_monthly where programme_id = %s",
        [PROGRAMME],
    )
    return {
        (row["level_kind"], row["level_no"], str(row["month_date"])[:7]): row
        for row in rows
    }


def test_a_607_stock_of_a_level_adds_up(levels):
    row = levels["tree_depth", 2, "2026-02"]

    assert (row["opening_units"], row["closing_units"]) == (100, 80)
    assert (row["sell_in_units"], row["sell_out_consumer_units"]) == (50, 30)
    assert (row["sell_out_agent_units"], row["returned_units"]) == (40, 5)
    assert row["adjusted_units"] == -5
    assert float(row["sell_through_rate"]) == pytest.approx(0.2)
    assert float(row["consumer_sell_out_share"]) == pytest.approx(0.428571, abs=1e-6)
    assert float(row["weeks_of_cover"]) == pytest.approx(10.67, abs=0.005)
    assert not row["is_stuck"]


def test_what_agents_pass_to_each_other_cancels_in_the_whole(levels):
    row = levels["tree_depth", -1, "2026-02"]

    assert (row["sell_in_units"], row["sell_out_agent_units"]) == (0, 0)
    assert row["closing_units"] == 80 + 30 + 40
    assert row["opening_units"] == 100 + 80


def test_goods_of_the_company_are_not_an_agent_s(levels):
    assert levels["tree_depth", 3, "2026-02"]["closing_units"] == 40


def test_goods_without_sales_to_consumers_are_stuck(levels):
    row = levels["tree_depth", 3, "2026-02"]

    assert row["weeks_of_cover"] is None
    assert row["is_stuck"]


def test_goods_follow_a_promoted_member(levels):
    silver, gold = (levels["agent_rank", rank, "2026-03"] for rank in (2, 1))

    assert (silver["opening_units"], silver["adjusted_units"]) == (120, -40)
    assert (gold["opening_units"], gold["adjusted_units"]) == (30, 40)
    assert (silver["closing_units"], gold["closing_units"]) == (80, 70)


def test_members_stand_on_the_level_of_the_month_end(levels):
    counted = {
        month: [
            levels["agent_rank", rank, month]["members"] for rank in (-1, 0, 1, 2, 3)
        ]
        for month in ("2026-01", "2026-02", "2026-03")
    }

    assert counted == {
        "2026-01": [4, 0, 1, 3, 0],
        "2026-02": [3, 0, 1, 2, 0],
        "2026-03": [3, 0, 2, 1, 0],
    }
    assert levels["agent_rank", 2, "2026-01"]["joins"] == 3
    assert levels["agent_rank", 2, "2026-02"]["leaves"] == 1


def test_sales_are_credited_once_and_own_orders_make_nobody_active(levels):
    silver, whole = (levels["agent_rank", rank, "2026-01"] for rank in (2, -1))

    assert silver["sell_out_gmv"] == 300
    assert silver["commission_amount"] == 20
    assert silver["active_sellers"] == 2
    assert float(silver["active_share"]) == pytest.approx(2 / 3)
    assert whole["sell_out_gmv"] == 300
    assert whole["commission_amount"] == 29


def test_who_is_paid_without_a_level_stands_on_level_0(levels):
    row = levels["agent_rank", 0, "2026-01"]

    assert (row["members"], row["commission_amount"]) == (0, 7)
