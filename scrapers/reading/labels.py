"""Labels: what the words before a price or beside a number say it is.

Every pattern meets lower case: one that ignores case takes several times as long.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from scrapers.reading import prices
from scrapers.reading.documents import lowered

_SIGN = (
    r"(?:¥|￥|&yen;|us ?\$|hk\$|nt\$|r\$|\$|€|£|₹|₩|฿|rmb|cny|usd|eur|gbp|chf|kr\.?|zł"
    r"|₱|₺|₪|₴|₦|[acs]\$|nz\$|mx\$|(?<![a-z])(?:rp\.?|rm|php|sgd|myr|idr|thb|vnd|jpy"
    r"|krw|inr|aud|cad|nzd|hkd|twd|brl|mxn|try|aed|sar|pln|sek|nok|dkk|czk))"
)
_AFTER = (
    r"(?:€|元|円|원|zł|kč|kr\b|руб\.?|₽|₫"
    r"|₺|₴|฿|lei\b|ft\b|eur\b|usd\b|chf\b|gbp\b|cny\b|pln\b|sek\b|dkk\b)"
)
_AMOUNT = r"\d(?:[\d.,'’]| (?=\d{3}(?!\d)))*\d|\d"
# The sign may stand on either side; a price without a label must have one.
_PRICE = rf"(?:{_SIGN}\s*(?:{_AMOUNT})|(?:{_AMOUNT})\s*{_AFTER})"
_PRICED = re.compile(_PRICE)

_KINDS = {
    "list_price": r"原\s?[价價]|市场价格?|市價|划线价|吊牌价|参考价|专柜价|门市价"
    r"|建议零售价|指导价"
    r"|list\s+price|rrp|msrp|was|regular\s+price|original(?:ly|\s+price)?|uvp|statt"
    r"|ursprünglich|prix\s+conseillé|au\s+lieu\s+de|prezzo\s+di\s+listino|antes|de:"
    r"|(?:vorheriger|alter|bisheriger|früherer)\s+preis|ancien\s+prix|precio\s+anterior"
    r"|メーカー希望小売価格|定価|(?:当店)?通常価格|参考価格|소비자가|시중가|정가",
    "final_price": r"到手价?|券后价?|预估到手价?|折后价|after\s+coupon"
    r"|쿠폰\s?적용가|クーポン適用後",
    "activity_price": r"活动价|促销价|秒杀价|限时价|抢购价|大促价|特价|直降价|预售价"
    r"|flash\s+price|deal\s+price|セール価格|할인\s?판매가|할인가|특가|세일가",
    "member_price": r"会员价|會員價|vip价|88vip价?|plus价|member(?:s'?|\s)?\s*price"
    r"|付费会员价|(?:nectar|clubcard|loyalty|club|vip|plus|prime|rewards?)\s+price"
    r"|members?\s+pay|with\s+clubcard|会員価格|회원가",
    "group_price": r"拼团价|拼单价|\d+\s?人团|\d+\s?人拼单?|团购价|发起拼单",
    "price": r"售\s?[价價]|本店售价|价\s?格|现\s?价|零售价|淘宝价|京东价|商城价|本店价"
    r"|会员购|单独购买|单买价|一口价|销售价|(?:(?:our|your|sale|current|new)\s+)?"
    r"(?<!list )(?<!regular )(?<!original )price|now(?:\s+only)?"
    r"|preis"
    r"|jetzt(?:\s+nur)?|nur|prix|precio|prezzo|preço|por:|販売価格|価格|税込|cena|цена"
    r"|판매가|가격",
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
        "list_price": r"原[价價]|市场价格?|划线价|吊牌价|专柜价",
        "final_price": r"到手价|券后价",
        "activity_price": r"活动价|促销价|秒杀价|限时价",
        "member_price": r"会员价",
        "group_price": r"拼团价|拼单价|团购价",
        "price": r"售价|价格|现价|零售价|本店价|商城价|一口价|销售价",
    }.items()
}
# How far before a price its label may begin, and what follows it may reach.
_LABEL_REACH = 60
# Words that make of a price another one: `Nectar price`, `lowest price (30 days)`.
_OF_ANOTHER = re.compile(
    r"(?:nectar|clubcard|loyalty|club|vip|plus|prime|rewards?|members?'?|card|unit"
    r"|shipping|delivery|old|previous|former|lowest|list|regular|original|vorheriger"
    r"|alter|bisheriger|früherer|niedrigster|günstigster|ancien|plus\s+bas"
    r"|base|starting|instal?lment|trade-in|used)\s+$"
)
# A price of a measure is none of the thing: `8,57 €/kg`, `86p per 100g`.
MEASURED = re.compile(
    r"\s*(?:€|\$|£|¥|元|円|eur|usd|gbp)?\s*(?:/|per|pro|par|je|por|al)\s*"
    r"(?:\d+[.,]?\d*\s*)?(?:kg|g|gr|mg|ml|cl|dl|l|lt|litre|liter|oz|lb|lbs|m²|m2|qm"
    r"|kilo|100\s*(?:g|ml))\b|\s*/\s*(?:公斤|斤|千克|克|升|毫升|米)|\s*元/(?:公斤|斤|千克|克|升|米)"
)
_COUPON = re.compile(
    r"满\s*[¥￥]?\s*(?P<min>\d+(?:\.\d+)?)\s*元?\s*(?:立?减"
    r"|可用)\s*[¥￥]?\s*(?P<off>\d+(?:"
    r"\.\d+)?)|(?:优惠券|领券(?:立?减)?"
    r"|券)\s*[:：]?\s*[¥￥]?\s*(?P<plain>\d+(?:\.\d+)?)\s*元"
)
_GROUP_SIZE = re.compile(r"(\d{1,3})\s?人(?:团|拼)")
_GONE = re.compile(
    r"商品(?:已经?)?(?:下架|不存在|失效)|宝贝不存在|该商品已下柜|已下架"
    r"|no\s+longer\s+available"
    r"|product\s+(?:is\s+)?discontinued|nicht\s+mehr\s+verfügbar"
    r"|n'est\s+plus\s+disponible",
)
_SOLD_OUT = re.compile(
    r"售罄|已售完|已抢光|卖光了|缺货|无货|暂时无货|补货中|到货通知|缺貨|補貨中|售完|sold\s+out"
    r"|out\s+of\s+stock"
    r"|currently\s+unavailable|ausverkauft|nicht\s+vorrätig|nicht\s+lieferbar"
    r"|rupture\s+de"
    r"\s+stock|épuisé|agotado|esgotado|esaurito|uitverkocht|slutsåld|нет\s+в\s+наличии"
    r"|在庫切れ|売り切れ|품절",
)
# What is written on the way to buy one thing.
BUYING = re.compile(
    r"加入[购購]物[车車]|立即[购購][买買]|立刻购买|马上抢"
    r"|add to (?:cart|bag|basket|trolley)"
    r"|buy (?:it )?now|in den (?:warenkorb|einkaufswagen)|ajouter au panier"
    r"|(?:añadir|agregar) al? (?:la )?(?:carrito|cesta)|comprar|adicionar ao carrinho"
    r"|aggiungi al carrello|in winkel(?:wagen|mandje)|lägg i|læg i kurv|legg i"
    r"|lisää ostoskoriin|(?:カート|かご|カゴ)に(?:入れる|追加)"
    r"|購入手続き|今すぐ(?:購入|買う)|в корзину|do koszyka|do košíku|kosárba"
    r"|장바구니|바로\s?구매|구매하기|sepete ekle|ใส่ตะกร้า|thêm vào giỏ|keranjang"
)
_ON = re.compile(
    r"有货|现货|有貨|in\s+stock|add\s+to\s+(?:cart|bag"
    r"|basket"
    r"|trolley)|buy\s+(?:it\s+)?now|auf\s+lager|sofort\s+lieferbar"
    r"|in\s+den\s+(?:warenkorb"
    r"|einkaufswagen)|en\s+stock|ajouter\s+au\s+panier|disponible|añadir\s+(?:al"
    r"|a\s+la)"
    r"|disponibile|aggiungi\s+al|op\s+voorraad|i\s+lager|в\s+наличии|в\s+корзину"
    r"|在庫あり"
    r"|カートに入れる|재고\s?있음|" + BUYING.pattern,
)
_STOCK = re.compile(
    r"库存\s*[:：]?\s*(\d{1,7})\s*[件个]?(?!\d)"
    r"|(?<![\d.,$€£¥])(?<![$€£¥] )(\d{1,5})\s+(?:left\s+)?in\s+stock"
    r"|only\s+(\d{1,4})\s+left|noch\s+(\d{1,4})\s+(?:stück\s+)?(?:auf\s+lager"
    r"|verfügbar)",
)


_COLON = re.compile(r"[\u4e00-\u9fff]\s*[:：]|S[Kk][Uu]\b|Item |Art")
_NAMES = {
    "brand": re.compile(r"(?:商品)?品牌\s*[:：]\s*([^\s,，;；|]{1,30})"),
    "mpn": re.compile(r"(?:产品)?型号\s*[:：]\s*([\w./-]{1,40})"),
    "seller_sku": re.compile(
        r"(?:商品编号|商品编码|货号|商品货号)\s*[:：]\s*([\w./-]{1,40})"
        r"|\b(?:SKU|Sku|Item (?:no\.?|number|#)|Artikel-?(?:nr\.?|nummer)|Art\.-Nr\.)"
        r"\s*[:：]?\s*((?=[\w./-]*\d)[\w./-]{3,40})"
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
                if name == "price" and _OF_ANOTHER.search(part, 0, match.start()):
                    continue
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
    after = words[end : end + 40]
    if prices.INSTALMENT_AFTER.match(after) or MEASURED.match(lowered(after)):
        return None
    number = re.search(r"\d", words[start:end])
    place = start + (number.start() if number else 0)
    if prices.INSTALMENT_BEFORE.search(words[max(0, place - 40) : place]):
        return None
    return prices.parse(words[start:end])


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
        name: next(each for each in match.groups() if each)
        for name, pattern in _NAMES.items()
        if (match := pattern.search(words))
    }


def is_price(words: str) -> bool:
    """Tell whether a text is one price with its sign and nothing else."""
    return bool(_PRICED.fullmatch(lowered(words)))


def prices_in(words: str) -> int:
    """Return how many texts look like money."""
    return sum(1 for _ in _PRICED.finditer(lowered(words)))


def names(words: str) -> bool:
    """Tell whether a text says anything beside prices."""
    return bool(re.search(r"[^\W\d_]", _PRICED.sub("", lowered(words))))
