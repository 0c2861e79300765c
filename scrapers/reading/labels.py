"""Labels: what the words before a price or beside a number say it is.

Every pattern meets lower case: one that ignores case takes several times as long.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from scrapers.reading import prices
from scrapers.reading.documents import lowered, squeezed

_SIGN = (
    r"(?:¥|￥|&yen;|us ?\$|hk\$|nt\$|r\$|\$|€|£|₹|₩|฿|rmb|cny|usd|eur|gbp|chf|kr\.?|zł)"
)
_AFTER = (
    r"(?:€|元|円|원|zł|kč|kr\b|руб\.?|₽|₫"
    r"|eur\b|usd\b|chf\b|gbp\b|cny\b|pln\b|sek\b|dkk\b)"
)
_AMOUNT = r"\d[\d.,'’ ]*\d|\d"
# The sign may stand on either side; a price without a label must have one.
_PRICE = rf"(?:{_SIGN}\s*(?:{_AMOUNT})|(?:{_AMOUNT})\s*{_AFTER})"
_PRICED = re.compile(_PRICE)

_KINDS = {
    "list_price": r"原\s?价|市场价|划线价|吊牌价|参考价|专柜价|门市价|建议零售价|指导价"
    r"|list\s+price|rrp|msrp|was|regular\s+price|original(?:ly|\s+price)?|uvp|statt"
    r"|ursprünglich|prix\s+conseillé|au\s+lieu\s+de|prezzo\s+di\s+listino|antes|de:"
    r"|メーカー希望小売価格|定価",
    "final_price": r"到手价?|券后价?|预估到手价?|折后价|after\s+coupon",
    "activity_price": r"活动价|促销价|秒杀价|限时价|抢购价|大促价|特价|直降价|预售价"
    r"|flash\s+price|deal\s+price",
    "member_price": r"会员价|vip价|88vip价?|plus价|member(?:s'?|\s)?\s*price"
    r"|付费会员价",
    "group_price": r"拼团价|拼单价|\d+\s?人团|\d+\s?人拼单?|团购价|发起拼单",
    "price": r"售\s?价|价\s?格|现\s?价|零售价|淘宝价|京东价|商城价|本店价|会员购"
    r"|单独购买"
    r"|单买价|一口价|销售价|(?:our|your|sale|current|new)?\s*price|now(?:\s+only)?"
    r"|preis"
    r"|jetzt(?:\s+nur)?|nur|prix|precio|prezzo|preço|por:|販売価格|価格|税込|cena|цена",
}
_LABELS = {
    name: re.compile(
        rf"(?<![^\W\d_])(?:{words})\s*(?:[（(][^（()）]{{0,12}}[)）])?\s*[:：]?\s*"
        rf"(?P<price>{_PRICE}(?:\s*[-–—~～至]\s*{_SIGN}?\s*(?:{_AMOUNT}))?)"
    )
    for name, words in _KINDS.items()
}
# A Chinese label is enough of a sign; `价格：129.00` needs no ¥.
_BARE = {
    name: re.compile(rf"(?:{words})\s*[:：]?\s*(?P<price>{_AMOUNT})(?![\d%折万人件])")
    for name, words in {
        "list_price": r"原价|市场价|划线价|吊牌价|专柜价",
        "final_price": r"到手价|券后价",
        "activity_price": r"活动价|促销价|秒杀价|限时价",
        "member_price": r"会员价",
        "group_price": r"拼团价|拼单价|团购价",
        "price": r"售价|价格|现价|零售价|本店价|商城价|一口价|销售价",
    }.items()
}
# How far before a price its label may begin, and what follows it may reach.
_LABEL_REACH = 60
_COUPON = re.compile(
    r"满\s*[¥￥]?\s*(?P<min>\d+(?:\.\d+)?)\s*元?\s*(?:立?减"
    r"|可用)\s*[¥￥]?\s*(?P<off>\d+(?:"
    r"\.\d+)?)|(?:优惠券|领券(?:立?减)?"
    r"|券)\s*[:：]?\s*[¥￥]?\s*(?P<plain>\d+(?:\.\d+)?)\s*元"
)
_GROUP_SIZE = re.compile(r"(\d{1,3})\s?人(?:团|拼)")
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
_GONE = re.compile(
    r"商品(?:已经?)?(?:下架|不存在|失效)|宝贝不存在|该商品已下柜|已下架"
    r"|no\s+longer\s+available"
    r"|product\s+(?:is\s+)?discontinued|nicht\s+mehr\s+verfügbar"
    r"|n'est\s+plus\s+disponible",
)
_SOLD_OUT = re.compile(
    r"售罄|已售完|已抢光|卖光了|缺货|无货|暂时无货|补货中|到货通知|sold\s+out"
    r"|out\s+of\s+stock"
    r"|currently\s+unavailable|ausverkauft|nicht\s+vorrätig|nicht\s+lieferbar"
    r"|rupture\s+de"
    r"\s+stock|épuisé|agotado|esgotado|esaurito|uitverkocht|slutsåld|нет\s+в\s+наличии"
    r"|在庫切れ|売り切れ|품절",
)
_ON = re.compile(
    r"有货|现货|加入购物车|立即购买|立刻购买|马上抢|in\s+stock|add\s+to\s+(?:cart|bag"
    r"|basket"
    r"|trolley)|buy\s+(?:it\s+)?now|auf\s+lager|sofort\s+lieferbar"
    r"|in\s+den\s+(?:warenkorb"
    r"|einkaufswagen)|en\s+stock|ajouter\s+au\s+panier|disponible|añadir\s+(?:al"
    r"|a\s+la)"
    r"|disponibile|aggiungi\s+al|op\s+voorraad|i\s+lager|в\s+наличии|в\s+корзину"
    r"|在庫あり"
    r"|カートに入れる",
)
_STOCK = re.compile(
    r"库存\s*[:：]?\s*(\d{1,7})\s*[件个]?(?!\d)"
    r"|(?<!\d)(\d{1,5})\s+(?:left\s+)?in\s+stock"
    r"|only\s+(\d{1,4})\s+left|noch\s+(\d{1,4})\s+(?:stück\s+)?(?:auf\s+lager"
    r"|verfügbar)",
)


_COLON = re.compile(r"[\u4e00-\u9fff]\s*[:：]")
_NAMES = {
    "brand": re.compile(r"(?:商品)?品牌\s*[:：]\s*([^\s,，;；|]{1,30})"),
    "mpn": re.compile(r"(?:产品)?型号\s*[:：]\s*([\w./-]{1,40})"),
    "seller_sku": re.compile(
        r"(?:商品编号|商品编码|货号|商品货号)\s*[:：]\s*([\w./-]{1,40})"
    ),
    "gtin": re.compile(r"(?:商品)?条形?码\s*[:：]\s*(\d{8,14})\b"),
    "shop_name": re.compile(
        r"(?:店铺|商家|卖家)(?:名称)?\s*[:：]\s*([^\s,，;；|]{2,30})"
    ),
}


def priced(words: str) -> dict[str, Any]:
    """Return the prices that words before them name, and coupons, by field."""
    found: dict[str, Any] = {}
    plain = lowered(words)
    beside = _beside_prices(plain)
    bare = "价" in plain
    for name, signed in _LABELS.items():
        places = [(start, signed, part) for start, part in beside]
        if bare:
            places.append((0, _BARE[name], plain))
        for start, pattern, part in places:
            for match in pattern.finditer(part):
                first, last = (start + each for each in match.span("price"))
                read = _read(words, first, last)
                if read is None or not read.amount:
                    continue
                found[name] = read.amount
                found[f"{name}@text"] = words[first:last].strip()
                if name in ("price", "list_price") and read.high:
                    found[f"{name}_high"] = read.high
                if read.currency:
                    found.setdefault("currency_sign", read.currency)
                break
            if name in found:
                break
    if "group_price" in found and (size := _GROUP_SIZE.search(plain)):
        found["group_size"] = int(size[1])
    if "券" in plain or "满" in plain:
        found |= _coupon(plain)
    return found


def _beside_prices(plain: str) -> list[tuple[int, str]]:
    """Return the parts of a text in which prices stand, and where they begin."""
    spans: list[list[int]] = []
    for match in _PRICED.finditer(plain):
        start, end = max(0, match.start() - _LABEL_REACH), match.end() + _LABEL_REACH
        if spans and start <= spans[-1][1]:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    return [(start, plain[start:end]) for start, end in spans]


def _coupon(plain: str) -> dict[str, Any]:
    coupon = _COUPON.search(plain)
    if coupon is None:
        return {}
    found = {"coupon_amount": Decimal(coupon["off"] or coupon["plain"])}
    if coupon["min"]:
        found["coupon_min_amount"] = Decimal(coupon["min"])
    return found


def _read(words: str, start: int, end: int) -> prices.PriceText | None:
    if prices.INSTALMENT_AFTER.match(words[end : end + 40]):
        return None
    number = re.search(r"\d", words[start:end])
    place = start + (number.start() if number else 0)
    if prices.INSTALMENT_BEFORE.search(words[max(0, place - 40) : place]):
        return None
    return prices.parse(words[start:end])


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


def availability(words: str) -> dict[str, Any]:
    """Return status, the words that gave it, and the stock where a number is named."""
    found: dict[str, Any] = {}
    plain = lowered(words)
    if match := _STOCK.search(plain):
        found["stock"] = int(next(each for each in match.groups() if each))
    for status, pattern in (("off", _GONE), ("sold_out", _SOLD_OUT), ("on", _ON)):
        if match := pattern.search(plain):
            shown = words[match.start() : match.end()]
            found |= {"status": status, "availability": shown}
            break
    if found.get("stock") == 0:
        found |= {"status": "sold_out"}
    elif found.get("stock"):
        found.setdefault("status", "on")
    return found


def named(words: str) -> dict[str, str]:
    """Return brand, numbers and shop where Chinese labels name them."""
    if not _COLON.search(words):
        return {}
    return {
        name: match[1]
        for name, pattern in _NAMES.items()
        if (match := pattern.search(words))
    }


def prices_in(words: str) -> int:
    """Return how many texts look like money."""
    return sum(1 for _ in _PRICED.finditer(lowered(words)))
