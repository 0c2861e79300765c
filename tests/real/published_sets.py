"""Published data sets as sources of one registry: their shops, folders, contracts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CONTRACTS = Path(__file__).resolve().parent / "contracts"
RUN = "20261120T060000"

MARKS = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not (DATA / "uci_online_retail_year1").is_dir(),
        reason="the published data does not lie beside the checkout",
    ),
]

# Each export comes from one shop; the zone is the one its times are written in.
SHOPIFY_ZONES = {
    "orders_export": "Asia/Dubai",
    "orders_export_10": "America/New_York",
    "orders_export_14": "Asia/Karachi",
    "orders_export_2": "Asia/Karachi",
    "orders_export_21": "Asia/Karachi",
    "orders_export_3": "Asia/Karachi",
    "orders_export_4": "Asia/Karachi",
    "orders_export_7": "Asia/Karachi",
    "orders_export_8": "Asia/Karachi",
}
# First and last day on which a rate is stated, and what one unit costs in yuan. The
# rates are made up: what is compared is whether each order takes the right one.
RATES = {
    "GBP": (date(2009, 11, 30), date(2010, 12, 6), Decimal("10.9")),
    "BRL": (date(2016, 9, 12), date(2018, 10, 1), Decimal("2.05")),
    "BDT": (date(2026, 1, 19), date(2026, 4, 6), Decimal("0.0585")),
}


def rates() -> Iterator[tuple[date, str, Decimal]]:
    """Yield a rate a week and currency, each a little unlike the one before."""
    for currency, (first, last, base) in RATES.items():
        for week in range((last - first).days // 7 + 1):
            day = first + timedelta(weeks=week)
            yield day, currency, base * (1000 + week % 7) / 1000


def write_rates(folder: Path) -> None:
    """Write the rates as the file that a seller would keep."""
    folder.mkdir(parents=True)
    lines = ["rate_date,base_currency,quote_currency,rate"]
    lines += [f"{day},{currency},CNY,{rate}" for day, currency, rate in rates()]
    (folder / "fx_rates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def registry() -> str:
    """Return the sources.yml of all sets together."""
    tmall = _shop("taobao:feb2020", "Asia/Shanghai", "CNY")
    gifts = _shop("giftware:uk", "Europe/London", "GBP")
    olist = _shop("olist:sample", "America/Sao_Paulo", "BRL")
    exports = {
        name: _shop(f"shopify:{name}", zone, "BDT")
        for name, zone in SHOPIFY_ZONES.items()
    }
    sources = [
        _source("tmall", "tmall_orders_2020", {"*.csv": "taobao_orders"}, tmall),
        _source(
            "uci", "uci_online_retail_year1", {"*.parquet": "uci_invoices.yml"}, gifts
        ),
        _source(
            "olist",
            "olist_sample",
            {
                "olist_orders_dataset.csv": "olist_orders.yml",
                "olist_order_items_dataset.csv": "olist_items.yml",
            },
            olist,
        ),
        _source("double11", "double11_beauty_2016", {"*.csv": "double11_listings.yml"}),
        _source("pdd", "pdd_listings_2018", {"*.csv": "pinduoduo_listings.yml"}),
        *(
            _source(
                f"shopify_{name}",
                "shopify_orders_export",
                {f"{name}.csv": "shopify_orders"},
                shop,
            )
            for name, shop in exports.items()
        ),
        {**_source("fx", "", {"*.csv": "fx_rates"}), "folder": "fx"},
    ]
    stated = {
        "reporting_currency": "CNY",
        "shops": [tmall, gifts, olist, *exports.values()],
        "sources": sources,
    }
    return yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)


def _shop(shop_id: str, time_zone: str, currency: str) -> dict[str, object]:
    return {
        "shop_id": shop_id,
        "name": shop_id.partition(":")[2],
        "platform": shop_id.partition(":")[0],
        "time_zone": time_zone,
        "currency": currency,
        "is_own": True,
        "owner_id": "published",
        "mode": "platform",
    }


def _source(
    name: str,
    folder: str,
    files: dict[str, str],
    shop: dict[str, object] | None = None,
) -> dict[str, object]:
    rules = [
        {
            "pattern": pattern,
            "contract": str(CONTRACTS / contract)
            if contract.endswith(".yml")
            else contract,
        }
        for pattern, contract in files.items()
    ]
    stated: dict[str, object] = {
        "name": name,
        "platform": "files",
        "folder": str(DATA / folder),
        "files": rules,
    }
    return {**stated, "shop": shop["shop_id"]} if shop else stated
