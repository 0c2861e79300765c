"""Group buys, bargains and posts: how our customers bring each other in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from sandbox import days, draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.ledgers import stamps
from sandbox.market import Market
from sandbox.trade import NORMAL

_GROUP_SHARE, _BARGAIN_SHARE = 0.12, 0.03
_EXPIRY = days.SECONDS
_POST_EVERY, _POST_LIFE = 3, 14
_FORMATS = ("video", "picture", "article")
_AUTHORS = ("brand", "creator", "customer")


def group_buys(market: Market, first: int, last: int) -> tables.Table:
    """Return groups of two opened, joined, filled or expired in the days."""
    frame = _within(_all_groups(market), first, last)
    shop = goods.OWN_SHOPS[names.PINDUODUO]
    listings = market.catalogue.listings.iloc[frame["listing"]]
    columns = {
        "platform_id": shop.platform,
        "group_id": [f"g{number}" for number in frame["no"].tolist()],
        "event": frame["event"].tolist(),
        "occurred_at": _stamps(frame),
        "shop_id": shop.shop_id,
        "campaign_id": "group-of-two",
        "listing_id": listings["listing_id"].tolist(),
        "size_needed": "2",
        "member_ref": frame["member"].tolist(),
        "is_new_buyer": texts.where(
            frame["member"] != "",
            texts.picked(("false", "true"), frame["is_new"] * 1),
        ),
        "group_price": texts.money(frame["price"]),
        "single_price": texts.money(np.round(frame["price"] * 1.15).astype("int64")),
        "currency": shop.currency,
        "order_id": frame["order_id"].tolist(),
    }
    return tables.Table(columns, len(frame))


def bargains(market: Market, first: int, last: int) -> tables.Table:
    """Return bargaining sessions started, helped, bought or expired in the days."""
    frame = _within(_all_bargains(market), first, last)
    shop = goods.OWN_SHOPS[names.PINDUODUO]
    columns = {
        "platform_id": shop.platform,
        "session_id": [f"b{number}" for number in frame["no"].tolist()],
        "event": frame["event"].tolist(),
        "occurred_at": _stamps(frame),
        "shop_id": shop.shop_id,
        "campaign_id": "bargain",
        "member_ref": frame["member"].tolist(),
        "is_new_member": texts.picked(
            ("false", "true"), frame["is_new"].to_numpy() * 1
        ),
        "list_price": texts.money(frame["price"]),
        "floor_price": texts.money(frame["floor"]),
        "price_after": texts.money(frame["after"]),
        "currency": shop.currency,
        "order_id": frame["order_id"].tolist(),
    }
    return tables.Table(columns, len(frame))


def posts(market: Market, first: int, last: int) -> tables.Table:
    """Return how our posts stand each evening while they are young."""
    day, post = np.meshgrid(
        np.arange(first, last + 1), np.arange(0, days.COUNT, _POST_EVERY)
    )
    young = (post <= day) & (day < post + _POST_LIFE)
    day, post = day[young], post[young]
    draw = draws.of(market.seed, "posts")
    reach = np.exp(draw.normal(7.2, 1.1, days.COUNT))[post]
    views = (reach * (1 - np.exp(-(day - post + 0.6) / 3))).astype("int64")
    number = post // _POST_EVERY
    shop = goods.OWN_SHOPS[names.TMALL]
    own = market.catalogue.listings["listing_id"].to_numpy()[
        market.catalogue.own(names.TMALL)
    ]
    moments = day * days.SECONDS + 82_800
    shops = np.full(len(day), names.TMALL)
    columns = {
        "platform_id": shop.platform,
        "post_id": [f"post{one}" for one in number.tolist()],
        "account_id": texts.picked(("shiguang", "shiguang-life"), number % 2),
        "observed_at": stamps(moments, shops, days.NEVER),
        "shop_id": shop.shop_id,
        "posted_at": stamps(post * days.SECONDS + 43_200, shops, days.NEVER),
        "format": texts.picked(_FORMATS, number % 3),
        "author_kind": texts.picked(_AUTHORS, number % 5 // 2),
        "views": _whole(views),
        "likes": _whole(views * 0.05),
        "comments": _whole(views * 0.008),
        "shares": _whole(views * 0.006),
        "interacting_people": _whole(views * 0.055),
        "attributed_orders": _whole(views * 0.0006),
        "attributed_gmv": texts.money((views * 0.0006).astype("int64") * 8_000),
        "currency": shop.currency,
        "listing_ids": own[number % len(own)].tolist(),
    }
    return tables.Table(columns, len(day))


def _whole(numbers: np.ndarray) -> list[str]:
    return [str(number) for number in numbers.astype("int64").tolist()]


def _within(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    return frame[(frame["at"] >= start) & (frame["at"] < until)]


def _stamps(frame: pd.DataFrame) -> list[str]:
    return stamps(frame["at"], np.full(len(frame), names.PINDUODUO), days.NEVER)


def _orders(market: Market) -> pd.DataFrame:
    """Return bought orders of Pinduoduo with what their line shows."""
    orders = market.trade.orders
    mine = orders[(orders["shop"] == names.PINDUODUO) & (orders["kind"] == NORMAL)]
    lines = market.trade.lines.iloc[mine["first_line"] + _first_line(market)]
    return mine.assign(
        listing=lines["listing"].to_numpy(),
        price=lines["unit_price"].to_numpy(),
        is_new=~mine.duplicated("customer"),
    )


def _first_line(market: Market) -> int:
    shop = market.trade.orders["shop"].to_numpy()
    return int((shop[market.trade.lines["order"]] < names.PINDUODUO).sum())


@lru_cache(maxsize=2)
def _all_groups(market: Market) -> pd.DataFrame:
    """Return the events of all groups; the order is the one of who joined."""
    draw = draws.of(market.seed, "groups")
    orders = _orders(market)
    orders = orders[draw.random(len(orders)) < _GROUP_SHARE]
    count = len(orders)
    fills = draw.random(count) < 0.8
    paid = orders["paid_at"].to_numpy()
    wait = draw.exponential(5_400, count).astype("int64").clip(60, _EXPIRY - 60)
    joiner = [f"pdd{number:07d}" for number in orders["customer"].tolist()]
    opened = pd.DataFrame(
        {
            "no": np.arange(count),
            "event": "opened",
            "at": np.where(fills, paid - wait, paid).clip(0),
            "member": [f"opener{number}" for number in range(count)],
            "is_new": draw.random(count) < 0.3,
            "listing": orders["listing"].to_numpy(),
            "price": orders["price"].to_numpy(),
            "order_id": "",
        }
    )
    joined = opened[fills].assign(
        event="joined",
        at=paid[fills],
        member=np.asarray(joiner, dtype=object)[fills],
        is_new=orders["is_new"].to_numpy()[fills],
        order_id=np.asarray(names.order_ids(orders), dtype=object)[fills],
    )
    filled = joined.assign(event="filled", at=joined["at"] + 1, member="", order_id="")
    expired = opened[~fills].assign(
        event="expired", at=opened["at"][~fills] + _EXPIRY, member=""
    )
    return pd.concat([opened, joined, filled, expired], ignore_index=True).sort_values(
        ["at", "no"], ignore_index=True
    )


@lru_cache(maxsize=2)
def _all_bargains(market: Market) -> pd.DataFrame:
    """Return the events of all sessions; every friend cuts the price a little."""
    draw = draws.of(market.seed, "bargains")
    orders = _orders(market)
    orders = orders[draw.random(len(orders)) < _BARGAIN_SHARE]
    ids = names.order_ids(orders)
    rows = []
    for number, order in enumerate(orders.itertuples()):
        price, at = int(order.price), int(order.paid_at)
        floor = price * 7 // 10
        start = max(0, at - int(draw.integers(7_200, 60_000)))
        friends = int(draw.integers(1, 9))
        cuts = np.sort(draw.integers(floor, price, friends))[::-1]
        moments = np.sort(draw.integers(start, at, friends))
        starter = f"starter{number}"
        fixed = {"no": number, "price": price, "floor": floor, "order_id": ""}
        rows.append(_event(fixed, "started", start, starter, False, price))
        for friend, (moment, cut) in enumerate(zip(moments, cuts, strict=True)):
            name = f"friend{number}-{friend}"
            is_new = bool(draw.random() < 0.4)
            rows.append(_event(fixed, "helped", int(moment), name, is_new, int(cut)))
        if draw.random() < 0.7:
            bought = fixed | {"order_id": ids[number]}
            rows.append(_event(bought, "bought", at, starter, False, int(cuts[-1])))
        else:
            end = start + _EXPIRY
            rows.append(_event(fixed, "expired", end, starter, False, int(cuts[-1])))
    return pd.DataFrame(rows).sort_values(["at", "no"], ignore_index=True)


def _event(
    fixed: dict, event: str, at: int, member: str, is_new: bool, after: int
) -> dict:
    return fixed | {
        "event": event,
        "at": at,
        "member": member,
        "is_new": is_new,
        "after": after,
    }
