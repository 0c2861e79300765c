"""Stock moves of our warehouses and of agents who hold goods of their own."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from sandbox import agents, days, draws, goods
from sandbox.exports import assortment, tables, texts
from sandbox.exports.ledgers import stamps
from sandbox.market import Market
from sandbox.trade import LOTTERY

_CYCLE = 14
_HOLDERS = 12
_KINDS = ("opening", "in", "out_sale", "return_in", "out_agent", "adjust")
_OPENING, _IN, _OUT_SALE, _RETURN_IN, _OUT_AGENT, _ADJUST = range(6)


def moves(market: Market, first: int, last: int) -> tables.Table:
    """Return the moves of the days."""
    frame = _all_moves(market)
    frame = frame[(frame["day"] >= first) & (frame["day"] <= last)]
    skus = market.catalogue.skus.iloc[frame["sku"]]
    shop = market.catalogue.listings["own_shop"].to_numpy()[skus["listing"]]
    moment = frame["day"].to_numpy() * days.SECONDS + 3_600 * (
        2 + frame["kind"].to_numpy()
    )
    costs = texts.money(assortment.unit_costs(market)[skus["listing"]])
    columns = {
        "platform_id": texts.picked([one.platform for one in goods.OWN_SHOPS], shop),
        "move_id": [
            f"m{day}-{sku}-{kind}-{holder}-{other}".removesuffix("-")
            for day, sku, kind, holder, other in frame[
                ["day", "sku", "kind", "holder", "counter_holder"]
            ].itertuples(index=False)
        ],
        "moved_at": stamps(moment, shop, days.NEVER),
        "sku_id": sku_ids(market, skus),
        "holder_ref": frame["holder"].tolist(),
        "quantity": [str(number) for number in frame["quantity"].tolist()],
        "kind": texts.picked(_KINDS, frame["kind"]),
        "shop_id": texts.picked([one.shop_id for one in goods.OWN_SHOPS], shop),
        "counter_holder_ref": frame["counter_holder"].tolist(),
        "level": frame["level"].tolist(),
        "stock_owner": np.where(frame["level"] == "", "company", "agent").tolist(),
        "unit_cost_amount": costs,
        "currency": "CNY",
        "supplier_id": texts.where(
            frame["kind"] == _IN, [f"sup{number % 5 + 1}" for number in frame["sku"]]
        ),
        "to_consumer": texts.where(frame["kind"] == _OUT_SALE, ["true"] * len(frame)),
    }
    return tables.Table(columns, len(frame))


def sku_ids(market: Market, skus: pd.DataFrame) -> list[str]:
    """Return the ids of SKUs, the seller's code where the export knows no other."""
    platform = market.catalogue.listings["platform"].to_numpy()[skus["listing"]]
    return [
        sku_id if where == "pinduoduo" else code
        for where, sku_id, code in zip(
            platform, skus["sku_id"], skus["seller_sku"], strict=True
        )
    ]


@lru_cache(maxsize=2)
def _all_moves(market: Market) -> pd.DataFrame:
    sold = _by_day(market, market.trade.orders["paid_at"].to_numpy())
    back = _by_day(market, _return_days(market))
    given, held = _agent_moves(market, sold)
    parts = _warehouse(market, sold, back, given)
    frame = pd.concat([*parts, held], ignore_index=True)
    frame = frame[frame["quantity"] != 0]
    return frame.sort_values(
        ["day", "kind", "sku", "holder", "counter_holder"], ignore_index=True
    )


def _return_days(market: Market) -> np.ndarray:
    orders = market.trade.orders
    returned = orders["is_full"] & (orders["shipped_at"] < orders["refunded_at"])
    return np.where(returned, orders["refunded_at"], days.NEVER)


