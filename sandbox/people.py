"""Customers: when they first buy, when they come back, and who brought whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox import days, draws, goods

HISTORY_DAYS = (days.HISTORY_END - days.ORDERS_START).days + 1
# purchase rate Gamma(shape, weeks), leaving chance Beta(a, b): the BG/NBD world, in
# which nobody leaves with the first purchase
_SHAPE, _WEEKS = 0.9, 9.0
_LEAVE = (1.0, 3.6)
_QUARTER = 91
_REFERRED_SHARE = 0.18
_HOURS = np.cumsum(
    [0, 2, 1, 1, 1, 1, 1, 2, 4, 6, 7, 6, 5, 6, 6, 6, 5, 5, 5, 6, 8, 10, 10, 7, 4]
)


@dataclass(frozen=True)
class People:
    """Customers and their visits with a purchase, each numbered by shop and time."""

    customers: pd.DataFrame
    visits: pd.DataFrame


def build(
    seed: int,
    customer_count: int,
    eagerness: float = 1.0,
    shops: tuple[goods.OwnShop, ...] = goods.OWN_SHOPS,
) -> People:
    """Return customers of all shops with every visit until the horizon."""
    customers, visits = [], []
    offset = 0
    for shop_no, shop in enumerate(shops):
        wanted = max(1, round(customer_count * shop.customer_share))
        clock, pace = _clock(shop), _pace(shop)
        came = _first_visits(draws.of(seed, shop.key, "first visits"), wanted, clock)
        first = _between(came, clock, pace)
        who, when = _all_visits(
            draws.of(seed, shop.key, "visits"), first, pace[-1], eagerness
        )
        moments = _moments(when, pace)
        frame = _customers(seed, shop_no, shop, _moments(first, pace))
        customers.append(frame.assign(customer=np.arange(len(first)) + offset))
        order = np.lexsort((who, moments))
        visits.append(
            pd.DataFrame(
                {"shop": shop_no, "customer": who + offset, "at": moments}
            ).iloc[order]
        )
        offset += len(first)
    everybody = pd.concat(customers, ignore_index=True)
    everybody["referrer"] = np.where(
        everybody["referrer"] >= 0,
        everybody["referrer"] + everybody.groupby("shop")["customer"].transform("min"),
        -1,
    )
    return People(_with_persons(seed, everybody), pd.concat(visits, ignore_index=True))


def _clock(shop: goods.OwnShop) -> np.ndarray:
    """Return busy time passed at the start of each day; a day of history is one."""
    busy = days.busyness(shop.country) * (1 + 0.4 * np.arange(days.COUNT) / 365)
    passed = np.concatenate([[0.0], np.cumsum(busy)])
    return passed * HISTORY_DAYS / passed[HISTORY_DAYS]


def _pace(shop: goods.OwnShop) -> np.ndarray:
    """Return the same for those who come back: as often in every quarter of a year.

    A shop grows by new customers; festivals draw part of what who comes back buys from
    the weeks around.
    """
    busy = days.busyness(shop.country)
    quarter = np.arange(days.COUNT) // _QUARTER
    mean = np.bincount(quarter, busy) / np.bincount(quarter)
    return np.concatenate([[0.0], np.cumsum(0.4 + 0.6 * busy / mean[quarter])])


def _between(passed: np.ndarray, clock: np.ndarray, pace: np.ndarray) -> np.ndarray:
    """Return times of one clock as times of another."""
    day = np.arange(days.COUNT + 1)
    return np.interp(np.interp(passed, clock, day), day, pace)


def _first_visits(
    draw: np.random.Generator, wanted: int, clock: np.ndarray
) -> np.ndarray:
    later = round(wanted * (clock[-1] - HISTORY_DAYS) / HISTORY_DAYS)
    return np.concatenate(
        [
            np.sort(draw.random(wanted)) * HISTORY_DAYS,
            HISTORY_DAYS + np.sort(draw.random(later)) * (clock[-1] - HISTORY_DAYS),
        ]
    )


def _all_visits(
    draw: np.random.Generator, first: np.ndarray, end: float, eagerness: float
) -> tuple[np.ndarray, np.ndarray]:
    rate = draw.gamma(_SHAPE, 1 / (_WEEKS * 7), len(first)) * eagerness
    leave = draw.beta(*_LEAVE, len(first))
    who = np.arange(len(first))
    now = first.copy()
    all_who, all_when = [who], [now]
    while len(who):
        is_new = len(all_who) == 1
        stays = is_new | (draw.random(len(who)) >= leave[who])
        now = now[stays] + draw.exponential(1.0, stays.sum()) / rate[who[stays]]
        who = who[stays]
        inside = now < end
        who, now = who[inside], now[inside]
        all_who.append(who)
        all_when.append(now)
    return np.concatenate(all_who), np.concatenate(all_when)


def _moments(busy: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """Return wall-clock seconds of busy times."""
    place = np.interp(busy, clock, np.arange(days.COUNT + 1))
    day = np.minimum(place.astype("int64"), days.COUNT - 1)
    hour = np.interp(place - day, _HOURS / _HOURS[-1], np.arange(25))
    seconds = (hour * 3600).astype("int64").clip(0, days.SECONDS - 1)
    return day * days.SECONDS + seconds


def _customers(
    seed: int, shop_no: int, shop: goods.OwnShop, first: np.ndarray
) -> pd.DataFrame:
    """Return what a customer is; a referrer bought at least three days earlier."""
    draw = draws.of(seed, shop.key, "customers")
    count = len(first)
    order = np.argsort(first, kind="stable")
    earlier = np.searchsorted(first[order], first - 3 * days.SECONDS)
    back = (draw.exponential(0.25, count) % 1.0) * earlier
    chosen = order[np.maximum(earlier - 1 - back.astype("int64"), 0)]
    referred = (draw.random(count) < _REFERRED_SHARE) & (earlier > 0)
    from_ads = ~referred & (draw.random(count) < 0.45)
    return pd.DataFrame(
        {
            "shop": shop_no,
            "first_at": first,
            "referrer": np.where(referred, chosen, -1),
            "invited_before": (
                draw.exponential(30 * 3600, count).astype("int64").clip(600, 200_000)
            ),
            "from_ads": from_ads,
            "place": draws.among(draw, [8, 7, 6, 6, 5, 4, 3, 3, 2, 2], count),
            "is_member": draw.random(count) < 0.5,
            "is_masked": draw.random(count) < 0.02,
        }
    )


def _with_persons(seed: int, customers: pd.DataFrame) -> pd.DataFrame:
    """Let some Shopify customers be the same persons as Tmall customers."""
    draw = draws.of(seed, "persons")
    person = customers["customer"].to_numpy().copy()
    tmall = np.flatnonzero((customers["shop"] == 0) & (customers["customer"] % 4 == 0))
    shopify = np.flatnonzero(customers["shop"] == 2)
    same = shopify[draw.random(len(shopify)) < 0.08]
    same = same[: len(tmall)]
    person[same] = draw.permutation(tmall)[: len(same)]
    return customers.assign(person=person)


def eagerness_for(orders_per_customer: float) -> float:
    """Return the factor on purchase rates that gives so many orders a customer."""
    low, high = 0.01, 100.0
    for _ in range(18):
        middle = (low * high) ** 0.5
        if _orders_per_customer(middle) < orders_per_customer:
            low = middle
        else:
            high = middle
    return (low * high) ** 0.5


def _orders_per_customer(eagerness: float) -> float:
    draw = draws.of(0, "pilot")
    first = np.sort(draw.random(4_000)) * HISTORY_DAYS
    who, _ = _all_visits(draw, first, HISTORY_DAYS, eagerness)
    return 1.06 * len(who) / len(first)
