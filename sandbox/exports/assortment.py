"""What the seller knows of single goods: costs, rivals, price floors, roles."""

from __future__ import annotations

import numpy as np

from sandbox import draws, goods
from sandbox.exports import texts
from sandbox.market import Market

SINCE = "2025-08-01"
Row = dict[str, str]
_ROLES = ("traffic", "profit", "regular", "image", "profit")
_STAGES = ("launch", "mid", "late")


def _own(market: Market) -> np.ndarray:
    return np.flatnonzero(market.catalogue.listings["own_shop"].to_numpy() >= 0)


def _keys(market: Market) -> np.ndarray:
    """Return the ids of all listings with their platform in front."""
    listings = market.catalogue.listings
    keys = listings["platform"] + ":" + listings["listing_id"]
    return np.asarray(keys, dtype=object)


def unit_costs(market: Market) -> np.ndarray:
    """Return what one piece of each listing's product costs us, in fen."""
    products = market.catalogue.products
    cost = (products["price"] * products["cost_share"] * 80).round().to_numpy("int64")
    return cost[market.catalogue.listings["product"]]


def costs(market: Market) -> list[Row]:
    """Return the costs of own listings, twice: they rose in May."""
    keys, fen = _keys(market), unit_costs(market)
    product_of = market.catalogue.listings["product"].to_numpy()
    sizes = market.catalogue.products["size"].to_numpy()[product_of]
    category = market.catalogue.listings["category_no"].to_numpy()
    return [
        {
            "listing_id": keys[own],
            "valid_from": first,
            "valid_to": last,
            "unit_cost_amount": texts.money([fen[own] * percent // 100])[0],
            "currency": "CNY",
            "basis": "purchase",
            "freight_unit_amount": "4.20",
            "unit_size": str(sizes[own]),
            "unit_name": goods.CATEGORIES[category[own]].unit_name,
            "lead_time_days": str(7 + own % 4 * 7),
        }
        for own in _own(market)
        for first, last, percent in (
            (SINCE, "2026-05-01", 100),
            ("2026-05-01", "", 104),
        )
    ]


def listing_matches(market: Market) -> list[Row]:
    """Return up to six rivals with the same product, and some found to be no match."""
    draw = draws.of(market.seed, "matches")
    keys = _keys(market)
    product = market.catalogue.listings["product"].to_numpy()
    is_rival = market.catalogue.listings["own_shop"].to_numpy() < 0
    rows = []
    for own in _own(market):
        same = np.flatnonzero(is_rival & (product == product[own]))
        for rival in draw.permutation(same)[:6]:
            is_manual = draw.random() < 0.4
            sure = "1.00" if is_manual else f"{0.75 + 0.24 * draw.random():.2f}"
            rows.append(_match(keys[own], keys[rival], True, is_manual, sure))
        others = np.flatnonzero(is_rival & (product != product[own]))
        if draw.random() < 0.15 and len(others):
            rows.append(
                _match(keys[own], draw.choice(keys[others]), False, True, "0.81")
            )
    return rows


def _match(own: str, rival: str, is_match: bool, is_manual: bool, sure: str) -> Row:
    return {
        "own_listing_id": own,
        "rival_listing_id": rival,
        "valid_from": SINCE,
        "is_match": "true" if is_match else "false",
        "match_method": "manual" if is_manual else "title",
        "confidence": sure,
        "reviewed_by": "operations" if is_manual else "",
    }


def price_policies(market: Market) -> list[Row]:
    """Return the lowest prices dealers of our brand may ask."""
    keys = _keys(market)
    listings = market.catalogue.listings
    own = market.catalogue.own(0)
    branded = market.catalogue.products["own_brand"].to_numpy()[listings["product"]]
    base = listings["base_price"].to_numpy()
    return [
        {
            "policy_id": f"floor-{number}",
            "policy_price": texts.money([base[number] * 72 // 10_000 * 100])[0],
            "currency": "CNY",
            "valid_from": "2026-08-01",
            "own_listing_id": keys[number],
            "seller_kind": "dealer",
        }
        for number in own[branded[own]]
    ]


def product_roles(market: Market) -> list[Row]:
    """Return what each own listing is there for."""
    keys = _keys(market)
    base = texts.money(market.catalogue.listings["base_price"].to_numpy())
    currency = market.catalogue.listings["currency"].tolist()
    return [
        {
            "listing_id": keys[own],
            "role": _ROLES[own % len(_ROLES)],
            "valid_from": SINCE,
            "stage": _STAGES[own % len(_STAGES)],
            "stage_price": base[own],
            "currency": currency[own],
        }
        for own in _own(market)
    ]


def sku_classes(market: Market) -> list[Row]:
    """Return A and B classes where the export names SKUs by an id of the platform."""
    keys = _keys(market)
    skus = market.catalogue.skus
    platform = market.catalogue.listings["platform"].to_numpy()[skus["listing"]]
    return [
        {
            "sku_id": f"pinduoduo:{sku.sku_id}",
            "listing_id": keys[sku.listing],
            "sku_class": "A" if sku.sku_id.endswith("11") else "B",
            "valid_from": SINCE,
        }
        for sku in skus[platform == "pinduoduo"].itertuples()
    ]
