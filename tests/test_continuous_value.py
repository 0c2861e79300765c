"""The continuous operation value of the worked examples, built from deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from conftest import Postgres
from core_market import REGISTRY, member, order, refund
from deliveries import Line

RUN = "20260201T060000"
WINDOWS = [("2025-04-30T16:00:00+00:00", "2025-07-10T16:00:00+00:00")]
EXAMPLE, SMALL = "taobao:9", "shopify:us"


def _paid(number: str, buyer: str, amount: int, day: str, shop: str) -> dict[str, Any]:
    moment = f"2025-{day}T04:00:00+00:00"
    return order(
        number,
        shop_id=shop,
        buyer_ref=buyer,
        paid_amount=f"{amount}.00",
        freight_amount="0.00",
        **dict.fromkeys(("created_at", "updated_at", "paid_at"), moment),
    )


def _example() -> Iterator[dict[str, Any]]:
    """A-601: 100 customers, each orders again and brings two people."""
    for number in range(100):
        yield _paid(f"m{number}", f"c{number}", 1_000, "05-10", EXAMPLE)
        yield _paid(f"j{number}", f"c{number}", 1_000, "06-10", EXAMPLE)
        for friend in "ab":
            name = f"f{number}{friend}"
            yield _paid(f"o{name}", name, 1_000, "06-15", EXAMPLE)


def _small() -> Iterator[dict[str, Any]]:
    """A-602: refunds, an invitation without a purchase, strangers."""
    for buyer in ("c1", "c2", "c3", "c4"):
        yield _paid(f"s-{buyer}", f"s{buyer}", 100, "05-20", SMALL)
    june = [
        *[("c1", 120), ("c1", 80), ("c2", 100), ("c4", 50)],
        *[("n1", 60), ("n1", 40), ("n2", 30), ("n4", 70)],
    ]
    for number, (buyer, amount) in enumerate(june):
        yield _paid(f"s-june{number}", f"s{buyer}", amount, "06-20", SMALL)


def _events() -> Iterator[dict[str, Any]]:
    for number in range(100):
        for friend in "ab":
            yield _invited(f"f{number}{friend}", f"c{number}", EXAMPLE)
    for friend, inviter in (("n1", "c1"), ("n2", "c4"), ("n3", "c3")):
        yield _invited(f"s{friend}", f"s{inviter}", SMALL)


def _invited(friend: str, inviter: str, shop: str) -> dict[str, Any]:
    return member(
        friend,
        inviter,
        event="accepted",
        inviter_ref=inviter,
        invite_id=f"i-{friend}",
        shop_id=shop,
        occurred_at="2025-06-01T00:00:00+00:00",
    )


@pytest.fixture(scope="module")
def values(shared_postgres: Postgres) -> dict[str, dict[str, Any]]:
    """The published value of May over one month, by shop."""
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver("orders", [*_example(), *_small()], windows=WINDOWS)
    core.deliver("members", _events())
    back = {"refund_amount": "100.00", "updated_at": "2025-07-01T00:00:00+00:00"}
    back["succeeded_at"] = back["updated_at"]
    core.deliver(
        "refunds", [refund("1", "s-c4", **back), refund("2", "s-june2", **back)]
    )
    core.build(RUN)
    core.publishable(RUN)
    rows = shared_postgres.rows(
        "select * from marts_build.continuous_value_monthly"
        " where base_month_date = '2025-05-01' and window_months = 1"
    )
    return {row["shop_id"]: row for row in rows}


def _of(row: dict[str, Any], *names: str) -> list[Any]:
    return [
        round(row[name], 4) if isinstance(row[name], Decimal) else row[name]
        for name in names
    ]


def test_a_601_the_value_is_300_000_and_never_400_000(values):
    row = values[EXAMPLE]

    assert _of(row, "settled_customers", "initial_sales") == [100, 100_000]
    assert _of(row, "repeat_orders_per_customer", "repeat_customer_share") == [1, 1]
    assert _of(row, "repeat_total", "referred_buyers") == [100_000, 200]
    assert _of(row, "fission_rate", "social_increment") == [2, 200_000]
    assert _of(row, "continuous_value", "multiple_of_initial_ratio") == [300_000, 3]
    assert _of(row, "seed_social_increment", "seed_continuous_value") == [
        200_000,
        300_000,
    ]
    assert 400_000 not in row.values()


def test_a_602_refunds_and_strangers_count_where_they_belong(values):
    row = values[SMALL]

    assert _of(row, "settled_customers", "initial_sales") == [3, 300]
    assert _of(row, "repeat_orders", "repeat_total") == [2, 200]
    assert _of(row, "repeat_orders_per_customer", "repeat_customer_share") == [
        Decimal("0.6667"),
        Decimal("0.3333"),
    ]
    assert _of(row, "invited_people", "accepted_people", "referred_buyers") == [2, 2, 1]
    assert _of(row, "fission_rate", "referred_unit_value") == [Decimal("0.3333"), 100]
    assert _of(row, "social_increment", "continuous_value") == [100, 300]
    assert row["other_net_sales"] == 150
    assert not row["is_partial"]


def test_the_three_kinds_are_all_that_was_sold(values, shared_postgres):
    row = values[SMALL]
    sold = shared_postgres.value(
        "select sum(net_sales_by_order) from core.fct_orders where shop_id = %s"
        " and paid_date between '2025-06-01' and '2025-06-30' and is_valid",
        [SMALL],
    )

    assert row["continuous_value"] + row["other_net_sales"] == sold == 450


def test_a_window_that_is_not_over_is_partial(values, shared_postgres):
    rows = shared_postgres.rows(
        "select window_months, is_partial from marts_build.continuous_value_monthly"
        " where shop_id = %s and base_month_date = '2025-05-01' order by 1",
        [EXAMPLE],
    )

    assert [(row["window_months"], row["is_partial"]) for row in rows] == [
        (1, False),
        (3, True),
        (6, True),
        (12, True),
    ]
