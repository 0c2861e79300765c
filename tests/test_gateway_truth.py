"""Whoever reads a gateway by its platform's page finds the truth, to the cent."""

from __future__ import annotations

from collections import Counter

import pytest

from sandbox.gateways import holdings, shops
from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House, end_of_history, open_house
from tests.gateway_readers import READERS


@pytest.fixture(scope="module")
def house() -> House:
    # Twelve days later than history ends, when much has come back.
    return open_house(shops.market(orders=150), end_of_history() + 12 * 86_400)


@pytest.mark.parametrize("platform", shops.PLATFORMS)
def test_a_gateway_tells_the_truth_to_the_cent(house, platform):
    desk = house.desk(platform)
    now = house.instant.now = quiet(desk, house.instant.now)
    start = desk.books.starts + desk.books.shop.opened

    orders, lines, refunds = READERS[platform](house, desk, start, now)

    truth = holdings.orders(desk.books, now)
    assert len(truth) > 50
    assert sorted(orders) == sorted(
        zip(truth["order_id"], truth["paid_amount"], strict=True)
    )
    by_line = holdings.lines(desk.books, now)
    assert sum(amount for _, amount in lines) == by_line["paid_amount"].sum()
    if platform not in ("pinduoduo", "jd"):  # they tell no amount of a line
        told = Counter(number for number, _ in lines)
        assert told == Counter(by_line["order_id"])
    back = holdings.refunds(desk.books, now)
    assert len(back) > 3
    assert sorted(refunds) == sorted(
        zip(
            back["order_id"], back["amount"], back["status"] == "succeeded", strict=True
        )
    )


def test_days_add_up_to_orders_and_refunds(house):
    for desk in house.desks:
        now = house.instant.now
        by_day = holdings.shop_days(desk.books, now)
        truth = holdings.orders(desk.books, now)
        truth = truth[~truth["is_lottery"]]

        assert by_day["sales"].sum() == truth["paid_amount"].sum()
        assert by_day["refund_amount"].sum() == truth["refunded_amount"].sum()
        assert by_day["orders"].sum() == (truth["paid_amount"] > 0).sum()


def test_the_same_shops_have_the_same_truth_again():
    alone = open_house(shops.market(("taobao", "jd"), orders=80))
    again = open_house(shops.market(("taobao", "jd"), orders=80))

    for desk, other in zip(alone.desks, again.desks, strict=True):
        first = holdings.orders(desk.books, alone.instant.now)
        assert first.equals(holdings.orders(other.books, again.instant.now))


def quiet(desk: Desk, now: int) -> int:
    """Return an instant before which nothing happened for a while.

    Some platforms keep their last minutes to themselves.
    """
    while len(desk.books.orders.between(now - 240, now, now)[1]):
        now += 60
    return now
