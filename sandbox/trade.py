"""Orders of our shops: created, paid, shipped, received, refunded, closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox import baskets, days, draws, goods
from sandbox.catalogue import Catalogue
from sandbox.people import People
from sandbox.prices import Prices

EVENTS = (
    "created_at",
    "paid_at",
    "shipped_at",
    "received_at",
    "closed_at",
    "refund_applied_at",
    "refunded_at",
)
NORMAL, UNPAID, LOTTERY = range(3)
_HOUR, _DAY = 3_600, days.SECONDS


@dataclass(frozen=True)
class Trade:
    """All orders and their lines; moments are seconds after ORDERS_START."""

    orders: pd.DataFrame
    lines: pd.DataFrame


def build(
    seed: int,
    people: People,
    catalogue: Catalogue,
    prices: Prices,
    states: np.ndarray,
    shops: tuple[goods.OwnShop, ...] = goods.OWN_SHOPS,
) -> Trade:
    """Return every order until the horizon, numbered by shop and moment."""
    all_orders, all_lines = [], []
    before = 0
    for shop_no, shop in enumerate(shops):
        visits = people.visits[people.visits["shop"] == shop_no]
        visits = visits[visits["at"] >= shop.opened]
        orders = _attempts(seed, shop, visits)
        amounts, lines = baskets.fill(
            seed,
            (shop_no, shop),
            orders["created_at"].to_numpy(),
            catalogue,
            prices,
            states,
        )
        lottery = orders["kind"].to_numpy() == LOTTERY
        amounts.loc[lottery, ["goods", "paid"]] = 1
        amounts.loc[lottery, ["seller_discount", "platform_discount"]] = 0
        lines.loc[lottery[lines["order"].to_numpy()], "paid"] = 1
        orders = _fates(seed, shop, pd.concat([orders, amounts], axis=1), lines)
        lines["order"] += before
        all_orders.append(orders.assign(shop=shop_no, no=np.arange(len(orders))))
        all_lines.append(lines)
        before += len(orders)
    orders = pd.concat(all_orders, ignore_index=True)
    return Trade(orders, pd.concat(all_lines, ignore_index=True))


def _attempts(seed: int, shop: goods.OwnShop, visits: pd.DataFrame) -> pd.DataFrame:
    """Return the purchases and, among them, orders never paid and 1-fen lotteries."""
    draw = draws.of(seed, shop.key, "attempts")
    bought = visits[["customer", "at"]].rename(columns={"at": "created_at"})
    failed = bought[draw.random(len(bought)) < 0.06]
    ahead = draw.integers(_HOUR, 3 * _DAY, len(failed))
    failed = failed.assign(
        created_at=(failed["created_at"] - ahead).clip(lower=shop.opened)
    )
    frames = [bought.assign(kind=NORMAL), failed.assign(kind=UNPAID)]
    if shop.platform == "pinduoduo":
        lucky = bought[draw.random(len(bought)) < 0.012]
        frames.append(lucky.assign(created_at=lucky["created_at"] + 60, kind=LOTTERY))
    together = pd.concat(frames, ignore_index=True)
    together["created_at"] = together["created_at"].clip(upper=days.COUNT * _DAY - 1)
    return together.sort_values(
        ["created_at", "customer", "kind"], kind="stable", ignore_index=True
    )


def _fates(
    seed: int, shop: goods.OwnShop, orders: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    draw = draws.of(seed, shop.key, "fates")
    count = len(orders)
    created = orders["created_at"].to_numpy()
    unpaid = orders["kind"].to_numpy() == UNPAID
    lottery = orders["kind"].to_numpy() == LOTTERY
    paid = created + 5 + draw.exponential(90, count).astype("int64").clip(0, 1_700)
    paid = np.where(unpaid, days.NEVER, paid)
    shipped = paid + (draw.uniform(0.15, 2.2, count) * _DAY).astype("int64")
    received = shipped + (draw.uniform(2.5, 12, count) * _DAY).astype("int64")
    late = draw.random(count) < 0.06
    wait = np.where(late, draw.uniform(15, 70, count), draw.exponential(4.5, count))
    applied = paid + 600 + (wait * _DAY).astype("int64")
    refunded = applied + (draw.uniform(0.1, 3.5, count) * _DAY).astype("int64")
    returns = (draw.random(count) < _return_rate(shop)) & ~unpaid & ~lottery
    full, amount, line = _refunds(draw, orders, lines, shipped > applied)
    applied = np.where(returns, applied, days.NEVER)
    refunded = np.where(returns, refunded, days.NEVER)
    full &= returns
    if shop.key == "pinduoduo":  # its export has no refund amount
        full, amount = returns, orders["paid"].to_numpy()
    cancelled = full & (applied < shipped)
    shipped = np.where(unpaid | cancelled | lottery, days.NEVER, shipped)
    received = np.where(
        (shipped == days.NEVER) | (full & (refunded < received)), days.NEVER, received
    )
    closed = np.where(full, refunded, days.NEVER)
    timeout = created + (_DAY if shop.platform != "pinduoduo" else _HOUR // 2)
    closed = np.where(unpaid, timeout, closed)
    return orders.assign(
        paid_at=paid,
        shipped_at=shipped,
        received_at=received,
        refund_applied_at=applied,
        refunded_at=refunded,
        closed_at=closed,
        refund=np.where(returns, amount, 0),
        refund_line=np.where(returns & ~full, line, -1),
        is_full=full,
        link=_links(draw, shop, count),
        channel=draws.among(draw, [0.52, 0.2, 0.16, 0.12], count),
    )


def _return_rate(shop: goods.OwnShop) -> float:
    return {"taobao": 0.11, "pinduoduo": 0.09, "shopify": 0.06}.get(shop.platform, 0.08)


def _refunds(
    draw: np.random.Generator,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    before_shipping: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whether all comes back, how much, and the line of a partial refund."""
    first = orders["first_line"].to_numpy()
    line_paid = lines["paid"].to_numpy()[first]
    paid = orders["paid"].to_numpy()
    partial = draw.random(len(orders)) < 0.25
    part = (line_paid * draw.choice([0.2, 0.5, 1.0], len(orders))).astype("int64")
    full = ~partial | (part >= paid) | before_shipping
    return full, np.where(full, paid, np.maximum(part, 1)), first


def _links(draw: np.random.Generator, shop: goods.OwnShop, count: int) -> np.ndarray:
    """Return the agent whose link brought an order, -1 for none."""
    share = {"taobao": 0.08, "pinduoduo": 0.05, "shopify": 0.12}.get(shop.platform, 0.1)
    agent = (draw.random(count) ** 2 * 60).astype("int64")
    return np.where(draw.random(count) < share, agent, -1)
