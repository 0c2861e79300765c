"""How shops of a language write prices, counts and the state of their stock."""

from __future__ import annotations

from sandbox.storefronts.shelf import Article

SIGNS = {"USD": "$", "GBP": "£"}
_AVAILABLE = {
    "en": ("In stock", "Sold out"),
    "de": ("Auf Lager", "Ausverkauft"),
    "zh": ("有货", "已售罄"),
}
WORDS = {
    "en": {
        "home": "Home",
        "was": "Was",
        "now": "Now",
        "related": "You may also like",
        "cart": "Add to cart",
        "page": "Page",
        "next": "Next",
        "sold": "Items sold",
        "reviews": "reviews",
        "brand": "Brand",
        "gone": "Sorry, this product is no longer available.",
    },
    "de": {
        "home": "Startseite",
        "was": "UVP",
        "now": "Jetzt",
        "related": "Das könnte Ihnen auch gefallen",
        "cart": "In den Warenkorb",
        "page": "Seite",
        "next": "Weiter",
        "sold": "Verkauft",
        "reviews": "Bewertungen",
        "brand": "Marke",
        "gone": "Dieser Artikel ist leider nicht mehr verfügbar.",
    },
    "zh": {
        "home": "首页",
        "was": "原价",
        "now": "现价",
        "related": "猜你喜欢",
        "cart": "加入购物车",
        "page": "页",
        "next": "下一页",
        "sold": "已售",
        "reviews": "条评价",
        "brand": "品牌",
        "gone": "很抱歉，该商品已下架",
    },
}


def plain(cents: int) -> str:
    """Return cents as a decimal text with two places: 1299.00."""
    return f"{cents // 100}.{cents % 100:02d}"


def money(cents: int, currency: str) -> str:
    """Return an amount as a page of its currency writes it."""
    whole, part = f"{cents // 100:,}", f"{cents % 100:02d}"
    if currency == "EUR":
        return f"{whole.replace(',', '.')},{part} €"
    if currency == "CNY":
        return f"¥{cents // 100}.{part}"
    return f"{SIGNS.get(currency, currency + ' ')}{whole}.{part}"


def title(article: Article, language: str) -> str:
    """Return an article's title in a language."""
    return article.title_zh if language == "zh" else article.title_en


def brand(article: Article, language: str) -> str:
    """Return an article's brand in a language."""
    return article.brand_zh if language == "zh" else article.brand_en


def available(stock: int, language: str) -> str:
    """Return the words for a stock."""
    return _AVAILABLE[language][0 if stock else 1]


def leaf_name(article: Article, language: str) -> str:
    """Return the name of an article's category in a language."""
    leaf = article.category
    return leaf.name_zh if language == "zh" else leaf.name_en
