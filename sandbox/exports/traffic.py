"""Visitors, advertising and search interest, a row a day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sandbox import days, draws, goods, truth
from sandbox.exports import tables, texts
from sandbox.market import Market

_CHANNELS = {
    "tmall": (("search", 0.42), ("recommend", 0.30), ("ads", 0.18), ("live", 0.10)),
    "pinduoduo": (("search", 0.35), ("recommend", 0.45), ("ads", 0.20)),
    "shopify": (("web", 0.93), ("pos", 0.07)),
}
# advertising platform, campaign, share of the budget, keyword
_CAMPAIGNS = {
    "tmall": (
        ("zhitongche", "search-core", 0.5, "保温杯"),
        ("zhitongche", "search-long", 0.2, "收纳箱 大号"),
        ("wanxiangtai", "recommend", 0.3, ""),
    ),
    "pinduoduo": (
        ("duoduo-search", "search-core", 0.6, "袜子"),
        ("duoduo-feed", "feed", 0.4, ""),
    ),
    "shopify": (
        ("google", "shopping", 0.6, "insulated bottle"),
        ("meta", "retarget", 0.4, ""),
    ),
}
_CONVERSION = {"tmall": 0.034, "pinduoduo": 0.042, "shopify": 0.021}


def visits(market: Market, first: int, last: int) -> tables.Table:
    """Return visitors per shop, channel and, since LISTINGS_START, own listing."""
    frames = [
        part
        for shop_no in range(len(goods.OWN_SHOPS))
        for part in _visits_of(market, shop_no, first, last)
    ]
    frame = pd.concat(frames, ignore_index=True)
    shop = [goods.OWN_SHOPS[number] for number in frame["shop"]]
    visitors = frame["visitors"].to_numpy()
    total = (frame["channel"] == "").to_numpy() & (frame["listing_id"] == "").to_numpy()
    columns = {
        "platform_id": [one.platform for one in shop],
        "shop_id": [one.shop_id for one in shop],
        "stat_date": [str(days.date_of(number)) for number in frame["day"]],
        "channel": frame["channel"].tolist(),
        "listing_id": frame["listing_id"].tolist(),
        "visitors": whole(visitors),
        "page_views": whole(visitors * 2.6),
        "impressions": whole(visitors * 17),
        "clicks": whole(visitors * 1.15),
        "add_to_cart_visitors": whole(visitors * 0.11),
        "platform_buyers": texts.where(total, whole(frame["buyers"])),
        "platform_gmv": texts.where(
            total, texts.money(np.round(frame["gmv"] * 100).astype("int64"))
        ),
        "currency": [one.currency for one in shop],
    }
    return tables.Table(columns, len(frame))


def whole(numbers: np.ndarray | pd.Series) -> list[str]:
    """Return numbers cut to whole ones."""
    return [str(number) for number in np.asarray(numbers).astype("int64").tolist()]


def _visits_of(
    market: Market, shop_no: int, first: int, last: int
) -> list[pd.DataFrame]:
    shop = goods.OWN_SHOPS[shop_no]
    sold = truth.all_shop_days(market)
    sold = sold[sold["shop"] == shop_no]
    visitors = _visitors(market, shop_no, sold["buyers"].to_numpy())
    day = np.arange(first, last + 1)
    total = pd.DataFrame(
        {
            "shop": shop_no,
            "day": day,
            "channel": "",
            "listing_id": "",
            "visitors": visitors[day],
            "buyers": sold["buyers"].to_numpy()[day],
            "gmv": sold["gmv"].to_numpy()[day],
        }
    )
    parts = [
        total.assign(channel=name, visitors=total["visitors"] * share)
        for name, share in _CHANNELS[shop.key]
    ]
    since = max(first, days.number_of(days.LISTINGS_START))
    own = market.catalogue.own(shop_no)
    if since <= last:
        units = market.demand.units[own, since : last + 1]
        liked = market.catalogue.listings["rate"].to_numpy()[own]
        listed = pd.DataFrame(
            {
                "shop": shop_no,
                "day": np.tile(np.arange(since, last + 1), len(own)),
                "channel": "",
                "listing_id": np.repeat(
                    market.catalogue.listings["listing_id"].to_numpy()[own],
                    last - since + 1,
                ),
                "visitors": (units * 22 + 9 * liked[:, None]).ravel(),
                "buyers": 0,
                "gmv": 0.0,
            }
        )
        parts.append(listed)
    return [total, *parts]


def _visitors(market: Market, shop_no: int, buyers: np.ndarray) -> np.ndarray:
    shop = goods.OWN_SHOPS[shop_no]
    draw = draws.of(market.seed, shop.key, "visitors")
    rate = _CONVERSION[shop.key] * np.exp(draw.normal(0, 0.12, days.COUNT))
    return np.maximum(buyers + 12, np.round((buyers + 0.6) / rate)).astype("int64")


def ads(market: Market, first: int, last: int) -> tables.Table:
    """Return what each campaign cost and brought on each day."""
    frame = pd.concat(
        [_ads_of(market, number) for number in range(len(goods.OWN_SHOPS))],
        ignore_index=True,
    )
    frame = frame[(frame["day"] >= first) & (frame["day"] <= last)]
    shop = [goods.OWN_SHOPS[number] for number in frame["shop"]]
    columns = {
        "platform_id": [one.platform for one in shop],
        "shop_id": [one.shop_id for one in shop],
        "ad_platform": frame["ad_platform"].tolist(),
        "campaign_id": frame["campaign"].tolist(),
        "keyword": frame["keyword"].tolist(),
        "stat_date": [str(days.date_of(number)) for number in frame["day"]],
        "impressions": whole(frame["impressions"]),
        "clicks": whole(frame["clicks"]),
        "cost_amount": texts.money(frame["cost"].astype("int64")),
        "attributed_orders": whole(frame["orders"]),
        "attributed_gmv": texts.money(frame["gmv"].astype("int64")),
        "currency": [one.currency for one in shop],
        "window_days": "15",
        "industry_click_rate": "0.041",
        "ad_rank": [f"{rank:.1f}" for rank in frame["ad_rank"]],
    }
    return tables.Table(columns, len(frame))


def _ads_of(market: Market, shop_no: int) -> pd.DataFrame:
    shop = goods.OWN_SHOPS[shop_no]
    sold = truth.all_shop_days(market)
    sold = sold[sold["shop"] == shop_no]
    gmv = sold["gmv"].to_numpy() * 100
    orders = sold["orders"].to_numpy()
    usual = np.convolve(gmv, np.ones(14) / 14)[: days.COUNT]  # budgets follow sales
    rows = []
    for ad_platform, campaign, share, keyword in _CAMPAIGNS[shop.key]:
        draw = draws.of(market.seed, shop.key, "ads", campaign)
        price = 95 if shop.currency == "CNY" else 60
        clicks = draw.poisson((usual * 0.09 * share + 300) / price)
        brought = np.minimum(draw.binomial(clicks, 0.028), orders)
        value = np.where(orders > 0, gmv / np.maximum(orders, 1), 0)
        rows.append(
            pd.DataFrame(
                {
                    "shop": shop_no,
                    "day": np.arange(days.COUNT),
                    "ad_platform": ad_platform,
                    "campaign": campaign,
                    "keyword": keyword,
                    "impressions": clicks * draw.integers(18, 34, days.COUNT),
                    "clicks": clicks,
                    "cost": np.round(
                        clicks * price * draw.uniform(0.8, 1.2, days.COUNT)
                    ),
                    "orders": brought,
                    "gmv": np.round(brought * value),
                    "ad_rank": draw.uniform(1, 6, days.COUNT),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def search_index(market: Market, first: int, last: int) -> tables.Table:
    """Return how often the lead keyword of each category was looked for."""
    busy = days.busyness("CN")
    rows: dict[str, list[str]] = {
        "platform_id": [],
        "keyword": [],
        "index_date": [],
        "index_value": [],
        "popularity_value": [],
        "index_version": [],
        "category_id": [],
    }
    season = np.arange(days.COUNT) / 365
    for place, leaf in enumerate(goods.CATEGORIES):
        draw = draws.of(market.seed, "search", leaf.code)
        level = draw.uniform(8_000, 60_000)
        wave = 1 + 0.25 * np.sin(2 * np.pi * (season + place / 8))
        index = level * wave * busy**0.7 * np.exp(draw.normal(0, 0.05, days.COUNT))
        day = np.arange(first, last + 1)
        rows["platform_id"] += ["taobao"] * len(day)
        rows["keyword"] += [leaf.words_zh[0]] * len(day)
        rows["index_date"] += [str(days.date_of(number)) for number in day]
        rows["index_value"] += whole(index[day])
        rows["popularity_value"] += whole(index[day] * 0.62)
        rows["index_version"] += ["2025-01"] * len(day)
        rows["category_id"] += [leaf.code] * len(day)
    return tables.Table(rows, len(rows["keyword"]))
