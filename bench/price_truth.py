"""What prices, breaches and price wars of a simulated market really were, by pandas."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sandbox import days
from sandbox.exports import assortment
from sandbox.market import Market
from sandbox.supply import ON, SOLD_OUT

_SEEDS = Path(__file__).parents[1] / "dbt_project" / "seeds"
# Crawled at 22:00 in Los Angeles: the next day in UTC, the zone of the platform.
_LATER = {"shopify": 1}


def keys(market: Market) -> list[str]:
    """Return the listing ids of a market in its own order."""
    listings = market.catalogue.listings
    return (listings["platform"] + ":" + listings["listing_id"]).tolist()


def daily_prices(
    market: Market, first: date, last: date, seen: set[tuple[str, date]] | None = None
) -> pd.DataFrame:
    """Return final and ordinary price of each listing and day it could be seen.

    The ordinary price is the median of the last 30 days outside activities, of days
    since the first one, and nothing with fewer than three of them. `seen` leaves out
    what a crawl did not see. Days are those of the zone of the platform, in which core
    dates what was seen.
    """
    start, end = days.number_of(first), days.number_of(last)
    window = slice(start, end + 1)
    state = market.states[:, window]
    shown = (state == ON) | (state == SOLD_OUT)
    days_seen = [
        [
            first + timedelta(days=number + _LATER.get(key.partition(":")[0], 0))
            for number in range(shown.shape[1])
        ]
        for key in keys(market)
    ]
    if seen is not None:
        shown &= np.asarray(
            [
                [(key, day) in seen for day in dates]
                for key, dates in zip(keys(market), days_seen, strict=True)
            ]
        )
    final = np.where(shown, market.prices.final[:, window] / 100, np.nan)
    regular = np.where(_in_activity(market)[:, window], np.nan, final)
    ordinary = pd.DataFrame(regular.T).rolling(30, min_periods=3).median().to_numpy().T
    return pd.DataFrame(
        {
            "listing_id": np.repeat(keys(market), final.shape[1]),
            "price_date": [day for dates in days_seen for day in dates],
            "currency": np.repeat(
                market.catalogue.listings["currency"].to_numpy(), final.shape[1]
            ),
            "final_price": final.ravel(),
            "daily_price": ordinary.ravel(),
        }
    ).dropna(subset="final_price")


def _in_activity(market: Market) -> np.ndarray:
    """Return the days that an activity of the seller's list covers, per listing."""
    listings = market.catalogue.listings
    covered = market.prices.activity >= 0
    for activity in market.prices.activities.itertuples():
        here = (listings["platform"] == activity.platform).to_numpy()
        if activity.shop_id:
            here = here & (listings["shop_id"] == activity.shop_id).to_numpy()
        first, last = (
            days.number_of(date.fromisoformat(each))
            for each in (activity.first, activity.last)
        )
        covered[here, first : last + 1] = True
    return covered


def breaches(market: Market, prices: pd.DataFrame) -> set[tuple[str, str, date]]:
    """Return policy, listing and day of each price of a dealer below the agreed one."""
    listings = market.catalogue.listings.assign(listing_id=keys(market))
    product = listings.set_index("listing_id")["product"]
    dealers = listings[listings["own_shop"] < 0][["listing_id", "product"]]
    found: set[tuple[str, str, date]] = set()
    for policy in assortment.price_policies(market):
        bound = dealers[dealers["product"] == product[policy["own_listing_id"]]]
        seen = prices[
            prices["listing_id"].isin(bound["listing_id"])
            & (prices["currency"] == "CNY")
            & (prices["price_date"] >= date.fromisoformat(policy["valid_from"]))
            & (prices["final_price"] < float(policy["policy_price"]) - 0.0101)
        ]
        found |= {
            (policy["policy_id"], listing, day)
            for listing, day in zip(seen["listing_id"], seen["price_date"], strict=True)
        }
    return found


def wars(market: Market, prices: pd.DataFrame) -> set[tuple[int, date]]:
    """Return product and first day of each price war around what we sell.

    Three shops that cut by 5 % within 7 days begin one; it lasts until no shop cut for
    14 days. Our own shops are shops like others.
    """
    listings = _described(market)
    ours = set(listings["product"][listings["own_shop"] >= 0])
    ours &= set(listings["product"][listings["own_shop"] < 0])
    cuts = _cuts(prices).merge(listings, on="listing_id")
    return _opened(cuts[cuts["product"].isin(ours)], "product")


def band_wars(market: Market, prices: pd.DataFrame) -> set[tuple[str, date]]:
    """Return price band of a category and first day of each price war in it."""
    listings = _described(market)
    cuts = _cuts(prices[prices["currency"] == "CNY"]).merge(listings, on="listing_id")
    bands = pd.read_csv(_SEEDS / "price_bands.csv").query("category_id == 'all'")
    number = np.searchsorted(bands["band_lo"], cuts["before"], side="right").astype(str)
    category = cuts["platform"] + ":" + cuts["platform_category_id"]
    cuts["band"] = "band:" + cuts["platform"] + ":" + category + ":" + number
    return _opened(cuts, "band")


def _described(market: Market) -> pd.DataFrame:
    listings = market.catalogue.listings.assign(listing_id=keys(market))
    names = ["listing_id", "product", "shop_id", "own_shop"]
    return listings[[*names, "platform", "platform_category_id"]]


def _cuts(prices: pd.DataFrame) -> pd.DataFrame:
    """Return the days on which a listing asked 5 % less than when last seen."""
    ordered = prices.sort_values(["listing_id", "price_date"])
    before = ordered.groupby("listing_id")["final_price"].shift()
    return ordered.assign(before=before)[ordered["final_price"] <= before * 0.95]


def _opened(cuts: pd.DataFrame, field: str) -> set[tuple[Any, date]]:
    found: set[tuple[Any, date]] = set()
    for name, mine in cuts.sort_values("price_date").groupby(field):
        found |= {(name, day) for day in _wars(mine)}
    return found


def _wars(cuts: pd.DataFrame) -> list[date]:
    opened: list[date] = []
    bout: list[tuple[date, str]] = []
    told = list(zip(cuts["price_date"], cuts["shop_id"], strict=True))
    for day, shop in [*told, (date.max, "")]:
        if bout and (day - bout[-1][0]).days > 14:
            opened += _opening(bout)
            bout = []
        bout.append((day, shop))
    return opened


def _opening(bout: list[tuple[date, str]]) -> list[date]:
    """Return the first day from which three shops cut within a week, if any."""
    for day, _ in bout:
        week = {shop for other, shop in bout if 0 <= (other - day).days <= 7}
        if len(week) >= 3:
            return [day]
    return []
