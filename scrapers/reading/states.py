"""States: the goods in the data that a page hands to its own scripts.

`__NEXT_DATA__`, `window.__INITIAL_STATE__` and their like have no schema. An object is
taken for the page's goods only where it is named as the page is, and a number for a
price only where its unit is beyond doubt: written with decimals, said to be in cents,
or shown as it stands on the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.reading import currencies, prices, values
from scrapers.reading.documents import Document, squeezed
from scrapers.reading.values import Facts, Node

_ASSIGNED = re.compile(
    r"(?:window|self|globalThis)\s*(?:\.\s*|\[\s*[\"'])"
    r"(__\w+__|\w*(?:STATE|State|DATA|Data|PROPS|Props|Product|product|config)\w*)"
    r"(?:[\"']\s*\])?\s*=\s*(?:JSON\.parse\(\s*)?(?=[{\"'])"
)
_TITLES = ("name", "title", "productName", "goodsName", "itemTitle", "productTitle")
_PRICES = (
    *("finalPrice", "salePrice", "sale_price", "currentPrice", "sellingPrice"),
    *("minPrice", "price", "goodsPrice", "unitPrice", "priceAmount"),
)
_LISTS = (
    *("originalPrice", "originPrice", "listPrice", "list_price", "regularPrice"),
    *("regular_price", "compareAtPrice", "compare_at_price", "marketPrice", "wasPrice"),
)
_AMOUNTS = ("current", "sale", "final", "now", "value", "amount", "price", "min")
_BEFORE = ("original", "regular", "list", "was", "before", "msrp", "compareAt")
_CURRENCIES = ("currency", "currencyCode", "priceCurrency", "currency_code")
_SKUS = ("sku", "skuCode", "productCode", "articleNumber", "goodsSn", "itemNo")
_MINOR = re.compile(r"(?:cents?|centAmount|InCents|_cents|fen|InMinor)$", re.IGNORECASE)
_DECODER = json.JSONDecoder(parse_float=Decimal)
_NOTHING = re.compile(r"(?<=[:\[,])\s*(?:undefined|NaN|void 0)(?=\s*[,}\]])")
_PARTS = re.compile(r"\s*[|_–—·»]\s*|\s+-\s+")
MAX_STATE = 3_000_000
"""Characters of a script beyond which it is left alone."""
MAX_NODES = 20_000


def facts(document: Document, titles: list[str | None]) -> Facts:
    """Return what the page's own data says of the goods that it is named after."""
    stated = [each for each in titles if each]
    parts = [part for each in stated for part in (each, *_PARTS.split(each))]
    names = {plain for each in parts if len(plain := _plain(each)) > 2}
    best: Facts = {}
    for value in _states(document):
        for node in _nodes(value):
            name = next((node[key] for key in _TITLES if _is_text(node.get(key))), None)
            if name is None or _plain(name) not in names:
                continue
            found = _read(document, node, squeezed(name))
            if len(found) > len(best) and "price" in found:
                best = found
    return best


def _states(document: Document) -> Iterator[Any]:
    for script, text in document.scripts:
        if not 20 < len(text) <= MAX_STATE:
            continue
        kind = (script.get("type") or "").lower()
        if kind == "application/json":
            yield _value_at(text, len(text) - len(text.lstrip()))
        elif not kind or "javascript" in kind or kind == "module":
            for match in _ASSIGNED.finditer(text):
                yield _value_at(text, match.end())


def _value_at(text: str, start: int) -> Any:
    """Return the value that begins at a place, None where it is no plain data.

    A state may be written as a text that the page's script parses.
    """
    for tried in (text, _NOTHING.sub("null", text)):
        try:
            value, _ = _DECODER.raw_decode(tried, start)
            return _DECODER.decode(value) if isinstance(value, str) else value
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any) -> Iterator[Node]:
    """Yield the objects of a value, outer before inner, as many as are affordable."""
    queue = [value]
    for count, each in enumerate(queue):
        if count > MAX_NODES:
            return
        if isinstance(each, dict):
            yield each
            queue += each.values()
        elif isinstance(each, list):
            queue += each[:500]


def _read(document: Document, node: Node, title: str) -> Facts:
    found: Facts = {"title": title}
    key, stated = _first(node, _PRICES)
    currency = next((node[each] for each in _CURRENCIES if node.get(each)), None)
    before = _first(node, _LISTS)
    if isinstance(stated, dict):
        currency = currency or next(
            (stated[each] for each in _CURRENCIES if stated.get(each)), None
        )
        before = before if before[1] is not None else _first(stated, _BEFORE)
        minor = next((each for each in stated if _MINOR.search(each)), None)
        key, stated = (minor, stated[minor]) if minor else _first(stated, _AMOUNTS)
    code = currencies.code_of(values.text(currency))
    found["currency"] = code
    for name, (key_of, amount) in (("price", (key, stated)), ("list_price", before)):
        read = _amount(document, key_of, amount, code)
        if read:
            found[name] = read
    if "price" in found and found.get("list_price", 0) <= found["price"]:
        found.pop("list_price", None)
    found["brand"] = values.text(node.get("brand") or node.get("brandName"))
    found["seller_sku"] = values.text(_first(node, _SKUS)[1])
    found["gtin"] = values.gtin(node)
    stock = _first(node, ("stock", "stockNum", "inventory", "quantityAvailable"))[1]
    if isinstance(stock, int) and not isinstance(stock, bool) and stock >= 0:
        found |= {"stock": stock, "status": "on" if stock else "sold_out"}
    on_sale = _first(node, ("availability", "stockStatus", "inStock", "available"))[1]
    if isinstance(on_sale, bool):
        found["status"] = "on" if on_sale else "sold_out"
    elif isinstance(on_sale, str) and (status := values.status_of(on_sale)):
        found["status"] = status
    return {name: value for name, value in found.items() if value not in (None, "")}


def _first(node: Node, keys: tuple[str, ...]) -> tuple[str, Any]:
    """Return the first of some keys that says something, and what it says."""
    for key in keys:
        if node.get(key) not in (None, "", 0, {}, []):
            return key, node[key]
    return "", None


def _amount(document: Document, key: str, stated: Any, code: str | None) -> Any:
    """Return an amount in the main unit, None where its unit is open to doubt."""
    if isinstance(stated, dict):
        key, stated = _first(stated, _AMOUNTS)
    if isinstance(stated, bool) or not isinstance(stated, int | float | Decimal | str):
        return None
    number = prices.strict(stated)
    if number is None:
        read = prices.parse(str(stated))
        return read.amount if read.currency and not read.is_instalment else None
    if not number:
        return None
    if _MINOR.search(key):
        return number.scaleb(-currencies.decimals(code))
    is_whole = number == number.to_integral_value()
    if not is_whole or re.search(r"\.\d\d$", str(stated)):
        return number
    return number if _is_shown(document.words, number) else None


def _is_shown(words: str, number: Decimal) -> bool:
    """Tell whether the page shows a whole number as money, in whatever way."""
    digits = f"{number:f}"
    grouped = f"{number:,f}"
    ways = {digits, grouped, grouped.replace(",", "."), grouped.replace(",", " ")}
    return any(
        re.search(
            rf"(?:[$€£¥￥]|[A-Z]{{3}}|kr|zł)\s?{re.escape(way)}(?![\d]|[.,]\d{{3}})"
            rf"|(?<![\d.,]){re.escape(way)}(?:[.,]00)?\s?(?:[€元円]|kr|zł|[A-Z]{{3}}\b)",
            words,
        )
        for way in ways
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _plain(text: str | None) -> str:
    return re.sub(r"[\W_]+", "", text or "").lower()
