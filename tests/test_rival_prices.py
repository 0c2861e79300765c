"""Rivals from five lines of YAML to the price mart: what their pages truly show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from conftest import Postgres

from sandbox.gateways import connections, searches, shops, taobao_goods
from sandbox.gateways.house import open_house
from sandbox.gateways.searches import Wish
from sandbox.gateways.server import served as gateways
from sandbox.market import Market, Size
from sandbox.storefronts import server, stores, street, truth
from sandbox.storefronts.truth import Shown
from seller_intel import clock, steps

# The instant that storefronts and gateways show, and the run a day later.
RUN, NEXT = "20261113T060000", "20261114T060000"
REGISTRY = """
reporting_currency: CNY
sources:
  - name: rival_pages
    platform: web
    streams: [listings]
    allow_private: true
    options: {urls: [PAGES], delay: 0, concurrency: 8}
  - name: rival_nimbus
    platform: shopify
    streams: [listings]
    allow_private: true
    options: {urls: [JSON], currency: CNY, delay: 0}
  - name: taobao_words
    platform: taobao
    connection: sandbox_taobao
    allow_private: true
    streams: [listings, shops, categories]
    options: {keywords: [保温杯], burst: 50}
"""
SOURCES = ("rival_pages", "rival_nimbus", "taobao_words")


@dataclass(frozen=True)
class Rivals:
    """What the rivals showed: articles by address, offers by their number."""

    pages: dict[str, list[Shown]]
    shop: dict[str, list[Shown]]
    offers: dict[str, searches.Offer]


@pytest.fixture(scope="module")
def rivals(shared_postgres: Postgres) -> Iterator[Rivals]:
    """Rivals that were landed, and the marts of the day after."""
    opened = street.open_street(
        stores.open_stores(
            stores.small_market(60), names=("lanhai", "jiuhao", "nimbus")
        )
    )
    house = open_house(shops.market(("taobao",), 60), clock_of(RUN))
    house.desks[0].goods = searches.Goods(Market(size=Size(100, 300)))
    with (
        server.served(opened) as addresses,
        gateways(house) as gate,
        pytest.MonkeyPatch.context() as patch,
    ):
        told = connections.of(house, gate)["sandbox_taobao"]
        patch.setenv("AIRFLOW_CONN_SANDBOX_TAOBAO", json.dumps(told))
        pages = ", ".join(f"'{addresses[name]}/'" for name in ("lanhai", "jiuhao"))
        nimbus = f"'{addresses['nimbus']}'"
        shared_postgres.register(
            REGISTRY.replace("PAGES", pages).replace("JSON", nimbus)
        )
        for source in SOURCES:
            steps.land(source, RUN)
            steps.load(source, RUN)
    steps.audit_raw(NEXT)
    steps.build_core(NEXT)
    steps.build_marts(NEXT)
    now = clock_of(RUN)
    found = house.desks[0].goods.found("taobao", now, Wish(keyword="保温杯"))
    yield Rivals(
        pages=by_address(opened, now, "lanhai", "jiuhao"),
        shop=by_address(opened, now, "nimbus"),
        offers={taobao_goods.item_id(one.listing_id): one for one in found},
    )


def clock_of(run: str) -> int:
    return int(clock.as_of(run).timestamp())


def by_address(opened: street.Street, now: int, *names: str) -> dict[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for name in names:
        for row in truth.shown(opened.stores[name], now):
            found.setdefault(row.url, []).append(row)
    return found


def prices(postgres: Postgres, platform: str) -> dict[str, SimpleNamespace]:
    """Return what the mart says of every listing as a whole, by its own number."""
    rows = postgres.rows(
        "select * from marts_build.competitor_prices_daily where price_date = %s"
        " and sku_id_or_all = 'all' and listing_id like %s",
        ["2026-11-13", f"{platform}:%"],
    )
    return {row["listing_id"].partition(":")[2]: SimpleNamespace(**row) for row in rows}


def payable(row: Shown) -> Decimal:
    """Return what a visitor pays: the price after coupon where a page says it."""
    if row.final_price:
        return Decimal(row.final_price)
    price = Decimal(row.activity_price or row.price or "nan")
    least = Decimal(row.coupon_min_amount or 0)
    return price - (Decimal(row.coupon_amount or 0) if price >= least else 0)


def test_every_page_of_a_crawled_shop_has_its_price_in_the_mart(
    rivals, shared_postgres
):
    found = prices(shared_postgres, "web")
    wanted = {
        url.partition("://")[2]: min(map(payable, rows))
        for url, rows in rivals.pages.items()
    }

    assert len(wanted) > 30
    assert found.keys() == wanted.keys()
    assert {name: each.final_price for name, each in found.items()} == wanted
    assert not any(each.is_carried for each in found.values())


def test_every_product_of_a_shop_s_json_has_its_price_in_the_mart(
    rivals, shared_postgres
):
    found = sorted(
        each.final_price for each in prices(shared_postgres, "shopify").values()
    )

    assert found == sorted(min(map(payable, rows)) for rows in rivals.shop.values())


def test_every_offer_a_search_found_has_its_prices_in_the_mart(rivals, shared_postgres):
    found = prices(shared_postgres, "taobao")

    assert len(rivals.offers) > 5
    assert found.keys() == rivals.offers.keys()
    for number, one in rivals.offers.items():
        assert found[number].final_price == Decimal(one.final) / 100
        assert found[number].shown_price == Decimal(one.price) / 100


def test_who_sells_and_what_it_is_called_are_known(rivals, shared_postgres):
    sellers = shared_postgres.rows(
        "select shop_id, name from core.dim_shops where platform_id = 'taobao'"
    )
    named = shared_postgres.value(
        "select name_zh from core.dim_categories where category_id = 'taobao:50010850'"
    )
    places = shared_postgres.rows(
        "select position from core.fct_listing_snapshots where rank_list = '保温杯'"
        " order by position"
    )

    assert {row["shop_id"]: row["name"] for row in sellers} == {
        f"taobao:{one.shop_id}": one.shop_name for one in rivals.offers.values()
    }
    assert named == "保温杯"
    assert [row["position"] for row in places] == [*range(1, len(rivals.offers) + 1)]


def test_nothing_of_a_crawl_is_refused_or_doubted(rivals, shared_postgres):
    loads = shared_postgres.rows("select * from ops.loads where is_current")
    doubted = shared_postgres.rows(
        "select * from core.fct_listing_snapshots where price_quality = 'implausible'"
    )

    assert {row["status"] for row in loads} == {"accepted"}
    assert {row["stream_id"] for row in loads} == {
        *("web__listings", "shopify__listings"),
        *("taobao__listings", "taobao__shops", "taobao__categories"),
    }
    assert sum(row["rejected"] + row["quarantined"] for row in loads) == 0
    assert not doubted
