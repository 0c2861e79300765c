"""Amazon's catalog items and competitive prices (page amazon, section 4).

Names, brands and ranks without a price in the one, amounts in dollars without a name in
the other; a page holds at most twenty.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import orjson

from sandbox import goods
from sandbox.gateways import forms, searches
from sandbox.gateways.amazon_rows import MARKETPLACE
from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Request
from sandbox.gateways.forms import yuan
from sandbox.gateways.searches import Offer, Wish

_MOST = 20
_INCLUDED = {
    "attributes",
    "classifications",
    "dimensions",
    "identifiers",
    "images",
    "productTypes",
    "relationships",
    "salesRanks",
    "summaries",
    "vendorDetails",
}


class Malformed(Exception):
    """A request that lacks an argument or has a bad one."""


def items(ask: Request, desk: Desk) -> dict[str, Any]:
    """Return a page of the catalog."""
    asked = ask.query
    if asked.get("marketplaceIds") != MARKETPLACE:
        raise Malformed("marketplaceIds: one of your marketplaces")
    told = set(filter(None, asked.get("includedData", "summaries").split(",")))
    if told - _INCLUDED:
        raise Malformed(f"includedData: {sorted(told - _INCLUDED)}")
    size = forms.number(asked.get("pageSize"), 10)
    if size is None or not 1 <= size <= _MOST:
        raise Malformed("pageSize")
    found = _found(asked, desk)
    start = _start(asked, desk)
    page = start // size + 1
    chosen = searches.page_of(found, page, size, ask.repeats)
    content: dict[str, Any] = {
        "numberOfResults": len(found),
        "items": [_item(one, _ranked(one, desk), told) for one in chosen],
    }
    if page * size < len(found):
        content["pagination"] = {"nextToken": _token(asked, page * size)}
    return content


def competitive(ask: Request, desk: Desk) -> dict[str, Any]:
    """Return competitive prices of products asked for by their numbers."""
    asked = ask.query
    if asked.get("MarketplaceId") != MARKETPLACE or asked.get("ItemType") != "Asin":
        raise Malformed("MarketplaceId, ItemType")
    wanted = list(filter(None, asked.get("Asins", "").split(",")))
    if not 1 <= len(wanted) <= _MOST:
        raise Malformed("Asins: one to twenty")
    known = {
        one.listing_id: one for one in desk.goods.offers("amazon", desk.instant.now)
    }
    return {
        "payload": [
            _priced(known[asin], _ranked(known[asin], desk))
            if asin in known
            else {"status": "ClientError", "ASIN": asin}
            for asin in wanted
        ]
    }


def number_of_offers(one: Offer) -> int:
    """Return how many sellers offer a product new."""
    return 1 + one.row % 6


def _found(asked: dict[str, str], desk: Desk) -> list[Offer]:
    numbers = set(filter(None, asked.get("identifiers", "").split(",")))
    if numbers:
        if asked.get("identifiersType") != "ASIN" or len(numbers) > _MOST:
            raise Malformed("identifiers, identifiersType")
        offers = desk.goods.offers("amazon", desk.instant.now)
        return [one for one in offers if one.listing_id in numbers]
    if not asked.get("keywords"):
        raise Malformed("keywords or identifiers")
    classes = tuple(filter(None, asked.get("classificationIds", "").split(",")))
    wish = Wish(keyword=asked["keywords"], categories=classes)
    return desk.goods.found("amazon", desk.instant.now, wish)


def _mark(asked: dict[str, str]) -> str:
    rest = [f"{key}={asked[key]}" for key in sorted(asked) if key != "pageToken"]
    return hashlib.sha256("&".join(rest).encode()).hexdigest()[:12]


def _token(asked: dict[str, str], start: int) -> str:
    return base64.b64encode(orjson.dumps([start, _mark(asked)])).decode()


def _start(asked: dict[str, str], desk: Desk) -> int:
    token = asked.get("pageToken")
    if not token:
        return 0
    try:
        start, mark = orjson.loads(base64.b64decode(token))
    except (ValueError, TypeError):
        raise Malformed("pageToken") from None
    if mark != _mark(asked):
        raise Malformed("pageToken: parameters changed")
    return int(start)


def _ranked(one: Offer, desk: Desk) -> tuple[int, int]:
    """Return the places of an item in its department and in its category."""
    offers = desk.goods.found("amazon", desk.instant.now, Wish())
    parents = [each for each in offers if each.category.parent == one.category.parent]
    leaves = [each for each in parents if each.category == one.category]
    return parents.index(one) + 1, leaves.index(one) + 1


def _item(one: Offer, ranks: tuple[int, int], told: set[str]) -> dict[str, Any]:
    leaf = one.category
    kind = {
        "displayName": leaf.name_en,
        "classificationId": leaf.platform_ids["amazon"],
    }
    parts: dict[str, dict[str, Any]] = {
        "summaries": {
            "brand": one.brand,
            "itemName": one.title,
            "browseClassification": kind,
        },
        "salesRanks": {
            "displayGroupRanks": [
                {
                    "websiteDisplayGroup": leaf.parent,
                    "title": goods.PARENTS[leaf.parent][1],
                    "rank": ranks[0],
                }
            ],
            "classificationRanks": [
                {
                    "classificationId": kind["classificationId"],
                    "title": leaf.name_en,
                    "rank": ranks[1],
                }
            ],
        },
        "identifiers": {
            "identifiers": [{"identifierType": "EAN", "identifier": f"4{one.row:012d}"}]
        },
        "images": {
            "images": [
                {"variant": "MAIN", "link": f"https://img.example.com/{one.row}.jpg"}
            ]
        },
    }
    return {"asin": one.listing_id} | {
        name: [{"marketplaceId": MARKETPLACE, **part}]
        for name, part in parts.items()
        if name in told
    }


def _priced(one: Offer, ranks: tuple[int, int]) -> dict[str, Any]:
    shipping = 0 if one.row % 2 else 499
    return {
        "status": "Success",
        "ASIN": one.listing_id,
        "Product": {
            "Identifiers": {
                "MarketplaceASIN": {
                    "MarketplaceId": MARKETPLACE,
                    "ASIN": one.listing_id,
                }
            },
            "CompetitivePricing": {
                "CompetitivePrices": [
                    {
                        "CompetitivePriceId": "1",
                        "Price": {
                            "LandedPrice": _money(one.price + shipping),
                            "ListingPrice": _money(one.price),
                            "Shipping": _money(shipping),
                        },
                        "condition": "New",
                        "subcondition": "New",
                        "belongsToRequester": False,
                    }
                ],
                "NumberOfOfferListings": [
                    {"condition": "New", "Count": number_of_offers(one)},
                    {"condition": "Any", "Count": number_of_offers(one)},
                ],
            },
            "SalesRankings": [
                {"ProductCategoryId": one.category.parent, "Rank": ranks[0]}
            ],
        },
    }


def _money(cents: int) -> dict[str, Any]:
    return {"CurrencyCode": "USD", "Amount": float(yuan(cents))}
