"""The seller's shops that are reached through an interface: one on each platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from sandbox import days
from sandbox.goods import OwnShop
from sandbox.market import SEED, Market, Size

OPENED = date(2026, 11, 5)
_CHINA = ("Asia/Shanghai", "CN", "CNY")
_SHOPS = {
    # The first and the third share customers, who are known by their mail address.
    "woocommerce": ("shiguang-berlin", "Shiguang Berlin", "Europe/Berlin", "US", "EUR"),
    "taobao": ("900100002", "拾光淘宝店", *_CHINA),
    "shopify": (
        "shiguang-kitchen",
        "Shiguang Kitchen",
        "America/New_York",
        "US",
        "USD",
    ),
    "pinduoduo": ("700200002", "拾光优选店", *_CHINA),
    "jd": ("800300001", "拾光京东店", *_CHINA),
    "youzan": ("500400001", "拾光微商城", *_CHINA),
    "amazon": ("A1SHIGUANG001", "Shiguang US", "America/Los_Angeles", "US", "USD"),
    "douyin": ("600500001", "拾光抖音店", *_CHINA),
    "xiaohongshu": ("5f600000c000000001000001", "拾光小红书店", *_CHINA),
    "wechat_store": ("wx0000shiguang01", "拾光微信小店", *_CHINA),
}
PLATFORMS = tuple(_SHOPS)


def shop(platform: str, number: int = 1, opened: date = OPENED) -> OwnShop:
    """Return the shop on a platform; a higher number is a further one there."""
    native, name, time_zone, country, currency = _SHOPS[platform]
    if number > 1:
        native, name = f"{native}-{number}", f"{name} {number}"
    return OwnShop(
        key=f"{platform}_interface{number if number > 1 else ''}",
        shop_id=f"{platform}:{native}",
        name=name,
        platform=platform,
        time_zone=time_zone,
        country=country,
        currency=currency,
        customer_share=1.0,
        listing_share=0.0,
        opened=days.number_of(opened) * days.SECONDS,
    )


def market(
    platforms: tuple[str, ...] = PLATFORMS,
    orders: int = 400,
    opened: date = OPENED,
    seed: int = SEED,
    each: int = 1,
) -> Market:
    """Return a market of `each` shops on some platforms, which share one truth.

    A shop sells about `orders` orders from the day it opened to the end of history,
    or in its first week where that is later.
    """
    chosen = [
        shop(name, number, opened)
        for name in platforms
        for number in range(1, each + 1)
    ]
    busy = np.cumsum(days.busyness("CN"))
    first = days.number_of(opened)
    until = busy[max(days.number_of(days.HISTORY_END), first + 6)]
    before = busy[first - 1] if first else 0
    customers = max(40, round(orders * until / (until - before) / 4.4))
    return Market(
        seed,
        Size(customers * len(chosen), 8 * len(chosen)),
        tuple(replace(one, customer_share=1 / len(chosen)) for one in chosen),
    )
