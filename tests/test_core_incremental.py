"""Core built step by step holds the same rows as core made whole."""

from __future__ import annotations

import pytest
from conftest import Postgres
from core_market import (
    REGISTRY,
    WINDOWS,
    ad,
    bargain_event,
    charge,
    commission,
    cost,
    group_event,
    identity,
    line,
    member,
    order,
    rate,
    refund,
)
from deliveries import Line, differences, settled

from seller_intel import transform


def _first_delivery(core: Line) -> None:
    us = {"platform_id": "shopify", "shop_id": "shopify:us", "currency": "USD"}
    core.deliver(
        "orders",
        [
            order("refunded", buyer_ref="c1"),
            order("moved", buyer_ref="c2"),
            order("after moved", day=6, buyer_ref="c2"),
            order("merged 1", day=3, buyer_ref="m1"),
            order("merged 2", day=4, buyer_ref="m2"),
            order("split 1", day=3, buyer_ref="s1"),
            order("split 2", day=4, buyer_ref="s2"),
            order("referred", buyer_ref="r1"),
            order("guest"),
            order("guest", order_id="unpaid", paid_at=None, status="closed"),
            order("rated", **us),
            order("never rated", **us | {"currency": "XYZ"}),
            order("near midnight", day=7, paid_at="2026-01-07T15:30:00+00:00"),
            order("nobody's", shop_id="taobao:404"),
            order("charged", day=9, buyer_ref="c9"),
        ],
        windows=WINDOWS,
    )
    core.deliver(
        "order_lines",
        [
            line("refunded"),
            line("refunded", 2),
            line("refunded", 3),
            line("moved", quantity="2"),
            line("charged", day=9),
        ],
        windows=WINDOWS,
    )
    core.deliver("refunds", [refund("orphan", "not there", shop_id="taobao:9")])
    core.deliver(
        "identities", [identity("s1", "h-split"), identity("s2", "h-split")], run="gone"
    )


def _first_groups(core: Line) -> None:
    core.deliver(
        "group_buys",
        [
            group_event("g1", "opened", member_ref="a", order_id="moved"),
            group_event("gone", "opened", member_ref="a", order_id="guest"),
            group_event("revised", "filled", member_ref="a"),
        ],
    )
    core.deliver("bargains", [bargain_event("b1", "started", member_ref="a")])


def _later_groups(core: Line) -> None:
    joined = group_event("g1", "joined", 5, member_ref="b", order_id="after moved")
    core.deliver("group_buys", [joined], run="2")
    helped = bargain_event("b1", "helped", 5, member_ref="b", price_after="80.00")
    core.deliver("bargains", [helped], run="2")


def _later_deliveries(core: Line, postgres: Postgres) -> None:
    """Everything that reaches back: each cause has orders of its own."""
    core.deliver("refunds", [refund("late", "refunded", day=15)], run="2")
    core.deliver("orders", [order("moved", day=8, buyer_ref="c2x")], run="2")
    core.deliver("identities", [identity("m1", "h1"), identity("m2", "h1")], run="2")
    core.deliver("members", [member("r1", "parent"), member("m2", "m1")], run="2")
    _fail_halfway(core, postgres)
    core.build("20260202T060000")

    core.deliver("fx_rates", [rate(4, "CNY", "8.0"), rate(4, "USD", "1.25")], run="3")
    core.deliver("ads", [ad(5, "7.50"), ad(9, "3.25")], run="3", windows=WINDOWS)
    charges = [charge("charged", "deposit", "1.50"), charge("charged", "freight", "6")]
    core.deliver("fees", charges)
    core.deliver("commissions", [commission("e1", "charged", "4.00")], run="3")
    core.deliver("costs", [cost(1, "12.00"), cost(8, "13.00")], run="20260103T000000")
    core.build("20260203T060000")

    postgres.register(REGISTRY.format(time_zone="Asia/Tokyo"))
    core.deliver("refunds", [refund("orphan", "guest", day=11)], run="4")
    core.deliver("commissions", [commission("e1", "charged", "-4.00")], run="4")
    core.deliver("orders", [order("not there", day=6, buyer_ref="c7")], run="4")


