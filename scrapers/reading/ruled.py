"""Ruled facts: what a site's own rules find on a page, as fields of a listing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from scrapers.reading import prices
from scrapers.reading.documents import Document
from scrapers.reading.rules import SiteRules

_MONEY = frozenset(
    {
        *("price", "list_price", "activity_price", "final_price", "group_price"),
        *("member_price", "coupon_amount", "coupon_min_amount", "price_high"),
        "list_price_high",
    }
)
_NUMBERS = frozenset({"review_count", "stock", "group_size", "rank"})


def facts(document: Document, rules: SiteRules) -> dict[str, Any]:
    """Return the fields that rules find, in their types; what does not fit is out."""
    found: dict[str, Any] = {}
    for name, places in rules.fields.items():
        for place in places:
            text = place.value(document)
            if not text:
                continue
            read = _typed(name, text)
            if read:
                found.update({each: read[each] for each in read if each not in found})
                break
    for name in ("shop_id", "shop_name"):
        if getattr(rules, name) and name not in found:
            found[name] = getattr(rules, name)
    options = {
        name.removeprefix("attributes."): found.pop(name)
        for name in list(found)
        if name.startswith("attributes.")
    }
    if options:
        found["attributes"] = options
    return found


def _typed(name: str, text: str) -> dict[str, Any]:
    if name in _MONEY:
        read = prices.parse(text)
        if read.amount is None or read.amount <= 0 or read.is_instalment:
            return {}
        typed: dict[str, Any] = {name: read.amount}
        if read.high and name in ("price", "list_price"):
            typed[f"{name}_high"] = read.high
        if name == "price":
            typed |= {"price_text": text, "currency_sign": read.currency}
        return {key: value for key, value in typed.items() if value is not None}
    if name == "rating":
        match = re.search(r"\d+(?:[.,]\d+)?", text)
        stated = Decimal(match[0].replace(",", ".")) if match else None
        return {name: stated} if stated is not None and stated <= 5 else {}
    if name in _NUMBERS:
        match = re.search(r"\d[\d.,]*", text)
        digits = re.sub(r"\D", "", match[0]) if match else ""
        return {name: int(digits)} if digits else {}
    if name in ("is_self_run", "is_ad"):
        return {name: text.lower() in ("1", "true", "yes", "是", "自营")}
    return {name: text}
