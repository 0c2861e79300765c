"""Amazon: catalog items and competitive pricing of the Selling Partner API.

The catalog gives names, brands, ranks and no price; pricing gives amounts with their
currency and no name (platform page, section 4). Both land as observations of one ASIN,
in the currency of the marketplace (section 1) where no amount says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapers.items import (
    Category,
    Item,
    Listing,
    Page,
    PageVerdict,
    Reading,
    SearchRank,
)
from scrapers.reading import amazon_offers, replies, search_results
from scrapers.reading.replies import text

PLATFORM = "amazon"
_THROTTLED = {"QuotaExceeded", "TooManyRequests"}
_RIGHTS = {"Unauthorized", "AccessDenied", "MissingAuthenticationToken"}
_EURO = (
    *("A1PA6795UKMFR9", "A13V1IB3VIYZZH", "APJ6JRA9NG5V4", "A1RKKUPIHCS9HS"),
    *("A1805IZSGTT6HS", "AMEN7PMS3EDWL", "A28R8C7NBKEWEA"),
)
_CURRENCIES = dict.fromkeys(_EURO, "EUR") | {
    "ATVPDKIKX0DER": "USD",
    "A2EUQ1WTGCTBG2": "CAD",
    "A1AM78C64UM0Y8": "MXN",
    "A2Q3Y263D00KWC": "BRL",
    "A1F83G8C2ARO7P": "GBP",
    "A2NODRKZP88ZB9": "SEK",
    "A1C3SOZRARQ6R3": "PLN",
    "A33AVAJ2PDY3EV": "TRY",
    "A2VIGQ35RCS4UG": "AED",
    "ARBP9OOSHTCHU": "EGP",
    "A21TJRUUN4KGV": "INR",
    "A1VC38T7YXB528": "JPY",
    "A39IBJ37TRP1C6": "AUD",
    "A19VAU5U5O7RUS": "SGD",
}


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
    market = given.get("marketplace_id") or replies.asked(
        page, "marketplaceIds", "MarketplaceId"
    )
    currency = _CURRENCIES.get(market or "", given.get("currency"))
    if "items" in reply or "asin" in reply:
        return _catalog(page, reply, given, market, currency)
    payload = reply.get("payload")
    if isinstance(payload, dict) and "Summary" in payload:
        return _reading([amazon_offers.offers(page, payload)], {}, currency)
    if isinstance(payload, list):
        priced = [amazon_offers.priced(page, each) for each in replies.many(payload)]
        return _reading(priced, {"count": len(payload)}, currency)
    if responses := replies.many(reply, "responses"):
        summed = [
            amazon_offers.summed(page, replies.inner(each, "body"))
            for each in responses
        ]
        return _reading(summed, {"count": len(responses)}, currency)
    return Reading(PageVerdict.UNREADABLE, detail="neither catalog nor pricing")


def _reading(
    found: list[Listing | None], cursor: dict[str, Any], currency: str | None
) -> Reading:
    items = tuple(each for each in found if each is not None)
    for each in items:
        each.currency = each.currency or currency
    return Reading(PageVerdict.LIST, items, cursor=cursor)


def _catalog(
    page: Page,
    reply: dict[str, Any],
    given: dict[str, str],
    market: str | None,
    currency: str | None,
) -> Reading:
    stated = replies.many(reply, "items") if "items" in reply else [reply]
    asked = search_results.question(
        page,
        given,
        names=("keywords", "classificationIds"),
        page_no="page_no",
        page_size="pageSize",
        usual=10,
        sort="sort",
    )
    found: list[Listing] = []
    ranks: list[SearchRank] = []
    nodes: list[Category] = []
    for each in stated:
        if asin := text(each.get("asin")):
            listing = _named(page, asin, each, market)
            listing.currency = currency
            found.append(listing)
            ranks += _ranks(page, asin, each, market)
            node = listing.platform_category_id, listing.category_path
            nodes += search_results.branch(page, PLATFORM, [node])
    for rank in ranks:
        rank.currency = currency
    cursor = {
        "page_no": asked.page_no,
        "total": replies.count(reply.get("numberOfResults")),
        "token": text(replies.inner(reply, "pagination").get("nextToken")),
        "count": len(stated),
    }
    verdict = PageVerdict.LIST if "items" in reply else PageVerdict.PRODUCT
    items: tuple[Item, ...] = (
        *ranks,
        *search_results.placed(page, found, asked, nodes),
    )
    return Reading(verdict, items, cursor=cursor)


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
