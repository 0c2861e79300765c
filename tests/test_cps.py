"""Commission of promotion links reconciles with refunds; an order pays one link."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from conftest import Postgres
from core_market import REGISTRY, commission, order, refund
from deliveries import Line

RUN = "20260401T060000"
WINDOWS = [("2025-12-31T16:00:00+00:00", "2026-03-31T16:00:00+00:00")]


def _order(number: str, link: str | None, **said: Any) -> dict[str, Any]:
    plain = {"paid_amount": "1000.00", "freight_amount": "0.00", "link_id": link}
    return order(number, **plain | said)


def _entry(number: str, of: str, link: str, amount: str, **said: Any) -> dict[str, Any]:
    return commission(number, of, amount, link_id=link, payee_ref=f"own-{link}", **said)


@pytest.fixture(scope="module")
def links(shared_postgres: Postgres) -> dict[tuple[str, str], dict[str, Any]]:
    """The marts of the links, by link and month."""
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver(
        "orders",
        [
            _order("returned", "l609", buyer_ref="b1"),
            _order("dear", "l608", buyer_ref="b2"),
            _order("twice", "l610b", buyer_ref="b3"),
            _order("unnamed", None, buyer_ref="b4"),
            _order("own", "l611", buyer_ref="own-l611"),
        ],
        windows=WINDOWS,
    )
    core.deliver(
        "refunds",
        [refund("r", "returned", refund_amount="300.00")],
    )
    later = "2026-02-12T04:00:00+00:00"
    core.deliver(
        "commissions",
        [
            _entry("e1", "returned", "l609", "40.00"),
            _entry(
                "e2", "returned", "l609", "-12.00", status="reversed", occurred_at=later
            ),
            _entry("e3", "dear", "l608", "50.00"),
            _entry("e4", "twice", "l610a", "30.00"),
            _entry("e5", "twice", "l610b", "30.00", status="pending"),
            _entry("e6", "unnamed", "l612b", "10.00"),
            _entry("e7", "unnamed", "l612a", "10.00"),
            _entry("e8", "own", "l611", "10.00"),
        ],
    )
    core.deliver(
        "links",
        [
            {
                "platform_id": "taobao",
                "link_id": "l609",
                "programme_id": "p1",
                "stat_date": f"2026-01-0{day}",
                "clicks": "5",
            }
            for day in (4, 5)
        ],
    )
    core.build(RUN)
    core.publishable(RUN)
    rows = shared_postgres.rows("select * from marts_build.cps_settlements_monthly")
    return {
        (row["link_id"].partition(":")[2], str(row["month_date"])[:7]): row
        for row in rows
    }


def test_a_609_a_refund_takes_back_its_part_in_its_month(links):
    january, february = links["l609", "2026-01"], links["l609", "2026-02"]

    assert (january["commission_accrued"], january["commission_settled"]) == (40, 40)
    assert february["commission_reversed"] == -12
    assert january["commission_settled"] + february["commission_settled"] == 28
    assert january["commissionable_amount"] * Decimal("0.04") == 28


def test_a_608_what_is_above_the_cap_is_named(links):
    row = links["l608", "2026-01"]

    assert row["cap_rate"] == Decimal("0.04")
    assert row["over_cap_amount"] == 10


def test_a_610_an_order_pays_the_link_of_the_last_click(links):
    won, lost = links["l610b", "2026-01"], links["l610a", "2026-01"]

    assert (won["order_count"], won["commission_pending"]) == (1, 30)
    assert (lost["order_count"], lost["double_claimed_order_count"]) == (0, 1)
    assert lost["commission_accrued"] == 0


def test_without_a_click_the_smallest_link_wins(links):
    assert links["l612a", "2026-01"]["order_count"] == 1
    assert links["l612b", "2026-01"]["double_claimed_order_count"] == 1


def test_own_orders_earn_nothing(links):
    assert links["l611", "2026-01"]["commissionable_amount"] == 0


def test_clicks_and_orders_give_a_rate(links):
    row = links["l609", "2026-01"]

    assert (row["clicks"], row["order_count"]) == (10, 1)
    assert row["click_to_order_rate"] == Decimal("0.1")
