"""Amazon: catalog items and competitive pricing of the Selling Partner API.

The catalog gives names, brands, ranks and no price; pricing gives amounts with their
currency and no name (platform page, section 4). Both land as observations of one ASIN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapers.items import Item, Listing, Page, PageVerdict, Reading, SearchRank
from scrapers.reading import replies
from scrapers.reading.replies import money, text

PLATFORM = "amazon"
_THROTTLED = {"QuotaExceeded", "TooManyRequests"}
_RIGHTS = {"Unauthorized", "AccessDenied", "MissingAuthenticationToken"}


def read(page: Page, defaults: Mapping[str, str] | None = None) -> Reading:
    """Return listings and ranks of a catalog, competitive pricing or offers reply."""
    reply, instead = replies.read(page)
    if instead:
        return instead
    if not isinstance(reply, dict):
        return Reading(PageVerdict.UNREADABLE, detail="not a reply of the interface")
    if errors := replies.many(reply, "errors"):
        first = errors[0]
        return replies.refused(
            first.get("code"), first.get("message"), _THROTTLED, _RIGHTS
        )
    given = dict(defaults or {})
    if "items" in reply or "asin" in reply:
        return _catalog(page, reply, given)
    payload = reply.get("payload")
    if isinstance(payload, dict) and "Summary" in payload:
        return _reading(page, [_offers(page, payload)], {})
    if isinstance(payload, list):
        priced = [_priced(page, each) for each in replies.many(payload)]
        return _reading(page, priced, {"count": len(payload)})
    if responses := replies.many(reply, "responses"):
        summed = [_summary(page, replies.inner(each, "body")) for each in responses]
        return _reading(page, summed, {"count": len(responses)})
    return Reading(PageVerdict.UNREADABLE, detail="neither catalog nor pricing")


def _reading(
    page: Page, found: list[Listing | None], cursor: dict[str, Any]
) -> Reading:
    items = tuple(each for each in found if each is not None)
    return Reading(PageVerdict.LIST, items, cursor=cursor)


def _catalog(page: Page, reply: dict[str, Any], given: dict[str, str]) -> Reading:
    stated = replies.many(reply, "items") if "items" in reply else [reply]
    keyword = given.get("keyword") or replies.asked(page, "keywords")
    market = given.get("marketplace_id") or replies.asked(page, "marketplaceIds")
    page_no = int(given.get("page_no") or 1)
    size = int(replies.asked(page, "pageSize") or 10)
    items: list[Item] = []
    for place, each in enumerate(stated, 1):
        asin = text(each.get("asin"))
        if asin is None:
            continue
        listing = _named(page, asin, each, market)
        listing.page_no, listing.position = page_no, place
        items.append(listing)
        items += _ranks(page, asin, each, market)
        if keyword:
            items.append(
                SearchRank(
                    PLATFORM,
                    asin,
                    page.fetched_at,
                    rank_list=keyword,
                    position=(page_no - 1) * size + place,
                    page_no=page_no,
                )
            )
    cursor = {
        "page_no": page_no,
        "total": replies.count(reply.get("numberOfResults")),
        "token": text(replies.inner(reply, "pagination").get("nextToken")),
        "count": len(stated),
    }
    verdict = PageVerdict.LIST if "items" in reply else PageVerdict.PRODUCT
    return Reading(verdict, tuple(items), cursor=cursor)


def _of_market(
    stated: dict[str, Any], name: str, market: str | None
) -> list[dict[str, Any]]:
    listed = replies.many(stated, name)
    return [each for each in listed if market in (None, each.get("marketplaceId"))]


def _named(
    page: Page, asin: str, stated: dict[str, Any], market: str | None
) -> Listing:
    summary = next(iter(_of_market(stated, "summaries", market)), {})
    kind = replies.inner(summary, "browseClassification")
    identifiers = [
        each
        for group in _of_market(stated, "identifiers", market)
        for each in replies.many(group, "identifiers")
    ]
    parents = [
        parent
        for group in _of_market(stated, "relationships", market)
        for each in replies.many(group, "relationships")
        for parent in each.get("parentAsins") or []
    ]
    ranks = _ranks(page, asin, stated, market)
    images = [
        each
        for group in _of_market(stated, "images", market)
        for each in replies.many(group, "images")
    ]
    return Listing(
        PLATFORM,
        asin,
        page.fetched_at,
        family_id=text(parents[0]) if parents else None,
        title=text(summary.get("itemName")),
        brand=text(summary.get("brand")),
        mpn=text(summary.get("partNumber")),
        gtin=next(
            (
                text(each.get("identifier"))
                for each in identifiers
                if each.get("identifierType") in ("EAN", "GTIN", "UPC", "ISBN", "JAN")
            ),
            None,
        ),
        platform_category_id=text(kind.get("classificationId")),
        category_path=text(kind.get("displayName")),
        image_url=text(images[0].get("link")) if images else None,
        rank=ranks[0].rank if ranks else None,
        rank_list=ranks[0].rank_list if ranks else None,
        methods=dict.fromkeys(("title", "brand", "rank"), "api"),
    )


def _ranks(
    page: Page, asin: str, stated: dict[str, Any], market: str | None
) -> list[SearchRank]:
    """Return the best-seller ranks, of the whole department first."""
    found = []
    for group in _of_market(stated, "salesRanks", market):
        for name in ("displayGroupRanks", "classificationRanks"):
            for each in replies.many(group, name):
                rank, title = replies.count(each.get("rank")), text(each.get("title"))
                if rank and title:
                    found.append(
                        SearchRank(
                            PLATFORM,
                            asin,
                            page.fetched_at,
                            rank_list=title,
                            position=rank,
                            rank=rank,
                            sort="best_sellers",
                        )
                    )
    return found


def _amount(stated: dict[str, Any]) -> tuple[Any, str | None]:
    value = stated.get("Amount", stated.get("amount"))
    currency = stated.get("CurrencyCode", stated.get("currencyCode"))
    return money(value), text(currency)


def _priced(page: Page, stated: dict[str, Any]) -> Listing | None:
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


def _offers(page: Page, payload: dict[str, Any]) -> Listing | None:
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


def _summary(page: Page, body: dict[str, Any]) -> Listing | None:
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
