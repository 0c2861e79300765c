"""What a product title says: words, model codes, quantities and the size of the pack.

Chinese is read in pairs of characters, other scripts in words. Numbers with a unit are
kept apart from words and brought to one unit, so that 1.5 L and 1500 毫升 agree.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# unit -> its dimension and how many base units it holds
_UNITS = {
    "ml": ("ml", 1),
    "毫升": ("ml", 1),
    "cl": ("ml", 10),
    "l": ("ml", 1000),
    "升": ("ml", 1000),
    "liter": ("ml", 1000),
    "litre": ("ml", 1000),
    "gal": ("ml", 3785.4),
    "gallon": ("ml", 3785.4),
    "quart": ("ml", 946.35),
    "mg": ("g", 0.001),
    "g": ("g", 1),
    "克": ("g", 1),
    "kg": ("g", 1000),
    "千克": ("g", 1000),
    "公斤": ("g", 1000),
    "斤": ("g", 500),
    "oz": ("oz", 1),
    "ounce": ("oz", 1),
    "盎司": ("oz", 1),
    "lb": ("oz", 16),
    "pound": ("oz", 16),
    "mm": ("mm", 1),
    "毫米": ("mm", 1),
    "cm": ("mm", 10),
    "厘米": ("mm", 10),
    "m": ("mm", 1000),
    "米": ("mm", 1000),
    "inch": ("inch", 1),
    "in": ("inch", 1),
    '"': ("inch", 1),
    "英寸": ("inch", 1),
    "寸": ("inch", 1),
    "ft": ("inch", 12),
    "foot": ("inch", 12),
    "feet": ("inch", 12),
    # feet or inches, as the writer likes
    "'": ("prime", 1),
    "kb": ("mb", 0.001),
    "mb": ("mb", 1),
    "gb": ("mb", 1000),
    "tb": ("mb", 1000_000),
    "w": ("watt", 1),
    "watt": ("watt", 1),
    "瓦": ("watt", 1),
    "kw": ("watt", 1000),
    "v": ("volt", 1),
    "volt": ("volt", 1),
    "mah": ("mah", 1),
    "毫安": ("mah", 1),
    "hz": ("hz", 1),
    "mhz": ("hz", 1e6),
    "ghz": ("hz", 1e9),
    "mp": ("megapixel", 1),
    "megapixel": ("megapixel", 1),
    "万像素": ("megapixel", 0.01),
    "port": ("port", 1),
    "口": ("port", 1),
    "disc": ("disc", 1),
    "cup": ("cup", 1),
    "user": ("user", 1),
    "x": ("times", 1),
    "倍": ("times", 1),
    "度": ("degree", 1),
    "支": ("piece", 1),
    "片": ("piece", 1),
    "抽": ("piece", 1),
    "粒": ("piece", 1),
    "张": ("piece", 1),
    "sheet": ("piece", 1),
}
_PACKS = (
    *("pk", "pack", "packs", "pcs", "pc", "piece", "pieces", "count", "ct", "set"),
    *("pair", "pairs", "roll", "rolls", "bottle", "bottles", "bag", "bags", "cans"),
    *("box", "boxes", "bars", "sachets", "pods", "capsules", "tablets", "bulbs"),
    *("件", "瓶", "包", "盒", "袋", "罐", "个", "只", "双", "卷", "条", "桶", "套"),
    *("提", "杯", "箱", "枚", "块", "听"),
)
_CHINESE_NUMBERS = {
    each: number for number, each in enumerate("一二三四五六七八九十", 1)
}
_CHINESE_NUMBERS["两"] = 2


def _choice(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))


_QUANTITY = re.compile(
    rf"(?<![a-z\d.])(\d+(?:\.\d+)?)[\s-]?({_choice(tuple(_UNITS))})s?(?![a-z\d])"
)
_PACK = re.compile(
    rf"(?<![a-z\d.])(\d+)[\s-]?(?:{_choice(_PACKS)})(?![a-z\d])"
    # 500mlx24 is a pack, cdpcx455 a model
    r"|(?:\*|(?<![a-z])x|(?<=\dml)x|(?<=\dg)x|(?<=\dkg)x|(?<=\dl)x)\s?(\d+)(?![\d.a-z])"
    r"|(?:pack|set|box|case|lot|bundle) of (\d+)"
)
_COUNTED = re.compile(rf"([一二两三四五六七八九十])(?=(?:{_choice(_PACKS)})装?)")
_TOKEN = re.compile(r"[a-z0-9]+(?:[-./_+][a-z0-9]+)*")
_HAN = re.compile(r"[㐀-鿿豈-﫿]+")
_PLAIN = re.compile(r"(?<![\w.,/+-])(\d{1,4}(?:\.\d{1,2})?)(?![\w.,/+-])")
_PARTS = re.compile(r"[-./_+]")
_COLOURS = {
    *("black", "white", "silver", "red", "blue", "green", "pink", "gray", "grey"),
    *("gold", "purple", "orange", "yellow", "brown", "titanium", "bronze", "beige"),
    *("cyan", "magenta"),
    *("黑", "白", "银", "红", "蓝", "绿", "粉", "灰", "金", "紫", "橙", "黄", "棕"),
}
# What goes with a product, or holds more than it.
_ACCESSORY = re.compile(
    r"\b(?:case|cover|charger|battery|adapter|cable|stand|mount|strap|protector"
    r"|replacement|filter|refill)s?\b.*\bfor\b|\bcompatible with\b|适用|兼容|配件|替换"
)
_BUNDLE = re.compile(r"\b(?:bundle|combo|kit)\b|套装|套餐|组合")
# Suffixes by which makers tell the finish or the market of one model.
_TAIL = re.compile(r"[a-z]{1,3}$")


@dataclass(frozen=True)
class ProductText:
    """A title, taken apart.

    `words` are lower-case words and pairs of Chinese characters; `codes` what looks
    like a model number, without separators; `quantities` the amounts by dimension, in
    base units; `numbers` those without a unit, as years and versions; `pack` how many
    pieces a pack holds, 1 where the title does not say; `is_accessory` and `is_bundle`
    that it is named as going with another product, or as several in one.
    """

    words: frozenset[str]
    codes: frozenset[str]
    quantities: tuple[tuple[str, float], ...]
    numbers: frozenset[float]
    pack: int
    colours: frozenset[str]
    is_accessory: bool
    is_bundle: bool


@lru_cache(maxsize=1 << 18)
def read(text: str) -> ProductText:
    """Return what a text says; a text without anything readable gives empty parts."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("×", "x")
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(each)
    )
    plain = plain.replace("''", '"').replace("”", '"').replace("’", "'")
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    plain = _COUNTED.sub(lambda found: str(_CHINESE_NUMBERS[found[1]]), plain)
    pack, rest = _pack(plain)
    quantities, rest = _quantities(rest)
    words, codes = _tokens(rest)
    return ProductText(
        frozenset(words),
        frozenset(codes),
        tuple(sorted(quantities)),
        frozenset(float(each) for each in _PLAIN.findall(rest)),
        pack,
        frozenset(words & _COLOURS)
        | frozenset(
            each for each in _COLOURS if len(each) == 1 and each + "色" in plain
        ),
        _ACCESSORY.search(plain) is not None,
        _BUNDLE.search(plain) is not None,
    )