def _by_day(market: Market, moments: np.ndarray) -> np.ndarray:
    """Return pieces per SKU and day of orders at these moments, lotteries left out."""
    lines = market.trade.lines
    order = lines["order"].to_numpy()
    at = moments[order]
    kind = market.trade.orders["kind"].to_numpy()[order]
    counts = (at < days.COUNT * days.SECONDS) & (kind != LOTTERY)
    size = len(market.catalogue.skus) * days.COUNT
    place = lines["sku"].to_numpy()[counts] * days.COUNT + at[counts] // days.SECONDS
    pieces = np.bincount(
        place, weights=lines["quantity"].to_numpy()[counts], minlength=size
    )
    return pieces.reshape(-1, days.COUNT).astype("int64")


def _warehouse(
    market: Market, sold: np.ndarray, back: np.ndarray, given: np.ndarray
) -> list[pd.DataFrame]:
    """Return the moves of our own warehouse; it is filled up every other week."""
    draw = draws.of(market.seed, "warehouse")
    count = len(sold)
    lost = (draw.random(sold.shape) < 0.001).astype("int64")
    out = sold + given + lost - back
    came = np.zeros_like(sold)
    opening = 30 + out[:, :28].sum(axis=1)
    level = opening.astype("int64")
    careless = draw.random(count) < 0.06  # these run empty at times
    for start in range(0, days.COUNT, _CYCLE):
        wanted = out[:, start : start + 2 * _CYCLE].sum(axis=1) + 20
        wanted = np.where(careless, wanted // 2, wanted)
        came[:, start] = (wanted - level).clip(0)
        level = level + came[:, start] - out[:, start : start + _CYCLE].sum(axis=1)
    # never below nothing: what is missing comes the very day
    running = opening[:, None] + np.cumsum(came - out, axis=1)
    lowest = np.minimum.accumulate(np.minimum(running, 0), axis=1)
    came -= np.diff(lowest, axis=1, prepend=0)
    first = np.zeros_like(sold)
    first[:, 0] = opening
    parts = ((_OPENING, first), (_IN, came), (_OUT_SALE, sold), (_RETURN_IN, back))
    return [
        _rows(kind, quantity, "warehouse", "", "")
        for kind, quantity in (*parts, (_ADJUST, -lost))
    ]


def _rows(
    kind: int, quantity: np.ndarray, holder: str, other: str, level: str
) -> pd.DataFrame:
    sku, day = np.nonzero(quantity)
    return pd.DataFrame(
        {
            "sku": sku,
            "day": day,
            "kind": kind,
            "quantity": quantity[sku, day],
            "holder": holder,
            "counter_holder": other,
            "level": level,
        }
    )


def _agent_moves(market: Market, sold: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Return what agents took from the warehouse, and the moves of their own stock."""
    tree = agents.build(market.seed)
    draw = draws.of(market.seed, "agent stock")
    favourites = np.argsort(-sold.sum(axis=1), kind="stable")[:20]
    given = np.zeros_like(sold)
    parts = []
    for agent in range(_HOLDERS):
        name = tree["ref"].iloc[agent]
        level = agents.LEVELS[tree["level"].iloc[agent]].code
        start = int(tree["joined_at"].iloc[agent] // days.SECONDS) + 1
        for sku in draw.choice(favourites, 3, replace=False):
            came = np.zeros(days.COUNT, dtype="int64")
            came[start::30] = draw.integers(10, 40, len(came[start::30]))
            wish = draw.binomial(1, 0.02 + 0.9 * draw.random(), days.COUNT)
            stays = draw.random() < 0.25  # this agent was loaded with goods
            wish = wish * (draw.random(days.COUNT) < (0.1 if stays else 0.9))
            lacking = np.maximum(np.cumsum(wish) - np.cumsum(came), 0)
            gone = wish - np.diff(np.maximum.accumulate(lacking), prepend=0)
            given[sku] += came
            line = np.zeros((len(sold), days.COUNT), dtype="int64")
            line[sku] = came
            parts.append(_rows(_OUT_AGENT, line, "warehouse", name, ""))
            parts.append(_rows(_IN, line, name, "warehouse", level))
            line = np.zeros_like(line)
            line[sku] = gone
            parts.append(_rows(_OUT_SALE, line, name, "buyers", level))
    return given, pd.concat(parts, ignore_index=True)
