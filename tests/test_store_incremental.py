"""Chats, stock and traffic told step by step leave the same rows as told at once."""

from __future__ import annotations

import pytest
from conftest import Postgres
from core_market import REGISTRY, WINDOWS, identity, line, message, move, order
from deliveries import Line, differences, settled

RULE = {
    "platform_id": "taobao",
    "rule_id": "service_reply_seconds",
    "valid_from": "2026-01-02",
    "value_number": "60",
}


def _first_delivery(core: Line) -> None:
    orders = [
        order("after chat", day=3, buyer_ref="m1"),
        order("other", buyer_ref="m2"),
    ]
    core.deliver("orders", orders, windows=WINDOWS)
    core.deliver(
        "order_lines",
        [line("after chat", day=3), line("other"), line("other", 2, listing_id="78")],
    )
    core.deliver(
        "service",
        [
            message("chat", "03:00:00", buyer_ref="m1"),
            message("chat", "03:05:01", "human", agent_id="anna"),
            message("moved", "15:30:00", buyer_ref="m2"),
            message("open", "10:00:00", ticket_kind="quality"),
        ],
        windows=WINDOWS,
    )
    moves = [move("m0", 2, "opening", "10"), move("m1", 5, "out_sale", "3")]
    core.deliver("stock", [*moves, move("m2", 6, "in", "4")], windows=WINDOWS)


def _later_deliveries(core: Line) -> int:
    """Everything that reaches back; return a load to be taken back."""
    reply = message("open", "10:20:00", "human", agent_id="berta")
    core.deliver("service", [reply | {"closed_at": reply["sent_at"]}], run="2")
    core.deliver("stock", [move("m1", 4, "out_sale", "2")], run="2")
    corrected = {"sku_id": "s2", "unit_cost_amount": "2", "currency": "CNY"}
    core.deliver("stock", [move("m2", 6, "in", "4", **corrected)], run="3")
    core.deliver("platform_rules", [RULE], run="3")
    core.deliver("identities", [identity("m1", "h1"), identity("m2", "h1")], run="3")
    wrong = [message("chat", "03:00:30", "human", agent_id="nobody")]
    return core.deliver("service", wrong, run="wrong")


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> dict[str, dict[str, list[str]]]:
    """Core after three builds, and made whole."""
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    _first_delivery(core)
    core.build("20260201T060000")
    wrong = _later_deliveries(core)
    core.build("20260202T060000")
    core.take_back(wrong)
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Tokyo"))
    core.build("20260203T060000")
    stepwise = settled()
    core.build("20260203T060000", full_refresh=True)
    return {"stepwise": stepwise, "whole": settled()}


def test_step_by_step_and_whole_are_the_same_rows(built):
    assert not differences(built["stepwise"], built["whole"])


def test_a_chat_is_judged_by_the_rules_of_its_day(built, shared_postgres):
    rows = shared_postgres.rows(
        "select * from core.fct_service_inquiries where conversation_id = 'taobao:chat'"
    )

    assert {(row["rule_id"], int(row["limit_seconds"])) for row in rows} == {
        ("seed_five_minutes", 300),
        ("taobao_reply", 60),
    }
    assert {row["reply_seconds"] for row in rows} == {301}
    assert {row["agent_id"] for row in rows} == {"taobao:anna"}


def test_an_order_after_a_chat_is_its_agent_s(built, shared_postgres):
    (row,) = shared_postgres.rows("select * from core.agg_service_conversions")

    assert row["agent_id"] == "taobao:anna"
    assert row["gmv_after_chat"] == 100


def test_a_corrected_move_leaves_its_old_day_and_sku(built, shared_postgres):
    rows = shared_postgres.rows("select * from core.agg_stock_daily order by 2, 3")

    assert [(row["sku_id"], row["stock_date"].day) for row in rows] == [
        ("taobao:s1", 3),
        ("taobao:s1", 5),
        ("taobao:s2", 7),
    ]
    assert [row["out_units"] for row in rows] == [0, 2, 0]


def test_a_customer_is_new_once_for_all_shops_of_an_owner(built, shared_postgres):
    (row,) = shared_postgres.rows("select * from core.int_owner_customers")

    assert row["owner_id"] == "acme"
    assert row["purchase_day_count"] == 2
