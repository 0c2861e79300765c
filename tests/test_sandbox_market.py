"""The simulated market: sizes, calendar, behaviour."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sandbox import counters, days, names, supply
from sandbox.market import Market, Size
from sandbox.people import HISTORY_DAYS
from sandbox.trade import LOTTERY, NORMAL, UNPAID

HISTORY_SECONDS = HISTORY_DAYS * days.SECONDS


@pytest.fixture(scope="module")
def market() -> Market:
    """Return a market of half the default size."""
    return Market(size=Size(customers=2_500, listings=1_000))


def test_the_same_seed_gives_the_same_market_and_another_seed_another(market):
    again = Market(market.seed, market.size)
    other = Market(market.seed + 1, market.size)

    assert again.trade.orders.equals(market.trade.orders)
    assert np.array_equal(again.demand.units, market.demand.units)
    assert not other.trade.orders.equals(market.trade.orders)


def test_history_is_65_weeks_and_holds_the_double_11_of_two_years(market):
    paid = market.trade.orders["paid_at"].to_numpy() // days.SECONDS
    sold = np.bincount(paid[paid < HISTORY_DAYS], minlength=HISTORY_DAYS)

    assert HISTORY_DAYS == 65 * 7
    for year in (2025, 2026):
        festival = days.number_of(date(year, 11, 11))
        assert sold[festival] > 2 * np.median(sold[festival - 14 : festival])


def test_size_parameters_are_kept():
    size = Size.of(customers=800, listings=700, orders=4_000)

    market = Market(size=size)
    created = market.trade.orders["created_at"] < HISTORY_SECONDS

    assert len(market.catalogue.listings) == 700
    assert (market.people.customers["first_at"] < HISTORY_SECONDS).sum() == 800
    assert created.sum() == pytest.approx(4_000, rel=0.1)


def test_customers_follow_from_orders_alone():
    size = Size.of(orders=11_000)

    created = Market(size=size).trade.orders["created_at"] < HISTORY_SECONDS

    assert created.sum() == pytest.approx(11_000, rel=0.06)


def test_a_day_after_the_horizon_is_refused():
    with pytest.raises(ValueError, match="the market runs from"):
        days.number_of(date(2027, 7, 1))


def test_lines_of_an_order_add_up_to_its_goods_after_discounts(market):
    orders = market.trade.orders
    lines = market.trade.lines
    goods = np.bincount(lines["order"], weights=lines["paid"], minlength=len(orders))

    due = orders["paid"] - orders["freight"] - orders["tax"]

    assert (goods == due).all()
    assert (orders["paid"] > 0).all()
    assert (lines["paid"] >= 0).all()


def test_events_of_an_order_come_in_order(market):
    orders = market.trade.orders

    assert (orders["paid_at"] > orders["created_at"]).all()
    assert (orders["shipped_at"] >= orders["paid_at"]).all()
    assert (orders["received_at"] >= orders["shipped_at"]).all()
    refunded = orders[orders["refunded_at"] < days.NEVER]
    assert (refunded["refunded_at"] > refunded["refund_applied_at"]).all()
    assert (refunded["refund_applied_at"] > refunded["paid_at"]).all()
    assert (refunded["refund"] <= refunded["paid"]).all()
    assert (refunded["refund"] > 0).all()
    late = refunded["refunded_at"] - refunded["paid_at"] > 15 * days.SECONDS
    assert 0.02 < late.mean() < 0.3


def test_unpaid_orders_close_and_lotteries_cost_one_fen(market):
    orders = market.trade.orders
    unpaid = orders[orders["kind"] == UNPAID]
    lottery = orders[orders["kind"] == LOTTERY]

    assert (unpaid["paid_at"] == days.NEVER).all()
    assert (unpaid["closed_at"] < days.NEVER).all()
    assert (lottery["paid"] == 1).all()
    assert set(lottery["shop"]) == {names.PINDUODUO}


def test_customers_come_back_and_bring_others(market):
    customers = market.people.customers
    bought = market.trade.orders[market.trade.orders["kind"] == NORMAL]
    visits = bought.groupby("customer").size()
    referred = customers[customers["referrer"] >= 0]
    referrer = customers.loc[referred["referrer"]]

    assert 0.3 < (visits > 1).mean() < 0.8
    assert 0.1 < len(referred) / len(customers) < 0.25
    assert (referrer["shop"].to_numpy() == referred["shop"].to_numpy()).all()
    invited = referred["first_at"] - referred["invited_before"]
    assert (invited.to_numpy() > referrer["first_at"].to_numpy()).all()


def test_a_listing_that_cannot_be_bought_sells_nothing_but_what_was_just_ordered(
    market,
):
    rows, at = np.nonzero((market.states != supply.ON) & (market.demand.units > 0))

    own = market.catalogue.listings["own_shop"].to_numpy()[rows] >= 0

    # paid shortly after midnight, ordered before
    assert own.all()
    assert (market.states[rows, at - 1] == supply.ON).all()


def test_counters_show_about_60_25_and_15_percent_exact_two_and_one_digit():
    market = Market()
    last = days.number_of(days.HISTORY_END)
    first = days.number_of(days.LISTINGS_START)
    platforms = market.catalogue.listings["platform"]
    levels = counters.levels(market.seed, market.catalogue, market.demand, first, last)[
        :, ::15
    ]

    shown = [
        counters.digits(text)
        for platform, row in zip(platforms, levels.tolist(), strict=True)
        for level in row
        if (text := counters.text(platform, level))
    ]

    share = {kind: shown.count(kind) / len(shown) for kind in ("exact", "two", "one")}
    assert share["exact"] == pytest.approx(0.60, abs=0.04)
    assert share["two"] == pytest.approx(0.25, abs=0.04)
    assert share["one"] == pytest.approx(0.15, abs=0.04)


@pytest.mark.parametrize(
    ("platform", "level", "text"),
    [
        ("pinduoduo", 99, "已拼99件"),
        ("pinduoduo", 91_254, "已拼9.1万件"),
        ("pinduoduo", 44_850, "已拼4.4万件"),
        ("pinduoduo", 170_108, "已拼10万+件"),
        ("taobao", 99, "99人付款"),
        ("taobao", 9_999, "9000+人付款"),
        ("taobao", 10_000, "1万+人付款"),
        ("taobao", 905_000, "90万+人付款"),
        ("douyin", 56_999, "已售 5.6万"),
        ("amazon", 49, None),
        ("amazon", 99, "50+ bought in past month"),
        ("amazon", 2_999, "2K+ bought in past month"),
        ("jd", 500, None),
    ],
)
def test_a_counter_is_cut_to_the_digits_its_platform_shows(platform, level, text):
    assert counters.text(platform, level) == text


def test_some_lifetime_counters_fall_and_most_never_do(market):
    last = days.number_of(days.HISTORY_END)
    levels = counters.levels(
        market.seed, market.catalogue, market.demand, last - 89, last
    )
    lifetime = market.catalogue.listings["platform"].isin(["pinduoduo", "douyin"])

    falls = (np.diff(levels[lifetime], axis=1) < 0).any(axis=1)

    assert 0 < falls.mean() < 0.05


def test_prices_fall_in_activities_and_some_rose_before(market):
    prices = market.prices
    inside = prices.activity >= 0
    before = np.zeros_like(inside)
    before[:, :-1] = inside[:, 1:] & ~inside[:, :-1]

    assert prices.shown[inside].mean() < prices.regular[inside].mean() * 0.95
    assert (prices.shown <= prices.regular).all()
    assert (prices.final > 0).all()
    jump = prices.regular[:, 1:] > prices.regular[:, :-1] * 1.11
    assert jump.any()
