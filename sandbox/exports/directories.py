"""What a weekly crawl lists beside the listings: sellers and category trees."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from sandbox import days, draws, goods, supply
from sandbox.exports import assortment, tables
from sandbox.exports.ledgers import stamps
from sandbox.market import Market

_MONDAY = 0
_MORNING = 9 * 3_600


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write the categories of the Mondays of some days, the sellers of the last."""
    first = max(first, days.LISTINGS_START)
    mondays = [
        number
        for number in range(days.number_of(first), days.number_of(last) + 1)
        if days.date_of(number).weekday() == _MONDAY
    ]
    if last < first or not mondays:
        return []
    shops = _shops(market, mondays[-1])
    categories = [row for number in mondays for row in _categories(market, number)]
    return [
        tables.put(
            folder / name / f"{name}_{first}_{last}.csv",
            tables.csv(rows[0], (tuple(row.values()) for row in rows), newline="\n"),
        )
        for name, rows in (("shops", shops), ("categories", categories))
    ]


def _seen(number: int) -> str:
    moment = np.asarray([number * days.SECONDS + _MORNING])
    return stamps(moment, np.zeros(1, dtype=int), days.NEVER)[0]


def _shops(market: Market, number: int) -> list[assortment.Row]:
    listings = market.catalogue.listings
    shops = listings[listings["own_shop"] < 0].drop_duplicates("shop_id")
    shops = shops.sort_values("shop_id")
    draw = draws.of(market.seed, "followers")
    followers = np.exp(draw.normal(8, 1.5, len(shops))) * (1 + 0.001 * number)
    seen = _seen(number)
    return [
        {
            "platform_id": str(shop.platform),
            "shop_id": str(shop.shop_id),
            "name": str(shop.shop_name),
            "is_self_run": "true" if shop.platform == "jd" else "false",
            "rating": f"{shop.rating:.1f}",
            "followers": str(int(count)),
            "updated_at": seen,
        }
        for shop, count in zip(shops.itertuples(), followers, strict=True)
    ]


def _categories(market: Market, number: int) -> list[assortment.Row]:
    listings = market.catalogue.listings
    here = listings[market.states[:, number] != supply.ABSENT]
    counts = here.groupby(["platform", "platform_category_id"]).size()
    seen = _seen(number)
    rows = []
    for platform in sorted(set(listings["platform"])):
        for code, (name_zh, _) in goods.PARENTS.items():
            rows.append(_category(platform, code, "", name_zh, seen, 1, ""))
        for leaf in goods.CATEGORIES:
            key = leaf.platform_ids[platform]
            count = str(int(counts.get((platform, key), 0)))
            rows.append(
                _category(platform, key, leaf.parent, leaf.name_zh, seen, 2, count)
            )
    return rows


def _category(
    platform: str, key: str, parent: str, name: str, seen: str, level: int, count: str
) -> assortment.Row:
    return {
        "platform_id": platform,
        "platform_category_id": key,
        "parent_id": parent,
        "name": name,
        "observed_at": seen,
        "level": str(level),
        "listing_count": count,
    }
