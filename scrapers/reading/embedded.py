"""Embedded data: variants that a page's own scripts hold as JSON."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import orjson
from lxml import etree

from scrapers.reading import json_ld, prices
from scrapers.reading.documents import Document, words_of

_SKU_MAP = re.compile(r"[\"']?skuMap[\"']?\s*[:=]\s*(?=\{)")
_SHOPIFY = re.compile(r"(?:ProductJson|product-json|data-product-json)", re.I)
_VARIANTS = etree.XPath("//@data-price/parent::*[@data-sku or @data-sku-id]")
MAX_JSON = 1_000_000


def facts(document: Document) -> dict[str, Any]:
    """Return the variants that scripts of known shop systems carry."""
    if "skuMap" in document.text and (found := _sku_map(document.text)):
        return found
    for script, text in document.scripts:
        if script.get("type") != "application/json":
            continue
        if _SHOPIFY.search(" ".join([*script.keys(), *script.values()])):
            value = json_ld.loads(text)
            if isinstance(value, dict) and isinstance(value.get("variants"), list):
                return _shopify(value)
    return _marked(document)


def _marked(document: Document) -> dict[str, Any]:
    """Read variants that elements carry as `data-sku` with `data-price`."""
    variants = []
    marked = _VARIANTS(document.tree) if "data-price" in document.text else []
    for element in marked:
        if element.find(".//a[@href]") is not None or element.tag == "a":
            return {}
        price = prices.strict(element.get("data-price"))
        if not price:
            continue
        stock = _count(element.get("data-stock"))
        variants.append(
            {
                "seller_sku": element.get("data-sku") or element.get("data-sku-id"),
                "price": price,
                "stock": stock,
                "availability": "OutOfStock" if stock == 0 else None,
                "attributes": {"option": words_of(element)},
            }
        )
    return {"variants": variants} if len(variants) > 1 else {}


def _sku_map(text: str) -> dict[str, Any]:
    """Read the map of variants that Taobao's item pages keep (`skuMap`)."""
    match = _SKU_MAP.search(text)
    if match is None:
        return {}
    whole = _object_at(text, match.end())
    try:
        value = orjson.loads(whole)
    except orjson.JSONDecodeError:
        return {}
    variants = []
    for stated in value.values():
        if not isinstance(stated, dict) or not stated.get("skuId"):
            continue
        variants.append(
            {
                "seller_sku": str(stated["skuId"]),
                "price": prices.strict(stated.get("price")),
                "stock": _count(stated.get("stock")),
            }
        )
    return {"variants": variants} if len(variants) > 1 else {}


def _count(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None


def _shopify(product: dict[str, Any]) -> dict[str, Any]:
    """Read the product a Shopify theme embeds; its prices are in minor units."""
    variants = []
    for stated in product["variants"]:
        if not isinstance(stated, dict) or stated.get("id") is None:
            continue
        amount = stated.get("price")
        variants.append(
            {
                "seller_sku": str(stated.get("sku") or stated["id"]),
                "price": Decimal(amount) / 100 if isinstance(amount, int) else None,
                "availability": "InStock" if stated.get("available") else "OutOfStock",
                "attributes": {"title": stated.get("title")},
            }
        )
    return {"variants": variants} if len(variants) > 1 else {}


def _object_at(text: str, start: int) -> str:
    """Return the braces that open at a place with all they hold."""
    depth = 0
    quote = ""
    place = start
    end = min(len(text), start + MAX_JSON)
    while place < end:
        each = text[place]
        if quote:
            if each == "\\":
                place += 1
            elif each == quote:
                quote = ""
        elif each in "\"'":
            quote = each
        elif each == "{":
            depth += 1
        elif each == "}":
            depth -= 1
            if depth == 0:
                return text[start : place + 1]
        place += 1
    return ""
