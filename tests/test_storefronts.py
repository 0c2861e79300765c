"""Storefronts show the truth of the day, and fail only as their plans say."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import httpx
import pytest

from sandbox.storefronts import plans, stores, street, truth
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.server import served
from sandbox.storefronts.street import Street

DAY = 86_400
WORDS = re.compile("<[^>]+>")
MAP_ENTRY = re.compile(r"<loc>([^<]+)</loc>")
LINK = re.compile(r'class="card-link" href="([^"]+)"')
HTML_STORES = ("harbor", "fjord", "meadow", "lanhai", "jiuhao", "nimbus", "garten")


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Street, dict[str, str]]]:
    one = street.open_street(stores.open_stores(stores.small_market(280)))
    with served(one) as addresses:
        yield one, addresses


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5) as one:
        yield one


@pytest.fixture
def harbor(opened) -> Iterator[tuple[Street, str]]:
    one, addresses = opened
    one.forget()
    yield one, addresses["harbor"]
    one.plan("harbor", Plan())


def text(client: httpx.Client, url: str) -> str:
    reply = client.get(url)
    assert reply.status_code == 200, url
    return reply.text


def mapped(client: httpx.Client, address: str) -> set[str]:
    """Return the product addresses of a storefront's sitemaps."""
    index = text(client, f"{address}/sitemap.xml")
    return {
        unescape(url)
        for part in MAP_ENTRY.findall(index)
        for url in MAP_ENTRY.findall(text(client, part))
    }


@pytest.mark.parametrize("name", HTML_STORES)
def test_sitemaps_name_every_product_and_nothing_else(opened, client, name):
    one, addresses = opened

    found = mapped(client, addresses[name])

    assert len(found) > 25
    assert found == truth.addresses_shown(one.stores[name], one.instant.now)


@pytest.mark.parametrize("name", HTML_STORES)
def test_categories_lead_to_every_product(opened, client, name):
    one, addresses = opened
    store = one.stores[name]
    small = stores.replace(store.style, per_page=3)
    store.style, usual = small, store.style
    found = set()
    try:
        queue = ["/"]
        seen = set(queue)
        while queue:
            page = text(client, addresses[name] + queue.pop())
            found |= {addresses[name] + unescape(link) for link in LINK.findall(page)}
            further = re.findall(r'(?:href|data-next-url)="([^"]+)"', page)
            if small.paging == "parameter":
                told = re.search(r'data-page="(\d+)" data-pages="(\d+)"', page)
                code = re.search(r"<h1>([^<]+)</h1>", page)
                if told and code and told[1] < told[2]:
                    further.append(next_of(page, int(told[1]) + 1))
            listed = re.compile(
                r"/c/|/kategorie/|/shop/|/list|/collections/|/product-category/"
            )
            for link in map(unescape, further):
                if listed.match(link) and link not in seen:
                    seen.add(link)
                    queue.append(link)
    finally:
        store.style = usual

    assert found == truth.addresses_shown(store, one.instant.now)


def next_of(page: str, number: int) -> str:
    """Return the address that a page's own count of pages stands for."""
    title = re.search(r"<h1>([^<]+)</h1>", page)
    assert title
    code = re.search(rf'href="(/shop/\w+)">{re.escape(title[1])}', page)
    assert code
    return f"{code[1]}?p={number}"


@pytest.mark.parametrize("name", HTML_STORES)
def test_a_page_shows_what_the_truth_says(opened, client, name):
    one, _ = opened
    rows = truth.shown(one.stores[name], one.instant.now)

    for row in rows[:30]:
        page = unescape(text(client, row.url))
        whole = row.price.split(".")[0]
        assert row.title in page
        assert re.search(rf"{whole[-3:]}(</b>)?[.,]{row.price[-2:]}", page), row
        assert row.native_id in page
        for told in (row.counter_text, row.sku_id, row.gtin):
            assert told is None or told in page or told in WORDS.sub("", page)
        assert row.review_count is None or str(row.review_count) in page


