"""Order, repetition and unit of what is delivered change nothing but the unit."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import core_market as made
import pytest
from conftest import Postgres
from deliveries import Line, contents

from seller_intel import metric_docs

RUN = "20260201T060000"
MONEY = {
    *("paid_amount", "freight_amount", "line_paid_amount", "refund_amount"),
    *("cost_amount", "amount", "unit_cost_amount", "group_price", "single_price"),
    *("list_price", "price_after", "floor_price", "fee_amount"),
}
Streams = dict[str, list[dict[str, Any]]]


def _market() -> Streams:
    """Orders of two shops over two weeks, and all that the marts of people need."""
    orders = [
        made.order(
            f"o{number}", day=2 + number % 14, buyer_ref=f"b{number % 9}", link_id=link
        )
        for number, link in enumerate(["l1", None, None, "l2"] * 10)
    ]
    orders.append(made.order("g1", buyer_ref="b1", group_id="g1"))
    numbers = [each["order_id"] for each in orders]
    bargain = {"platform_id": "taobao", "shop_id": "taobao:9", "currency": "CNY"}
    return {
        "orders": orders,
        "order_lines": [made.line(number) for number in numbers],
        "refunds": [made.refund("r1", "o3"), made.refund("r2", "o7", day=18)],
        "identities": [made.identity("b1", "h1"), made.identity("b2", "h1")],
        "members": [
            made.member(
                "b1", None, platform_id="taobao", level="gold", fee_amount="5.00"
            ),
            made.member("b3", "b1", platform_id="taobao", day=3, inviter_ref="b1"),
            made.member("b4", "b3", platform_id="taobao", day=4, inviter_ref="b3"),
        ],
        "commissions": [
            made.commission("e1", "o0", "4.00", payee_ref="b1", link_id="l1"),
            made.commission("e2", "o3", "4.00", payee_ref="b3", link_id="l2"),
            made.commission("e3", "o3", "-1.00", payee_ref="b3", status="reversed"),
        ],
        "stock": [
            made.move(
                "m1", 3, "opening", "20", holder_ref="b1", unit_cost_amount="3.00"
            ),
            made.move("m2", 6, "out_sale", "4", holder_ref="b1"),
            made.move("m3", 3, "opening", "9"),
        ],
        "group_buys": [
            made.group_event("g1", "opened", member_ref="b1", single_price="60.00"),
            made.group_event("g1", "joined", 5, member_ref="b4", order_id="g1"),
        ],
        "bargains": [
            made.bargain_event("s1", "started", member_ref="b5", **bargain),
            made.bargain_event("s1", "helped", 5, member_ref="b6", price_after="70.00")
            | bargain,
        ],
        "ads": [made.ad(day, "10.00", clicks="5", impressions="50") for day in (3, 4)],
        "fees": [made.charge("o0", "technical_service", "1.00")],
        "costs": [made.cost(1, "12.00")],
        "fx_rates": [made.rate(2, "CNY", "7.8"), made.rate(2, "USD", "1.1")],
    }


def _deliver(core: Line, streams: Streams, run: str) -> None:
    for stream, records in streams.items():
        dated = stream in ("orders", "refunds", "ads", "stock", "commissions")
        core.deliver(stream, records, run=run, windows=made.WINDOWS if dated else ())


@pytest.fixture(scope="module")
def plain(shared_postgres: Postgres) -> dict[str, list[dict[str, Any]]]:
    """The marts of the market as delivered in order, at once."""
    shared_postgres.register(made.REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    _deliver(core, _market(), "20260131T060000")
    core.build(RUN)
    core.publishable(RUN)
    return _rows(shared_postgres)


def _rows(postgres: Postgres) -> dict[str, list[dict[str, Any]]]:
    return {
        name: postgres.rows(f"select * from marts_build.{name}")
        for name in contents("marts_build")
    }


def _texts(marts: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {name: sorted(map(str, rows)) for name, rows in marts.items()}


def test_what_customers_leave_adds_up_to_what_their_shop_earns(plain, shared_postgres):
    """Less advertising, which is for no customer; every charge here names an order."""
    left = shared_postgres.rows(
        "select shop_id, sales_date, sum(profit) as profit"
        " from core.agg_customer_profits_daily group by 1, 2"
    )
    found = {(row["shop_id"], row["sales_date"]): row["profit"] for row in left}
    wanted = {
        (row["shop_id"], row["sales_date"]): row["contribution_profit"]
        + (row["ad_cost_amount"] or 0)
        for row in plain["shop_sales_daily"]
        if row["channel"] == "all"
        and row["order_count"]
        and row["contribution_profit"] is not None
    }

    assert len(wanted) > 10
    assert {key: found[key] for key in wanted} == wanted


def test_a_801_order_repetition_and_splitting_change_no_mart(plain, postgres):
    postgres.register(made.REGISTRY.format(time_zone="Asia/Shanghai"))
    draw = random.Random(7)
    shuffled = {
        stream: draw.sample(records, len(records))
        for stream, records in _market().items()
    }
    halves: tuple[Streams, Streams] = ({}, {})
    for stream, records in shuffled.items():
        for number, half in enumerate(halves):
            half[stream] = records[number::2]
    core = Line()
    _deliver(core, halves[0], "20260130T060000")
    core.build("20260131T060000")
    # the rest, then all of it once more
    _deliver(core, halves[1], "20260131T060000")
    _deliver(core, shuffled, "20260131T120000")

    core.build(RUN)
    core.publishable(RUN)

    found, wanted = _texts(_rows(postgres)), _texts(plain)
    assert {name for name in wanted if found[name] != wanted[name]} == set()
    assert sum(map(len, wanted.values())) > 500


def _times_100(streams: Streams) -> Streams:
    return {
        stream: [
            {
                name: str(Decimal(value) * 100) if name in MONEY and value else value
                for name, value in record.items()
            }
            for record in records
        ]
        for stream, records in streams.items()
    }


def test_a_805_money_times_100_leaves_every_share(plain, postgres):
    postgres.register(made.REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    _deliver(core, _times_100(_market()), "20260131T060000")

    core.build(RUN)
    core.publishable(RUN)

    wrong = {
        f"{mart}.{column}"
        for mart, rows in _rows(postgres).items()
        for column, is_money in _columns(mart, rows)
        if _values(rows, column, 1)
        != _values(plain[mart], column, 100 if is_money else 1)
    }
    assert wrong == set()


def _columns(mart: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    units = {each.metric_id: each.unit for each in metric_docs.metrics()}
    for column in rows[0] if rows else ():
        metric = metric_docs.metric_of(mart, column, units)
        if metric and mart != "metric_dictionary":
            yield column, units[metric] == "money"


def _values(rows: list[dict[str, Any]], column: str, factor: int) -> list[str]:
    return sorted(
        str(round(row[column] * factor, 6).normalize())
        if isinstance(row[column], Decimal)
        else str(row[column])
        for row in rows
    )
