"""What a crawl asks for first: what is new, what changed lately, then the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from tiny_shop import Reply, Shop, crawl_of, found, links, open_shop, outcomes, page

from seller_intel import crawl

DAYS = tuple(f"2026-01-{day:02}T06:00:00+00:00" for day in range(1, 20))


@pytest.fixture
def visit(tmp_path: Path) -> Callable[..., list[str]]:
    """Crawl a shop on one of some days; give the products asked for, in order."""

    def visited(shop: Shop, day: int, **more: object) -> list[str]:
        del shop.asked[:]
        stated = {"run": f"202601{day + 1:02}T060000", "as_of": DAYS[day]}
        crawl.run(crawl_of(shop, tmp_path, concurrency=1, **stated, **more))
        return [path for path in shop.asked if path.startswith("/product/")]

    return visited


def sitemap(shop: Shop, changed: dict[int, str]) -> Reply:
    """Return a sitemap of the products with the days of their last change."""
    entries = "".join(
        f"<url><loc>{shop.address}/product/{number}</loc>"
        + (f"<lastmod>{changed[number]}</lastmod>" if number in changed else "")
        + "</url>"
        for number in range(shop.products)
    )
    return Reply(f"<?xml version='1.0'?><urlset>{entries}</urlset>")


def test_a_sitemap_says_what_is_asked_for_first(visit):
    with open_shop(Shop()) as shop:
        shop.pages["/"] = Reply(page("a front page without links"))
        shop.pages["/sitemap.xml"] = sitemap(
            shop, {1: "2025-06-01", 4: "2025-12-30", 2: "2021-01-01"}
        )

        asked = visit(shop, 0)

        assert asked[0] == "/product/4"
        assert [each for each in asked if each[-1] in "124"] == [
            *("/product/4", "/product/1", "/product/2"),
        ]


def test_what_changed_since_we_saw_it_comes_first_and_the_rest_all_the_same(visit):
    with open_shop(Shop()) as shop:
        shop.pages["/"] = Reply(page("a front page without links"))
        shop.pages["/sitemap.xml"] = sitemap(
            shop, dict.fromkeys(range(6), "2025-12-01")
        )
        visit(shop, 0)
        shop.pages["/sitemap.xml"] = sitemap(
            shop, {**dict.fromkeys(range(6), "2025-12-01"), 5: "2026-01-02"}
        )

        asked = visit(shop, 1)

    assert asked[0] == "/product/5"
    assert sorted(asked) == [f"/product/{number}" for number in range(6)]


def test_a_budget_is_spent_on_what_changed_most_recently(visit):
    with open_shop(Shop()) as shop:
        visit(shop, 0)
        shop.pages["/product/3"] = Reply(shop.reply("/product/3", None).body + " now")
        visit(shop, 1)

        asked = visit(shop, 2, max_pages=4)

    assert asked[0] == "/product/3"
    assert len(asked) < 6


def test_a_sweep_comes_at_its_interval_and_asks_for_the_longest_unseen_first(visit):
    with open_shop(Shop()) as shop:
        visit(shop, 0, sweep_days=7)
        # within the interval: as many products as the budget leaves, conditionally
        seen = visit(shop, 6, sweep_days=7, max_pages=5)
        conditional = shop.statuses[304]

        asked = visit(shop, 7, sweep_days=7)

    assert 0 < len(seen) < 6
    assert conditional == len(seen)
    assert shop.statuses[304] == conditional  # the sweep asked for all in full
    assert set(asked[: 6 - len(seen)]).isdisjoint(seen)
    assert sorted(asked) == [f"/product/{number}" for number in range(6)]


def test_a_list_that_shows_the_same_page_for_ever_is_left(tmp_path):
    with open_shop(Shop()) as shop:
        body = orjson.dumps(
            {"products": [{"id": 1, "title": "Tea", "variants": [{"id": 11}]}]}
        )
        shop.pages.update(
            {
                f"/products.json?limit=250&page={number}": Reply(
                    body, headers={"Content-Type": "application/json"}
                )
                for number in range(1, 50)
            }
        )
        stated = crawl_of(shop, tmp_path, platform="shopify")

        summary = crawl.run(stated)

    assert len(shop.asked) == 3  # robots.txt, the page, the page again
    assert outcomes(summary) == {"parsed": 1, "repeated": 1}
    assert {each["record"]["listing_id"] for each in found(stated)} == {"1"}


def test_a_category_in_a_circle_ends(tmp_path):
    with open_shop(Shop()) as shop:
        shop.pages["/category/tea?page=2"] = Reply(
            page(links("/category/tea") + '<a rel="next" href="/category/tea">next</a>')
        )

        summary = crawl.run(crawl_of(shop, tmp_path))

    assert summary["left"] == 0
    assert shop.asked.count("/category/tea") == 1
