"""Schema.org goods: what a Product, its offers and its variants say, as plain facts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from scrapers.reading import offers, prices, values
from scrapers.reading.json_ld import types_of
from scrapers.reading.values import Facts, Node, many, text

PRODUCTS = frozenset(
    [
        "Product",
        "ProductGroup",
        "IndividualProduct",
        "ProductModel",
        "SomeProducts",
        "Vehicle",
        "Car",
        "Book",
        "Motorcycle",
        "ProductCollection",
        "VideoGame",
        "SoftwareApplication",
        "CreativeWork",
        "Drug",
        "DietarySupplement",
    ]
)
_NEED_OFFERS = frozenset(
    ["Book", "SoftwareApplication", "CreativeWork", "VideoGame", "Car"]
)


def is_product(node: Node) -> bool:
    """Tell whether an object is a thing for sale."""
    types = set(types_of(node))
    if not types & PRODUCTS:
        return False
    return bool(types - _NEED_OFFERS) or bool(node.get("offers"))


def facts(node: Node) -> Facts:
    """Return what a product says about itself: fields of `Listing`, and `variants`."""
    found: Facts = {
        "title": text(node.get("name")),
        "brand": text(node.get("brand") or node.get("manufacturer")),
        "seller_sku": text(node.get("sku")),
        "mpn": text(node.get("mpn")),
        "gtin": values.gtin(node),
        "url": values.address(node.get("url")),
        "image_url": values.address(node.get("image")),
        "category_path": _category(node.get("category")),
        "family_id": text(
            node.get("productGroupID") or node.get("inProductGroupWithID")
        ),
        "product_id": text(node.get("productID") or node.get("identifier")),
    }
    if isinstance(node.get("isVariantOf"), dict):
        group = node["isVariantOf"]
        found["family_id"] = found["family_id"] or text(group.get("productGroupID"))
        found["brand"] = found["brand"] or text(group.get("brand"))
    found |= _rating(node.get("aggregateRating"))
    made = list(offers.read(node.get("offers") or node.get("offerDetails")))
    variants = [facts(each) for each in _variants(node)]
    for each, stated in zip(variants, _variants(node), strict=True):
        each["attributes"] = values.attributes(stated)
        each.pop("variants", None)
    if made:
        found |= offers.sold(made)
        if not variants:
            variants = offers.variants(made)
    elif variants:
        found |= offers.spread(variants)
    found["variants"] = variants if len(variants) > 1 else []
    if len(variants) == 1:
        found = {**variants[0], **{key: value for key, value in found.items() if value}}
    found["attributes"] = found.get("attributes") or {}
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def _category(value: Any) -> str | None:
    names = [text(each) for each in many(value)]
    if len(names) == 1 and names[0]:
        parts = re.split(r"\s*(?:>|›|»|/(?=\s)|\s/\s)\s*", names[0])
        names = [part for part in parts if part]
    joined = " > ".join(name for name in names if name and "schema.org" not in name)
    return joined or None


def _rating(value: Any) -> Facts:
    node = many(value)[0] if many(value) else None
    if not isinstance(node, dict):
        return {}
    count = _number(node.get("reviewCount"))
    if count is None:
        count = _number(node.get("ratingCount"))
    found: Facts = {"review_count": int(count) if count is not None else None}
    rating = _number(node.get("ratingValue"))
    best = _number(node.get("bestRating")) or Decimal(5)
    if rating is None or rating < 0 or (rating == 0 and not count):
        return found
    if rating > best:
        best = Decimal(10) if rating <= 10 else Decimal(100)
    if rating <= best and best > 0:
        found["rating"] = rating if best == 5 else round(rating * 5 / best, 2)
    return found


def _number(value: Any) -> Decimal | None:
    stated = text(value)
    if stated is None:
        return None
    number = prices.strict(stated)
    if number is not None:
        return number
    match = re.search(r"\d+(?:[.,]\d+)*", stated)
    if not match:
        return None
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", match[0]):
        return Decimal(re.sub(r"[.,]", "", match[0]))
    return prices.strict(match[0].replace(",", "."))


def _variants(node: Node) -> list[Node]:
    found = [each for each in many(node.get("hasVariant")) if isinstance(each, dict)]
    if not found and types_of(node) and "ProductGroup" not in types_of(node):
        models = [each for each in many(node.get("model")) if isinstance(each, dict)]
        found = [each for each in models if each.get("offers")]
    return [each for each in found if len(each) > 2 or each.get("offers")]
