"""Offers: what is asked for the goods, of several offers the ends, of parts nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from scrapers.reading import prices, values
from scrapers.reading.json_ld import types_of
from scrapers.reading.values import Facts, Node, many, text

_NO_PRICE_TYPES = re.compile(
    r"ListPrice|StrikethroughPrice|SRP|MSRP|RegularPrice|InvoicePrice"
    r"|MinimumAdvertised",
    re.IGNORECASE,
)
_OLD = re.compile(r"used|refurbished|damaged|second", re.IGNORECASE)


def read(value: object) -> Iterator[Facts]:
    """Yield what each offer says; an aggregate says its ends, then its parts."""
    for offer in many(value):
        if not isinstance(offer, dict):
            continue
        found = _offer(offer)
        inner = [each for each in many(offer.get("offers")) if isinstance(each, dict)]
        if inner:
            parts = [part for each in inner for part in read(each)]
            for part in parts:
                part.setdefault("currency", found.get("currency"))
            if any("price" in part for part in parts):
                yield from parts
                continue
        if found:
            yield found


def _offer(offer: Node) -> Facts:
    currency = text(offer.get("priceCurrency") or offer.get("currency"))
    low, written = _amount(offer.get("price"), currency)
    if low is None:
        low, written = _amount(offer.get("lowPrice"), currency)
    high, _ = _amount(offer.get("highPrice"), currency)
    list_price = None
    for each in many(offer.get("priceSpecification")):
        if not isinstance(each, dict):
            continue
        currency = currency or text(each.get("priceCurrency"))
        amount, stated = _amount(each.get("price"), currency)
        if amount is None:
            amount, stated = _amount(each.get("minPrice"), currency)
        if _NO_PRICE_TYPES.search(str(each.get("priceType") or "")):
            list_price = amount
        elif _is_part(each) or each.get("validForMemberTier"):
            continue
        elif low is None:
            low, written = amount, stated
    if low is not None and list_price is not None and list_price <= low:
        list_price = None
    item = offer.get("itemOffered")
    about = many(item)[0] if many(item) and isinstance(many(item)[0], dict) else {}
    availability = text(offer.get("availability"))
    found: Facts = {
        "price": low,
        "price_high": high if low is not None and high and high > low else None,
        "list_price": list_price,
        "price_text": written,
        "currency": currency,
        "availability": availability.rpartition("/")[2] if availability else None,
        "shop_name": text(offer.get("seller") or offer.get("offeredBy")),
        "seller_sku": text(offer.get("sku") or about.get("sku")),
        "gtin": values.gtin(offer) or values.gtin(about),
        "mpn": text(offer.get("mpn") or about.get("mpn")),
        "title": text(about.get("name") or offer.get("name")),
        "url": values.address(offer.get("url")),
        "condition": text(offer.get("itemCondition")),
        "attributes": values.attributes(about),
    }
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def _is_part(specification: Node) -> bool:
    """Tell a price per unit or per month from the price of the thing."""
    names = ("billingDuration", "billingIncrement", "referenceQuantity", "unitCode")
    kinds = types_of(specification)
    if "UnitPriceSpecification" not in kinds:
        return bool(specification.get("billingDuration"))
    return any(specification.get(name) for name in names)


def _amount(value: object, currency: str | None) -> tuple[Decimal | None, str | None]:
    """Return an amount and how it was written; zero and less is no price."""
    stated = text(value)
    if stated is None:
        return None, None
    amount = prices.strict(stated)
    if amount is None:
        read = prices.parse(stated, currency)
        amount = None if read.is_instalment else read.amount
    return (amount, stated) if amount is not None and amount > 0 else (None, None)


def sold(offers: list[Facts]) -> Facts:
    """Return the price ends, availability and currency that offers make together."""
    fresh = [each for each in offers if not _OLD.search(each.get("condition", ""))]
    considered = fresh if any("price" in each for each in fresh) else offers
    found = spread(considered)
    sellers = {each["shop_name"] for each in offers if "shop_name" in each}
    if len(sellers) == 1:
        found["shop_name"] = sellers.pop()
    if len(offers) == 1:
        for name in ("seller_sku", "gtin", "mpn"):
            if name in offers[0]:
                found.setdefault(name, offers[0][name])
    return found


def spread(parts: Iterable[Facts]) -> Facts:
    """Return the ends of the prices of parts that are to be had."""
    parts = list(parts)
    priced = [each for each in parts if each.get("price") is not None]
    on = [
        each
        for each in priced
        if values.status_of(each.get("availability")) != "sold_out"
    ]
    found: Facts = {}
    stated = [each["availability"] for each in parts if each.get("availability")]
    if stated:
        kinds = {values.status_of(each) for each in stated}
        found["status"] = "on" if "on" in kinds else values.status_of(stated[0])
        # of parts that differ, none speaks for the whole
        found["availability"] = stated[0] if len(kinds) == 1 else None
    currencies = {each["currency"] for each in parts if each.get("currency")}
    if currencies:
        first = next(each["currency"] for each in parts if each.get("currency"))
        found["currency"] = first
        priced = [each for each in priced if each.get("currency", first) == first]
        on = [each for each in on if each in priced]
    chosen = on or priced
    if not chosen:
        return found
    cheapest = min(chosen, key=lambda each: each["price"])
    high = max(each.get("price_high") or each["price"] for each in chosen)
    found["price"] = cheapest["price"]
    found["price_text"] = cheapest.get("price_text")
    if high > cheapest["price"]:
        found["price_high"] = high
    if cheapest.get("list_price"):
        found["list_price"] = cheapest["list_price"]
    return found


def variants(offers: list[Facts]) -> list[Facts]:
    """Return offers that name different goods, not the same goods of many sellers."""
    keys = {each.get("seller_sku") or each.get("gtin") for each in offers}
    if len(offers) < 2 or None in keys or len(keys) != len(offers):
        return []
    return offers
