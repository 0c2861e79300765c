"""Price texts: what `1.299,00 €`, `¥1,299.00起` or `到手价99` say.

`price_parser` reads the number and the usual currency signs. Around it stand the rules
for what it reads wrongly or does not know: full-width digits, 万, ranges, "from",
prices on request, instalments, three-decimal currencies, numbers that are no prices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from price_parser import Price
from price_parser.parser import extract_currency_symbol

from scrapers.reading import currencies


@dataclass(frozen=True, slots=True)
class PriceText:
    """What a price text says. `currency` is as written; `amount` None is no price."""

    amount: Decimal | None = None
    currency: str | None = None
    high: Decimal | None = None
    """Upper end of a range."""
    is_from: bool = False
    """`起`, `from`, `ab`: the lowest of several prices."""
    is_hand: bool = False
    """`到手价`, `券后价`: after coupon."""
    is_instalment: bool = False
    """One of several payments: never the price of the thing."""


_WIDE: dict[int, str | None] = {ord("０") + each: str(each) for each in range(10)}
_WIDE |= {
    ord("，"): ",",
    ord("．"): ".",
    ord("－"): "-",
    ord("～"): "~",
    ord("＋"): "+",
}
_WIDE |= {ord("’"): "'", ord("＄"): "$", ord("\u200b"): None, ord("\ufeff"): None}
_NUMBER = r"\d[\d\s.,'’]*"
_RANGE = re.compile(
    rf"({_NUMBER}?)\s*(?:[^\d\s.,/×xX*]{{0,4}}\s*)?"
    rf"(?:[-–—~]|至|到|\bto\b|\bbis\b|\bà\b|\bhasta\b)\s*"
    rf"(?:[^\d\s.,/]{{0,4}}\s*)?({_NUMBER})"
)
_FROM = re.compile(
    r"\d\s*(?:元|円)?\s*(?:起|から)|低至|^\s*(?:from|ab|as low as|starting at|desde|"
    r"à partir de|a partire da|vanaf|från|fra|от|od)\b",
    re.IGNORECASE,
)
_HAND = re.compile(r"到手价?|券后价?|折后价?|预估到手")
_ASK = re.compile(
    r"面议|询价|询盘|电询|暂无报价|暂无价格|价格待定|待定|敬请期待|即将公布"
    r"|login to see|"
    r"price on request|call for price|preis auf anfrage|prix sur demande|уточняйте|"
    r"по запросу|登录(?:后)?(?:查看|可见)|会员可见",
    re.IGNORECASE,
)
INSTALMENT_AFTER = re.compile(
    r"\s*(?:€|\$|£|¥|元|zł|kr|usd|eur|gbp)?\s*\*?\s*(?:"
    r"/\s*(?:mo\b|mth\b|month|monat|mois|mes\b|mese|mês|月|期|week|wk\b)"
    r"|per\s+month|a\s+month|monthly|each\s+month|pro\s+monat|monatlich|par\s+mois|"
    r"al\s+mese|por\s+m[eê]s|al\s+mes\b|mensuel|per\s+week|pcm\b"
    r"|[x×*]\s*\d{1,2}\s*(?:期|months?|monat|mois|mesi|mes(?:es)?|payments?|instal|个月"
    r"|raten|rates?\b)"
    r"|每期|每月|起?/期)",
    re.IGNORECASE,
)
INSTALMENT_BEFORE = re.compile(
    r"(?:\d{1,2}\s*(?:x|×|期[x×*]?|instal?lments?\s+of|payments?\s+of"
    r"|rat[ey]n?\s+(?:zu|"
    r"po|à)|(?:interest[- ]free\s+)?payments\s+of|cuotas\s+de|vezes\s+de|rate\s+da)"
    r"|每期(?:仅需|约|低至)?|每月(?:仅需|约)?|月供|月付|分期(?:价|仅需)?|首付"
    r"|monthly(?:\s+"
    r"payments?)?(?:\s+(?:of|from))?:?|mensualit[ée]s?\s+de|monatlich"
    r"|em\s+at[ée]\s+\d+x"
    r"(?:\s+de)?)\s*(?:of|de|à|da|zu)?\s*[^\d\s]{0,3}\s*$",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    r"\bfree\s+(?:shipping|delivery|postage)\b|满\s*[^\d]?\d+[^减]*包邮"
    r"|versandkostenfrei"
    r"|livraison\s+gratuite",
    re.IGNORECASE,
)
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|"
    "december"
)
_DATE = re.compile(
    rf"\b(?:{_MONTHS})\b\.?,?\s+\d|\b\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"^\s*\d{1,2}-0\d\s*$")
_MINOR = re.compile(r"(\d+(?:\.\d+)?)\s*(万|萬|千)(?!\w*公里)")
_FREE = re.compile(r"^\W*(?:free|gratis|gratuit|kostenlos|免费)\b", re.IGNORECASE)
_THOUSANDS = {"万": 10_000, "萬": 10_000, "千": 1000}
_STRICT = re.compile(r"^\s*\d+(?:\.\d+)?\s*$")
_SIGNED = "|".join(
    rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])"
    if sign[0].isalpha()
    else re.escape(sign)
    for sign in currencies.MORE_SIGNS
    if len(sign) > 1
)
_BEFORE = re.compile(rf"({_SIGNED}|\b[A-Z])\s*[:：]?\s*$")
_AFTER = re.compile(rf"^\s*({_SIGNED}|[A-ZqРр¢圆元円](?![^\W\d_]))")
_TOKEN_BEFORE = re.compile(r"([^\d\s]{1,5})\s*$")
_TOKEN_AFTER = re.compile(r"\s*([^\d\s]{1,5})")
# A number and one short word and nothing else: the word is its currency, or a unit.
_ALONE = re.compile(
    r"^\s*\d[\d.,' ]*\s([^\W\d_\u3000-\u9fff]{1,6}"
    r"|[^\w\s.,%*+/()\[\]\-–—:;?!\"'|<>=#&~°²³])\s*$"
)
_UNITS = re.compile(
    r"^(?:pcs?|pieces?|stk|stück|st|kg|g|gr|mg|lb|lbs|oz|ml|cl|dl|l|km|m|cm|mm|inch|in|"
    r"stars?|sold|left|items?|days?|h|hrs?|min|mb|gb|tb|w|v|x|per|each|new|used|von|of|"
    r"件|个|只|条|瓶|盒|包|袋|人|天|年|月|日|期|折|分|台|双|套|片|张|本|支|款|шт|штук"
    r"|кг)$",
    re.IGNORECASE,
)
_CODE_NEAR = re.compile(r"(?<![^\W\d_])([A-Za-z]{3})(?![^\W\d_])")


def parse(
    text: str | None,
    currency_hint: str | None = None,
    decimal_separator: str | None = None,
    digit_group_separator: str | None = None,
) -> PriceText:
    """Return what a price text says; an amount of None where it states no price.

    `currency_hint` is a second text that may carry the currency. The separators are
    given only by who knows them (a site rule); otherwise the text itself decides: a
    last group of three digits is thousands, except in currencies of three decimals.
    """
    if not text or not text.strip():
        return PriceText(currency=_currency(None, currency_hint, None))
    text = text.translate(_WIDE)
    hint = currency_hint.translate(_WIDE) if currency_hint else None
    if _ASK.search(text) and not re.search(r"[$€£¥￥]\s*\d", text):
        return PriceText()
    if _is_no_price(text):
        return PriceText(currency=_currency(text, hint, None))
    if match := _MINOR.search(text):
        amount = Decimal(match[1]) * _THOUSANDS[match[2]]
        return PriceText(amount.normalize() + 0, _currency(text, hint, match.span()))
    start, end = _number_span(text)
    if decimal_separator is None:
        code = currencies.code_of(_currency(text, hint, (start, end)))
        if currencies.decimals(code) == 3 and re.search(r"\d\.\d{3}\b", text):
            decimal_separator = "."
    price = Price.fromstring(
        text[start:] if start else text,
        hint,
        decimal_separator=decimal_separator,
        digit_group_separator=digit_group_separator,
    )
    amount_or_none = price.amount
    high = None if digit_group_separator else _high_end(text, amount_or_none)
    instalment = amount_or_none is not None and is_instalment(text, start, end)
    return PriceText(
        amount=amount_or_none,
        currency=_currency(text, hint, (start, end)),
        high=high,
        is_from=bool(_FROM.search(text)),
        is_hand=bool(_HAND.search(text)),
        is_instalment=instalment,
    )


def strict(value: object) -> Decimal | None:
    """Return an amount written for machines (`1299.00`, 1299), None for any other."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return number if number.is_finite() and number >= 0 else None
    text = str(value).translate(_WIDE).strip()
    return Decimal(text) if _STRICT.match(text) else None


