"""What the platforms hold, said plainly: the truth for whoever read the gateways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sandbox.exports import tables
from sandbox.gateways import (
    amazon_rows,
    douyin_rows,
    jd_rows,
    pinduoduo_rows,
    records,
    shopify_rows,
    taobao_rows,
    wechat_store_rows,
    woocommerce_rows,
    xiaohongshu_rows,
    youzan_rows,
)
from sandbox.gateways.books import Books
from sandbox.gateways.house import House
from sandbox.gateways.records import Order

STATUSES = ("unpaid", "paid", "shipped", "completed", "closed")
_REFUND = ["shop_id", "order_id", "status", "amount", "applied_at", "succeeded_at"]
_COMMISSION = ["shop_id", "order_id", "agent", "base", "amount", "rate", "state"]
_COMMISSION += ["changed_at"]
_IDS: dict[str, Callable[[Order], object]] = {
    "taobao": lambda order: taobao_rows.tid(order.no),
    "pinduoduo": pinduoduo_rows.order_sn,
    "jd": lambda order: jd_rows.order_id(order.no),
    "youzan": youzan_rows.tid,
    "amazon": lambda order: amazon_rows.order_id(order.no),
    "shopify": lambda order: shopify_rows.order_id(order.no),
    "woocommerce": lambda order: woocommerce_rows.order_id(order.no),
    "douyin": lambda order: douyin_rows.order_id(order.no),
    "xiaohongshu": xiaohongshu_rows.order_id,
    "wechat_store": lambda order: wechat_store_rows.order_id(order.no),
}
# The platform's own discounts cannot be told from the seller's there.
_SELLER_ALONE = frozenset(("youzan", "amazon", "shopify", "woocommerce"))


def order_id(order: Order, shop: Books) -> str:
    """Return the platform's own number of an order."""
    return str(_IDS[shop.shop.platform](order))


def orders(shop: Books, now: int) -> pd.DataFrame:
    """Return every order the platform shows; amounts in cents, moments in UTC."""
    return pd.DataFrame([_order(one, shop) for one in _all(shop, now)])


def lines(shop: Books, now: int) -> pd.DataFrame:
    """Return every line of these orders, numbered from 0; a gift's amount is 0."""
    return pd.DataFrame(
        [
            {
                "shop_id": shop.shop.shop_id,
                "order_id": order_id(order, shop),
                "position": position,
                "seller_sku": shop.products[line.sku].seller_sku,
                "quantity": line.quantity,
                "list_amount": line.list_amount,
                "paid_amount": line.paid if is_sale(order, shop) else 0,
                "is_gift": line.is_gift,
            }
            for order in _all(shop, now)
            for position, line in enumerate(order.lines)
        ]
    )


def refunds(shop: Books, now: int) -> pd.DataFrame:
    """Return every refund the platform tells of, one an order."""
    tells_open = shop.shop.platform not in ("amazon", "shopify", "woocommerce")
    return pd.DataFrame(
        [
            {
                "shop_id": shop.shop.shop_id,
                "order_id": order_id(order, shop),
                "status": "succeeded" if order.refunded_at else "applied",
                "amount": order.refund,
                "applied_at": _moment(order.applied_at),
                "succeeded_at": _moment(order.refunded_at),
            }
            for order in _all(shop, now)
            if (order.refunded_at or (tells_open and order.applied_at))
            and is_sale(order, shop)
        ],
        columns=_REFUND,
    )


def commissions(shop: Books, now: int) -> pd.DataFrame:
    """Return what links earned, one row an order: pending, settled or reversed."""
    rows = shop.commissions.between(0, now, now)[1]
    found = []
    for order in shop.read(np.sort(rows), now):
        got = records.earned(order, now)
        found.append(
            {
                "shop_id": shop.shop.shop_id,
                "order_id": order_id(order, shop),
                "agent": order.link,
                "base": got.base,
                "amount": got.amount,
                "rate": got.rate,
                "state": got.state,
                "changed_at": _moment(got.changed_at),
            }
        )
    return pd.DataFrame(found, columns=_COMMISSION)


