"""What the fit expects of the sandbox's customers is what they do afterwards."""

from __future__ import annotations

import buyers
import numpy as np
import pytest

from sandbox import days
from sandbox.market import Market, Size
from sandbox.people import HISTORY_DAYS
from seller_intel import lifetime_scores as scores

HELD_OUT = 182
CUT = HISTORY_DAYS - HELD_OUT - 1
WEEKS = HELD_OUT / 7
SHOPS = (0, 1, 2)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[scores.Model, scores.Customers, np.ndarray]]:
    """Each shop before the hold-out, and what every customer bought in it."""
    visits = Market(size=Size(customers=60_000, listings=60)).people.visits
    visits = visits.assign(day=visits["at"] // days.SECONDS)
    visits = visits[visits["day"] < HISTORY_DAYS]
    found = []
    for shop in SHOPS:
        mine = visits[visits["shop"] == shop].drop_duplicates(["customer", "day"])
        mine = mine.sort_values(["customer", "day"])
        customer = np.unique(mine["customer"], return_inverse=True)[1]
        purchases = buyers.Purchases(
            customer, mine["day"].to_numpy(), np.full(len(mine), 50.0)
        )
        known, customers = buyers.summary(purchases, CUT)
        after = buyers.bought_after(purchases, known, CUT)
        found.append((scores.fit(customers), customers, after))
    return found


def test_future_orders_of_all_shops_are_met_within_five_percent(worlds):
    predicted = sum(
        scores.predict_orders(model.orders, customers, WEEKS)[0].sum()
        for model, customers, _ in worlds
    )
    actual = sum(after.sum() for _, _, after in worlds)

    assert abs(predicted / actual - 1) < 0.05


@pytest.mark.parametrize("shop", SHOPS)
def test_no_shop_is_far_from_it(worlds, shop):
    model, customers, after = worlds[shop]

    predicted = scores.predict_orders(model.orders, customers, WEEKS)[0]

    # chance alone moves the total of a shop by two percent
    assert abs(scores.score(predicted, after).total_error_rate) < 0.07


@pytest.mark.parametrize("shop", SHOPS)
def test_rates_are_those_that_the_customers_were_drawn_with(worlds, shop):
    orders = worlds[shop][0].orders

    assert orders.r == pytest.approx(0.9, rel=0.1)
    assert orders.alpha == pytest.approx(9.0, rel=0.15)


@pytest.mark.parametrize("shop", SHOPS)
def test_nine_in_ten_customers_buy_within_their_bounds(worlds, shop):
    model, customers, after = worlds[shop]
    is_mine = np.arange(after.size) % 2 == 0
    mine, others = (
        scores.Customers(*(column[rows] for column in vars(customers).values()))
        for rows in (is_mine, ~is_mine)
    )
    known = scores.factors(model, mine, WEEKS, after[is_mine], after[is_mine])

    predicted = scores.predict_orders(model.orders, others, WEEKS)[0]
    place = np.searchsorted(known.edges, predicted, side="right")
    lo = predicted * np.array(known.orders_lo)[place]
    hi = predicted * np.array(known.orders_hi)[place]
    is_inside = (lo <= after[~is_mine]) & (after[~is_mine] <= hi)

    assert is_inside.mean() >= 0.90
    for number in np.flatnonzero(np.array(known.orders_lo) > 0):
        assert 0.87 <= is_inside[place == number].mean() <= 0.93
