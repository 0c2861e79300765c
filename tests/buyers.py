"""Customers who buy as BG/NBD says, drawn from known parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seller_intel.lifetime_scores import Customers

R, ALPHA, A, B = 0.9, 9.0, 1.0, 3.6


@dataclass(frozen=True)
class Purchases:
    """Purchase days, sorted by customer and day; equal days of a customer are one."""

    customer: np.ndarray
    day: np.ndarray
    value: np.ndarray


def draw(count: int, days: int, seed: int = 7, newest: int | None = None) -> Purchases:
    """Return the purchases of customers who came over the first days, `newest` at most.

    A customer buys at a rate of their own and leaves after a purchase with a chance of
    their own; values are log-normal around a level of their own.
    """
    random = np.random.default_rng(seed)
    first = random.integers(0, newest or days, count)
    rate = random.gamma(R, 1 / ALPHA, count)
    leaves = random.beta(A, B, count)
    level = np.exp(random.normal(4.0, 0.5, count))
    who, now = np.arange(count), first.astype(float)
    found = [(who, first)]
    while who.size:
        # nobody leaves with the first purchase, as the model has it
        stays = (len(found) == 1) | (random.random(who.size) >= leaves[who])
        who = who[stays]
        now = now[stays] + 7 * random.exponential(1 / rate[who])
        inside = now < days
        who, now = who[inside], now[inside]
        found.append((who, now.astype(int)))
    customer = np.concatenate([each for each, _ in found])
    day = np.concatenate([each for _, each in found])
    keys = np.unique(customer * days + day)
    customer, day = keys // days, keys % days
    value = np.round(level[customer] * np.exp(random.normal(0, 0.4, keys.size)), 2)
    return Purchases(customer, day, value)


def summary(purchases: Purchases, as_of: int) -> tuple[np.ndarray, Customers]:
    """Return who bought up to a day, and what the models read of them."""
    seen = purchases.day <= as_of
    customer, day = purchases.customer[seen], purchases.day[seen]
    known, start, count = np.unique(customer, return_index=True, return_counts=True)
    repeats = count - 1
    total = np.add.reduceat(purchases.value[seen], start) - purchases.value[seen][start]
    value = np.divide(total, repeats, out=np.zeros(known.size), where=repeats > 0)
    first, last = day[start], day[start + count - 1]
    return known, Customers(
        repeats.astype(float),
        (last - first) / 7,
        (as_of - first) / 7,
        repeats.astype(float),
        value,
    )


def bought_after(purchases: Purchases, known: np.ndarray, day: int) -> np.ndarray:
    """Return the purchase days after a day of each of some customers."""
    late = purchases.customer[purchases.day > day]
    return np.bincount(late, minlength=known.max() + 1)[known].astype(float)
