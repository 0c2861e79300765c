"""Marketplaces searched through their gateways: what is found is what is on sale."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from api_doubles import Landings, landings

from sandbox.gateways import (
    amazon_goods,
    connections,
    pinduoduo_goods,
    searches,
    shops,
    taobao_goods,
)
from sandbox.gateways.desks import Limits
from sandbox.gateways.faults import Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.searches import Offer, Wish
from sandbox.gateways.server import served
from sandbox.goods import CATEGORIES
from sandbox.market import Market, Size
from seller_intel import crawl, raw_pages, sources, trails
from seller_intel import searches as searching
from seller_intel.ingestors import taobao_search
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.searching import Answer, Ask, Search

STREAMS = ("listings", "shops", "categories")
# How each marketplace calls the listings of the market, and what it is searched by.
NUMBERS = {
    "taobao": taobao_goods.item_id,
    "pinduoduo": pinduoduo_goods.goods_sign,
    "jd": str,
    "amazon": str,
}
LEAVES = {
    platform: sorted({leaf.platform_ids[platform] for leaf in CATEGORIES})
    for platform in NUMBERS
}
EVERYTHING: dict[str, dict[str, Any]] = {
    platform: {"categories": LEAVES[platform], "page_size": 10, "pages": 30}
    for platform in ("taobao", "jd", "pinduoduo")
} | {"amazon": {"keywords": [leaf.name_en for leaf in CATEGORIES], "page_size": 4}}
BAD_WEATHER = ("busy", "broken", "cut", "truncated", "repeated", "throttled", "refused")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@cache
def goods() -> searches.Goods:
    """Return what all sellers of a market offer."""
    return searches.Goods(Market(size=Size(customers=100, listings=300)))


@contextmanager
def gateway(platform: str, faults: Faults | None = None) -> Iterator[House]:
    """Serve one marketplace; let its connection be known by its name."""
    house = open_house(shops.market((platform,), 60))
    house.faults = faults or Faults()
    house.desks[0].goods = goods()
    with served(house) as address, pytest.MonkeyPatch.context() as patch:
        for name, stated in connections.of(house, address).items():
            patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(stated))
        yield house


def search(platform: str, **options: Any) -> tuple[Landings, Any]:
    """Search a marketplace once; return what landed and what is said of it."""
    manners = {"burst": 1_000, "tries": 12, "read_seconds": 2}
    made = landings(platform, STREAMS, **manners, **options)
    made.asked.source = replace(
        made.asked.source,
        allow_private=True,
        connection=f"sandbox_{platform}",
        shop=None,
    )
    return made, searching.collect(made.asked)


def on_sale(house: House, platform: str) -> dict[str, Offer]:
    """Return everything that the marketplace sells, by its own numbers."""
    offers = goods().offers(platform, house.instant.now)
    return {NUMBERS[platform](one.listing_id): one for one in offers}


def told(made: Landings) -> dict[str, SimpleNamespace]:
    """Return per listing what its records tell, whichever reply told it."""
    found: dict[str, dict[str, Any]] = {}
    for _, _, _, record in made["listings"].lines:
        found.setdefault(record["listing_id"], {}).update(record)
    return {name: SimpleNamespace(**record) for name, record in found.items()}


def cents(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text) * 100)


def prices_of(platform: str, one: Offer) -> dict[str, int | None]:
    """Return the prices that a marketplace tells of an offer, in cents."""
    marked_down = one.list_price if one.list_price > one.price else None
    if platform == "amazon":
        return {"price": one.price}
    if platform == "pinduoduo":
        return {
            "price": searches.single(one.price),
            "group_price": one.price,
            "coupon_amount": one.coupon or None,
        }
    return {"list_price": marked_down, "price": one.price, "final_price": one.final}


@pytest.mark.parametrize("platform", NUMBERS)
def test_everything_on_sale_is_found_at_its_prices_and_nothing_else(platform):
    with gateway(platform) as house:
        made, got = search(platform, **EVERYTHING[platform])
        truth = on_sale(house, platform)

    found = told(made)
    assert not got.failures
    assert len(truth) > 10
    assert found.keys() == truth.keys()
    wrong = [
        (name, kind, amount, getattr(found[name], kind, None))
        for name, one in truth.items()
        for kind, amount in prices_of(platform, one).items()
        if cents(getattr(found[name], kind, None)) != amount
    ]
    assert not wrong, wrong[:10]
    assert {each.currency for each in found.values()} == {
        "USD" if platform == "amazon" else "CNY"
    }
    assert {name: each.title for name, each in found.items()} == {
        name: one.title for name, one in truth.items()
    }
    assert got.windows["listings"]
    assert not got.manifest["crawl"]["is_partial"]


@pytest.mark.parametrize("platform", ["taobao", "jd", "pinduoduo"])
def test_shops_and_categories_are_those_of_the_listings(platform):
    with gateway(platform) as house:
        made, _ = search(platform, **EVERYTHING[platform])
        truth = on_sale(house, platform).values()

    shown = {
        key.split("|")[1]: one["name"] for key, one in made["shops"].newest.items()
    }
    assert shown == {one.shop_id: one.shop_name for one in truth}
    named = {
        record["platform_category_id"]: record["name"]
        for record in made["categories"].newest.values()
    }
    leaves = {one.category.platform_ids[platform]: one.category for one in truth}
    assert (
        named.items()
        >= {number: leaf.name_zh for number, leaf in leaves.items()}.items()
    )


@pytest.mark.parametrize(
    ("platform", "word"), [("taobao", "保温杯"), ("amazon", "piece")]
)
def test_a_keyword_gives_every_place_of_its_list(platform, word):
    with gateway(platform) as house:
        made, _ = search(platform, keywords=[word], page_size=1, pages=100)
        wish = Wish(keyword=word)
        truth = goods().found(platform, house.instant.now, wish)

    places = {
        record["position"]: record["listing_id"]
        for _, _, _, record in made["listings"].lines
        if record.get("rank_list") == word
    }
    assert len(truth) > 1
    assert [places[at + 1] for at in range(len(truth))] == [
        NUMBERS[platform](one.listing_id) for one in truth
    ]


def test_counters_are_kept_as_the_marketplace_shows_them():
    with gateway("pinduoduo") as house:
        made, _ = search("pinduoduo", **EVERYTHING["pinduoduo"])
        truth = on_sale(house, "pinduoduo")

    assert {name: each.counter_text for name, each in told(made).items()} == {
        name: pinduoduo_goods.sales_tip(one.sold) for name, one in truth.items()
    }


def test_orders_that_a_union_brought_are_no_counter_of_sales():
    with gateway("jd") as house:
        made, _ = search("jd", **EVERYTHING["jd"])
        truth = on_sale(house, "jd")

    for name, each in told(made).items():
        stated = json.loads(each.attributes)
        assert stated["referred_orders_30d"] == str(truth[name].referred)
        assert not hasattr(each, "counter_text")


def test_ranks_offers_and_numbers_of_amazon_are_told():
    with gateway("amazon") as house:
        asins = list(on_sale(house, "amazon"))
        made, got = search("amazon", products=asins)
        truth = on_sale(house, "amazon")

    found = told(made)
    assert not got.failures
    assert found.keys() == truth.keys()
    for name, each in found.items():
        offers = json.loads(each.attributes)["offers"]
        assert offers["New"] == amazon_goods.number_of_offers(truth[name])
        assert each.gtin
        assert each.rank >= 1


@pytest.mark.parametrize("platform", NUMBERS)
@pytest.mark.parametrize("seed", range(2))
def test_faults_on_the_way_lose_and_invent_nothing(platform, seed):
    faults = Faults(0.2, seed, BAD_WEATHER, seconds=0.05)
    with gateway(platform, faults) as house:
        made, got = search(platform, **EVERYTHING[platform])
        truth = on_sale(house, platform)

    assert faults.met
    assert not got.failures
    assert told(made).keys() == truth.keys()
    assert got.manifest["crawl"]["classes"].get("retried", 0) > 0
    assert not got.manifest["crawl"]["is_partial"]


@pytest.mark.parametrize("platform", NUMBERS)
def test_a_killed_search_goes_on_where_it_was(platform, monkeypatch):
    class Killed(BaseException):
        pass

    written = trails.Trail.add

    def add(trail: trails.Trail, *arguments: Any) -> None:
        written(trail, *arguments)
        if len(trail.entries) == 3:
            with trail.path.open("ab") as file:
                file.write(b'{"url": "half a li')
            raise Killed

    with gateway(platform) as house:
        monkeypatch.setattr(trails.Trail, "add", add)
        with pytest.raises(Killed):
            search(platform, **EVERYTHING[platform])
        monkeypatch.setattr(trails.Trail, "add", written)
        made, got = search(platform, **EVERYTHING[platform])
        truth, calls = on_sale(house, platform), house.calls

    pages = len(list(raw_pages.visits(made.asked.source.name, made.asked.run)))
    tokens = 2 if platform == "amazon" else 0
    assert told(made).keys() == truth.keys()
    assert got.manifest["crawl"]["requests"] == pages
    assert calls == pages + tokens


def test_no_two_sights_of_a_listing_share_an_instant():
    with gateway("taobao") as house:
        # both lists hold every bottle
        made, _ = search("taobao", keywords=["保温杯"], categories=LEAVES["taobao"])
        truth = on_sale(house, "taobao")

    keys = made["listings"].keys
    bottles = [one for one in truth.values() if one.category.name_zh == "保温杯"]
    assert len(keys) == len(set(keys)) == len(truth) + len(bottles)


def test_a_used_up_quota_ends_a_search_in_peace():
    with gateway("jd") as house:
        house.desks[0].limits = Limits(quota=4)
        made, got = search("jd", **EVERYTHING["jd"], longest_pause=0.01)

    crawled = got.manifest["crawl"]
    assert not got.failures
    assert crawled["spent"] == "quota"
    assert crawled["left"] > 0
    assert made["listings"].lines


def test_a_wrong_secret_is_told_once_and_nothing_more_is_asked(monkeypatch):
    with gateway("pinduoduo") as house:
        house.desks[0].app_secret = "another"
        made, got = search("pinduoduo", **EVERYTHING["pinduoduo"])

    assert len(got.failures) == 2  # the fault, and that nothing came
    assert "secret" in got.failures[-1]
    assert house.calls == 1
    assert got.manifest["crawl"]["is_partial"]
    assert not got.windows
    assert not made["listings"].lines


def test_a_list_that_is_refused_stops_no_other(monkeypatch):
    opened = taobao_search.opened

    def refusing(*arguments: Any) -> Search:
        made = opened(*arguments)

        def answer(ask: Ask) -> Answer:
            if ask.value == "违禁词":
                raise ApiFault(Kind.BAD_REQUEST, "a word that is not searched")
            return made.answer(ask)

        return replace(made, answer=answer)

    monkeypatch.setattr(taobao_search, "opened", refusing)
    with gateway("taobao") as house:
        made, got = search(
            "taobao", keywords=["违禁词"], categories=[*LEAVES["taobao"], "1", "2"]
        )
        truth = on_sale(house, "taobao")

    assert told(made).keys() == truth.keys()
    assert [each.partition(":")[0] for each in got.failures] == ["keyword 违禁词"]
    # one of eleven lists; of fewer the landing would be partial
    assert not got.manifest["crawl"]["is_partial"]


def test_a_landing_of_which_a_tenth_is_lacking_is_partial():
    with gateway("pinduoduo"):
        made, got = search("pinduoduo", keywords=["收纳箱"], sort="99")

    assert not made["listings"].lines
    assert got.manifest["crawl"]["is_partial"]
    assert not got.windows


def test_a_category_that_cannot_be_one_is_refused_before_anything_is_asked():
    with gateway("jd") as house, pytest.raises(sources.RegistryError, match="6219x"):
        search("jd", categories=["6219x", *LEAVES["jd"]])

    assert house.calls == 0


def test_kept_replies_read_again_are_what_was_landed():
    with gateway("taobao"):
        made, _ = search("taobao", **EVERYTHING["taobao"])
    asked = made.asked
    job = crawl.job_of(asked.source, asked.run, asked.as_of)
    trail = trails.Trail(job.folder, asked.run, asked.as_of)

    again = [json.loads(line) for _, line in crawl.read_again(job, trail.path)]

    assert [each["key"] for each in again if "listing_id" in each["record"]] == (
        made["listings"].keys
    )


def test_addresses_say_what_was_asked_and_nothing_of_the_credential():
    with gateway("taobao") as house:
        made, _ = search("taobao", keywords=["保温杯"])
        desk = house.desks[0]

    refs = {ref for _, _, ref, _ in made["listings"].lines}
    assert all("q=%E4%BF%9D%E6%B8%A9%E6%9D%AF" in ref for ref in refs)
    for secret in (desk.app_key, desk.app_secret, desk.tokens.access):
        assert not any(secret in ref for ref in refs)


def test_an_option_that_no_search_has_is_refused():
    with (
        gateway("taobao"),
        pytest.raises(sources.RegistryError, match="no option deph"),
    ):
        search("taobao", keywords=["杯"], deph=3)