def test_some_things_are_sold_out_reduced_and_in_colours(opened):
    one, _ = opened
    rows = [
        row for store in one.stores.values() for row in truth.shown(store, now(one))
    ]

    assert {row.status for row in rows} == {"on", "sold_out"}
    assert sum(row.list_price is not None for row in rows) > 20
    assert sum(row.sku_id is not None for row in rows) > 50
    assert sum(row.final_price is not None for row in rows) > 3


def now(one: Street) -> int:
    return one.instant.now


def test_the_truth_moves_with_the_instant(opened):
    one, _ = opened
    pages: dict[int, set] = {}
    prices: dict[int, dict] = {}
    for moment in (now(one), now(one) - 300 * DAY):
        rows = [
            row for store in one.stores.values() for row in truth.shown(store, moment)
        ]
        pages[moment] = {row.url for row in rows}
        prices[moment] = {(row.url, row.sku_id): row.price for row in rows}

    later, earlier = prices.values()
    assert pages[now(one)] - pages[now(one) - 300 * DAY]
    assert sum(later[key] != earlier.get(key) for key in later) > len(later) // 2


def test_products_json_pages_until_it_is_empty(opened, client):
    one, addresses = opened
    found = {}
    for page in range(1, 40):
        url = f"{addresses['nimbus']}/products.json?limit=9&page={page}"
        products = client.get(url).json()["products"]
        if not products:
            break
        for product in products:
            for variant in product["variants"]:
                url = f"{addresses['nimbus']}/products/{product['handle']}"
                colour = (
                    variant["sku"] if product["options"][0]["name"] != "Title" else None
                )
                found[url, colour] = (variant["price"], variant["compare_at_price"])

    rows = truth.shown(one.stores["nimbus"], now(one))
    assert found == {(row.url, row.sku_id): (row.price, row.list_price) for row in rows}


def test_the_store_api_counts_in_minor_units(opened, client):
    one, addresses = opened
    found = {}
    url = f"{addresses['garten']}/wp-json/wc/store/v1/products"
    first = client.get(url, params={"per_page": 20})
    for page in range(1, int(first.headers["x-wp-totalpages"]) + 1):
        for row in client.get(url, params={"per_page": 20, "page": page}).json():
            found[row["permalink"]] = row["prices"]["price"]

    lowest: dict[str, int] = {}
    for row in truth.shown(one.stores["garten"], now(one)):
        cents = int(row.price.replace(".", ""))
        lowest[row.url] = min(cents, lowest.get(row.url, cents))
    assert len(found) == int(first.headers["x-wp-total"])
    assert found == {url: str(cents) for url, cents in lowest.items()}


