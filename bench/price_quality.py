"""Prices, breaches of agreed prices and price wars of a market against its truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bench import price_truth
from bench.place import warehouse_of_its_own
from bench.result import Result
from sandbox import days, goods
from sandbox.exports import reference, snapshots
from sandbox.market import Market
from seller_intel import steps, warehouse

SEEDS = (20_251_111, 7, 3)
DAYS = 90
_FILES = ("activities", "listing_matches", "price_policies")


def run() -> Iterator[Result]:
    """Yield the worst of several markets of 2,000 listings and 90 days."""
    scores = [_score(Market(seed=seed)) for seed in SEEDS]
    of = f"worst of {len(SEEDS)} markets, {DAYS} days"
    for name, least, detail in (
        ("price_final_exact_share", 0.99, "final price of listing-days seen"),
        ("price_daily_exact_share", 0.99, "ordinary price from the days seen"),
        ("price_daily_true_share", 0.99, "the same, had no day gone unseen"),
        ("breach_recall", 1.0, "days of dealers below the agreed price, read rightly"),
        ("breach_shown_share", 0.999, "such days whose price was not read ten times"),
        ("breach_precision", 1.0, "days told to be below the agreed price"),
        ("price_war_f1", 0.9, "wars, by product and first day"),
        ("price_band_war_f1", 0.9, "wars, by price band of a category and first day"),
    ):
        worst = min(score[name] for score in scores)
        yield Result(name, worst, "ratio", at_least=least, detail=f"{detail}; {of}")


def _score(market: Market) -> dict[str, float]:
    first = days.LISTINGS_START
    last = first + timedelta(days=DAYS - 1)
    with warehouse_of_its_own(_registry()) as home:
        _deliver(home, market, first, last)
        run = f"{last + timedelta(days=1):%Y%m%d}T060000"
        steps.land("rivals", run)
        steps.load("rivals", run)
        steps.land("reference", run)
        steps.load("reference", run)
        steps.audit_raw(run)
        steps.build_core(run, full_refresh=True)
        steps.fit(run)
        steps.build_core(run)
        with warehouse.as_role("owner") as session:
            return _compared(session, market, first, last)


def _compared(
    session: warehouse.Session, market: Market, first: date, last: date
) -> dict[str, float]:
    whole = price_truth.daily_prices(market, first, last)
    found = pd.DataFrame(
        session.rows(
            "select listing_id, price_date, final_price_original as final_price,"
            " case when currency = 'CNY' then daily_price end as daily_price"
            " from core.agg_competitor_prices_daily where snapshot_count > 0"
        )
    ).astype({"final_price": float, "daily_price": float})
    seen = set(zip(found["listing_id"], found["price_date"], strict=True))
    truth = price_truth.daily_prices(market, first, last, seen)
    both = found.merge(truth, on=["listing_id", "price_date"], suffixes=("", "_true"))
    ever = found.merge(whole, on=["listing_id", "price_date"], suffixes=("", "_true"))
    ever = ever.dropna(subset=["daily_price", "daily_price_true"])
    ordinary = both.dropna(subset=["daily_price", "daily_price_true"])
    misread = both[_differs(both, "final_price")]
    unread = set(zip(misread["listing_id"], misread["price_date"], strict=True))
    broken = price_truth.breaches(market, truth)
    shown = {each for each in broken if each[1:] not in unread}
    told = _told_breaches(session, seen)
    wars = price_truth.wars(market, truth)
    bands = price_truth.band_wars(market, truth)
    fought, fought_bands = _told_wars(session, market)
    return {
        "price_final_exact_share": _same(both, "final_price"),
        "price_daily_exact_share": _same(ordinary, "daily_price"),
        "price_daily_true_share": _same(ever, "daily_price"),
        "breach_recall": len(shown & told) / max(len(shown), 1),
        "breach_shown_share": len(shown) / max(len(broken), 1),
        "breach_precision": len(broken & told) / max(len(told), 1),
        "price_war_f1": _f1(wars, fought),
        "price_band_war_f1": _f1(bands, fought_bands),
    }


def _told_breaches(
    session: warehouse.Session, seen: set[tuple[str, date]]
) -> set[tuple[str, str, date]]:
    return {
        (row["policy_id"], row["listing_id"], day)
        for row in session.rows(
            "select policy_id, listing_id,"
            " cast(first_seen_at at time zone 'Asia/Shanghai' as date) as first_date,"
            " cast(last_seen_at at time zone 'Asia/Shanghai' as date) as last_date"
            " from core.agg_price_policy_breaches"
        )
        for day in _days(row["first_date"], row["last_date"])
        if (row["listing_id"], day) in seen
    }


def _told_wars(
    session: warehouse.Session, market: Market
) -> tuple[set[tuple[int, date]], set[tuple[str, date]]]:
    """Return the wars of products, and of price bands, that core found."""
    products = dict(
        zip(price_truth.keys(market), market.catalogue.listings["product"], strict=True)
    )
    opened = [
        row["war_id"].rpartition(":")
        for row in session.rows("select distinct war_id from core.int_price_wars")
    ]
    wars = [(field, date.fromisoformat(day)) for field, _, day in opened]
    return (
        {(products[field], day) for field, day in wars if field in products},
        {(field, day) for field, day in wars if field not in products},
    )


def _f1(true: set[Any], found: set[Any]) -> float:
    return 2 * len(true & found) / max(len(true) + len(found), 1)


def _differs(rows: pd.DataFrame, column: str) -> pd.Series:
    return (rows[column] - rows[f"{column}_true"]).abs() >= 0.005


def _same(rows: pd.DataFrame, column: str) -> float:
    return 1 - float(_differs(rows, column).mean())


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _deliver(home: Path, market: Market, first: date, last: date) -> None:
    snapshots.export_days(market, home / "inbox", first, last)
    folder = home / "reference"
    folder.mkdir()
    for name, rows in reference.contents(market).items():
        if name in _FILES:
            (folder / f"{name}.csv").write_bytes(reference.content(rows))


def _registry() -> str:
    return yaml.safe_dump(
        {
            "reporting_currency": "CNY",
            "shops": [
                {
                    "shop_id": shop.shop_id,
                    "name": shop.shop_id,
                    "platform": shop.platform,
                    "time_zone": "Asia/Shanghai",
                    "currency": "CNY",
                    "is_own": True,
                    "owner_id": "bench",
                    "mode": "platform",
                }
                for shop in goods.OWN_SHOPS
            ],
            "sources": [
                {
                    "name": "rivals",
                    "platform": "files",
                    "folder": "inbox",
                    "files": [{"pattern": "*.csv.gz", "contract": "listings"}],
                },
                {
                    "name": "reference",
                    "platform": "files",
                    "folder": "reference",
                    "files": [
                        {"pattern": f"{name}.csv", "contract": name} for name in _FILES
                    ],
                },
            ],
        }
    )
