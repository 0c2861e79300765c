"""Published goods on pages of four makes, priced as their markets write prices."""

from __future__ import annotations

import csv
import gzip
import html
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scrapers.items import Page, as_record
from scrapers.pages import web
from tests.real import published_sets

FOLDER = published_sets.DATA / "brightdata_samples"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="the published data does not lie beside the checkout",
    ),
]
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SIGNS = {"IDR": "Rp", "MYR": "RM", "PHP": "₱", "SGD": "$", "THB": "฿", "USD": "$"}
LANGUAGES = {
    "IDR": "id-ID",
    "MYR": "en-MY",
    "PHP": "en-PH",
    "SGD": "en-SG",
    "THB": "th-TH",
    "USD": "en-US",
}
WORDS = "Something about the goods and how they are used every day. " * 12
# The price, and a struck one where there is one, in four ways to mark them.
MAKES = {
    "modifiers": (
        "<div class='pdp-price'><span class='price price_type_normal'>{0}</span>{1}"
        "</div><button>Add to Cart</button>",
        "<span class='price price_type_deleted'>{0}</span>",
    ),
    "no classes": (
        "<div><b>{0}</b>{1}</div><a>Buy now</a>",
        " <del>{0}</del>",
    ),
    "a table": (
        "<table><tr><td>Price:</td><td>{0}</td></tr>{1}</table><p>In stock</p>",
        "<tr><td>List price:</td><td>{0}</td></tr>",
    ),
    "two classes": (
        "{1}<span class='sale-price'>{0}</span><button>Add to Cart</button>",
        "<span class='was-price'>{0}</span>",
    ),
}


def goods() -> list[dict[str, str]]:
    """Return every eighth of the published goods that have a title and a price."""
    found = []
    for name in ("lazada", "shein"):
        path = FOLDER / f"{name}-products.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in list(csv.DictReader(lines))[::8]:
                row["title"] = row.get("title") or row.get("product_name") or ""
                if row["title"] and row["final_price"]:
                    found.append(row)
    return found


def written(amount: Decimal, currency: str) -> tuple[str, Decimal]:
    """Return an amount as its market writes it, and what that says."""
    if currency == "IDR":
        whole = amount.quantize(Decimal(1))
        return f"Rp{whole:,f}".replace(",", "."), whole
    exact = amount.quantize(Decimal("0.01"))
    return f"{SIGNS[currency]}{exact:,f}", exact


@pytest.mark.parametrize("make", MAKES)
def test_published_prices_read_exactly_or_not_at_all(make):
    price_part, struck_part = MAKES[make]
    rows = goods()
    exact = struck_exact = struck = 0
    for row in rows:
        currency = row["currency"]
        text, price = written(Decimal(row["final_price"]), currency)
        before, list_price = written(Decimal(row["initial_price"] or 0), currency)
        is_reduced = list_price > price
        told = struck_part.format(before) if is_reduced else ""
        title = html.escape(row["title"])
        body = (
            f"<html lang={LANGUAGES[currency]}><head><title>{title}</title></head>"
            f"<body><h1>{title}</h1>{price_part.format(text, told)}<p>{WORDS}"
        )
        reading = web.read(Page(row["url"], body.encode(), NOON))
        found = as_record(reading.listings[0]) if reading.listings else {}

        assert Decimal(found.get("price", price)) == price, row["url"]
        assert found.get("currency", currency) == currency
        assert not is_reduced or Decimal(found.get("list_price", list_price)) == (
            list_price
        )
        exact += "price" in found
        struck += is_reduced
        struck_exact += is_reduced and "list_price" in found

    assert len(rows) == 250
    assert exact / len(rows) >= 0.98
    assert struck_exact / struck >= 0.97