def test_an_unchanged_page_costs_no_body(harbor, client):
    one, address = harbor
    page = client.get(f"{address}/p/0/x")

    for headers in (
        {"if-none-match": page.headers["etag"]},
        {"if-modified-since": page.headers["last-modified"]},
    ):
        again = client.get(f"{address}/p/0/x", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    stale = client.get(f"{address}/p/0/x", headers={"if-none-match": '"other"'})
    assert stale.status_code == 200
    assert one.memories["harbor"].statuses == {200: 2, 304: 2}


def test_chinese_pages_come_in_the_encoding_they_name(opened, client):
    one, addresses = opened
    reply = client.get(addresses["jiuhao"] + "/goods-0.html")

    assert reply.headers["content-type"] == "text/html; charset=gbk"
    row = truth.shown(one.stores["jiuhao"], now(one))[0]
    assert row.title.encode("gbk") in reply.content


@pytest.mark.parametrize("kind", plans.WALLS)
def test_a_wall_stands_after_some_pages(harbor, client, kind):
    one, address = harbor
    one.plan("harbor", Plan(wall=kind, wall_after=2, wall_status=403))

    statuses = [client.get(f"{address}/p/{n}/x").status_code for n in (0, 0, 0)]

    assert statuses == [200, 200, 403]
    page = client.get(f"{address}/p/0/x").text
    assert "offers" not in page
    assert client.get(f"{address}/robots.txt").status_code == 200


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_a_connection_that_fails_answers_at_the_third_try(harbor, client, kind):
    one, address = harbor
    one.plan("harbor", Plan(failing=1.0, trouble=(kind,), tries=2))

    for _ in range(2):
        with pytest.raises(httpx.RequestError):
            client.get(f"{address}/p/0/x")
    assert client.get(f"{address}/p/0/x").status_code == 200


def test_drips_arrive_whole_and_hangs_do_not(harbor, client):
    one, address = harbor
    plan = Plan(failing=1.0, trouble=("drip",), tries=0, trouble_seconds=0.2)
    one.plan("harbor", plan)
    assert "</html>" in client.get(f"{address}/p/0/x").text

    one.plan("harbor", stores.replace(plan, trouble=("hang",)))
    with pytest.raises(httpx.RequestError):
        client.get(f"{address}/p/0/x")


def test_errors_throttles_and_loops_are_told(harbor, client):
    one, address = harbor
    for kind, status in (("error", 502), ("throttle", 429), ("loop", 302)):
        one.plan("harbor", Plan(failing=1.0, trouble=(kind,), tries=0))
        assert client.get(f"{address}/p/0/x").status_code == status
    with pytest.raises(httpx.TooManyRedirects):
        client.get(f"{address}/p/0/x", follow_redirects=True)


def test_a_new_layout_writes_no_price(harbor, client):
    one, _ = harbor
    one.plan("harbor", Plan(changed_from=date(2026, 11, 13)))

    row = truth.shown(one.stores["harbor"], now(one))[0]
    page = client.get(row.url).text

    assert row.price is None
    assert row.title in page
    assert "glyph" in page
    assert "ld+json" not in page


def test_traps_have_no_end(harbor, client):
    one, address = harbor
    one.plan("harbor", Plan(traps=True))

    assert '/events/2031/02"' in client.get(f"{address}/events/2031/01").text
    page = client.get(f"{address}/c/bottle?colour=1").text
    assert "/c/bottle?colour=1&amp;size=3" in page


def test_robots_and_maps_are_as_planned(harbor, client):
    one, address = harbor
    one.plan("harbor", Plan(robots="closed", maps="gzip"))
    assert "Disallow: /\n" in client.get(f"{address}/robots.txt").text
    part = MAP_ENTRY.findall(client.get(f"{address}/sitemap.xml").text)[0]
    assert part.endswith(".xml.gz")
    assert b"<urlset" in gzip.decompress(client.get(part).content)

    one.plan("harbor", Plan(robots="failing", maps="none"))
    assert client.get(f"{address}/robots.txt").status_code == 503
    assert client.get(f"{address}/sitemap.xml").status_code == 404


@pytest.mark.parametrize("broken", plans.BREAKS)
def test_structured_data_is_broken_as_planned(harbor, client, broken):
    one, address = harbor
    one.plan("harbor", Plan(broken=broken))

    page = client.get(f"{address}/p/0/x").text
    block = re.search(r'ld\+json">(.*?)</script>', page, re.DOTALL)

    assert block
    if broken in ("array", "graph"):
        assert json.loads(block[1])
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(block[1])


def test_plans_and_the_instant_change_over_the_wire(harbor, client):
    one, address = harbor
    before = one.instant.now
    wish = {"now": before + DAY, "plans": {"harbor": {"robots": "missing"}}}

    told = client.post(f"{address}/_sandbox/x", json=wish).json()

    assert told["now"] == one.instant.now == before + DAY
    assert client.get(f"{address}/robots.txt").status_code == 404
    one.instant.now = before


def test_pages_grow_to_the_size_a_plan_wants(harbor, client):
    one, address = harbor
    one.plan("harbor", Plan(filler=20_000))

    assert 20_000 < len(client.get(f"{address}/p/0/x").content) < 26_000
