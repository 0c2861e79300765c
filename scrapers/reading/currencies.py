"""Currencies: the signs shops write, and which ISO 4217 code they mean where."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from babel.numbers import get_territory_currencies
from price_parser._currencies import CURRENCY_CODES

CODES = frozenset(code for code in CURRENCY_CODES if len(code) == 3) | {"CNY", "RMB"}

# Signs that mean one currency wherever they stand.
SIGNS = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "stg": "GBP",
    "US$": "USD",
    "US $": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "CDN$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "AU $": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "S$": "SGD",
    "R$": "BRL",
    "MX$": "MXN",
    "AR$": "ARS",
    "CL$": "CLP",
    "CO$": "COP",
    "$b": "BOB",
    "GY$": "GYD",
    "J$": "JMD",
    "元": "CNY",
    "圆": "CNY",
    "CN¥": "CNY",
    "人民币": "CNY",
    "RMB": "CNY",
    "yen": "JPY",
    "円": "JPY",
    "日元": "JPY",
    "원": "KRW",
    "₩": "KRW",
    "₹": "INR",
    "Re": "INR",
    "ரூ": "INR",
    "₽": "RUB",
    "руб.": "RUB",
    "руб": "RUB",
    "р.": "RUB",
    "р": "RUB",
    "Р": "RUB",
    "₴": "UAH",
    "грн.": "UAH",
    "грн": "UAH",
    "zł": "PLN",
    "zl": "PLN",
    "Zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "lei": "RON",
    "лв.": "BGN",
    "лв": "BGN",
    "₫": "VND",
    "VNĐ": "VND",
    "đ": "VND",
    "฿": "THB",
    "บาท": "THB",
    "₱": "PHP",
    "Rp": "IDR",
    "RM": "MYR",
    "₺": "TRY",
    "TL": "TRY",
    "₪": "ILS",
    "nis": "ILS",
    "ש״ח": "ILS",
    'ש"ח': "ILS",
    "ש'ח": "ILS",
    "CHF": "CHF",
    "SFr": "CHF",
    "Fr.": "CHF",
    "R": "ZAR",
    "₦": "NGN",
    "KSh": "KES",
    "KD": "KWD",
    "BD": "BHD",
    "Dhs": "AED",
    "د.إ": "AED",
    "ر.س": "SAR",
    "ج.م": "EGP",
    "د.أ": "JOD",
    "ر.ق": "QAR",
    "ل.س": "SYP",
    "دج": "DZD",
    "د.ج": "DZD",
    "ع.د": "IQD",
    "ل.د": "LYD",
    "د.ل": "LYD",
    "ج.س.": "SDG",
    "دينار كويتي": "KWD",
    "ل.ل": "LBP",
    "ش.ص": "SOS",
    "₸": "KZT",
    "тг": "KZT",
    "тңг": "KZT",
    "лари": "GEL",
    "ლარი": "GEL",
    "₾": "GEL",
    "ман.": "AZN",
    "₼": "AZN",
    "so'm": "UZS",
    "Sʻ": "UZS",
    "Дин": "RSD",
    "дин.": "RSD",
    "din": "RSD",
    "ДЕН": "MKD",
    "км": "BAM",
    "ናቕፋ": "ERN",
    "GFr": "GNF",
    "RF": "RWF",
    "Fbu": "BIF",
    "Ks": "MMK",
    "Nu": "BTN",
    "kwz": "AOA",
    "Ƀ": "BTC",
    "₡": "CRC",
    "₲": "PYG",
    "K": "MMK",
    "D": "GMD",
    "E": "SZL",
    "q": "GTQ",
    "Q": "GTQ",
    "L": "HNL",
}

# Words and signs that `price_parser` does not know yet; single letters count only
# where they touch the number (`R273.00`, `200q`).
MORE_SIGNS = tuple(
    sorted(
        {
            *SIGNS,
            *("franc", "francs", "¢", "دينار", "ש״ח", "CAD$", "USD$", "AUD$"),
            *("NZD$", "HKD$", "SGD$", "€uro"),
        },
        key=len,
        reverse=True,
    )
)

# Signs that several countries share: the first place that is known decides.
SHARED = {
    "$": (
        {"us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "hk": "HKD", "sg": "SGD"}
        | {"mx": "MXN", "tw": "TWD", "cl": "CLP", "co": "COP", "ar": "ARS"}
        | {"uy": "UYU", "do": "DOP", "jm": "JMD", "tt": "TTD", "na": "NAD"},
        "USD",
    ),
    "¥": ({"cn": "CNY", "jp": "JPY"}, None),
    "￥": ({"cn": "CNY", "jp": "JPY"}, None),
    "kr": ({"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"}, None),
    "kr.": ({"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"}, "DKK"),
    "Kr": ({"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"}, None),
    ":-": ({"se": "SEK", "no": "NOK"}, None),
    "Rs": ({"in": "INR", "pk": "PKR", "lk": "LKR", "np": "NPR"}, "INR"),
    "Rs.": ({"in": "INR", "pk": "PKR", "lk": "LKR", "np": "NPR"}, "INR"),
    "₨": ({"in": "INR", "pk": "PKR", "lk": "LKR", "np": "NPR"}, "INR"),
    "￡": ({}, "GBP"),
    "₤": ({"it": "ITL"}, "GBP"),
}


@lru_cache
def local_of(country: str | None) -> str | None:
    """Return what a price without any sign is in, in a country (`ar`), None if open."""
    if not country:
        return None
    territory = "GB" if country == "uk" else country.upper()
    found = get_territory_currencies(territory)
    return found[0] if found else None


# Endings of countries that shops anywhere take for their sound.
_ANYWHERE = re.compile(
    r"(?:a[cgim]|c[cdox]|eu|fm|g[gls]|i[dmno]|la|ly|m[elsuy]|nu|p[mnw]|re|s[chotu]"
    r"|t[fklov]|v[cg]|ws)"
)
# Languages spoken mostly in one country; `en`, `es`, `fr`, `pt` say nothing.
_LANGUAGES = {
    "zh": "cn",
    "ja": "jp",
    "ko": "kr",
    "th": "th",
    "vi": "vn",
    "pl": "pl",
    "cs": "cz",
    "hu": "hu",
    "sv": "se",
    "nb": "no",
    "no": "no",
    "da": "dk",
    "uk": "ua",
    "tr": "tr",
    "he": "il",
    "hi": "in",
}
_NARROW = re.compile(r"[\x00-\u303f]+")
_SCRIPTS = {
    "jp": re.compile(r"[\u3040-\u30ff]"),
    "kr": re.compile(r"[\uac00-\ud7a3]"),
    "cn": re.compile(r"[\u4e00-\u9fff]"),
}
_CHINESE_HOSTS = re.compile(
    r"(?:^|\.)(?:taobao|tmall|jd|pinduoduo|yangkeduo|1688|suning|dangdang|vip|youzan"
    r"|weidian|kaola)\.com$"
)
_DECIMALS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "PYG", "ISK", "UGX", "XAF"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD"), 3),
}


_LOWERED = {key.lower(): value for key, value in SIGNS.items() if len(key) > 1}


def decimals(code: str | None) -> int:
    """Return how many decimals a currency has; 2 where it is not known."""
    return _DECIMALS.get(code or "", 2)


def country_of(url: str, language: str = "") -> str | None:
    """Conclude the country of a page (`cn`) from its language tag and its host."""
    parts = re.split(r"[-_]", language.strip().lower())
    if len(parts) > 1 and len(parts[-1]) == 2:
        return parts[-1]
    host = (urlsplit(url).hostname or "").lower()
    if _CHINESE_HOSTS.search(host):
        return "cn"
    suffix = host.rpartition(".")[2]
    if not _ANYWHERE.fullmatch(suffix) and local_of(suffix):
        return suffix
    if host.count(".") and host.rpartition(".")[0].rpartition(".")[2] in ("co", "com"):
        return suffix if local_of(suffix) else None
    return _LANGUAGES.get(parts[0])


def country_written(words: str) -> str | None:
    """Conclude the country from the script of a page: kana, hangul, else Han."""
    wide = _NARROW.sub("", words[:20_000])
    for country, pattern in _SCRIPTS.items():
        if len(pattern.findall(wide)) > 10:
            return country
    return None


def code_of(sign: str | None, country: str | None = None) -> str | None:
    """Return the ISO 4217 code a sign or code means on a page of a country."""
    sign = (sign or "").strip().strip("\u200e\u200f")
    if not sign:
        return None
    if sign in SHARED:
        places, otherwise = SHARED[sign]
        return places.get(country or "", otherwise)
    if sign in SIGNS:
        return SIGNS[sign]
    bare = sign.upper().rstrip("$").strip()
    if bare in CODES:
        return "CNY" if bare == "RMB" else bare
    return _LOWERED.get(sign.lower())
