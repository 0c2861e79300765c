"""Sitemaps and lists made, or grown, to keep a crawl busy for ever."""

from __future__ import annotations

import gzip
import time
from itertools import permutations

import pytest
from tiny_shop import Reply, Shop, crawl_of, found, links, open_shop, page

from scrapers.reading.sitemaps import MAX_ADDRESSES
from seller_intel import crawl

LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE urlset [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><urlset><url><loc>http://&j;</loc></url></urlset>"
)
XML = {"Content-Type": "application/xml"}


@pytest.mark.parametrize(
    "bomb",
    [
        Reply(gzip.compress(bytes(200 << 20), 9), headers={"Content-Type": "x/gzip"}),
        Reply(
            gzip.compress(b"<urlset>" + b"<url><loc> </loc></url>" * 6_000_000, 9),
            headers={"Content-Type": "application/gzip"},
        ),
        Reply(LAUGHS, headers=XML),
        Reply("<urlset><url><loc>http://x" + "y" * 9_000_000, headers=XML),
    ],
    ids=["zeros", "empty entries", "entities", "one address"],
)
def test_a_sitemap_bomb_costs_neither_products_nor_much_time(tmp_path, bomb):
    with open_shop(Shop()) as shop:
        shop.pages["/sitemap.xml"] = bomb
        stated = crawl_of(shop, tmp_path)
        began = time.monotonic()

        summary = crawl.run(stated)

    assert len(found(stated)) == shop.products
    assert summary["left"] == 0
    assert time.monotonic() - began < 60


def test_sitemaps_of_very_many_addresses_are_kept_on_disk_and_the_budget_holds(
    tmp_path,
):
    with open_shop(Shop()) as shop:
        index = "".join(
            f"<sitemap><loc>{shop.address}/map-{number}.xml</loc></sitemap>"
            for number in range(2)
        )
        shop.pages["/sitemap.xml"] = Reply(
            f"<sitemapindex>{index}</sitemapindex>", headers=XML
        )
        for number in range(2):
            entries = "".join(
                f"<url><loc>{shop.address}/product/x{number}-{each}</loc></url>"
                for each in range(MAX_ADDRESSES + 1_000)
            )
            shop.pages[f"/map-{number}.xml"] = Reply(
                gzip.compress(f"<urlset>{entries}</urlset>".encode()), headers=XML
            )

        summary = crawl.run(crawl_of(shop, tmp_path, max_pages=40, timeout=30))

    assert summary["spent"] == "pages"
    # what a file holds beyond its bound by sitemaps.org is left; the rest is remembered
    assert summary["left"] == pytest.approx(2 * MAX_ADDRESSES, abs=60)
    assert summary["passed_over"] == {"beyond the bound of a sitemap": 2}


def test_a_sitemap_larger_than_a_page_may_be_is_read_whole(tmp_path):
    with open_shop(Shop()) as shop:
        entries = "".join(
            f"<url><loc>{shop.address}/product/{number}</loc></url>"
            for number in range(shop.products)
        )
        shop.pages["/"] = Reply(page("a front page without links"))
        shop.pages["/sitemap.xml"] = Reply(
            f"<urlset><!-- {'x' * 200_000} -->{entries}</urlset>", headers=XML
        )
        stated = crawl_of(shop, tmp_path, page_bytes=100_000)

        summary = crawl.run(stated)

    assert len(found(stated)) == shop.products
    assert summary["passed_over"] == {}


def test_facets_in_every_order_are_not_followed(tmp_path):
    facets = ("colour", "size", "price", "brand", "rating")
    trap = "".join(
        links("/category/tea?" + "&".join(f"{name}={value}" for name in chosen))
        for count in (1, 2, 3, 4)
        for chosen in permutations(facets, count)
        for value in range(3)
    )
    with open_shop(Shop(extra=trap)) as shop:
        stated = crawl_of(shop, tmp_path)

        summary = crawl.run(stated)

    asked = [path for path in shop.asked if "/category/tea?" in path]
    assert len(found(stated)) == shop.products
    assert summary["left"] == 0
    assert len(asked) < 130


def test_a_page_of_fifty_megabytes_is_let_go_at_its_bound(tmp_path):
    with open_shop(Shop()) as shop:
        shop.pages["/product/3"] = Reply(page("<p>tea</p>" * (50 << 20 >> 3)))
        stated = crawl_of(shop, tmp_path)

        summary = crawl.run(stated)

    assert {each["record"]["seller_sku"] for each in found(stated)} == {
        f"tea-{number}" for number in (0, 1, 2, 4, 5)
    }
    assert summary["bytes"] < stated.page_bytes
