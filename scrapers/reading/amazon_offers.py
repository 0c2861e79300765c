"""Offers of one ASIN: what the pricing interfaces of Amazon tell (page, section 4)."""

from __future__ import annotations

from typing import Any

from scrapers.items import Listing, Page
from scrapers.reading import replies
from scrapers.reading.replies import money, text

PLATFORM = "amazon"


def _amount(stated: dict[str, Any]) -> tuple[Any, str | None]:
    value = stated.get("Amount", stated.get("amount"))
    currency = stated.get("CurrencyCode", stated.get("currencyCode"))
    return money(value), text(currency)


def priced(page: Page, stated: dict[str, Any]) -> Listing | None:
    """Read one product of `getCompetitivePricing`."""
    product = replies.inner(stated, "Product")
    asin = text(stated.get("ASIN")) or text(
        replies.inner(product, "Identifiers", "MarketplaceASIN").get("ASIN")
    )
    if asin is None or not product:
        return None
    pricing = replies.inner(product, "CompetitivePricing")
    new = [
        each
        for each in replies.many(pricing, "CompetitivePrices")
        if str(each.get("condition", "New")).lower() == "new"
    ]
    box = next(
        (each for each in new if str(each.get("CompetitivePriceId")) == "1"), None
    )
    listing = Listing(PLATFORM, asin, page.fetched_at)
    if box := box or next(iter(new), None):
        _take(listing, replies.inner(box, "Price", "ListingPrice"))
        listing.attributes |= _landed(replies.inner(box, "Price"))
        listing.attributes["is_own_offer"] = bool(box.get("belongsToRequester"))
    counts = replies.many(pricing, "NumberOfOfferListings")
    listing.attributes["offers"] = {
        str(each.get("condition")): replies.count(each.get("Count")) for each in counts
    }
    rankings = replies.many(product, "SalesRankings")
    if rankings:
        listing.rank = replies.count(rankings[0].get("Rank"))
        listing.rank_list = text(rankings[0].get("ProductCategoryId"))
    return listing


def offers(page: Page, payload: dict[str, Any]) -> Listing | None:
    """Read the summary of `getItemOffers`: buy box first, else the lowest new price."""
    asin = text(payload.get("ASIN")) or text(
        replies.inner(payload, "Identifier").get("ASIN")
    )
    if asin is None:
        return None
    summary = replies.inner(payload, "Summary")
    listing = Listing(PLATFORM, asin, page.fetched_at)
    boxes = replies.many(summary, "BuyBoxPrices") or replies.many(
        summary, "LowestPrices"
    )
    new = [each for each in boxes if str(each.get("condition", "new")).lower() == "new"]
    if chosen := next(iter(new), None):
        _take(listing, replies.inner(chosen, "ListingPrice"))
        listing.attributes |= _landed(chosen)
    before, _ = _amount(replies.inner(summary, "ListPrice"))
    if before and listing.price and before > listing.price:
        listing.list_price = before
    total = replies.count(summary.get("TotalOfferCount"))
    if total is not None:
        listing.attributes["offer_count"] = total
        listing.status = "on" if total else "sold_out"
    winner = next(
        (
            each
            for each in replies.many(payload, "Offers")
            if each.get("IsBuyBoxWinner")
        ),
        {},
    )
    listing.shop_id = text(winner.get("SellerId"))
    return listing


def summed(page: Page, body: dict[str, Any]) -> Listing | None:
    """Read one answer of `getCompetitiveSummary`."""
    asin = text(body.get("asin"))
    if asin is None:
        return None
    listing = Listing(PLATFORM, asin, page.fetched_at)
    for option in replies.many(body, "featuredBuyingOptions"):
        segments = replies.many(option, "segmentedFeaturedOffers")
        if segments and str(option.get("buyingOptionType", "New")).lower() == "new":
            _take(listing, replies.inner(segments[0], "listingPrice"))
            listing.shop_id = text(segments[0].get("sellerId"))
            break
    for each in replies.many(body, "referencePrices"):
        if each.get("name") == "WasPrice":
            before, _ = _amount(replies.inner(each, "price"))
            if before and listing.price and before > listing.price:
                listing.list_price = before
    return listing


def _take(listing: Listing, stated: dict[str, Any]) -> None:
    listing.price, listing.currency = _amount(stated)
    if listing.price is not None:
        value = stated.get("Amount", stated.get("amount"))
        listing.price_text = f"{value} {listing.currency or ''}".strip()
        listing.methods |= {"price": "api", "currency": "api"}


def _landed(stated: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name, key in (("landed_price", "LandedPrice"), ("shipping", "Shipping")):
        amount, _ = _amount(replies.inner(stated, key))
        if amount is not None:
            found[name] = format(amount, "f")
    return found
