"""Gathering: one listing out of all that rules, markup and the page itself say."""

from __future__ import annotations

from typing import Any

from scrapers.items import Links, Listing
from scrapers.reading import (
    breadcrumbs,
    conclusions,
    counts,
    currencies,
    embedded,
    headings,
    identities,
    labels,
    meta_tags,
    page_prices,
    ruled,
    schema_org,
    shelves,
    states,
    subjects,
    values,
)
from scrapers.reading.documents import Document
from scrapers.reading.rules import SiteRules
from scrapers.reading.values import Facts, Node

METHODS = subjects.METHODS
MAX_VARIANTS = 500
_FIELDS = frozenset(Listing.__dataclass_fields__)


def listings(
    document: Document,
    goods: list[list[Node]],
    trail: list[str],
    rules: SiteRules | None,
    defaults: dict[str, str],
    found: Links,
) -> list[Listing]:
    """Return the listings of a page: one with its variants, several of a list, or none.

    `goods` are the products of JSON-LD and of microdata.
    """
    heading, element = headings.title_of(document)
    about, others = subjects.about(document, goods, heading, found)
    ruled_facts = ruled.facts(document, rules) if rules else {}
    if not about and others and not ruled_facts.get("title"):
        return _several(document, others, defaults)
    layers: list[tuple[str, Facts]] = [("rules", ruled_facts)]
    layers += about
    layers.append(("meta", meta_tags.facts(document)))
    script = embedded.facts(document)
    if not any("price" in said for _, said in layers):
        titles = [heading, document.meta.get("og:title"), document.title]
        script = {**states.facts(document, titles), **script}
    layers.append(("script", script))
    ignored = rules.ignore if rules else frozenset()
    merged, methods = _merged(layers, ignored)
    _page(document, merged, methods, heading, element, ignored, bool(about))
    named = about or ([layers[-1]] if "price" in script else [])
    if not subjects.is_goods(document, merged, named, ruled_facts, found):
        return []
    conclusions.correct(document, merged, methods)
    names = trail or breadcrumbs.from_page(document)
    path = breadcrumbs.path_of(names, merged.get("title"))
    if path and methods.get("category_path") != "rules":
        merged["category_path"] = path
        methods["category_path"] = "page" if not trail else "json_ld"
    country = (
        defaults.get("country")
        or currencies.country_of(document.page.url, document.language)
        or (
            None
            if merged.get("currency") in currencies.CODES
            else currencies.country_written(document.words)
        )
    )
    conclusions.currency(document, merged, methods, rules, defaults, country)
    return _built(document, merged, methods, defaults, found)


def _several(
    document: Document, others: list[tuple[str, Node]], defaults: dict[str, str]
) -> list[Listing]:
    """Return the goods of a list page that say address and price themselves."""
    listed = []
    for place, (method, node) in enumerate(others):
        facts = schema_org.facts(node)
        if not facts.get("title") or not facts.get("url"):
            continue
        merged, methods = _merged([(method, facts)], frozenset())
        country = currencies.country_of(document.page.url, document.language)
        conclusions.currency(document, merged, methods, None, defaults, country)
        built = _built(document, merged, methods, defaults, Links(), facts["url"])[:1]
        for each in built:
            each.position = place + 1
        listed += built
    return listed if len({each.listing_id for each in listed}) > 1 else []


def _merged(
    layers: list[tuple[str, Facts]], ignored: frozenset[str]
) -> tuple[Facts, dict[str, str]]:
    """Return the first value of every field and whose it is."""
    merged: Facts = {}
    methods: dict[str, str] = {}
    for method, facts in layers:
        has_price = "price" in merged
        for name, value in facts.items():
            if value in (None, "", [], {}) or name in merged:
                continue
            if name in ignored and method != "rules":
                continue
            stated = methods.get("status")
            if name == "availability" and stated in METHODS and stated != method:
                continue  # variants differ: none speaks for the whole
            if has_price and name in ("price_high", "price_text", "currency_sign"):
                continue
            merged[name] = value
            methods[name] = method
    low, struck = merged.get("price"), merged.get("list_price")
    if low is not None and struck is not None and struck <= low:
        del merged["list_price"]
        methods.pop("list_price", None)
    return merged, methods


