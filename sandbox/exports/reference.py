"""What the sandbox seller keeps by hand, one CSV a subject."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sandbox import agents, days, goods
from sandbox.exports import assortment, tables, texts
from sandbox.exports.assortment import SINCE, Row
from sandbox.exports.changes import months
from sandbox.market import Market

_FEE_RATES = {
    "taobao": ("0.05", "0.046"),
    "pinduoduo": ("0.006", "0.006"),
    "shopify": ("0.029", "0.029"),
}
_TARGETS = (3.4, 1.0, 0.85)
"""Sales wanted per customer and month at the start, in the currency of each shop."""


def write(folder: Path, market: Market) -> list[Path]:
    """Write every reference file of a market."""
    return [
        tables.put(folder / f"{name}.csv", content(rows))
        for name, rows in contents(market).items()
    ]


def content(rows: list[Row]) -> bytes:
    """Return rows of one shape as a CSV file."""
    header = list(rows[0])
    cells = (tuple(texts.quoted(row.values())) for row in rows)
    return tables.csv(header, cells, newline="\n")


def contents(market: Market) -> dict[str, list[Row]]:
    """Return the rows of every reference file by name."""
    return {
        "activities": _activities(market),
        "agent_levels": _agent_levels(),
        "category_map": _category_map(),
        "costs": assortment.costs(market),
        "lead_keywords": _lead_keywords(),
        "listing_matches": assortment.listing_matches(market),
        "platform_fees": _platform_fees(),
        "price_policies": assortment.price_policies(market),
        "product_roles": assortment.product_roles(market),
        "sku_classes": assortment.sku_classes(market),
        "targets": _targets(market),
    }


def _activities(market: Market) -> list[Row]:
    rows = []
    for activity in market.prices.activities.itertuples():
        abroad = activity.platform in ("amazon", "shopify")
        zone = "America/New_York" if abroad else "Asia/Shanghai"
        after = date.fromisoformat(activity.last) + timedelta(days=1)
        rows.append(
            {
                "platform_id": str(activity.platform),
                "activity_id": str(activity.activity_id),
                "kind": str(activity.kind),
                "name": str(activity.name),
                "starts_at": _midnight(date.fromisoformat(activity.first), zone),
                "ends_at": _midnight(after, zone),
                "shop_id": str(activity.shop_id),
            }
        )
    return rows


def _midnight(day: date, zone: str) -> str:
    seconds = np.asarray([days.number_of(day) * days.SECONDS])
    return texts.offset_moments(seconds, days.NEVER, zone, "")[0]


def _agent_levels() -> list[Row]:
    return [
        {
            "programme_id": f"{agents.PLATFORM}:{agents.PROGRAMME}",
            "level_code": level.code,
            "level_no": str(number),
            "name": level.name,
            "commission_rate": f"{level.rate:.2f}",
            "entry_fee_amount": f"{level.fee}.00",
            "entry_purchase_amount": f"{level.purchase}.00",
            "currency": "CNY",
            "role": "agent",
            "valid_from": SINCE,
        }
        for number, level in enumerate(agents.LEVELS, start=1)
    ]


def _category_map() -> list[Row]:
    return [
        {
            "platform_id": platform,
            "platform_category_id": number,
            "category_id": leaf.code,
            "valid_from": SINCE,
            "weight": "1",
            "confidence": "1",
            "parent_category_id": leaf.parent,
            "category_name_zh": leaf.name_zh,
            "category_name_en": leaf.name_en,
        }
        for leaf in goods.CATEGORIES
        for platform, number in leaf.platform_ids.items()
    ]


def _lead_keywords() -> list[Row]:
    return [
        {
            "platform_id": platform,
            "category_id": leaf.code,
            "keyword": leaf.words_zh[0],
            "valid_from": SINCE,
        }
        for leaf in goods.CATEGORIES
        for platform in ("taobao", "pinduoduo")
    ]


def _platform_fees() -> list[Row]:
    """Return the fee rates of our platforms; they changed at the turn of the year."""
    rows = []
    for shop in goods.OWN_SHOPS:
        before, after = _FEE_RATES[shop.platform]
        for rate, first, last in (
            (before, SINCE, "2026-01-01"),
            (after, "2026-01-01", ""),
        ):
            rows.append(
                {
                    "platform_id": shop.platform,
                    "fee_kind": "commission",
                    "valid_from": first,
                    "valid_to": last,
                    "shop_id": shop.shop_id,
                    "fee_rate": rate,
                    "currency": shop.currency,
                }
            )
    return rows


def _targets(market: Market) -> list[Row]:
    """Return a monthly sales target per shop, growing by a twentieth a month."""
    rows = []
    for wanted, shop in zip(_TARGETS, goods.OWN_SHOPS, strict=True):
        for number, (first, _) in enumerate(months(date(2025, 9, 1), days.HORIZON)):
            busy = 1.8 if first.month == 11 else 1.0
            value = market.size.customers * wanted * (1 + 0.05 * number) * busy
            rows.append(
                {
                    "platform_id": shop.platform,
                    "shop_id": shop.shop_id,
                    "metric_id": "gmv",
                    "period_kind": "month",
                    "period_start_date": str(first),
                    "target_value": f"{round(value, -2):.0f}",
                    "curve": "festival" if shop.country == "CN" else "linear",
                    "source_assumption": "a twentieth more each month",
                    "valid_from": str(first),
                }
            )
    return rows
