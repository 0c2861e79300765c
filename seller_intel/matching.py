"""Own products to rival listings: which listing is the same product, and how surely.

`match` needs no examples. Evidence is added up as log-odds, and since a rival listing
is one product, and a shop lists a product once, candidates that exclude each other
share their probability.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import utils as fuzzy

from seller_intel import match_scores, product_texts
from seller_intel.match_scores import Goods, Pairs

CERTAIN, LIKELY, REVIEW = 0.97, 0.8, 0.3
# Log-odds of each piece of evidence. They are stated and not learned: no two markets
# have the same examples, and `python -m bench matching` holds them against several.
BASE = -3.5
COSINE = 11.0
CODE = 2.5
WEIGHTS = {
    "code_differs": -5.0,
    "mpn_agrees": 2.5,
    "mpn_differs": -4.0,
    "quantity_differs": -1.5,
    "number_differs": -1.5,
    "pack_differs": -4.5,
    "colour_differs": -1.0,
    "accessory_differs": -2.0,
    "bundle_differs": -1.5,
    "year_differs": -2.0,
    "brand_differs": -3.0,
}
PRICE = -1.5
GTIN = 12.0
# How many times as likely the other listing of a shop must be to be the only one.
CLEARLY = 3.0
# Prices of one product differ so much without a word, as a logarithm.
PRICE_PLAY = math.log(1.6)


@dataclass(frozen=True)
class Match:
    """A candidate pair, its probability, and by what it was mainly found."""

    own_id: str
    rival_id: str
    probability: float
    grade: str
    method: str


def match(
    own: Iterable[Mapping[str, Any]], rivals: Iterable[Mapping[str, Any]]
) -> list[Match]:
    """Return the candidate pairs of two lists of goods, best first.

    A good has `id` and `title`, and may have `brand`, `gtin`, `mpn`, `price` and, for
    rivals, `shop`; prices are compared as they are, so give them in one currency. Goods
    without a title or GTIN match nothing.
    """
    mine, theirs = list(own), list(rivals)
    if not mine or not theirs:
        return []
    found = match_scores.pairs(_goods(mine), _goods(theirs))
    odds = _log_odds(found, len(mine) + len(theirs))
    probability = _shared(found, odds, _shops(mine), _shops(theirs))
    methods = _methods(found)
    made = [
        Match(
            str(mine[found.own[at]]["id"]),
            str(theirs[found.rival[at]]["id"]),
            round(float(probability[at]), 4),
            _grade(float(probability[at])),
            methods[at],
        )
        for at in np.flatnonzero(probability >= REVIEW)
    ]
    return sorted(
        made, key=lambda each: (-each.probability, each.own_id, each.rival_id)
    )


def _grade(probability: float) -> str:
    if probability >= CERTAIN:
        return "certain"
    return "likely" if probability >= LIKELY else "review"


def _goods(rows: list[Mapping[str, Any]]) -> Goods:
    return Goods(
        titles=[str(each.get("title") or "") for each in rows],
        codes=[_stated_codes(each.get("mpn")) for each in rows],
        gtins=[_gtin(each.get("gtin")) for each in rows],
        brands=[_brand(each.get("brand")) for each in rows],
        prices=np.asarray([_price(each.get("price")) for each in rows], float),
    )


def _stated_codes(mpn: Any) -> frozenset[str]:
    return product_texts.read(str(mpn)).codes if mpn else frozenset()


def _gtin(stated: Any) -> str:
    """Return a GTIN of 8 to 14 digits with a right check digit, else nothing."""
    digits = "".join(each for each in str(stated or "") if each.isdigit())
    if len(digits) not in (8, 12, 13, 14):
        return ""
    weighed = sum(
        int(each) * (3 if place % 2 == 0 else 1)
        for place, each in enumerate(reversed(digits[:-1]))
    )
    return digits.lstrip("0") if (weighed + int(digits[-1])) % 10 == 0 else ""


def _brand(stated: Any) -> str:
    return fuzzy.default_process(str(stated)).strip() if stated else ""


def _price(stated: Any) -> float:
    try:
        price = float(stated)
    except (TypeError, ValueError):
        return math.nan
    return price if price > 0 else math.nan


def _log_odds(found: Pairs, size: int) -> np.ndarray:
    odds = BASE + COSINE * found.cosine
    odds += CODE * np.minimum(found.code_share / math.log(size + 1), 1)
    for name, weight in WEIGHTS.items():
        odds += weight * np.asarray(getattr(found, name), float)
    odds += PRICE * np.maximum(found.price_gap - PRICE_PLAY, 0)
    return odds + GTIN * found.has_gtin - GTIN / 2 * found.gtin_differs


def _shops(rows: list[Mapping[str, Any]]) -> np.ndarray:
    """Return the shops of goods as numbers, 0 where none is named."""
    names = [str(each.get("shop") or "") for each in rows]
    numbers = {name: number for number, name in enumerate(sorted({"", *names}))}
    return np.asarray([numbers[each] for each in names])


def _shared(
    found: Pairs, odds: np.ndarray, own_shops: np.ndarray, rival_shops: np.ndarray
) -> np.ndarray:
    """Return probabilities that leave room for one match of what excludes each other.

    A rival listing is one product of each of our shops. A rival shop that lists what is
    clearly nearer sells the product there; one that lists it twice, as one code or
    GTIN tells, sells it twice.
    """
    weight = np.exp(np.minimum(odds, 30.0))
    by_rival = _part(weight, found.rival, own_shops[found.own])
    nearest = _largest(weight, found.own, rival_shops[found.rival])
    is_left = (nearest > CLEARLY * weight) & ~_is_named(found)
    by_shop = weight / (1 + weight + np.where(is_left, nearest, 0))
    return np.where(
        rival_shops[found.rival] > 0, np.minimum(by_rival, by_shop), by_rival
    )


def _is_named(found: Pairs) -> np.ndarray:
    """Tell which pairs share a code or GTIN and differ in nothing they tell."""
    differs = found.quantity_differs + found.number_differs + found.pack_differs
    differs = differs + found.colour_differs + found.gtin_differs
    return (found.has_gtin | (found.code_share > 0)) & (differs == 0)


def _largest(weight: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the largest weight among the pairs of the same kind."""
    _, kind = np.unique(np.stack([one, other]), axis=1, return_inverse=True)
    most = np.zeros(kind.max(initial=-1) + 1)
    np.maximum.at(most, kind, weight)
    return most[kind]


def _part(weight: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the weight of each pair against all of its kind, and none of them."""
    _, kind = np.unique(np.stack([one, other]), axis=1, return_inverse=True)
    return weight / (1 + np.bincount(kind, weight)[kind])


def _methods(found: Pairs) -> list[str]:
    return [
        "gtin" if gtin else "model_number" if code > 0 else "title"
        for gtin, code in zip(found.has_gtin, found.code_share, strict=True)
    ]
