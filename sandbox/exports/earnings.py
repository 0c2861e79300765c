"""What agents earn by the orders their links bring, and the clicks on the links."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from sandbox import agents, days, draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.ledgers import stamps
from sandbox.market import Market
from sandbox.trade import NORMAL

_PROGRAMMES = {names.TMALL: agents.PROGRAMME, names.SHOPIFY: "shiguang-affiliates"}
_DISPUTE = 7 * days.SECONDS
_UPLINE_RATE = 0.02


def commissions(market: Market, first: int, last: int) -> tables.Table:
    """Return ledger entries that arose in the days or changed their state then."""
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    frame = _all_entries(market)
    changed = ((frame["at"] >= start) & (frame["at"] < until)) | (
        (frame["settled_at"] >= start) & (frame["settled_at"] < until)
    )
    frame = frame[changed & (frame["at"] < until)]
    shop = frame["shop"].to_numpy()
    settled = (frame["settled_at"] < until).to_numpy()
    state = np.where(frame["is_reversal"], 2, settled * 1)
    columns = {
        "platform_id": texts.picked([one.platform for one in goods.OWN_SHOPS], shop),
        "entry_id": frame["entry"].tolist(),
        "programme_id": frame["programme"].tolist(),
        "payee_ref": frame["payee"].tolist(),
        "amount": texts.money(frame["amount"]),
        "currency": texts.picked([one.currency for one in goods.OWN_SHOPS], shop),
        "basis": frame["basis"].tolist(),
        "occurred_at": stamps(frame["at"], shop, until),
        "shop_id": texts.picked([one.shop_id for one in goods.OWN_SHOPS], shop),
        "order_id": frame["order_id"].tolist(),
        "link_id": frame["link_id"].tolist(),
        "depth": [str(depth) for depth in frame["depth"].tolist()],
        "rate": [f"{rate:.2f}" for rate in frame["rate"].tolist()],
        "status": texts.picked(("pending", "settled", "reversed"), state),
    }
    return tables.Table(columns, len(frame))


@lru_cache(maxsize=2)
def _all_entries(market: Market) -> pd.DataFrame:
    """Return the entries of every order an active agent's link brought."""
    tree = agents.build(market.seed)
    orders = market.trade.orders
    orders = orders[
        (orders["link"] >= 0)
        & (orders["kind"] == NORMAL)
        & orders["shop"].isin(list(_PROGRAMMES))
    ]
    link = orders["link"].to_numpy()
    paid = orders["paid_at"].to_numpy()
    active = (tree["joined_at"].to_numpy()[link] <= paid) & (
        tree["left_at"].to_numpy()[link] > paid
    )
    orders, link, paid = orders[active], link[active], paid[active]
    shop = orders["shop"].to_numpy()
    level = tree["level"].to_numpy()[link]
    earning = (orders["paid"] - orders["freight"] - orders["tax"]).to_numpy()
    rates = np.asarray([one.rate for one in agents.LEVELS])
    received = orders["received_at"].to_numpy()
    direct = pd.DataFrame(
        {
            "shop": shop,
            "programme": [_PROGRAMMES[number] for number in shop],
            "agent": link,
            "basis": "own_sales",
            "depth": 1,
            "rate": rates[level],
            "at": paid,
            "settled_at": np.where(
                received < days.NEVER, received + _DISPUTE, days.NEVER
            ),
            "order_id": names.order_ids(orders),
            "earning": earning,
            "back_at": orders["refunded_at"].to_numpy(),
            "back": np.minimum(orders["refund"].to_numpy(), earning),
            "is_reversal": False,
        }
    )
    direct["link_id"] = [f"link{number:03d}" for number in link]
    parent = tree["parent"].to_numpy()[link]
    upline = direct[(parent >= 0) & (shop == 0)].assign(
        agent=parent[(parent >= 0) & (shop == 0)],
        basis="downline_sales",
        depth=2,
        rate=_UPLINE_RATE,
    )
    entries = pd.concat([direct, upline], ignore_index=True)
    entries["entry"] = [
        f"e{number}-{depth}"
        for number, depth in zip(entries["order_id"], entries["depth"], strict=True)
    ]
    entries["amount"] = np.round(entries["earning"] * entries["rate"]).astype("int64")
    taken = entries[entries["back_at"] < days.NEVER]
    taken = taken.assign(
        entry=taken["entry"] + "-r",
        at=taken["back_at"],
        settled_at=days.NEVER,
        amount=-np.round(taken["back"] * taken["rate"]).astype("int64"),
        is_reversal=True,
    )
    entries = pd.concat([entries, taken], ignore_index=True)
    entries["payee"] = tree["ref"].to_numpy()[entries["agent"]]
    return entries


def links(market: Market, first: int, last: int) -> tables.Table:
    """Return the clicks each agent's link got on each day with any."""
    tree = agents.build(market.seed)
    draw = draws.of(market.seed, "clicks")
    liked = np.arange(1, agents.COUNT + 1) ** -0.7
    clicks = draw.poisson(6 * liked[:, None] * days.busyness("CN")[None, :])
    day = np.arange(days.COUNT)[None, :] * days.SECONDS
    clicks *= (day >= tree["joined_at"].to_numpy()[:, None]) & (
        day < tree["left_at"].to_numpy()[:, None]
    )
    agent, place = np.nonzero(clicks[:, first : last + 1])
    found = clicks[agent, place + first]
    shop = goods.OWN_SHOPS[0]
    columns = {
        "platform_id": shop.platform,
        "link_id": [f"link{number:03d}" for number in agent.tolist()],
        "programme_id": agents.PROGRAMME,
        "stat_date": [str(days.date_of(number + first)) for number in place.tolist()],
        "shop_id": shop.shop_id,
        "owner_ref": tree["ref"].to_numpy()[agent].tolist(),
        "clicks": [str(number) for number in found.tolist()],
        "distinct_clickers": [
            str(number) for number in (found * 0.8 + 0.5).astype(int)
        ],
    }
    return tables.Table(columns, len(agent))