def stem(code: str) -> str | None:
    """Return a model code without the letters at its end, None if little is left."""
    short = _TAIL.sub("", code)
    is_code = len(short) >= 4 and any(each.isdigit() for each in short)
    return short if short != code and is_code else None


def joined(text: str) -> list[str]:
    """Return neighbouring tokens written as one, in case another writes them so."""
    plain = unicodedata.normalize("NFKC", text).lower()
    tokens = [_PARTS.sub("", each) for each in _TOKEN.findall(plain)]
    return [one + other for one, other in pairwise(tokens) if is_code(one + other)]


def is_chinese(text: str) -> bool:
    """Tell whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def is_code(token: str) -> bool:
    """Tell whether a token without separators looks like a model number."""
    digits = sum(each.isdigit() for each in token)
    if digits == len(token):
        return digits >= 5
    return digits >= 1 and len(token) >= 4


def _pack(plain: str) -> tuple[int, str]:
    sizes = []
    for found in _PACK.finditer(plain):
        size = int(next(each for each in found.groups() if each))
        if 1 < size <= 1000:
            sizes.append(size)
    pack = 1
    for size in sizes[:2]:
        pack *= size
    return min(pack, 10_000), _PACK.sub(" ", plain) if sizes else plain


def _quantities(plain: str) -> tuple[set[tuple[str, float]], str]:
    found: set[tuple[str, float]] = set()
    for number, unit in _QUANTITY.findall(plain):
        dimension, factor = _UNITS[unit]
        found.add((dimension, round(float(number) * factor, 4)))
    return found, _QUANTITY.sub(" ", plain)


def _tokens(plain: str) -> tuple[set[str], set[str]]:
    words: set[str] = set()
    codes: set[str] = set()
    for token in _TOKEN.findall(plain):
        whole = _PARTS.sub("", token)
        parts = _PARTS.split(token)
        if is_code(whole):
            codes.add(whole)
            if len(parts) > 1:
                codes.update(each for each in parts if is_code(each))
                words.update(each for each in parts if each.isalpha() and len(each) > 2)
        else:
            words.update(each for each in parts if each)
    for run in _HAN.findall(plain):
        words.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    return words, codes
