"""Conclusions: the currency of a page, and prices taken back that are none."""

from __future__ import annotations

import re
from decimal import Decimal

from scrapers.reading import currencies, page_prices, prices
from scrapers.reading.documents import Document
from scrapers.reading.rules import SiteRules
from scrapers.reading.values import Facts

_MONEY = ("price", "price_high", "list_price", "final_price", "activity_price")


def correct(document: Document, merged: Facts, methods: dict[str, str]) -> None:
    """Take back a price the page shows to be an instalment, and a misread thousand."""
    price = merged.get("price")
    if price is None or methods.get("price") == "rules":
        return
    written = {
        f"{price:f}",
        f"{price:,.2f}",
        f"{price:.2f}",
        f"{price:f}".replace(".", ","),
    }
    if any(page_prices.is_instalment_on_page(document.words, each) for each in written):
        merged["attributes"] = {
            **merged.get("attributes", {}),
            "instalment_price": f"{price:f}",
        }
        for name in ("price", "price_high", "price_text", "list_price"):
            merged.pop(name, None)
            methods.pop(name, None)
        return
    text = str(merged.get("price_text") or "")
    if re.fullmatch(r"\d{1,3}\.\d{3}", text.strip()):
        dotted = re.escape(text.strip())
        if re.search(
            rf"(?<![\d.,]){dotted}(?:,\d\d|,-|\s?(?:€|EUR|kr|zł))", document.words
        ):
            merged["price"] = Decimal(text.strip().replace(".", ""))
            methods["price"] = f"{methods.get('price', 'page')}"


def currency(
    document: Document,
    merged: Facts,
    methods: dict[str, str],
    rules: SiteRules | None,
    defaults: dict[str, str],
    country: str | None,
) -> None:
    """Conclude the currency: stated, by its sign, by the caller, by the place."""
    if rules and rules.currency:
        merged["currency"] = rules.currency
        methods["currency"] = "rules"
        return
    if code := currencies.code_of(merged.get("currency"), country):
        merged["currency"] = code
        return
    sign = merged.get("currency_sign")
    if sign is None and merged.get("price_text"):
        sign = prices.parse(str(merged["price_text"])).currency
    if sign and (code := currencies.code_of(sign, country)):
        merged["currency"] = code
        methods["currency"] = methods.get("price", "page")
        return
    merged.pop("currency", None)
    methods.pop("currency", None)
    if defaults.get("currency"):
        merged["currency"] = defaults["currency"]
        methods["currency"] = "shell"
        return
    shown = [each for each in _MONEY if each in merged]
    if shown and (code := currencies.local_of(country)):
        merged["currency"] = code
        methods["currency"] = "locale"
