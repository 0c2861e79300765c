"""Daily snapshots of every listing as a crawl would bring them: gzip CSV."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from sandbox import counters, days, draws, goods, supply
from sandbox.exports import tables, texts
from sandbox.exports.changes import months
from sandbox.market import Market

_AMERICAN = ("amazon", "shopify")
_HAND_PRICE = ("taobao", "pinduoduo")
_NIGHT = 22 * 3_600


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write the snapshots of some days, one file a month, from LISTINGS_START on."""
    first = max(first, days.LISTINGS_START)
    return [_write(market, folder, begin, end) for begin, end in months(first, last)]


def _write(market: Market, folder: Path, first: date, last: date) -> Path:
    rows: list[tuple[str, ...]] = []
    table = None
    start, end = days.number_of(first), days.number_of(last)
    levels = counters.levels(market.seed, market.catalogue, market.demand, start, end)
    for number in range(start, end + 1):
        table = _day(market, number, levels[:, number - start])
        draw = draws.of(market.seed, "snapshot dirt", str(number))
        rows += tables.dirtied(table.rows(), draw, 0, 0.0, 0.0006)
    header = table.columns if table else ()
    return tables.put(
        folder / f"listings_{first}_{last}.csv.gz",
        tables.zipped(tables.csv(header, rows, newline="\n")),
    )


def _day(market: Market, number: int, level: np.ndarray) -> tables.Table:
    draw = draws.of(market.seed, "snapshots", str(number))
    listings, prices = market.catalogue.listings, market.prices
    state = market.states[:, number]
    lately_gone = number - listings["gone_day"].to_numpy() < 3
    seen = (state != supply.ABSENT) & ((state != supply.OFF) | lately_gone)
    seen &= draw.random(len(listings)) >= 0.01
    misread = draw.random(len(listings)) < 0.0002
    pauses = draw.integers(0, 5_000, len(listings))
    rows = np.flatnonzero(seen)
    fixed = {name: cells[rows] for name, cells in _fixed(market).items()}
    platform = fixed["platform_id"]
    times = np.where(misread, 10, 1)[rows]
    shown = prices.shown[rows, number] * times
    grouped = platform == "pinduoduo"
    in_activity = prices.activity[rows, number] >= 0
    has_coupon = prices.coupon_on[rows, number]
    sold = market.demand.before + market.demand.units[:, : number + 1].sum(axis=1)
    shows = [counters.text(*pair) for pair in zip(platform, level[rows], strict=True)]
    kinds = [
        kind if text else ""
        for kind, text in zip(fixed["counter_type"], shows, strict=True)
    ]
    columns = {
        "platform_id": platform.tolist(),
        "shop_id": fixed["shop_id"].tolist(),
        "listing_id": fixed["listing_id"].tolist(),
        "observed_at": _observed(platform, number, pauses[rows]),
        "currency": fixed["currency"].tolist(),
        "title": fixed["title"].tolist(),
        "brand": fixed["brand"].tolist(),
        "platform_category_id": fixed["platform_category_id"].tolist(),
        "category_path": fixed["category_path"].tolist(),
        "is_self_run": fixed["is_self_run"].tolist(),
        "status": texts.picked(supply.NAMES, state[rows]),
        "list_price": fixed["list_price"].tolist(),
        "price": texts.money(np.where(grouped, _single(shown), shown)),
        "activity_price": texts.where(in_activity, texts.money(shown)),
        "coupon_amount": texts.where(has_coupon, texts.money(prices.coupon[rows])),
        "coupon_min_amount": texts.where(
            has_coupon, texts.money(prices.coupon_min[rows])
        ),
        "final_price": texts.where(
            np.isin(platform, _HAND_PRICE),
            texts.money(prices.final[rows, number] * times),
        ),
        "group_price": texts.where(grouped, texts.money(shown)),
        "group_size": texts.where(grouped, ["2"] * len(rows)),
        "activity_id": texts.where(
            in_activity,
            _activity_ids(market)[prices.activity[rows, number]].tolist(),
        ),
        "counter_text": [text or "" for text in shows],
        "counter_type": kinds,
        "review_count": [
            str(count)
            for count in (sold * market.catalogue.listings["review_rate"].to_numpy())[
                rows
            ]
            .astype("int64")
            .tolist()
        ],
        "rating": fixed["rating"].tolist(),
        "rank": [str(rank) for rank in _ranks(market, number, rows).tolist()],
        "rank_list": "sales",
    }
    return tables.Table(columns, len(rows))


@lru_cache(maxsize=2)
def _fixed(market: Market) -> dict[str, np.ndarray]:
    """Return the cells of each listing that no day changes."""
    listings = market.catalogue.listings
    paths = [f"{leaf.parent}/{leaf.code}" for leaf in goods.CATEGORIES]
    columns = {
        "platform_id": listings["platform"],
        "shop_id": listings["shop_id"],
        "listing_id": listings["listing_id"],
        "currency": listings["currency"],
        "title": texts.quoted(listings["title"]),
        "brand": listings["brand"],
        "platform_category_id": listings["platform_category_id"],
        "category_path": texts.picked(paths, listings["category_no"].to_numpy()),
        "is_self_run": np.where(listings["platform"] == "jd", "true", "false"),
        "list_price": texts.money(market.prices.list_price),
        "rating": [str(rating) for rating in listings["rating"].tolist()],
        "counter_type": counters.types(listings["platform"].to_numpy()),
    }
    return {name: np.asarray(cells, dtype=object) for name, cells in columns.items()}


@lru_cache(maxsize=2)
def _activity_ids(market: Market) -> np.ndarray:
    return market.prices.activities["activity_id"].to_numpy(dtype=object)


@lru_cache(maxsize=2)
def _groups(market: Market) -> np.ndarray:
    """Return the number of the sales list each listing belongs to."""
    listings = market.catalogue.listings
    return listings.groupby(["platform", "category_no"]).ngroup().to_numpy()


def _single(shown: np.ndarray) -> np.ndarray:
    """Return the price for one who buys without a group."""
    return np.round(shown * 1.15 / 100).astype("int64") * 100


def _observed(platform: np.ndarray, number: int, pauses: np.ndarray) -> list[str]:
    moment = number * days.SECONDS + _NIGHT + pauses
    abroad = np.isin(platform, _AMERICAN)
    observed = np.empty(len(platform), dtype=object)
    for mask, zone in ((abroad, "America/New_York"), (~abroad, "Asia/Shanghai")):
        observed[mask] = texts.offset_moments(moment[mask], days.NEVER, zone, "")
    return observed.tolist()


def _ranks(market: Market, number: int, rows: np.ndarray) -> np.ndarray:
    """Return the place of each listing in the sales list of its category there."""
    group = _groups(market)[rows]
    week = market.demand.orders[rows, max(0, number - 6) : number + 1].sum(axis=1)
    order = np.lexsort((rows, -week, group))
    rank = np.empty(len(rows), dtype="int64")
    ordered = group[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    rank[order] = np.arange(len(rows)) - np.repeat(
        starts, np.diff(np.append(starts, len(rows)))
    )
    return rank + 1
