"""Spiders find every product of a storefront, whichever way it leads to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.storefronts import server, stores, street, truth
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.street import Street
from seller_intel import clock, crawl, settings, sources

RUN = "20261113T060000"
WEB = ("harbor", "fjord", "meadow", "lanhai", "jiuhao")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))
    monkeypatch.setenv("SELLER_INTEL_SOURCES", str(tmp_path / "sources.yml"))
    monkeypatch.delenv("SELLER_INTEL_LANDING", raising=False)
    return tmp_path


def opened(names: tuple[str, ...], plan: Plan) -> Street:
    """Return storefronts of short lists, so that lists have several pages."""
    found = stores.open_stores(
        stores.small_market(60 * len(names)),
        names=names,
        plans=dict.fromkeys(names, plan),
    )
    for store in found:
        store.style = stores.replace(store.style, per_page=4)
    return street.open_street(found)


def crawled(
    platform: str, urls: list[str], brings: str = "listings", **options: Any
) -> Iterator[dict]:
    """Crawl from some addresses; yield the records that would land in a stream."""
    stated = {"urls": urls, "delay": 0, "concurrency": 4, "keep_pages": False}
    source = {
        "name": "rival",
        "platform": platform,
        "allow_private": True,
        "streams": [brings],
        "options": stated | options,
    }
    registry = {"reporting_currency": "CNY", "sources": [source]}
    settings.current().sources_path.write_text(json.dumps(registry))
    job = crawl.job_of(sources.get("rival"), RUN, clock.as_of(RUN))
    crawl.run(job)
    for stream, line in crawl.lines(job):
        if stream == brings:
            yield json.loads(line)["record"]


def pages_of(records: list[dict]) -> set[str]:
    return {record["url"].split("#")[0] for record in records}


@pytest.mark.parametrize(
    ("maps", "names"), [("index", WEB), ("gzip", WEB), ("none", WEB)]
)
def test_every_product_is_found_by_sitemap_or_by_lists(home, maps, names):
    shops = opened(names, Plan(maps=maps))

    with server.served(shops) as addresses:
        records = list(crawled("web", [f"{url}/" for url in addresses.values()]))

    for store in shops.stores.values():
        there = truth.addresses_shown(store, shops.instant.now)
        found = {url for url in pages_of(records) if url.startswith(store.address)}
        assert len(there) > 25
        assert found == there, store.name
        assert not [url for url in shops.memories[store.name].paths if "cart" in url]


def test_trouble_that_passes_costs_no_product(home):
    plan = Plan(failing=0.3, trouble=("error", "reset", "cut"), tries=1, moved=0.3)
    shops = opened(("harbor", "jiuhao"), plan)

    with server.served(shops) as addresses:
        records = list(crawled("web", [f"{url}/" for url in addresses.values()]))

    there = {
        url
        for store in shops.stores.values()
        for url in truth.addresses_shown(store, shops.instant.now)
    }
    assert pages_of(records) == there


@pytest.mark.parametrize(
    ("platform", "name"), [("shopify", "nimbus"), ("woocommerce", "garten")]
)
def test_a_shop_s_json_gives_every_product_and_its_lowest_price(home, platform, name):
    shops = opened((name,), Plan())

    with server.served(shops) as addresses:
        records = list(crawled(platform, [addresses[name]]))

    lowest: dict[str, Decimal] = {}
    for row in truth.shown(shops.stores[name], shops.instant.now):
        assert row.price
        price = Decimal(row.price)
        lowest[row.title] = min(price, lowest.get(row.title, price))
    found: dict[str, Decimal] = {}
    for record in records:
        title = next(one for one in lowest if record["title"].startswith(one))
        price = Decimal(record["price"])
        found[title] = min(price, found.get(title, price))
    assert found == lowest


@pytest.mark.parametrize(
    ("platform", "name", "stem"),
    [("shopify", "nimbus", "/collections/"), ("woocommerce", "garten", "")],
)
def test_the_categories_of_a_shop_come_where_they_are_asked_for(
    home, platform, name, stem
):
    shops = opened((name,), Plan())

    with server.served(shops) as addresses:
        found = list(crawled(platform, [addresses[name]], brings="categories"))

    numbers = [record["platform_category_id"] for record in found]
    assert len(set(numbers)) == len(numbers) > 3
    assert all(number.startswith("127.0.0.") for number in numbers)
    assert all(record["name"] for record in found)
    assert all(stem in (record.get("url") or stem) for record in found)


def test_the_trails_of_product_pages_name_the_categories_of_a_shop(home):
    shops = opened(("harbor",), Plan())

    with server.served(shops) as addresses:
        found = list(crawled("web", [addresses["harbor"] + "/"], brings="categories"))

    numbers = {record["platform_category_id"] for record in found}
    shown = {
        record["platform_category_id"]: record
        for record in found
        if record.get("parent_id")
    }
    assert len(numbers) > 3
    assert shown
    for number, record in shown.items():
        assert record["parent_id"] in numbers
        assert number == f"{record['parent_id']} > {record['name']}"
        assert record["level"] == number.count(" > ") + 1
