"""Chats of buyers with our service: questions, machine and human answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sandbox import days, draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.ledgers import stamps
from sandbox.market import Market
from sandbox.trade import NORMAL

_KINDS = ("quality", "wrong_or_missing", "tracking", "other")
_TOPICS = ("size", "price", "shipping", "material", "gift")
_SHARE = {"tmall": 0.45, "pinduoduo": 0.4, "shopify": 0.15}
BUYER, MACHINE, HUMAN = range(3)


def messages(market: Market, first: int, last: int) -> tables.Table:
    """Return the messages sent in the days."""
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    parts = [
        part
        for shop_no in range(len(goods.OWN_SHOPS))
        for part in _messages_of(market, shop_no, start, until)
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[(frame["at"] >= start) & (frame["at"] < until)]
    frame = frame.sort_values(["shop", "no", "at", "sender"], ignore_index=True)
    shop = frame["shop"].to_numpy()
    orders = market.trade.orders.loc[frame["order"]]
    customers = market.people.customers.loc[frame["customer"]]
    after = frame["is_after_sale"].to_numpy()
    asked = frame["sender"].to_numpy() == BUYER
    human = frame["sender"].to_numpy() == HUMAN
    columns = {
        "platform_id": texts.picked([one.platform for one in goods.OWN_SHOPS], shop),
        "conversation_id": [
            f"c{number}-{no}"
            for number, no in zip(shop.tolist(), frame["no"].tolist(), strict=True)
        ],
        "shop_id": texts.picked([one.shop_id for one in goods.OWN_SHOPS], shop),
        "sender": texts.picked(("buyer", "machine", "human"), frame["sender"]),
        "sent_at": stamps(frame["at"], shop, until),
        "agent_id": texts.where(
            human, [f"cs{number + 1:02d}" for number in frame["agent"].tolist()]
        ),
        "buyer_ref": texts.where(
            asked & (shop != names.PINDUODUO), names.buyers(shop, customers)
        ),
        "order_id": texts.where(after, names.order_ids(orders)),
        "topic": texts.picked(_TOPICS, frame["no"].to_numpy() % len(_TOPICS)),
        "ticket_kind": texts.where(after, texts.picked(_KINDS, frame["kind"])),
        "closed_at": texts.where(human, stamps(frame["at"] + 60, shop, days.NEVER)),
        "resolved_flag": texts.where(
            human, texts.picked(("true", "false"), frame["no"].to_numpy() % 8 // 7)
        ),
    }
    return tables.Table(columns, len(frame))


def _messages_of(
    market: Market, shop_no: int, start: int, until: int
) -> list[pd.DataFrame]:
    orders = market.trade.orders
    orders = orders[(orders["shop"] == shop_no) & (orders["kind"] == NORMAL)]
    shop = goods.OWN_SHOPS[shop_no]
    draw = draws.of(market.seed, shop.key, "service")
    count = len(orders)
    talks = draw.random(count) < _SHARE[shop.key]
    is_after = draw.random(count) < 0.35
    before = orders["created_at"].to_numpy() - draw.integers(120, 7_200, count)
    after = orders["paid_at"].to_numpy() + draw.integers(20_000, 900_000, count)
    at = np.where(is_after, after, before).clip(0)
    wait = np.where(
        draw.random(count) < 0.88,
        draw.exponential(75, count) + 4,
        draw.exponential(1_500, count) + 200,
    ).astype("int64")
    frame = pd.DataFrame(
        {
            "shop": shop_no,
            "no": np.arange(count),
            "at": at,
            "sender": BUYER,
            "order": orders.index,
            "customer": orders["customer"].to_numpy(),
            "is_after_sale": is_after,
            "agent": draw.integers(0, 5, count),
            "kind": draws.among(draw, [0.2, 0.15, 0.45, 0.2], count),
            "wait": wait,
            "is_machine": draw.random(count) < 0.6,
            "is_answered": draw.random(count) < 0.955,
            "again": draw.random(count) < 0.3,
        }
    )
    near = talks & (at >= start - 30 * days.SECONDS) & (at < until)
    frame = frame[near]
    machine = frame[frame["is_machine"]].assign(
        at=lambda rows: rows["at"] + 2, sender=MACHINE
    )
    human = frame[frame["is_answered"]].assign(
        at=lambda rows: rows["at"] + rows["wait"] + 3, sender=HUMAN
    )
    again = frame[frame["again"] & frame["is_answered"]].assign(
        at=lambda rows: rows["at"] + rows["wait"] + 45
    )
    last = again.assign(at=again["at"] + again["wait"] // 2 + 8, sender=HUMAN)
    return [frame, machine, human, again, last]
