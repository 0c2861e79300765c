"""What really happened, for scoring what the warehouse says."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from sandbox import days, goods, names
from sandbox.exports import tables
from sandbox.market import Market
from sandbox.trade import LOTTERY, UNPAID


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write the truth of some days beside the files of the same days."""
    stem = f"{first}_{last}"
    frames = {
        "listing_units": _listing_units(market, first, last),
        "shop_days": shop_days(market, first, last),
        "referrals": _referrals(market, first, last),
        "orders": _orders(market, first, last),
    }
    written = []
    for name, frame in frames.items():
        path = folder / name / f"{name}_{stem}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        tables.put(path, frame.to_parquet(index=False))
        written.append(path)
    products = market.catalogue.listings[
        ["platform", "listing_id", "product", "own_shop", "rate", "category_no"]
    ]
    written.append(
        tables.put(
            folder / "listing_products.csv",
            products.to_csv(index=False, lineterminator="\n").encode(),
        )
    )
    return written


def order_keys(orders: pd.DataFrame) -> list[str]:
    """Return the ids of orders, prefixed by their platform."""
    return [
        f"{goods.OWN_SHOPS[shop].platform}:{number}"
        for shop, number in zip(
            orders["shop"].tolist(), names.order_ids(orders), strict=True
        )
    ]


def shop_days(market: Market, first: date, last: date) -> pd.DataFrame:
    """Return orders, sales, refunds and buyers per shop and local day, own currency."""
    start, end = days.number_of(first), days.number_of(last)
    table = all_shop_days(market)
    table = table[(table["day"] >= start) & (table["day"] <= end)]
    shop = [goods.OWN_SHOPS[number] for number in table["shop"]]
    return table.drop(columns=["shop", "day"]).assign(
        shop_id=[one.shop_id for one in shop],
        currency=[one.currency for one in shop],
        date=[days.date_of(number) for number in table["day"]],
    )


@lru_cache(maxsize=2)
def all_shop_days(market: Market) -> pd.DataFrame:
    """Return the same of every simulated day, by number of shop and day."""
    orders = market.trade.orders
    valid = orders[orders["kind"] != LOTTERY]
    valid = valid[valid["kind"] != UNPAID].assign(
        day=lambda rows: rows["paid_at"] // days.SECONDS
    )
    valid = valid[valid["day"] < days.COUNT]
    is_first = ~valid.sort_values("paid_at").duplicated("customer").sort_index()
    back = orders[orders["refunded_at"] < days.COUNT * days.SECONDS].assign(
        day=lambda rows: rows["refunded_at"] // days.SECONDS
    )
    came = orders.assign(day=orders["created_at"] // days.SECONDS)
    referrer = market.people.customers["referrer"].to_numpy()
    referred = referrer[valid["customer"]] >= 0
    order = market.trade.lines["order"].to_numpy()
    pieces = np.bincount(
        order, weights=market.trade.lines["quantity"], minlength=len(orders)
    )
    by = ["shop", "day"]
    valid = valid.assign(
        units=pieces[valid.index], is_new=is_first, is_referred=is_first & referred
    )
    table = pd.DataFrame(
        {
            "orders": valid.groupby(by).size(),
            "units": valid.groupby(by)["units"].sum(),
            "gmv": valid.groupby(by)["paid"].sum() / 100,
            "buyers": valid.groupby(by)["customer"].nunique(),
            "new_buyers": valid.groupby(by)["is_new"].sum(),
            "referred_new_buyers": valid.groupby(by)["is_referred"].sum(),
            "refunds": back.groupby(by).size(),
            "refund_amount": back.groupby(by)["refund"].sum() / 100,
            "unpaid_orders": came[came["kind"] == UNPAID].groupby(by).size(),
            "lottery_orders": came[came["kind"] == LOTTERY].groupby(by).size(),
        }
    )
    every = pd.MultiIndex.from_product(
        [range(len(goods.OWN_SHOPS)), range(days.COUNT)], names=by
    )
    return table.reindex(every).fillna(0).reset_index()


def _listing_units(market: Market, first: date, last: date) -> pd.DataFrame:
    start, end = days.number_of(first), days.number_of(last)
    count = end - start + 1
    listings = market.catalogue.listings
    units = market.demand.units[:, start : end + 1]
    table = pd.DataFrame(
        {
            "listing": np.repeat(np.arange(len(listings)), count),
            "date": np.tile(
                [days.date_of(n) for n in range(start, end + 1)], len(units)
            ),
            "units": units.ravel(),
            "orders": market.demand.orders[:, start : end + 1].ravel(),
            "final_price": market.prices.final[:, start : end + 1].ravel() / 100,
        }
    )
    keys = (listings["platform"] + ":" + listings["listing_id"]).to_numpy(object)
    return table.assign(listing_id=keys[table["listing"]]).drop(columns="listing")


def _referrals(market: Market, first: date, last: date) -> pd.DataFrame:
    people = market.people.customers
    start = days.number_of(first) * days.SECONDS
    until = (days.number_of(last) + 1) * days.SECONDS
    mine = people[
        (people["referrer"] >= 0)
        & (people["first_at"] >= start)
        & (people["first_at"] < until)
    ]
    return pd.DataFrame(
        {
            "shop_id": [goods.OWN_SHOPS[number].shop_id for number in mine["shop"]],
            "customer": mine["customer"],
            "referrer": mine["referrer"],
            "invited_at": days.at(mine["first_at"] - mine["invited_before"]),
            "first_bought_at": days.at(mine["first_at"]),
        }
    )


def _orders(market: Market, first: date, last: date) -> pd.DataFrame:
    start = days.number_of(first) * days.SECONDS
    until = (days.number_of(last) + 1) * days.SECONDS
    orders = market.trade.orders
    created = orders["created_at"].to_numpy()
    mine = orders[(created >= start) & (created < until)]
    person = market.people.customers["person"].to_numpy()
    return pd.DataFrame(
        {
            "order_id": order_keys(mine),
            "shop_id": [goods.OWN_SHOPS[number].shop_id for number in mine["shop"]],
            "kind": np.asarray(["normal", "unpaid", "lottery"])[mine["kind"]],
            "customer": mine["customer"],
            "person": person[mine["customer"]],
            "created_at": days.at(mine["created_at"]),
            "paid_amount": np.where(mine["kind"] == UNPAID, 0, mine["paid"]) / 100,
            "refund_amount": np.where(mine["refunded_at"] < until, mine["refund"], 0)
            / 100,
            "link": mine["link"],
        }
    )
