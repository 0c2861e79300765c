"""Readers of all gateways: orders, lines and refunds from one instant to another."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House
from tests import cursor_readers, page_readers, router_readers

Reader = Callable[[House, Desk, int, int], tuple[list, list, list]]

READERS: dict[str, Reader] = {
    "taobao": router_readers.read_taobao,
    "pinduoduo": router_readers.read_pinduoduo,
    "jd": router_readers.read_jd,
    "youzan": router_readers.read_youzan,
    "amazon": cursor_readers.read_amazon,
    "shopify": cursor_readers.read_shopify,
    "wechat_store": cursor_readers.read_wechat_store,
    "woocommerce": page_readers.read_woocommerce,
    "douyin": page_readers.read_douyin,
    "xiaohongshu": page_readers.read_xiaohongshu,
}
