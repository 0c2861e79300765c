"""Amazon searched: catalog items, and the competitive prices of what was found.

Facts: the platform reference, page Amazon, section 4: the catalog gives names and ranks
by pages of 20, no price; prices are asked for at most 20 ASINs at a time.
"""

from __future__ import annotations

from typing import Any

import httpx

from seller_intel.ingestors import replies, selling_partner
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.searching import (
    PAGES,
    Answer,
    Ask,
    Search,
    address,
    following,
    number,
)
from seller_intel.ingestors.selling_partner import CATALOG, PRICING
from seller_intel.sources import RegistryError, Source

ITEMS = "catalog/2022-04-01/items"
PRICES = "products/pricing/v0/competitivePrice"
SIZE = 20
_TOLD = "summaries,salesRanks,identifiers,relationships,images,classifications"
_PRICED = "prices"


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Search:
    """Open catalog and pricing of one marketplace.

    `products` are ASINs, twenty to a list; a category is narrowed by the first keyword.
    With `prices: false` the catalog alone is asked.
    """
    seller = selling_partner.opened(source, transport)
    market = selling_partner.marketplaces(seller)
    if "," in market:
        raise RegistryError(f"source {source.name}: one marketplace is searched")
    words = source.options.get("keywords") or []
    if source.options.get("categories") and not words:
        raise RegistryError(
            f"source {source.name}: Amazon searches a category by keywords alone"
        )
    size = number(source, "page_size", SIZE, SIZE)
    pages = number(source, "pages", PAGES)
    has_prices = source.options.get("prices", True) is not False
    catalog, pricing = seller.session(CATALOG), seller.session(PRICING)

    def answer(ask: Ask) -> Answer:
        if ask.kind == _PRICED:
            asked = {"MarketplaceId": market, "ItemType": "Asin", "Asins": ask.value}
            return _answer(pricing, PRICES, asked)[0]
        asked = {"marketplaceIds": market, "includedData": _TOLD}
        asked |= {"pageSize": str(size)}
        if ask.kind == "products":
            asked |= {"identifiers": ask.value, "identifiersType": "ASIN"}
        else:
            asked["keywords"] = ask.value if ask.kind == "keyword" else str(words[0])
        if ask.kind == "category":
            asked["classificationIds"] = ask.value
        shown = {**asked, "page_no": str(ask.page)}
        if ask.token:
            asked["pageToken"] = ask.token
        got, told = _answer(catalog, ITEMS, asked, shown)
        found = replies.rows(told.get("items"), "items")
        leads: list[Ask] = []
        asins = [str(each["asin"]) for each in found if each.get("asin")]
        if asins and has_prices:
            leads.append(Ask(_PRICED, ",".join(dict.fromkeys(asins))))
        token = replies.mapping(told.get("pagination") or {}, "pagination")
        if token.get("nextToken") and ask.page < pages:
            leads.append(following(ask, str(token["nextToken"])))
        return Answer(got.address, got.body, got.status, tuple(leads))

    return Search((catalog, pricing), answer)


def _answer(
    session: Session,
    path: str,
    asked: dict[str, str],
    shown: dict[str, str] | None = None,
) -> tuple[Answer, dict[str, Any]]:
    reply = selling_partner.reply_of(session, path, asked)
    told = replies.mapping(reply.json, path)
    where = address(session, path, shown or asked)
    return Answer(where, reply.body, reply.status), told
