"""Page prices: where no markup speaks, what stands beside the title of the goods."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from scrapers.reading import labels, prices
from scrapers.reading.documents import (
    CENTS,
    Document,
    lowered,
    mark_of,
    squeezed,
    words_of,
)
from scrapers.reading.headings import is_elsewhere

_PRICE = re.compile(r"price|prc\b|preis|prix|precio|prezzo|cost\b|amount|jiage|money")
_STRUCK = re.compile(
    r"(?<![a-z])old|was\b|-was-|was(?=[A-Z_-])|list[-_]?price|price[-_]{1,2}list"
    r"|(?<![a-z])list(?=\s|$)|orig|regular|strike|struck|(?<![a-z])cross(?!-)"
    r"|msrp|rrp|mrp\b|uvp|compare|market(?!ing)|before|prev|line-?through|\bdel\b"
    r"|deleted|full-?price|yuanjia",
)
# A price for some: those who have a card, belong to a club, or subscribe.
_MEMBER = re.compile(r"member|(?<![a-z])vip|loyal|clubcard|prime-?price|club-?price")
_OTHER = re.compile(
    r"subscri|sav(?:e|ing)|discount|\boff\b|percent|shipping|postage|delivery"
    r"|per-?(?:unit|quantity|kg|kilo|weight)"
    r"|unit-?price"
    r"|base-?price|grundpreis|instal|month|finance|leasing|coupon|deposit|\btax|points"
    r"|reward|total|filter|range-?slider|slider|min-?price|max-?price|alert|match"
    r"|compare-"
    r"box|history|label|title|name|currency$",
)
_END = re.compile(
    r"猜你喜欢|看了又看|相关(?:商品|推荐|产品)|为你推荐|热销推荐|同类推荐|掌柜推荐"
    r"|店铺推荐|浏览历史"
    r"|you may also|related products?|similar (?:items|products)|customers (?:who|also)"
    r"|recently viewed|frequently bought|people also|ähnliche (?:artikel|produkte)"
    r"|das könnte (?:ihnen|dir)|kunden kauften|vous aimerez|produits similaires"
    r"|te puede"
    r"|productos relacionados|prodotti correlati|sponsored|関連商品|おすすめ商品",
)
_TAGS = (
    *("b", "bdi", "big", "dd", "del", "div", "em", "font", "h1", "h2", "h3", "h4", "i"),
    *("ins", "label", "li", "p", "s", "section", "small", "span", "strike", "strong"),
    *("td", "tr", "ul"),
)
# What a mark says of its neighbours: `with-list-price`, `has-old-price`.
_BESIDE = re.compile(r"\b(?:with|has|no|without|is)-[\w-]+")
_SAID = ("list_price", "final_price", "activity_price", "member_price", "group_price")
_STRIKING = ("del", "s", "strike")
_STRUCK_ABOVE = re.compile(r"line-?through|old-?price|was-?price|list-?price|strike")
MAX_UNMARKED = 150
MAX_CANDIDATES = 60
_GOES_ON = re.compile(r"\d|[.,]\d")
NEAR = 4000
"""Characters after the title in which labels are believed."""


def near_title(document: Document, title: str | None) -> str:
    """Return the words from the title up to where other goods begin."""
    known = document.near.get(title or "")
    if known is not None:
        return known
    words = document.words
    start = 0
    if title and (place := words.find(squeezed(title))) >= 0:
        start = place + len(title)
    part = words[start : start + NEAR]
    end = _END.search(lowered(part))
    document.near[title or ""] = part = part[: end.start()] if end else part
    return part


def marked(document: Document, heading: HtmlElement | None) -> dict[str, Any]:
    """Return price and list price from elements whose class or id says "price"."""
    found: dict[str, Any] = {}
    priced = dict(document.like(_PRICE, _TAGS))
    struck = set(document.body.iterdescendants(*_STRIKING))
    title_at = -1
    if struck or heading is not None:
        for place, element in enumerate(document.elements):
            if element in struck:
                priced[place] = element
            elif element is heading:
                title_at = place
    places = sorted(priced)
    end = _end_of_goods(document, title_at)
    after = [place for place in places if title_at < place < end]
    before = [place for place in places if place < title_at]
    for place in after[:MAX_CANDIDATES]:
        if _take(priced[place], found):
            break
    if "price" not in found:
        for place in reversed(before[-8:]):
            if _take(priced[place], found):
                break
    if "price" not in found and heading is not None:
        _take_unmarked(document, title_at, min(end, title_at + MAX_UNMARKED), found)
    low = found.get("price")
    if low is not None and found.get("list_price", low) <= low:
        for name in [each for each in found if each.startswith("list_price")]:
            del found[name]
    return found


def _end_of_goods(document: Document, title_at: int) -> int:
    """Return the place of the heading below which other goods stand."""
    ends = {
        heading
        for heading in document.body.iterdescendants("h2", "h3", "h4", "h5")
        if len(words := lowered(words_of(heading))) < 60 and _END.search(words)
    }
    for place, element in enumerate(document.elements if ends else ()):
        if place > title_at and element in ends:
            return place
    return len(document.elements)


def _take_unmarked(
    document: Document, title_at: int, end: int, found: dict[str, Any]
) -> None:
    """Take prices that stand by themselves between the title and the way to buy.

    For pages whose classes are made up by a tool and say nothing.
    """
    for element in document.elements[title_at + 1 : end]:
        words = words_of(element) if len(element) < 4 else ""
        if not 1 < len(words) <= 40:
            continue
        if labels.is_price(words) and _take(element, found):
            return
        if "price" in found and labels.BUYING.search(lowered(words)):
            return


def _take(element: HtmlElement, found: dict[str, Any]) -> bool:
    """Take what an element says; tell whether everything wanted is there."""
    struck, mark = element.tag in _STRIKING, _BESIDE.sub("", mark_of(element))
    words = _with_point(element)
    if not words or len(words) > 80 or not re.search(r"\d", words):
        return False
    if is_elsewhere(element):
        return False
    if _OTHER.search(mark) and not _STRUCK.search(mark):
        return False
    struck = struck or bool(_STRUCK.search(mark)) or _is_struck_above(element)
    before = ""
    if not struck:
        for inner in element.iterdescendants(*_TAGS):
            if (
                inner.tag in _STRIKING
                or "line-through" in inner.get("style", "")
                or _STRUCK.search(_BESIDE.sub("", mark_of(inner)))
            ):
                before = before or words_of(inner)
                words = squeezed(words.replace(words_of(inner), " ", 1))
    if not struck and len(re.findall(r"\d[\d.,]*", words)) > 2:
        return False
    read = prices.parse(words)
    if read.amount is None or read.amount <= 0 or read.is_instalment:
        return False
    if int(read.amount.as_tuple().exponent) < -3:
        return False  # two numbers run into one
    if re.search(r"省|立减|save|you save|spare|économisez", words, re.I):
        return False
    parent = element.getparent()
    around = words_of(parent) if parent is not None else ""
    if len(around) < 200 and _is_instalment(around, words):
        return False
    if _is_measured(words) or (len(around) < 80 and _is_measured(around, words)):
        return False
    name = "list_price" if struck else "final_price" if read.is_hand else "price"
    name = _said_to_be(element, words, name)
    if name in found:
        return False
    found[name] = read.amount
    found[f"{name}@text"] = words
    if read.high:
        found[f"{name}_high"] = read.high
    if read.currency:
        found.setdefault("currency_sign", read.currency)
    struck_amount = prices.parse(before).amount if name == "price" else None
    if struck_amount and struck_amount > read.amount:
        found.setdefault("list_price", struck_amount)
    return "price" in found and "list_price" in found


def _with_point(element: HtmlElement) -> str:
    """Return the words of an element; cents that only stand higher get their point."""
    words = words_of(element)
    for part in element.iterdescendants("sup", "span", "small"):
        cents, before = part.text or "", part.getprevious()
        if before is not None and (before.tail or "").strip() in (".", ","):
            continue
        if part.tag != "sup" and not CENTS.search(mark_of(part)):
            continue
        if re.fullmatch(r"\s*\d\d\s*", cents) and not len(part):
            whole = re.search(rf"(\d[\d.,]*?)\s?{cents.strip()}(?!\d)", words)
            if whole and whole[1][-1].isdigit():
                point = "," if re.search(r"\.\d{3}$", whole[1]) else "."
                start, end = whole.span()
                words = f"{words[:start]}{whole[1]}{point}{cents.strip()}{words[end:]}"
    return words


def _is_instalment(around: str, words: str) -> bool:
    place = around.find(words)
    number = re.search(r"\d", words)
    if place < 0 or number is None:
        return False
    return prices.is_instalment(around, place + number.start(), place + len(words))


def _said_to_be(element: HtmlElement, words: str, name: str) -> str:
    """Return the kind of a price, where its own words or marks say another."""
    if name != "price":
        return name
    parent = element.getparent()
    marks = f"{mark_of(element)} {mark_of(parent) if parent is not None else ''}"
    if _MEMBER.search(marks):
        return "member_price"
    named = labels.priced(words).keys() - {"currency_sign"}
    if "price" in named:
        return name
    return next((each for each in _SAID if each in named), name)


def _is_measured(around: str, words: str = "") -> bool:
    """Tell whether the first number of a text is the price of a measure: `3 €/kg`."""
    place = around.find(words)
    number = re.search(r"\d[\d.,]*", around[max(0, place) :])
    return number is not None and bool(
        labels.MEASURED.match(lowered(around), max(0, place) + number.end())
    )


def is_instalment_on_page(words: str, amount: str) -> bool:
    """Tell whether a page shows an amount only as one of several payments."""
    start = words.find(amount)
    is_shown = False
    while start >= 0:
        end = start + len(amount)
        before = words[start - 1 : start]
        if not (before.isdigit() or before in (".", ",")) and not _GOES_ON.match(
            words, end
        ):
            if not prices.is_instalment(words, start, end):
                return False
            is_shown = True
        start = words.find(amount, start + 1)
    return is_shown


def _is_struck_above(element: HtmlElement) -> bool:
    for ancestor in islice(element.iterancestors(), 2):
        if ancestor.tag in _STRIKING or _STRUCK_ABOVE.search(mark_of(ancestor)):
            return True
    return "line-through" in (element.get("style") or "")