def _fail_halfway(core: Line, postgres: Postgres) -> None:
    """Let a build fail after it wrote the facts and before it added them up."""
    postgres.execute(
        "create function core.refuse() returns trigger language plpgsql"
        " as $$ begin raise exception 'not now'; end $$",
        role="transformer",
    )
    postgres.execute(
        "create trigger refuse before insert or delete on core.agg_shop_sales_daily"
        " execute function core.refuse()",
        role="transformer",
    )
    with pytest.raises(transform.BuildFailed, match="not now"):
        core.build("20260202T050000")
    postgres.execute("drop function core.refuse() cascade", role="transformer")


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> dict[str, dict[str, list[str]]]:
    """Core after four builds, after one more that follows nothing, and made whole."""
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    _first_delivery(core)
    _first_groups(core)
    taken_back = [group_event("gone", "joined", member_ref="b")]
    taken = core.deliver("group_buys", taken_back, run="gone")
    first = order("revised", buyer_ref="v", group_id="revised")
    revised = core.deliver("orders", [first], run="revised")
    core.build("20260201T060000")
    _later_groups(core)
    _later_deliveries(core, shared_postgres)
    core.take_back(taken)
    split = shared_postgres.value("select load_id from ops.loads where run = 'gone'")
    core.take_back(split)
    core.take_back(revised, "replaced")
    core.deliver("orders", [order("revised", paid_amount="70.00")], run="revised")
    core.build("20260204T060000")
    stepwise = settled()
    core.build("20260204T060000")
    again = settled()
    core.build("20260204T060000", full_refresh=True)
    return {"stepwise": stepwise, "again": again, "whole": settled()}


def test_step_by_step_and_whole_are_the_same_rows(built):
    assert not differences(built["stepwise"], built["whole"])


def test_a_build_that_follows_nothing_changes_nothing(built):
    assert built["again"] == built["stepwise"]


def _orders(postgres: Postgres) -> dict[str, dict]:
    rows = postgres.rows("select * from core.fct_orders")
    return {row["order_id"].partition(":")[2]: row for row in rows}


def test_a_late_refund_lowers_its_order(built, shared_postgres):
    assert _orders(shared_postgres)["refunded"]["refunded_amount"] == 20


def test_customers_who_share_an_identity_are_one(built, shared_postgres):
    orders = _orders(shared_postgres)

    assert orders["merged 1"]["customer_id"] == orders["merged 2"]["customer_id"]
    assert orders["merged 2"]["order_seq"] == 2


def test_nobody_is_referred_by_themselves_under_another_name(built, shared_postgres):
    assert _orders(shared_postgres)["merged 2"]["referrer_member_id"] is None


def test_an_edge_makes_the_first_order_referred(built, shared_postgres):
    assert _orders(shared_postgres)["referred"]["order_class"] == "first_referred"


def test_a_rejected_identity_parts_its_customers(built, shared_postgres):
    orders = _orders(shared_postgres)

    assert orders["split 1"]["customer_id"] == "s1"
    assert orders["split 2"]["customer_id"] == "s2"
    assert orders["split 2"]["order_seq"] == 1


def test_a_rate_that_came_late_is_used(built, shared_postgres):
    orders = _orders(shared_postgres)

    assert orders["rated"]["paid_amount"] == 640
    assert orders["never rated"]["paid_amount"] is None


def test_another_time_zone_moves_the_business_date(built, shared_postgres):
    paid_date = _orders(shared_postgres)["near midnight"]["paid_date"]

    assert paid_date.isoformat() == "2026-01-08"


def test_a_replaced_load_leaves_nothing_behind(built, shared_postgres):
    revised = _orders(shared_postgres)["revised"]

    assert revised["paid_amount"] == 70
    assert revised["customer_id"] is None
    assert shared_postgres.value("select count(*) from core.dim_customers") == len(
        {row["customer_id"] for row in _orders(shared_postgres).values()} - {None}
        | {"parent"}
    )


def test_an_orphan_refund_finds_the_order_named_later(built, shared_postgres):
    row = shared_postgres.rows("select * from core.fct_refunds where kind is null")

    assert {each["order_id"] for each in row} == {"taobao:guest", "taobao:refunded"}


def test_costs_are_laid_on_the_day_of_the_order(built, shared_postgres):
    day = shared_postgres.rows(
        "select * from core.agg_shop_sales_daily where channel = 'all'"
        " and shop_id = 'taobao:9' and sales_date = '2026-01-09'"
    )[0]

    assert day["fee_amount"] == 1.5
    assert day["ad_cost_amount"] == 3.25
    assert day["commission_amount"] == -4
    assert day["cost_of_goods_amount"] == 13
    assert day["freight_cost_amount"] == 6


def test_groups_follow_their_events_and_their_orders(built, shared_postgres):
    rows = shared_postgres.rows(
        "select group_id, joined, status, order_count, gmv from core.fct_group_buys"
    )
    groups = {row.pop("group_id"): row for row in rows}

    assert groups["taobao:g1"] == {
        "joined": 2,
        "status": "filled",
        "order_count": 2,
        "gmv": 200,
    }
    assert groups["taobao:gone"] == {
        "joined": 1,
        "status": "open",
        "order_count": 0,
        "gmv": 0,
    }
    # its order no longer names it
    assert groups["taobao:revised"]["order_count"] == 0


def test_a_bargain_is_counted_in_the_reporting_currency(built, shared_postgres):
    rows = shared_postgres.rows(
        "select list_price, end_price, helpers from core.fct_bargains"
    )

    assert rows == [{"list_price": 640, "end_price": 512, "helpers": 1}]
