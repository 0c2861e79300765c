"""What prices, breaches and price wars of a simulated market really were, by pandas."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from sandbox import days
from sandbox.exports import assortment
from sandbox.market import Market
from sandbox.supply import ON, SOLD_OUT


def keys(market: Market) -> list[str]:
    """Return the listing ids of a market in its own order."""
    listings = market.catalogue.listings
    return (listings["platform"] + ":" + listings["listing_id"]).tolist()


def daily_prices(market: Market, first: date, last: date) -> pd.DataFrame:
    """Return final and ordinary price of each listing and day it could be seen.

    The ordinary price is the median of the last 30 days outside activities, of days
    since the first one, and nothing with fewer than three of them.
    """
    start, end = days.number_of(first), days.number_of(last)
    window = slice(start, end + 1)
    state = market.states[:, window]
    shown = (state == ON) | (state == SOLD_OUT)
    final = np.where(shown, market.prices.final[:, window] / 100, np.nan)
    regular = np.where(market.prices.activity[:, window] < 0, final, np.nan)
    ordinary = pd.DataFrame(regular.T).rolling(30, min_periods=3).median().to_numpy().T
    dates = [first + timedelta(days=number) for number in range(final.shape[1])]
    return pd.DataFrame(
        {
            "listing_id": np.repeat(keys(market), final.shape[1]),
            "price_date": dates * len(final),
            "currency": np.repeat(
                market.catalogue.listings["currency"].to_numpy(), final.shape[1]
            ),
            "final_price": final.ravel(),
            "daily_price": ordinary.ravel(),
        }
    ).dropna(subset="final_price")


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


def wars(market: Market, prices: pd.DataFrame) -> set[tuple[str, date]]:
    """Return our listing and the first day of each price war around its product.

    Three shops that cut by 5 % within 7 days begin one; it lasts until no shop cut for
    14 days.
    """
    listings = market.catalogue.listings.assign(listing_id=keys(market))
    ordered = prices.sort_values(["listing_id", "price_date"])
    before = ordered.groupby("listing_id")["final_price"].shift()
    cuts = ordered[ordered["final_price"] <= before * 0.95].merge(
        listings[["listing_id", "product", "shop_id", "own_shop"]], on="listing_id"
    )
    found: set[tuple[str, date]] = set()
    for own in listings[listings["own_shop"] >= 0].itertuples():
        mine = cuts[
            (cuts["product"] == own.product)
            & ((cuts["own_shop"] < 0) | (cuts["listing_id"] == own.listing_id))
        ].sort_values("price_date")
        found |= {(own.listing_id, day) for day in _wars(mine)}
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
