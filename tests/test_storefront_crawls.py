"""What is read from storefronts is what they show: nothing missed, nothing made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.gateways.exchange import Request
from sandbox.storefronts import plans, stores, street, truth
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.street import Street
from sandbox.storefronts.truth import Shown
from scrapers.items import Listing, Page, PageVerdict, Reading
from scrapers.pages import web

WEB = ("harbor", "fjord", "meadow", "lanhai", "jiuhao", "nimbus", "garten")
# What a page of each storefront tells of a listing beside title, price and currency.
MONEY = ("price", "list_price", "final_price", "coupon_amount", "coupon_min_amount")
WALLS = {
    "block": PageVerdict.BLOCKED,
    "captcha": PageVerdict.CAPTCHA,
    "login": PageVerdict.LOGIN_WALL,
    "shell": PageVerdict.EMPTY_SHELL,
}


@pytest.fixture(scope="module")
def opened() -> Street:
    one = street.open_street(stores.open_stores(stores.small_market(280)))
    for place, store in enumerate(one.stores.values()):
        store.address = f"http://127.0.0.{place + 11}:8000"
    return one


@pytest.fixture
def planned(opened) -> Iterator[Street]:
    yield opened
    for name in opened.stores:
        opened.plan(name, Plan())
    opened.forget()


def read(one: Street, name: str, url: str) -> Reading:
    """Return what the page function reads from a page as it would be fetched."""
    path, _, query = url.removeprefix(one.stores[name].address).partition("?")
    reply, _ = one.receive(name, Request("GET", path, query))
    page = Page(
        url=url,
        body=reply.body,
        fetched_at=datetime.fromtimestamp(one.instant.now, UTC),
        status=reply.status,
        headers=dict(reply.headers),
    )
    return web.read(page)


def by_url(rows: list[Shown]) -> Mapping[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for row in rows:
        found.setdefault(row.url, []).append(row)
    return found


def matched(rows: list[Shown], reading: Reading) -> list[tuple[Shown, Listing]]:
    """Return the rows of a page's truth beside what was read for each."""
    found = []
    for row in rows:
        of_colour = [
            one
            for one in reading.listings
            if row.sku_id and one.sku_id and one.sku_id.endswith(row.sku_id)
        ]
        of_page = [one for one in reading.listings if not one.sku_id]
        one = next(iter(of_colour or of_page or reading.listings), None)
        assert one is not None, row.url
        found.append((row, one))
    return found


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize("name", WEB)
def test_every_product_is_read_and_nothing_else(opened, name):
    rows = truth.shown(opened.stores[name], opened.instant.now)
    pages = by_url(rows)

    verdicts = {url: read(opened, name, url).verdict for url in pages}

    missed = {url: v for url, v in verdicts.items() if v != PageVerdict.PRODUCT}
    assert not missed
    assert read(opened, name, f"{opened.stores[name].address}/cart").verdict not in (
        PageVerdict.PRODUCT,
    )


@pytest.mark.parametrize("name", WEB)
def test_title_currency_and_every_price_are_those_shown(opened, name):
    rows = truth.shown(opened.stores[name], opened.instant.now)
    wrong: list[Any] = []

    for url, shown in by_url(rows).items():
        for row, one in matched(shown, read(opened, name, url)):
            title = one.title or ""
            if not title.startswith(row.title):
                wrong.append((url, "title", row.title, title))
            if one.currency != row.currency:
                wrong.append((url, "currency", row.currency, one.currency))
            told = {field: amount(getattr(row, field)) for field in MONEY}
            seen = {field: getattr(one, field) for field in MONEY}
            if row.sku_id and not one.sku_id:  # colours only in a list of the page
                told["price"] = seen["price"] if seen["price"] else told["price"]
            wrong += [
                (url, field, told[field], seen[field])
                for field in MONEY
                if told[field] != seen[field]
            ]

    assert not wrong, wrong[:10]


@pytest.mark.parametrize("name", WEB)
def test_what_can_be_bought_is_told_from_what_is_sold_out(opened, name):
    rows = truth.shown(opened.stores[name], opened.instant.now)
    wrong = []

    for url, shown in by_url(rows).items():
        if name == "lanhai" and len(shown) > 1:
            continue  # it says of its colours only how many are left
        for row, one in matched(shown, read(opened, name, url)):
            if row.sku_id and not one.sku_id:
                continue
            if one.status != row.status:
                wrong.append((url, row.status, one.status))

    assert not wrong, wrong[:10]


@pytest.mark.parametrize("name", ["lanhai", "jiuhao"])
def test_counters_are_kept_as_shown(opened, name):
    rows = truth.shown(opened.stores[name], opened.instant.now)

    for url, shown in by_url(rows).items():
        reading = read(opened, name, url)
        seen = [one.counter_text for one in reading.listings if not one.sku_id]
        told = (shown[0].counter_text or "").lstrip("已售月销量： ")
        assert told
        assert len(seen) == 1
        assert told in (seen[0] or ""), url


@pytest.mark.parametrize("name", ["harbor", "lanhai"])
@pytest.mark.parametrize("kind", plans.WALLS)
@pytest.mark.parametrize("status", [200, 403])
def test_a_wall_is_never_read_as_a_product_without_a_price(planned, name, kind, status):
    planned.plan(name, Plan(wall=kind, wall_status=status))
    url = truth.shown(planned.stores[name], planned.instant.now)[0].url

    reading = read(planned, name, url)

    assert reading.is_hindered
    assert not reading.items
    if status == 200:
        assert reading.verdict == WALLS[kind]


@pytest.mark.parametrize("broken", plans.BREAKS)
def test_broken_structured_data_is_mended_or_passed_over(planned, broken):
    planned.plan("harbor", Plan(broken=broken))
    rows = truth.shown(planned.stores["harbor"], planned.instant.now)

    for row in [row for row in rows if not row.sku_id][:10]:
        found = read(planned, "harbor", row.url).listings
        assert [one.price for one in found if not one.sku_id] == [amount(row.price)]


@pytest.mark.parametrize("charset", ["header", "meta", "none", "wrong"])
@pytest.mark.parametrize("name", ["lanhai", "jiuhao"])
def test_a_title_survives_what_is_said_of_its_encoding(planned, name, charset):
    planned.plan(name, Plan(charset=charset))
    row = truth.shown(planned.stores[name], planned.instant.now)[0]

    found = read(planned, name, row.url).listings

    assert found
    assert row.title in (found[0].title or "")


@pytest.mark.parametrize("name", ["harbor", "fjord", "lanhai"])
def test_a_layout_without_prices_gives_none(planned, name):
    planned.plan(name, Plan(changed_from=date(2026, 11, 13)))
    rows = truth.shown(planned.stores[name], planned.instant.now)

    for row in rows[:10]:
        assert not [one for one in read(planned, name, row.url).listings if one.price]


@pytest.mark.parametrize("name", WEB)
def test_what_a_shop_took_off_is_gone(opened, name):
    store, now = opened.stores[name], opened.instant.now
    day = store.shelf.day(now)
    gone = []
    for back in range(-200, 150):
        for number in range(store.shelf.count):
            article = store.shelf.article(number, day - back)
            if article and article.is_gone:
                gone.append((back, article))
        if gone:
            break
    if not gone:
        pytest.skip("nothing was taken off")
    back, article = gone[0]
    row = truth.rows_of(store, article, day - back)[0]
    opened.instant.now = now - back * 86_400
    try:
        reading = read(opened, name, row.url)
    finally:
        opened.instant.now = now

    assert reading.verdict == PageVerdict.GONE
    assert not [one for one in reading.listings if one.price]