def _page(
    document: Document,
    merged: Facts,
    methods: dict[str, str],
    heading: str | None,
    element: Any,
    ignored: frozenset[str],
    has_goods: bool,
) -> None:
    """Fill from the page what nothing else said."""

    def take(found: Facts, only: tuple[str, ...] = ()) -> None:
        for name, value in found.items():
            bare = name.partition("@")[0]
            if bare in ignored or bare in merged or (only and bare not in only):
                continue
            if "@" in name:
                if name == "price@text" and "price_text" not in merged:
                    merged["price_text"] = value
                continue
            merged[name] = value
            methods[name] = "page"

    if heading and "title" not in merged:
        take({"title": heading})
    near = page_prices.near_title(document, heading or merged.get("title"))
    named = labels.priced(near)
    if "price" in merged:
        low = merged["price"]
        marked = {} if "list_price" in merged else page_prices.marked(document, element)
        struck = named.get("list_price") or marked.get("list_price")
        if struck and struck > low and marked.get("price", low) == low:
            take({"list_price": struck})
        kinds = ("final_price", "activity_price", "member_price", "group_price")
        take(named, (*kinds, "group_size", "coupon_amount", "coupon_min_amount"))
    elif not ignored & {"price"}:
        take(named)
        marked = page_prices.marked(document, element)
        if "price" not in merged or "list_price" not in merged:
            low = merged.get("price") or marked.get("price")
            if low is not None and marked.get("list_price", low) <= low:
                marked.pop("list_price", None)
            take(marked)
    take(counts.counted(near))
    take(labels.named(near))
    if "availability" not in merged and "status" not in merged:
        take(labels.availability(near[:2500]))
    elif "stock" not in merged:
        take(labels.availability(near[:2500]), ("stock",))


def _built(
    document: Document,
    merged: Facts,
    methods: dict[str, str],
    defaults: dict[str, str],
    found: Links,
    address: str | None = None,
) -> list[Listing]:
    page = document.page
    ruled_id = (
        merged.get("listing_id") if methods.get("listing_id") == "rules" else None
    )
    own = identities.listing_id(page.url, address or found.canonical)
    listing_id = f"{own.partition('/')[0]}/{ruled_id}" if ruled_id else own
    if "status" not in merged and merged.get("availability"):
        status = values.status_of(merged["availability"])
        status = status or labels.availability(str(merged["availability"])).get(
            "status"
        )
        if status:
            merged["status"] = status
            methods["status"] = methods.get("availability", "page")
    main = Listing("web", listing_id, page.fetched_at)
    _fill(main, merged, methods)
    main.listing_id = listing_id
    main.url = found.canonical if address is None else own
    main.url = main.url or page.url
    main.shop_id = main.shop_id or defaults.get("shop_id")
    main.shop_name = main.shop_name or defaults.get("shop_name")
    own_category = shelves.number(listing_id, main.category_path)
    main.platform_category_id = main.platform_category_id or own_category
    listed = [main]
    for stated in merged.get("variants", [])[:MAX_VARIANTS]:
        key = stated.get("seller_sku") or stated.get("gtin") or stated.get("product_id")
        if not key or (stated.get("price") is None and not stated.get("availability")):
            continue
        variant = Listing("web", listing_id, page.fetched_at, currency=main.currency)
        variant.sku_id = identities.sku_id(listing_id, str(key))
        method = methods.get("variants", "page")
        facts = {"title": main.title, "brand": main.brand, **stated}
        code = currencies.code_of(stated.get("currency"))
        facts["currency"] = code or main.currency
        facts["status"] = values.status_of(stated.get("availability"))
        if facts["status"] is None and stated.get("stock"):
            facts["status"] = "on"
        _fill(variant, facts, dict.fromkeys(stated, method))
        variant.category_path = main.category_path
        variant.platform_category_id = main.platform_category_id
        variant.shop_id, variant.shop_name = main.shop_id, main.shop_name
        variant.url = main.url
        listed.append(variant)
    keys = [each.sku_id for each in listed]
    return [
        each for place, each in enumerate(listed) if each.sku_id not in keys[:place]
    ]


def _fill(listing: Listing, facts: Facts, methods: dict[str, str]) -> None:
    for name, value in facts.items():
        if name not in _FIELDS or name in ("listing_id", "methods", "url"):
            continue
        if value is not None:
            setattr(listing, name, value)
            if name in methods:
                listing.methods[name] = methods[name]
