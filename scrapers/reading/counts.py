"""Counts: sales counters, reviews and ratings, as the words of a page tell them.

Every pattern meets lower case: one that ignores case takes several times as long.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from scrapers.reading.documents import lowered, squeezed

_COUNTERS = (
    (
        "lifetime",
        re.compile(
            r"(?:已拼|已售|总售|累计销量"
            r"|累计售出)\s*[:：]?\s*[\d.,]+\s*[千万亿wk]?\+?\s*[件单个]?"
        ),
    ),
    (
        "rolling_30d",
        re.compile(
            r"(?:月销量?|月售|近30天销量|30天销量"
            r"|月成交)\s*[:：]?\s*[\d.,]+\s*[千万亿wk]?\+?"
            r"\s*[件单笔]?|[\d.,]+\s*[千万亿wk]?\+?\s*人(?:付款|收货)"
        ),
    ),
    (
        "badge_recent",
        re.compile(r"[\d.,]+[kmb]?\+?\s+bought\s+in\s+past\s+(?:month|week)"),
    ),
    (
        "lifetime",
        re.compile(
            r"(?<![%\w])\d[\d.,]*[kmb]?\+?\s+(?:sold|verkauft|vendus?|vendidos?"
            r"|venduti)\b"
            r"|销量\s*[:：]?\s*[\d.,]+\s*[千万亿wk]?\+?\s*[件笔]?",
        ),
    ),
)
_REVIEWS = re.compile(
    r"(?:累计评价|全部评价|商品评价|评价"
    r"|评论)\s*[(（:：]?\s*(\d[\d,]*)(?![\d.,]*[万千+])\s*[)）]?"
    r"|(?<![\d.,])(\d[\d,.]*)\s+(?:customer\s+|global\s+)?(?:ratings?|reviews?"
    r"|bewertungen"
    r"|avis|opiniones|recensioni|отзыв\w*)\b|(\d[\d,]*)\s?(?:条|个)评[价论]",
)
_RATING = re.compile(
    r"(?<![\d.,])([0-5](?:[.,]\d{1,2})?)\s*(?:out\s+of\s+5|/\s*5|von\s+5|sur\s+5|de\s+5"
    r"|su\s+5|stars)|5つ星のうち\s*([0-5](?:\.\d)?)|评分\s*[:：]?\s*([0-5]\.\d)",
)


def counted(words: str) -> dict[str, Any]:
    """Return the sales counter as shown and its kind, reviews and rating."""
    found: dict[str, Any] = {}
    plain = lowered(words)
    for kind, pattern in _COUNTERS:
        if match := pattern.search(plain):
            shown = words[match.start() : match.end()]
            found["counter_text"] = squeezed(shown)
            exact = kind == "lifetime" and not re.search(r"[+万千亿wWkKM]", shown)
            found["counter_type"] = "exact_lifetime" if exact else kind
            found["counter_surface"] = "item_page"
            break
    if rated := _REVIEWS.search(plain):
        digits = re.sub(r"\D", "", next(each for each in rated.groups() if each))
        found["review_count"] = int(digits)
    if scored := _RATING.search(plain):
        stated = next(each for each in scored.groups() if each)
        found["rating"] = Decimal(stated.replace(",", "."))
    return found
