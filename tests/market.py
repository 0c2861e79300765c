"""A small market for tests of the whole line: two weeks, then two single days."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sandbox import files
from sandbox.market import Market, Size

FIRST = date(2026, 10, 26)
LAST = date(2026, 11, 8)
DAYS = 2
SIZE = Size(customers=400, listings=120)

# the shop whose exports the sandbox writes
SHOPS = """\
reporting_currency: CNY
shops:
  - shop_id: taobao:900100001
    name: Flagship
    platform: taobao
    time_zone: Asia/Shanghai
    currency: CNY
    is_own: true
    owner_id: tests
    mode: platform
"""
REGISTRY = (
    "sandbox: true\n"
    + SHOPS
    + """\
sources:
  - name: shop
    platform: files
    shop: taobao:900100001
    folder: inbox/tmall_flagship
    files:
      - {pattern: "orders/*.csv", contract: taobao_orders}
      - {pattern: "order_lines/*.csv", contract: taobao_order_lines}
  - name: rivals
    platform: files
    folder: inbox/rival_listings
    files: [{pattern: "listings_*.csv.gz", contract: listings}]
  - name: reference
    platform: files
    folder: reference
    files:
      - {pattern: "activities.csv", contract: activities}
      - {pattern: "costs.csv", contract: costs}
      - {pattern: "listing_matches.csv", contract: listing_matches}
"""
)


def write_registry(home: Path) -> Path:
    """Write the registry of the small market and its reference files."""
    reference = home / "reference"
    reference.mkdir(exist_ok=True)
    shipped = Path(__file__).resolve().parent.parent / "reference"
    for name in ("activities.csv", "costs.csv", "listing_matches.csv"):
        (reference / name).write_bytes((shipped / name).read_bytes())
    path = home / "sources.yml"
    path.write_text(REGISTRY, encoding="utf-8")
    return path


def write_history(home: Path) -> str:
    """Write the first two weeks; return the run that sees them."""
    files.write(home, Market(size=SIZE), FIRST, LAST)
    return run_after(LAST)


def write_day(home: Path, number: int) -> str:
    """Write the files of a later day (1, 2, ...); return the run that sees them."""
    day = LAST + timedelta(days=number)
    files.write(home, Market(size=SIZE), day, day)
    return run_after(day)


def run_after(day: date) -> str:
    """Return the run of the morning after a day."""
    return f"{day + timedelta(days=1):%Y%m%d}T060000"
