"""What is in an order and what it costs, in cents of the shop's currency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sandbox import days, draws, goods, supply
from sandbox.catalogue import Catalogue
from sandbox.prices import Prices

_LINES = {
    "taobao": [0.76, 0.18, 0.06],
    "pinduoduo": [1.0],
    "shopify": [0.68, 0.22, 0.10],
}
_USUAL_LINES = [0.7, 0.2, 0.1]


def fill(
    seed: int,
    own: tuple[int, goods.OwnShop],
    moments: np.ndarray,
    catalogue: Catalogue,
    prices: Prices,
    states: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return amounts per order and the lines, for orders at these moments."""
    shop_no, shop = own
    draw = draws.of(seed, shop.key, "baskets")
    day = moments // days.SECONDS
    sizes = 1 + draws.among(draw, _LINES.get(shop.platform, _USUAL_LINES), len(moments))
    order = np.repeat(np.arange(len(moments)), sizes)
    listing = _chosen(draw, shop_no, day[order], catalogue, prices, states)
    sku = _sku_of(draw, listing, catalogue)
    lines = pd.DataFrame({"order": order, "listing": listing, "sku": sku})
    lines = lines.drop_duplicates(["order", "sku"]).reset_index(drop=True)
    order = lines["order"].to_numpy()
    listing = lines["listing"].to_numpy()
    shown = prices.shown[listing, day[order]]
    factor = catalogue.skus["price_factor"].to_numpy()[lines["sku"]]
    lines["unit_price"] = np.round(shown * factor).astype("int64")
    lines["quantity"] = 1 + draws.among(draw, [0.87, 0.09, 0.03, 0.01], len(lines))
    lines["list_amount"] = lines["unit_price"] * lines["quantity"]
    lines["activity"] = prices.activity[listing, day[order]]
    first = np.flatnonzero(np.diff(order, prepend=-1))
    lines["line_no"] = np.arange(len(lines)) - first[order]
    goods_amount = np.add.reduceat(lines["list_amount"].to_numpy(), first)
    amounts = _amounts(draw, shop, day, goods_amount, listing[first], prices)
    amounts["first_line"] = first
    lines["paid"] = _shares(
        lines["list_amount"].to_numpy(),
        order,
        first,
        (
            amounts["goods"] - amounts["seller_discount"] - amounts["platform_discount"]
        ).to_numpy(),
    )
    return amounts, lines


def _chosen(
    draw: np.random.Generator,
    shop_no: int,
    day: np.ndarray,
    catalogue: Catalogue,
    prices: Prices,
    states: np.ndarray,
) -> np.ndarray:
    """Return a listing on sale for each line, cheaper and popular ones more often."""
    own = catalogue.own(shop_no)
    listings = catalogue.listings.loc[own]
    relative = prices.final[own] / listings["base_price"].to_numpy()[:, None]
    weight = listings["rate"].to_numpy()[:, None] * relative**-1.5
    weight = (weight * (states[own] == supply.ON)).T
    upto = np.cumsum(weight, axis=1)
    upto = upto / upto[:, -1:] + np.arange(days.COUNT)[:, None]
    found = np.searchsorted(upto.ravel(), day + draw.random(len(day)), side="right")
    return own[(found - day * len(own)).clip(0, len(own) - 1)]


def _sku_of(
    draw: np.random.Generator, listing: np.ndarray, catalogue: Catalogue
) -> np.ndarray:
    skus = catalogue.skus
    share = skus["share"] / skus.groupby("listing")["share"].transform("sum")
    upto = share.groupby(skus["listing"]).cumsum().clip(upper=1) + skus["listing"]
    found = np.searchsorted(
        upto.to_numpy(), listing + draw.random(len(listing)) * 0.999
    )
    return found.clip(0, len(skus) - 1)


def _amounts(
    draw: np.random.Generator,
    shop: goods.OwnShop,
    day: np.ndarray,
    goods_amount: np.ndarray,
    listing: np.ndarray,
    prices: Prices,
) -> pd.DataFrame:
    coupon = np.where(
        prices.coupon_on[listing, day] & (goods_amount >= prices.coupon_min[listing]),
        prices.coupon[listing],
        0,
    )
    platform = np.zeros(len(day), dtype="int64")
    freight = np.zeros(len(day), dtype="int64")
    tax = np.zeros(len(day), dtype="int64")
    if shop.country == "CN" and shop.platform != "pinduoduo":
        festive = prices.activity[listing, day] >= 0
        platform = np.where(festive, goods_amount // 30_000 * 3_000, 0)
        freight = np.where(goods_amount < 5_900, 600, 0)
    elif shop.platform == "pinduoduo":
        platform = np.where(draw.random(len(day)) < 0.25, 200, 0)
    else:
        rest = goods_amount - coupon
        freight = np.where(rest < 5_000, 599, 0)
        tax = np.round(rest * np.where(draw.random(len(day)) < 0.4, 0.08, 0))
    platform = np.minimum(platform, goods_amount - coupon - 1)
    return pd.DataFrame(
        {
            "goods": goods_amount,
            "seller_discount": coupon,
            "platform_discount": platform.astype("int64"),
            "freight": freight,
            "tax": tax.astype("int64"),
            "paid": (goods_amount - coupon - platform + freight + tax).astype("int64"),
        }
    )


def _shares(
    amount: np.ndarray, order: np.ndarray, first: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Return the goods total of each order spread over its lines, to the cent."""
    whole = np.add.reduceat(amount, first)
    share = amount * total[order] // whole[order]
    share[first] += total - np.add.reduceat(share, first)
    return share
