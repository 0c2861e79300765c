"""Published pages, price texts, trails and replies, beside what people saw."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import lxml.html
import pytest

from scrapers.items import Page, PageVerdict, as_record
from scrapers.pages import pinduoduo, taobao, web
from scrapers.reading import breadcrumbs, prices
from tests.real import published_sets

DATA = published_sets.DATA
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (DATA / "product_pages").is_dir(),
        reason="the published data does not lie beside the checkout",
    ),
]
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
INSTALMENTS = {"bestbuy.html"}


def rows_of(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_price_texts_read_as_published():
    rows = rows_of("price_strings/price_strings.csv")
    exact = 0
    for row in rows:
        read = prices.parse(
            row["price_text"],
            row["currency_hint"] or None,
            decimal_separator=row["decimal_separator"] or None,
            digit_group_separator=row["digit_group_separator"] or None,
        )
        wanted = Decimal(row["expected_amount"]) if row["expected_amount"] else None
        exact += (read.amount, read.currency or "") == (
            wanted,
            row["expected_currency"],
        )
        if wanted and read.amount:
            assert read.amount / wanted not in map(
                Decimal, ("100", "1000", "0.01", "0.001")
            )

    assert len(rows) == 593
    assert exact / len(rows) >= 0.98


def test_breadcrumbs_read_as_published():
    with gzip.open(DATA / "breadcrumbs/snippets.json.gz") as packed:
        snippets = json.load(packed)
    cases = json.loads((DATA / "breadcrumbs/breadcrumb_items_extract.json").read_text())
    right = 0
    for case in cases:
        tree = lxml.html.fromstring(snippets[case["snippet_path"]])
        names = breadcrumbs.names_of(tree, case["base_url"])
        wanted = [each["name"] for each in case["expected"] or [] if each.get("name")]
        right += names == [" ".join(each.split()) for each in wanted]

    assert right / len(cases) >= 0.95


def test_listed_readings_of_product_pages_are_right_or_absent():
    read_any = 0
    for row in rows_of("product_pages/manifest.csv"):
        path = DATA / "product_pages" / row["file"]
        body = (
            gzip.decompress(path.read_bytes())
            if path.suffix == ".gz"
            else path.read_bytes()
        )
        url = row["page_url"] or "https://shop.example/x"
        reading = web.read(Page(url, body, NOON))
        if not row["title"]:
            continue
        found = as_record(reading.listings[0])

        assert reading.verdict is PageVerdict.PRODUCT
        assert found["title"].strip() == row["title"]
        assert found["currency"] == row["currency"]
        if row["file"] in INSTALMENTS:
            assert "price" not in found
            continue
        assert Decimal(found["price"]) == Decimal(row["price_low"])
        high = row["price_high"] or row["price_low"]
        assert Decimal(found.get("price_high", found["price"])) == Decimal(high)
        if row["list_price_low"]:
            assert Decimal(found["list_price"]) == Decimal(row["list_price_low"])
        if row["availability"] and "availability" in found:
            plain = found["availability"].replace(" ", "").replace("_", "").lower()
            assert (
                plain == row["availability"].replace(" ", "").replace("_", "").lower()
            )
        if row["rating"]:
            assert Decimal(found["rating"]) == Decimal(row["rating"])
            assert found["review_count"] == int(row["rating_count"])
        if row["units_sold"]:
            assert found["counter_text"] == f"{row['units_sold']} sold"
        read_any += 1

    assert read_any == 6


def test_a_range_and_its_variants_come_off_a_kept_item_page():
    body = gzip.decompress((DATA / "product_pages/taobao.html.gz").read_bytes())

    reading = web.read(
        Page("https://item.taobao.com/item.htm?id=562283240178", body, NOON)
    )

    parent, *variants = reading.listings
    assert (parent.price, parent.price_high) == (Decimal("149.00"), Decimal("159.00"))
    assert {each.price for each in variants} == {Decimal("149.00"), Decimal("159.00")}
    assert {each.stock for each in variants} == {2}
    assert parent.counter_text is None
    assert parent.review_count is None


def test_the_parts_of_a_published_microdata_sample_are_all_there():
    body = (DATA / "product_pages/extruct_product.html").read_bytes()

    found = as_record(web.read(Page("https://shop.example/x", body, NOON)).listings[0])

    assert (found["title"], found["brand"], found["mpn"]) == (
        "Executive Anvil",
        "ACME",
        "925872",
    )
    assert (found["price"], found["currency"], found["availability"]) == (
        "119.99",
        "USD",
        "InStock",
    )
    assert (found["rating"], found["review_count"]) == ("4.4", 89)
    assert found["shop_name"] == "Executive Objects"


def test_kept_goods_lists_of_pinduoduo_read_in_fen_with_their_counters():
    body = (DATA / "pdd_goods_api_2018/pdd_goods_list_2018-12-11.json").read_bytes()
    stated = {str(each["goods_id"]): each for each in json.loads(body)["goods_list"]}

    listings = pinduoduo.read(Page("https://x.example/", body, NOON)).listings

    assert len(listings) == len(stated) == 20
    for each in listings:
        goods = stated[each.listing_id]
        assert each.group_price == Decimal(goods["group"]["price"]) / 100
        assert each.price == Decimal(goods["normal_price"]) / 100
        assert each.list_price == Decimal(goods["market_price"]) / 100
        assert each.counter_text == goods["sales_tip"]
        assert each.attributes["sold_quantity"] == goods["cnt"]


def test_kept_search_results_of_taobao_keep_prices_counters_and_the_advertisement():
    path = DATA / "taobao_search/taobao_search_zhimahu_2018.g_page_config.json"
    body = path.read_bytes()
    stated = json.loads(body)["mods"]["itemlist"]["data"]["auctions"]

    listings = taobao.read(Page("https://s.taobao.com/search?q=x", body, NOON)).listings

    assert [each.listing_id for each in listings] == [each["nid"] for each in stated]
    assert [str(each.price) for each in listings] == [
        each["view_price"] for each in stated
    ]
    assert [each.counter_text for each in listings] == [
        each["view_sales"] for each in stated
    ]
    assert sum(bool(each.is_ad) for each in listings) == 1
