"""Ten platforms, read from their gateways, come out of core as the books say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from api_doubles import Landings, connected, landings
from conftest import Postgres
from deliveries import Line

from sandbox.gateways import connections, holdings, records, shops
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served
from seller_intel import sources
from seller_intel.connections import Connection

AS_OF = datetime(2026, 11, 14, 6, tzinfo=UTC)
NOW = int(AS_OF.timestamp())
RUN = "20261114T060000"
ORDERS = ("orders", "order_lines", "refunds")
MORE = {
    "taobao": ("commissions",),
    "pinduoduo": ("commissions", "group_buys"),
    "jd": ("commissions",),
    "youzan": ("commissions", "members"),
    "douyin": ("commissions",),
    "wechat_store": ("commissions",),
    "shopify": ("identities", "members", "links"),
    "woocommerce": ("identities", "members", "links"),
    "amazon": (),
    "xiaohongshu": (),
}


@cache
def house() -> House:
    """Return the gateways of a market with a shop on every platform."""
    market = shops.market(shops.PLATFORMS, 150, date(2026, 11, 5))
    return open_house(market, NOW)


@contextmanager
def gateways() -> Iterator[str]:
    """Serve all platforms."""
    with served(house()) as address:
        yield address


def shop_of(platform: str) -> Any:
    """Return the books of the shop on a platform."""
    return house().desk(platform).books


def read(platform: str, address: str) -> Landings:
    """Read a whole shop through its interface."""
    stated = connections.of(house(), address)[f"sandbox_{platform}"]
    made = landings(
        platform,
        (*ORDERS, *MORE[platform]),
        as_of=AS_OF,
        since=date(2026, 11, 4),
        read_seconds=5,
    )
    own = shop_of(platform).shop
    made.asked.source = replace(
        made.asked.source,
        allow_private=True,
        shop=sources.Shop(own.shop_id, own.name, platform, own.time_zone, own.currency),
    )
    names = ("host", "login", "password", "extra")
    with connected(**vars(Connection(**{name: stated[name] for name in names}))):
        got = import_module(f"seller_intel.ingestors.{platform}").collect(made.asked)
    assert got.failures == []
    return made


def registry() -> str:
    """Return a registry that knows the shops."""
    text = "reporting_currency: CNY\nsources: []\nshops:\n"
    for platform in shops.PLATFORMS:
        own = shop_of(platform).shop
        text += (
            f"  - {{shop_id: '{own.shop_id}', name: Shop, platform: {platform},"
            f" time_zone: {own.time_zone}, currency: {own.currency}, is_own: true,"
            " owner_id: tests, mode: platform}\n"
        )
    return text


@pytest.fixture(scope="module")
def landed() -> dict[str, Landings]:
    """What was landed of every platform."""
    with gateways() as address:
        return {platform: read(platform, address) for platform in shops.PLATFORMS}


@pytest.fixture(scope="module")
def core(shared_postgres: Postgres, landed: dict[str, Landings]) -> Postgres:
    """Core made of what was landed."""
    shared_postgres.register(registry())
    line = Line()
    for platform, made in landed.items():
        for stream, kept in made.kept.items():
            if kept.lines:
                line.deliver(
                    stream,
                    [record for _, _, _, record in kept.lines],
                    source=f"{platform}_shop",
                    run=RUN,
                    platform=platform,
                    keys=kept.keys,
                )
    outcome = line.build(RUN)
    assert outcome.warnings == ()
    return shared_postgres


def truth(platform: str) -> list[Any]:
    """Return the orders that a platform shows, as they stand."""
    books = shop_of(platform)
    rows = np.arange(books.count)
    return books.read(rows[books.shown(rows, NOW)], NOW)


def is_sale(platform: str, order: Any) -> bool:
    """Tell whether an order was paid: at Amazon, charged."""
    if platform == "amazon":
        return records.is_charged(order)
    return bool(order.paid_at)


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_every_order_is_what_the_books_say_to_the_cent(core, platform):
    found = Counter(
        (
            int(row["created_at"].timestamp()),
            round(row["paid_amount_original"] * 100),
            round(row["freight"] * 100),
            round(row["tax"] * 100),
            round(row["refunded"] * 100),
            row["is_paid"],
        )
        for row in core.rows(
            "select orders.created_at, orders.paid_amount_original,"
            " orders.paid_at is not null as is_paid,"
            " resolved.freight_amount_original as freight,"
            " resolved.tax_amount_original as tax,"
            " (select coalesce(sum(refund_amount_original), 0) from core.fct_refunds"
            "  as refunds where refunds.order_id = orders.order_id"
            "  and is_succeeded) as refunded"
            " from core.fct_orders as orders"
            " inner join core.int_orders_resolved as resolved using (order_id)"
            " where orders.platform_id = %s",
            [platform],
        )
    )
    expected = Counter()
    for order in truth(platform):
        sold = is_sale(platform, order)
        expected[
            (
                order.created_at,
                order.paid if sold else 0,
                order.freight if sold else 0,
                order.tax if sold else 0,
                order.refunded if sold else 0,
                sold,
            )
        ] += 1

    assert sum(found.values()) > 50
    assert found - expected == Counter()
    assert expected - found == Counter()


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_an_order_s_total_is_its_goods_less_discounts_with_freight_and_tax(
    core, platform
):
    orders = core.rows(
        "select goods_amount, coalesce(seller_discount_amount, 0) as seller,"
        " coalesce(platform_discount_amount, 0) as platform, paid_amount,"
        " coalesce(freight_amount, 0) as freight, coalesce(tax_amount, 0) as tax"
        " from core.int_orders_unioned where platform_id = %s and paid_at is not null",
        [platform],
    )
    stated = [order for order in orders if order["goods_amount"] is not None]

    # what an order leaves out of its goods is an exception, not the rule
    assert len(stated) > 50
    assert len(stated) >= 0.9 * len(orders)
    assert not [
        order
        for order in stated
        if order["paid_amount"]
        != order["goods_amount"]
        - order["seller"]
        - order["platform"]
        + order["freight"]
        + order["tax"]
    ]


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_no_record_is_refused_and_no_word_is_unknown(core, landed, platform):
    told: dict[str, Any] = defaultdict(list)
    for stream, kept in landed[platform].kept.items():
        view = f"staging.stg_{platform}__{stream}"
        columns = core.rows(
            "select column_name from information_schema.columns"
            " where table_schema = 'staging' and table_name = %s",
            [view.removeprefix("staging.")],
        )
        names = {row["column_name"] for row in columns}
        for name in {"reject_reason", "new_status"} & names:
            rows = core.rows(
                f"select {name}, count(*) from {view}"
                f" where {name} is not null group by 1"
            )
            told[stream] += rows
        assert not kept.problems

    assert not any(told.values()), dict(told)


@pytest.mark.parametrize(
    "platform", [name for name in shops.PLATFORMS if "commissions" in MORE[name]]
)
def test_commissions_are_what_the_books_say_to_the_cent(core, platform):
    found = Counter(
        (row["status"], round(row["amount"] * 100))
        for row in core.rows(
            "select status, amount from core.fct_commissions"
            " where entry_id like %s and depth = 1",
            [f"{platform}:%"],
        )
    )
    books = shop_of(platform)
    linked = [
        order
        for order in truth(platform)
        if order.link >= 0 and order.paid_at and not order.is_lottery
    ]
    expected = Counter()
    for order in linked:
        got = records.earned(order, NOW)
        taken_back = got.state == "reversed" and platform == "youzan"
        # Youzan has no word for what was taken back: it is a sum of nothing
        expected[("pending" if taken_back else got.state, got.amount)] += 1

    assert books.count
    assert expected
    assert found == expected


def test_salesmen_of_youzan_are_referred_by_whom_the_books_say(core):
    joined = [agent for agent in shop_of("youzan").agents if agent["joined_at"] <= NOW]
    edges = core.rows(
        "select child_member_id, parent_member_id from core.fct_referral_edges"
        " where programme_id = 'youzan:salesman' and valid_to is null"
    )
    children = Counter(row["parent_member_id"] for row in edges)
    by_parent = Counter(agent["parent"] for agent in joined if agent["parent"] >= 0)

    assert edges
    assert sorted(children.values()) == sorted(by_parent.values())


def test_groups_of_pinduoduo_are_what_the_books_say_to_the_cent(core):
    found = {
        row["group_id"]: (
            int(row["filled_at"].timestamp()),
            row["joined"],
            row["order_count"],
            round((row["gmv"] or 0) * 100),
        )
        for row in core.rows("select * from core.fct_group_buys")
    }
    expected = {
        f"pinduoduo:{row.group_id}": (
            int(row.filled_at.timestamp()),
            row.joined,
            row.orders,
            row.paid_amount,
        )
        for row in holdings.group_buys(shop_of("pinduoduo"), NOW).itertuples()
    }

    assert len(expected) > 20
    assert found == expected