def is_instalment(text: str, start: int, end: int) -> bool:
    """Tell whether the number at a place of a text is one of several payments."""
    after = text[end : end + 40]
    before = text[max(0, start - 40) : start]
    return bool(INSTALMENT_AFTER.match(after) or INSTALMENT_BEFORE.search(before))


def _is_no_price(text: str) -> bool:
    if _THRESHOLD.search(text) or _CODE.match(text):
        return True
    return bool(_DATE.search(text)) and not re.search(r"[$€£¥￥]", text)


def _number_span(text: str) -> tuple[int, int]:
    """Return where the number of the price stands: beside a currency if any does."""
    spans = [
        (match.start(), match.start() + len(match[0].rstrip(" .,'’\t\n\xa0")))
        for match in re.finditer(r"[.]?\d[\d\s.,'’]*(?:€\s?\d{2}\b)?", text)
    ]
    if not spans:
        return 0, 0
    usual = [span for span in spans if text[span[1] : span[1] + 2].lstrip()[:1] != "%"]
    for start, end in usual[:1]:
        if _is_signed(text, start, end):
            return 0, end
    if (match := _RANGE.search(text)) and match.start(1) == spans[0][0]:
        return 0, spans[0][1]
    for start, end in usual[1:]:
        if _is_signed(text, start, end) and re.search(r"[^\W\d_]", text[:start]):
            return start, end
    return 0, (usual or spans)[0][1]


