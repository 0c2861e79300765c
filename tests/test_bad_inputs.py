"""What no seller should deliver and some do: nothing is lost and no figure is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from conftest import Postgres
from core_market import REGISTRY, commission, member, move, order, refund
from deliveries import Line

RUN = "20260201T060000"
SHOP = "taobao:9"
WINDOWS = [("2025-12-31T16:00:00+00:00", "2026-01-31T16:00:00+00:00")]
TRAFFIC = [
    ("2025-12-31T16:00:00+00:00", "2026-01-07T16:00:00+00:00"),
    ("2026-01-14T16:00:00+00:00", "2026-01-31T16:00:00+00:00"),
]


def _traffic(day: int, visitors: int) -> dict[str, Any]:
    return {
        "platform_id": "taobao",
        "shop_id": SHOP,
        "stat_date": f"2026-01-{day:02d}",
        "visitors": str(visitors),
    }


def _target(value: int, valid_from: str) -> dict[str, Any]:
    return {
        "platform_id": "taobao",
        "shop_id": SHOP,
        "metric_id": "gmv",
        "period_kind": "month",
        "period_start_date": "2026-01-01",
        "target_value": str(value),
        "curve": "linear",
        "valid_from": valid_from,
    }


def _orders() -> list[dict[str, Any]]:
    days = {"paid_at": None, "status": "closed", "paid_amount": "0.00"}
    return [
        order("plain", day=3, buyer_ref="a"),
        order("leap", buyer_ref="b", **_at("2024-02-29T04:00:00+00:00")),
        order("unpaid", day=4, buyer_ref="a", **days),
        order("over-refunded", day=5, buyer_ref="a"),
        order("refunded early", day=12, buyer_ref="a"),
        order("unseen", day=6, buyer_ref="a"),
        order("no rate", day=7, buyer_ref="a", currency="USD"),
        order("the child's", day=20, buyer_ref="child"),
    ]


def _at(moment: str) -> dict[str, str]:
    return dict.fromkeys(("created_at", "updated_at", "paid_at"), moment)


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> Postgres:
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver("orders", _orders(), windows=WINDOWS)
    core.deliver(
        "refunds",
        [
            refund("r1", "over-refunded", refund_amount="250.00"),
            refund("r2", "refunded early", day=8),
        ],
        windows=WINDOWS,
    )
    core.deliver(
        "members",
        [
            # the parent joins a week after the child
            member("child", "parent", day=5, inviter_ref="parent", tool="share"),
            member("parent", None, day=12),
            member("self", None, event="invited", inviter_ref="self", invite_id="i1"),
            member("self", None, event="accepted", inviter_ref="self", invite_id="i1"),
            member("left", "parent", day=13),
            member("left", None, day=14, event="left"),
        ],
    )
    core.deliver(
        "commissions",
        [
            commission("c1", "nowhere", "7.00"),
            commission("c2", "", "3.00", order_id=None),
            commission("c3", "unpaid", "5.00"),
        ],
    )
    core.deliver(
        "stock", [move("m1", 5, "opening", "2"), move("m2", 6, "out_sale", "5")]
    )
    core.deliver(
        "traffic",
        [_traffic(day, 10 * day) for day in (3, 4, 5)] + [_traffic(20, 0)],
        windows=TRAFFIC,
    )
    core.deliver(
        "targets", [_target(3_100, "2026-01-01"), _target(6_200, "2026-01-11")]
    )
    core.build(RUN)
    core.publishable(RUN)
    return shared_postgres


def _order(built: Postgres, number: str) -> dict[str, Any]:
    (row,) = built.rows(
        "select * from core.fct_orders where order_id = %s", [f"taobao:{number}"]
    )
    return row


def _funnel(built: Postgres, day: int) -> dict[str, Any]:
    (row,) = built.rows(
        "select * from marts_build.sales_funnel_daily where shop_id = %s"
        " and channel = 'all' and entry = 'all' and sales_date = %s",
        [SHOP, date(2026, 1, day)],
    )
    return row


def test_a_parent_who_joins_later_is_a_parent_from_the_child_on(built):
    rows = built.rows(
        "select ancestor_member_id, depth from core.referral_closure"
        " where descendant_member_id = 'child' and depth > 0"
        " and as_of_date = '2026-01-31'"
    )

    assert [tuple(row.values()) for row in rows] == [("parent", 1)]
    assert _order(built, "the child's")["order_class"] == "first_referred"


def test_nobody_invites_himself(built):
    assert not built.rows(
        "select * from core.fct_invitations where invitee_member_id = 'self'"
    )


def test_who_left_has_no_parent_any_more(built):
    assert not built.rows(
        "select * from core.referral_closure where descendant_member_id = 'left'"
        " and depth > 0 and as_of_date = '2026-01-31'"
    )


def test_commission_without_an_order_is_a_cost_and_credits_nobody(built):
    paid = built.value("select sum(amount) from core.fct_commissions")
    credited = built.value(
        "select sum(sell_out_gmv) from marts_build.agent_levels_monthly"
        " where level_kind = 'agent_rank' and level_no = -1"
    )
    accrued = built.value(
        "select sum(commission_amount) from marts_build.agent_levels_monthly"
        " where level_kind = 'agent_rank' and level_no = -1"
    )

    assert (paid, accrued) == (15, 15)
    assert credited == 0


def test_an_order_without_payment_is_kept_and_sells_nothing(built):
    row = _order(built, "unpaid")

    assert (row["is_valid"], row["is_settled"]) == (False, False)
    assert (
        built.value(
            "select unpaid_order_count from marts_build.shop_sales_daily"
            " where shop_id = %s and channel = 'all' and sales_date = '2026-01-04'",
            [SHOP],
        )
        == 1
    )


def test_a_refund_above_the_payment_is_kept_as_told_and_settles_nothing(built):
    row = _order(built, "over-refunded")

    assert (row["refunded_amount"], row["net_sales_by_order"]) == (250, -150)
    assert (row["is_valid"], row["is_settled"]) == (True, False)


def test_a_refund_before_its_order_stands_on_its_own_day(built):
    rows = built.rows(
        "select sales_date, gmv, refund_amount, net_sales, net_sales_by_order"
        " from marts_build.shop_sales_daily where shop_id = %s and channel = 'all'"
        " and sales_date in ('2026-01-08', '2026-01-12') order by 1",
        [SHOP],
    )

    assert [tuple(row.values())[1:] for row in rows] == [
        (0, 20, -20, 0),
        (100, 0, 100, 80),
    ]


def test_negative_stock_is_shown_as_out_of_stock(built):
    row = built.rows(
        "select closing_units, is_out_of_stock from marts_build.stock_cover_daily"
        " order by stock_date desc limit 1"
    )[0]

    assert tuple(row.values()) == (-3, True)


def test_a_week_without_traffic_is_unknown_and_not_zero(built):
    known, lacking = _funnel(built, 3), _funnel(built, 12)

    assert (known["visitors"], known["buyers"]) == (30, 1)
    assert lacking["buyers"] == 1
    assert lacking["visitors"] is None
    assert lacking["conversion_rate"] is None


def test_sales_without_visitors_have_no_rate_and_are_inconsistent(built):
    row = _funnel(built, 20)

    assert (row["visitors"], row["gmv"]) == (0, 100)
    assert row["conversion_rate"] is None
    assert row["spend_per_visitor"] is None
    assert not row["is_consistent"]


def test_a_target_changed_in_its_period_holds_from_its_day(built):
    rows = built.rows(
        "select plan_date, target_value, planned_to_date"
        " from marts_build.plan_progress_daily where shop_id = %s and metric_id = 'gmv'"
        " and plan_date in ('2026-01-10', '2026-01-11') order by 1",
        [SHOP],
    )

    assert [row["target_value"] for row in rows] == [3_100, 6_200]
    assert [round(row["planned_to_date"], 6) for row in rows] == [1_000, 2_200]


def test_an_order_without_a_rate_is_kept_and_counted(built):
    row = _order(built, "no rate")

    assert (row["paid_amount"], row["paid_amount_original"]) == (None, 100)
    assert (
        built.value(
            "select fx_missing_count from marts_build.shop_sales_daily"
            " where shop_id = %s and channel = 'all' and sales_date = '2026-01-07'",
            [SHOP],
        )
        == 1
    )


def test_a_leap_day_is_a_day_of_its_month(built):
    row = built.rows(
        "select cohort_month_date, net_sales_by_order"
        " from marts_build.cohort_retention_monthly"
        " where shop_id = %s and channel = 'all' and age_months = 0"
        " and cohort_month_date < '2025-01-01'",
        [SHOP],
    )

    assert _order(built, "leap")["paid_date"] == date(2024, 2, 29)
    assert [tuple(each.values()) for each in row] == [(date(2024, 2, 1), 100)]


def test_a_year_of_53_weeks_has_53_mondays(built):
    rows = built.rows(
        "select distinct week_date from core.dim_date"
        " where date_day between '2025-12-29' and '2027-01-03' order by 1"
    )

    weeks = [row["week_date"] for row in rows]
    assert (len(weeks), weeks[0], weeks[-1]) == (
        53,
        date(2025, 12, 29),
        date(2026, 12, 28),
    )
    assert all(later - one == timedelta(7) for one, later in pairwise(weeks))