def group_buys(shop: Books, now: int) -> pd.DataFrame:
    """Return the groups of Pinduoduo's orders; a prize sold for a fen is no sale."""
    return pd.DataFrame(
        [
            {
                "shop_id": shop.shop.shop_id,
                "group_id": pinduoduo_rows.group_id(order),
                "filled_at": _moment(order.confirmed_at),
                "joined": 1,
                "orders": 0 if order.is_lottery else 1,
                "paid_amount": 0 if order.is_lottery else order.paid,
            }
            for order in _all(shop, now)
        ]
    )


def members(shop: Books, now: int) -> pd.DataFrame:
    """Return the agents who joined, and who invited them (-1: nobody)."""
    return pd.DataFrame([one for one in shop.agents if one["joined_at"] <= now])


def shop_days(shop: Books, now: int) -> pd.DataFrame:
    """Return sales and refunds of each of the shop's own days, in cents."""
    sales: dict[str, dict[str, Any]] = {}

    def day(moment: int) -> dict[str, Any]:
        name = datetime.fromtimestamp(moment, shop.zone).date().isoformat()
        return sales.setdefault(
            name,
            {
                "shop_id": shop.shop.shop_id,
                "date": name,
                "orders": 0,
                "units": 0,
                "sales": 0,
                "refunds": 0,
                "refund_amount": 0,
            },
        )

    for order in _all(shop, now):
        if not is_sale(order, shop) or order.is_lottery:
            continue
        sold = day(order.paid_at)
        sold["orders"] += 1
        sold["units"] += sum(line.quantity for line in order.lines)
        sold["sales"] += order.paid
        if order.refunded_at:
            back = day(order.refunded_at)
            back["refunds"] += 1
            back["refund_amount"] += order.refund
    return pd.DataFrame([sales[name] for name in sorted(sales)])


def is_sale(order: Order, shop: Books) -> bool:
    """Tell whether an order was paid; at Amazon also that it was not cancelled."""
    if shop.shop.platform == "amazon":
        return records.is_charged(order)
    return bool(order.paid_at)


def write(folder: Path, house: House) -> list[Path]:
    """Write all of it for every shop, at the instant the gateways show, as Parquet."""
    written = []
    for name, tell in (
        ("orders", orders),
        ("lines", lines),
        ("refunds", refunds),
        ("commissions", commissions),
        ("shop_days", shop_days),
    ):
        frame = pd.concat(
            [tell(desk.books, house.instant.now) for desk in house.desks],
            ignore_index=True,
        )
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        written.append(tables.put(path, frame.to_parquet(index=False)))
    return written


def _all(shop: Books, now: int) -> list[Order]:
    rows = np.sort(shop.orders.between(0, now, now)[1])
    return shop.read(rows, now)


def _order(order: Order, shop: Books) -> dict[str, Any]:
    alone = shop.shop.platform in _SELLER_ALONE
    seller, platform = order.seller_discount, order.platform_discount
    sale = is_sale(order, shop)
    return {
        "shop_id": shop.shop.shop_id,
        "order_id": order_id(order, shop),
        "status": STATUSES[order.stand],
        "created_at": _moment(order.created_at),
        "paid_at": _moment(order.paid_at if sale else 0),
        "updated_at": _moment(order.modified_at),
        "currency": shop.shop.currency,
        "paid_amount": order.paid if sale else 0,
        "goods_amount": order.goods,
        "seller_discount": seller + platform if alone else seller,
        "platform_discount": 0 if alone else platform,
        "freight": order.freight,
        "tax": order.tax,
        "refunded_amount": order.refunded if sale else 0,
        "units": sum(line.quantity for line in order.lines),
        "lines": len(order.lines),
        "is_lottery": order.is_lottery,
    }


def _moment(moment: int) -> datetime | None:
    return datetime.fromtimestamp(moment, UTC) if moment else None