def _is_signed(text: str, start: int, end: int) -> bool:
    """Tell whether a currency touches the number on either side."""
    before = _TOKEN_BEFORE.search(text[max(0, start - 8) : start])
    sign = extract_currency_symbol(before[1], None) if before else None
    if before and sign and before[1].rstrip(".:：").endswith(sign.strip().rstrip(".")):
        return True
    after = _TOKEN_AFTER.match(text[end : end + 8])
    sign = extract_currency_symbol(after[1], None) if after else None
    if after and sign and after[1].startswith(sign.strip()):
        return True
    return _near(text, start, end) is not None


def _near(text: str, start: int, end: int) -> str | None:
    """Return the sign that touches the number, as written."""
    if match := _BEFORE.search(text[:start]):
        return match[1]
    if match := _AFTER.search(text[end:]):
        return match[1]
    for part in (text[end : end + 6], text[max(0, start - 6) : start]):
        for match in _CODE_NEAR.finditer(part):
            if match[1].upper() in currencies.CODES:
                return match[1]
    return None


def _currency(
    text: str | None, hint: str | None, span: tuple[int, int] | None
) -> str | None:
    """Return the currency of a price as written, from the text first, then the hint."""
    known = extract_currency_symbol(text, None) if text else None
    near = None
    if text and span and span[1]:
        number = re.search(r"[.]?\d", text[span[0] :])
        near = _near(text, span[0] + (number.start() if number else 0), span[1])
    if near and known and known.strip() in near and near != known:
        known = near
    sign = known or near or (extract_currency_symbol(text, hint) if hint else None)
    if sign is None and hint and hint.strip() in currencies.MORE_SIGNS:
        sign = hint.strip()
    if sign is None and text and (alone := _ALONE.match(text)):
        sign = None if _UNITS.match(alone[1]) else alone[1]
    return sign.strip() if sign else None


def _high_end(text: str, low: Decimal | None) -> Decimal | None:
    match = _RANGE.search(text)
    if low is None or match is None or not match[1].strip(" .,"):
        return None
    first = Price.fromstring(match[1]).amount
    last = Price.fromstring(match[2]).amount
    if first != low or last is None or last <= first:
        return None
    return last
