"""Campaigns in which customers bring customers: groups, bargains, shares, agents."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Postgres
from core_market import (
    REGISTRY,
    WINDOWS,
    bargain_event,
    commission,
    group_event,
    member,
    order,
)
from deliveries import Line

RUN = "20260201T060000"
SHOP = "taobao:9"


def _groups() -> list[dict[str, Any]]:
    """A-605: a group of three filled in 40 minutes, and one that expires with two."""
    said = {"size_needed": "3", "campaign_id": "c605", "single_price": "60.00"}

    def event(group: str, name: str, minute: int, who: str | None, **more: Any) -> dict:
        moment = f"2026-01-05T04:{minute:02d}:00+00:00"
        more = {"occurred_at": moment, "member_ref": who, **said, **more}
        return group_event(group, name, **more)

    return [
        event("g1", "opened", 0, "a", is_new_buyer="false", order_id="o1"),
        event("g1", "joined", 10, "b", is_new_buyer="true", order_id="o2"),
        event("g1", "joined", 40, "c", is_new_buyer="true", order_id="o3"),
        event("g2", "opened", 0, "d", is_new_buyer="true", order_id="o4"),
        event("g2", "joined", 5, "e", is_new_buyer="true"),
        event("g2", "expired", 59, None),
        # still open: neither filled nor expired
        event("g3", "opened", 30, "f"),
    ]


def _bargain() -> list[dict[str, Any]]:
    """A-606: five helpers cut 199 to 79, and it is bought."""
    said = {
        "platform_id": "taobao",
        "shop_id": SHOP,
        "campaign_id": "c606",
        "currency": "CNY",
        "list_price": "199.00",
        "floor_price": "59.00",
    }
    helped = [
        bargain_event(
            "s",
            "helped",
            5 + number,
            member_ref=f"h{number}",
            is_new_member="true" if number < 2 else "false",
            price_after=str(175 - 24 * number),
            **said,
        )
        for number in range(5)
    ]
    more = {"price_after": "79.00", "order_id": "o6", "member_ref": "s1"}
    return [
        bargain_event("s", "started", 4, member_ref="s1", **said),
        *helped,
        bargain_event("s", "helped", 11, member_ref="h0", price_after="79.00", **said),
        bargain_event("s", "bought", 12, **more, **said),
    ]


def _invitations() -> list[dict[str, Any]]:
    said = {
        "platform_id": "taobao",
        "shop_id": SHOP,
        "tool": "share",
        "campaign_id": "cs",
        "inviter_ref": "a",
    }
    return [
        member(f"i{number}", None, day=6, event=event, invite_id=f"v{number}", **said)
        for number, event in ((1, "invited"), (2, "invited"), (3, "invited"))
    ] + [
        member(
            f"i{number}", "a", day=7, event="accepted", invite_id=f"v{number}", **said
        )
        for number in (1, 2)
    ]


@pytest.fixture(scope="module")
def campaigns(shared_postgres: Postgres) -> dict[str, dict[str, Any]]:
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver(
        "orders",
        [
            order("o1", buyer_ref="a", day=5),
            order("o2", buyer_ref="b", day=5),
            order("o3", buyer_ref="c", day=5),
            order("o4", buyer_ref="d", day=5),
            order("before", buyer_ref="b", day=3),
            order("o6", buyer_ref="s1", day=5, paid_amount="89.00"),
            order("friend", buyer_ref="i1", day=8),
            order("again", buyer_ref="i1", day=9),
            order("linked", buyer_ref="z", day=9),
        ],
        windows=WINDOWS,
    )
    core.deliver("group_buys", _groups())
    core.deliver("bargains", _bargain())
    core.deliver("members", _invitations())
    core.deliver(
        "commissions",
        [
            commission("e1", "linked", "12.00", programme_id="agents"),
            commission(
                "e2", "linked", "-2.00", programme_id="agents", status="reversed"
            ),
            commission(
                "e3", "linked", "9.00", programme_id="agents", status="disputed"
            ),
            commission("e4", "friend", "5.00", programme_id="p1", basis="headcount"),
        ],
    )
    core.build(RUN)
    core.publishable(RUN)
    rows = shared_postgres.rows("select * from marts_build.fission_campaigns")
    return {row["campaign_id"]: row for row in rows}


def test_a_605_a_group_sells_when_it_is_filled(campaigns):
    row = campaigns["taobao:c605"]

    assert row["tool"] == "group_buy"
    assert (row["groups_opened"], row["groups_filled"]) == (3, 1)
    assert (float(row["group_fill_share"]), row["fill_minutes_p50"]) == (0.5, 40)
    assert (row["gmv"], row["buyers"]) == (300, 3)
    assert row["price_cut_amount"] == 3 * 10
    assert row["sessions"] is None


def test_people_of_a_campaign_count_once(campaigns):
    row = campaigns["taobao:c605"]

    assert (row["starters"], row["acceptors"]) == (3, 3)
    assert (row["new_members"], row["new_buyers"]) == (4, 2)
    assert row["cost_per_new_buyer"] == 15
    assert row["invitees"] is None
    assert row["cycle_hours_p50"] is None


def test_a_606_helpers_cut_a_price_to_no_less_than_its_floor(campaigns):
    row = campaigns["taobao:c606"]

    assert float(row["max_cut_rate"]) == pytest.approx(0.703518, abs=1e-6)
    assert (row["end_price_min"], row["floor_price"]) == (79, 59)
    assert row["price_cut_amount"] == 120
    assert (row["sessions"], row["sold_sessions"], row["helpers"]) == (1, 1, 5)
    assert (row["new_helpers"], row["helpers_per_session"]) == (2, 5)
    assert (row["gmv"], row["reward_amount"]) == (89, 0)
    assert row["cycle_hours_p50"] == 3
    assert row["groups_opened"] is None


def test_a_share_counts_invited_accepted_and_bought_apart(campaigns):
    row = campaigns["taobao:cs"]

    assert (row["starters"], row["invitees"], row["acceptors"]) == (1, 3, 2)
    assert (row["buyers"], row["new_buyers"], row["gmv"]) == (1, 1, 100)
    assert row["k_factor"] == 2
    assert row["reward_amount"] == 5
    assert row["cost_per_new_buyer"] == 5


def test_a_programme_that_pays_for_sales_is_a_campaign(campaigns):
    row = campaigns["taobao:agents"]

    assert row["tool"] == "distribution"
    assert (row["starters"], row["buyers"], row["gmv"]) == (1, 1, 100)
    assert row["reward_amount"] == 10
    assert "taobao:p1" not in campaigns
