"""Published goods on pages of several makes, as their markets write them."""

from __future__ import annotations

import ast
import csv
import gzip
import html
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scrapers.items import Page, as_record
from scrapers.pages import jd, web
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


MASKS = published_sets.DATA / "jd_listings_masks"
# JD's item page of 2021: no heading, no structured data, prices in a class of the SKU.
JD_PAGE = (
    "<!DOCTYPE html><html><head><title>{title}【图片 价格 品牌 评论】-京东</title>"
    "</head><body><div class='itemInfo-wrap'><div class='sku-name'>{title}</div>"
    "<div class='summary-price'><div class='dt'>京 东 价</div><div class='dd'>"
    "<span class='p-price'><span>￥</span><span class='price J-p-{sku}'>{price}</span>"
    "</span></div></div><div id='comment-count'><p class='comment'>累计评价</p>"
    "<a class='count J-comm-{sku}' href='#none'>{comments}</a></div>"
    "<a id='InitCartUrl'>加入购物车</a></div>{words}</body></html>"
)


def masks() -> list[list[str]]:
    """Return title, comments, shop, price, address and SKU of the listings of JD."""
    with (MASKS / "jd_masks_search.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row]
    return [
        [" ".join("".join(ast.literal_eval(row[0])).split()), *row[1:]] for row in rows
    ]


def test_published_masks_of_jd_read_off_item_pages_without_a_heading():
    rows = masks()
    for title, comments, _, price, url, sku in rows:
        body = JD_PAGE.format(
            title=html.escape(title),
            price=price,
            sku=sku,
            comments=comments,
            words="<p>放在阴凉干燥处，避免阳光直射。</p>" * 20,
        )

        found = as_record(web.read(Page(url, body.encode(), NOON)).listings[0])

        assert found["title"] == title
        assert (found["price"], found["currency"]) == (price, "CNY")
        assert found["listing_id"] == f"item.jd.com/{sku}.html"
        assert found["status"] == "on"
        # `50万+` is a floor and no count
        exact = int(comments) if comments.isdigit() else None
        assert found.get("review_count") == exact

    assert len(rows) == 60
    assert sum(comments.endswith("+") for _, comments, *_ in rows) > 40


def test_a_comment_service_of_jd_is_no_list_of_goods():
    body = (MASKS / "jd_comment_summary_8763845.json").read_bytes()
    summary = json.loads(body)["productCommentSummary"]
    page = Page(
        "https://club.jd.com/comment/productCommentSummaries.action", body, NOON
    )

    assert summary["commentCount"] == 0
    assert summary["commentCountStr"] == "50万+"
    # its zeros stand for "not said": nothing of it may be read as a count
    assert not jd.read(page).items
    assert not web.read(page).items
