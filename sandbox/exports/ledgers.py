"""Refunds with their dates, and the charges of the platforms."""

from __future__ import annotations

import numpy as np

from sandbox import days, draws, goods, names, truth
from sandbox.exports import tables, texts
from sandbox.market import Market

_REASONS = ("不想要了", "质量问题", "与描述不符", "少件漏发", "七天无理由")


def stamps(moments: np.ndarray, shop: np.ndarray, until: int) -> list[str]:
    """Return ISO times in the zone of each row's shop, blank from `until` on."""
    moments = np.asarray(moments)
    known = np.asarray([one.time_zone for one in goods.OWN_SHOPS], dtype=object)
    zones = known[np.asarray(shop)]
    shown = np.empty(len(moments), dtype=object)
    for zone in set(known):
        mine = zones == zone
        shown[mine] = texts.offset_moments(moments[mine], until, zone, "")
    return shown.tolist()


def refunds(market: Market, first: int, last: int) -> tables.Table:
    """Return refunds applied for or paid out in the days, as they stand at the end."""
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    orders = market.trade.orders
    applied = orders["refund_applied_at"].to_numpy()
    paid_out = orders["refunded_at"].to_numpy()
    changed = ((applied >= start) & (applied < until)) | (
        (paid_out >= start) & (paid_out < until)
    )
    mine = orders[changed]
    shop = mine["shop"].to_numpy()
    succeeded = (mine["refunded_at"] < until).to_numpy()
    returned = (mine["shipped_at"] < mine["refund_applied_at"]).to_numpy()
    numbers = names.order_ids(mine)
    columns = {
        "platform_id": texts.picked([one.platform for one in goods.OWN_SHOPS], shop),
        "refund_id": [f"{number}:refund" for number in numbers],
        "order_id": numbers,
        "shop_id": texts.picked([one.shop_id for one in goods.OWN_SHOPS], shop),
        "status": texts.picked(("applied", "succeeded"), succeeded * 1),
        "refund_amount": texts.money(mine["refund"]),
        "currency": texts.picked([one.currency for one in goods.OWN_SHOPS], shop),
        "applied_at": stamps(mine["refund_applied_at"], shop, until),
        "succeeded_at": stamps(mine["refunded_at"], shop, until),
        "updated_at": stamps(
            np.where(succeeded, mine["refunded_at"], mine["refund_applied_at"]),
            shop,
            until,
        ),
        "reason": texts.picked(_REASONS, mine["no"].to_numpy() % len(_REASONS)),
        "kind": texts.picked(("refund_only", "return"), returned * 1),
    }
    return tables.Table(columns, len(mine))


def fees(market: Market, first: int, last: int) -> tables.Table:
    """Return the monthly charges of the platforms and the freight of 30 days before."""
    rows = []
    sold = truth.all_shop_days(market)
    for number in range(max(first, 1), last + 1):
        day = days.date_of(number)
        if day.day != 1:
            continue
        for shop_no, shop in enumerate(goods.OWN_SHOPS):
            draw = draws.of(market.seed, "fees", shop.key, str(number))
            mine = sold[(sold["shop"] == shop_no) & (sold["day"] < number)]
            orders = int(mine["orders"].tail(30).sum())
            unit = 320 if shop.currency == "CNY" else 410
            for kind, cents in (
                ("technical_service", 30_000 if shop.currency == "CNY" else 3_900),
                ("freight", orders * unit + int(draw.integers(0, 500))),
            ):
                moment = np.asarray([number * days.SECONDS + 30_600])
                rows.append(
                    (
                        shop.platform,
                        shop.shop_id,
                        kind,
                        texts.money([cents])[0],
                        shop.currency,
                        stamps(moment, np.asarray([shop_no]), days.NEVER)[0],
                    )
                )
    header = ("platform_id", "shop_id", "kind", "amount", "currency", "occurred_at")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return tables.Table(columns, len(rows))
