"""What is sold: categories, brands, words of titles, and our own three shops."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Category:
    """A leaf category and what a product of it looks like."""

    code: str
    name_zh: str
    name_en: str
    parent: str
    price: float
    unit_name: str
    sizes: tuple[int, ...]
    size_zh: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]
    brands_zh: tuple[str, ...]
    brands_en: tuple[str, ...]
    platform_ids: dict[str, str]


@dataclass(frozen=True)
class OwnShop:
    """One of the seller's shops; `customer_share` of all customers buy there."""

    key: str
    shop_id: str
    name: str
    platform: str
    time_zone: str
    country: str
    currency: str
    customer_share: float
    listing_share: float
    opened: int = 0
    """Seconds after ORDERS_START; whoever comes earlier finds no shop."""


PARENTS = {
    "beauty": ("美妆", "Beauty"),
    "food": ("食品", "Food"),
    "home": ("家居", "Home"),
    "clothing": ("服饰", "Clothing"),
}

OWN_BRAND = ("拾光", "Shiguang")

CATEGORIES = tuple(
    Category(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stated.items()
        }
    )
    for stated in yaml.safe_load(
        Path(__file__).with_name("goods.yml").read_text(encoding="utf-8")
    )
)

OWN_CATEGORIES = ("bottle", "storage", "socks", "nuts")

OWN_SHOPS = (
    OwnShop(
        "tmall",
        "taobao:900100001",
        "拾光旗舰店",
        "taobao",
        "Asia/Shanghai",
        "CN",
        "CNY",
        0.55,
        0.03,
    ),
    OwnShop(
        "pinduoduo",
        "pinduoduo:700200001",
        "拾光官方店",
        "pinduoduo",
        "Asia/Shanghai",
        "CN",
        "CNY",
        0.20,
        0.02,
    ),
    OwnShop(
        "shopify",
        "shopify:shiguang-home",
        "Shiguang Home",
        "shopify",
        "America/New_York",
        "US",
        "USD",
        0.25,
        0.01,
    ),
)

# platform: share of rival listings, price beside Taobao's, currency
RIVAL_PLATFORMS = {
    "pinduoduo": (0.42, 0.80, "CNY"),
    "taobao": (0.27, 1.00, "CNY"),
    "douyin": (0.21, 0.90, "CNY"),
    "jd": (0.06, 1.03, "CNY"),
    "amazon": (0.04, 0.30, "USD"),
}

COLOURS = (("红色", "RED"), ("蓝色", "BLU"), ("白色", "WHT"), ("黑色", "BLK"))
PRAISE = ("", "新款", "热卖", "【官方】", "家用", "送礼", "网红", "【限时】")
TAILS = ("", "包邮", "男女通用", "学生", "大容量", "礼盒装", "批发", "正品")
