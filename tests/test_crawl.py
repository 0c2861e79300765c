"""Crawls from a shop to core: what is read, what it costs, what is not believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Postgres
from tiny_shop import WALL, Reply, Shop, links, open_shop, product

from seller_intel import landing, steps
from seller_intel.extraction import LandingIncomplete

RUNS = [f"202601{day:02}T060000" for day in range(1, 10)]
STREAM = "web__listings"
_SCRIPTS = "<script src='/a.js'></script><script src='/b.js'></script>"
WALLS = {
    "blocked": Reply(WALL, 403),
    "captcha": Reply(
        "<html><head><title>Security check</title></head><body><h1>Are you a robot?"
        "</h1><div class='g-recaptcha' data-sitekey='x'></div></body></html>"
    ),
    "login wall": Reply(
        "<html><head><title>Sign in</title></head><body><p>Please sign in to continue"
        "</p><form><input name=u><input type=password name=p></form></body></html>"
    ),
    "empty shell": Reply(
        "<html><head><title>Shop</title></head><body><noscript>You need to enable"
        f" JavaScript to run this app.</noscript><div id='root'></div>{_SCRIPTS}</body>"
        "</html>"
    ),
}


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A tiny shop that is open during a test."""
    with open_shop(Shop()) as opened:
        yield opened


def register(postgres: Postgres, shop: Shop, **more: object) -> None:
    """Write a registry with the shop as its one source."""
    options = {"delay": 0, "concurrency": 4, "timeout": 3, "retries": 1, **more}
    stated = ", ".join(f"{name}: {value}" for name, value in options.items())
    postgres.register(
        "reporting_currency: CNY\nshops: []\nsources:\n"
        "  - name: rival\n    platform: web\n    allow_private: true\n"
        "    streams: [listings]\n"
        f"    options: {{urls: ['{shop.address}/'], {stated}}}\n"
    )


def manifest(run: str) -> dict:
    """Return what a landing says of its crawl."""
    landed = landing.of(STREAM, "rival", run)
    assert landed
    return landed.manifest


def records(run: str) -> list[dict]:
    """Return the records of a landing, in the order of their keys."""
    import orjson

    landed = landing.of(STREAM, "rival", run)
    assert landed
    with landing.lines(landed) as lines:
        read = [orjson.loads(line) for line in lines]
    return sorted((each for each in read if each["key"]), key=lambda each: each["key"])


def test_a_shop_of_a_few_lines_reaches_core(postgres, shop):
    register(postgres, shop)

    steps.land("rival", RUNS[0])
    steps.load("rival", RUNS[0])
    verdicts = steps.audit_raw(RUNS[0])
    steps.build_core(RUNS[0])

    found = postgres.rows(
        "select listing_id, shown_price_original, currency, observed_at"
        " from core.fct_listing_snapshots"
    )
    health = postgres.rows("select * from marts.crawl_health_daily")
    assert verdicts == {"accepted": 1, "rejected": 0, "pending": 0}
    assert len(found) == shop.products
    assert {float(row["shown_price_original"]) for row in found} == {12.5}
    assert {row["currency"] for row in found} == {"CNY"}
    assert {str(row["observed_at"].date()) for row in found} == {"2026-01-01"}
    assert health[0]["items"] == shop.products
    assert health[0]["requests"] == manifest(RUNS[0])["crawl"]["requests"]
    assert "price" in health[0]["field_fill_shares"]


def test_an_unchanged_page_costs_no_body_and_is_observed_again(postgres, shop):
    register(postgres, shop)

    steps.land("rival", RUNS[0])
    first = shop.body_bytes
    steps.land("rival", RUNS[1])

    told = manifest(RUNS[1])["crawl"]
    assert shop.body_bytes == first
    assert told["classes"]["not_modified"] == shop.products
    assert [each["record"]["price"] for each in records(RUNS[1])] == [
        each["record"]["price"] for each in records(RUNS[0])
    ]
    assert all(each["observed_at"] >= "2026-01-02" for each in records(RUNS[1]))


def test_a_changed_price_is_seen(postgres, shop):
    register(postgres, shop)

    steps.land("rival", RUNS[0])
    shop.price = "9.90"
    steps.land("rival", RUNS[1])

    assert {float(each["record"]["price"]) for each in records(RUNS[1])} == {9.9}


def test_a_crawl_is_compared_with_the_last_one_that_was_accepted(postgres, shop):
    register(postgres, shop)
    for run in RUNS[:2]:
        steps.land("rival", run)
        steps.load("rival", run)
        steps.audit_raw(run)
        # then one is gone, one is new with a look of its own, and all are cheaper
        shop.products, shop.price = 5, "10.00"
        shop.extra = links("/product/77")
        look = product("77", "8.00").replace("<h1>Green", "<h1 class='new'>Green")
        shop.pages["/product/77"] = Reply(look)

    first, second = postgres.rows(
        "select listings_seen, listings_new, listings_gone, median_price_change_rate,"
        " new_shape_page_share, method_shares from marts.crawl_health_daily"
        " order by crawl_date"
    )

    shares = first.pop("method_shares")
    assert sum(shares.values()) == pytest.approx(1, abs=0.001)
    assert shares["json_ld"] > 0.5
    assert first == {
        "listings_seen": 6,
        "listings_new": None,
        "listings_gone": None,
        "median_price_change_rate": None,
        "new_shape_page_share": None,
    }
    assert (second["listings_seen"], second["listings_new"]) == (6, 1)
    assert second["listings_gone"] == 1
    assert float(second["median_price_change_rate"]) == pytest.approx(-0.2)
    assert float(second["new_shape_page_share"]) == pytest.approx(1 / 6)


def test_a_sweep_asks_for_every_page_in_full(postgres, shop):
    register(postgres, shop, sweep_days=1)

    steps.land("rival", RUNS[0])
    steps.land("rival", RUNS[1])

    assert shop.statuses[304] == 0
    assert manifest(RUNS[1])["crawl"]["is_sweep"]


def test_a_page_whose_kept_form_is_gone_is_asked_for_in_full(postgres, shop):
    import shutil

    from seller_intel import raw_pages

    register(postgres, shop)

    steps.land("rival", RUNS[0])
    shutil.rmtree(raw_pages.folder("rival") + "/content")
    steps.land("rival", RUNS[1])

    assert len(records(RUNS[1])) == shop.products
    assert manifest(RUNS[1])["crawl"]["classes"]["parsed"] == shop.products


def test_what_robots_txt_forbids_is_not_asked_for(postgres, shop):
    shop.robots = Reply("User-agent: SellerIntel\nDisallow: /product/2\n")
    register(postgres, shop)

    steps.land("rival", RUNS[0])

    told = manifest(RUNS[0])["crawl"]
    assert "/product/2" not in shop.asked
    assert told["classes"]["robots_refused"] == 1
    assert [each["decision"] for each in told["robots"].values()] == ["rules"]


@pytest.mark.parametrize(
    "robots", [Reply(status=503), Reply(status=500)], ids=["busy", "broken"]
)
def test_a_host_whose_robots_txt_fails_is_left_alone(postgres, shop, robots):
    shop.robots = robots
    register(postgres, shop)

    with pytest.raises(LandingIncomplete, match="robots_unreachable"):
        steps.land("rival", RUNS[0])

    assert set(shop.asked) == {"/robots.txt"}


def test_a_missing_robots_txt_forbids_nothing(postgres, shop):
    shop.robots = Reply(status=404)
    register(postgres, shop)

    steps.land("rival", RUNS[0])

    assert len(records(RUNS[0])) == shop.products


def test_we_name_ourselves_and_carry_no_cookies(postgres, shop):
    register(postgres, shop, contact="https://seller.example/crawler")

    steps.land("rival", RUNS[0])

    assert shop.agents == {"SellerIntel/0.1 (+https://seller.example/crawler)"}
    assert shop.cookies == {""}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_in_mid_run_is_kept_marked_and_not_believed(postgres, shop, wall):
    shop.products, shop.wall_after, shop.wall = 30, 20, WALLS[wall]
    register(postgres, shop)

    steps.land("rival", RUNS[0])
    steps.load("rival", RUNS[0])
    verdicts = steps.audit_raw(RUNS[0])

    told = manifest(RUNS[0])
    reason = postgres.value("select reason from ops.loads where is_current")
    assert told["crawl"]["is_partial"]
    assert 0 < told["records"] < 30
    assert told["windows_got"] == []
    assert verdicts["rejected"] == 1
    assert wall in reason


def test_a_layout_that_lost_its_prices_is_turned_away_by_name(postgres, shop):
    shop.has_etags = False
    register(postgres, shop)
    for run in RUNS[:3]:
        steps.land("rival", run)
        steps.load("rival", run)
        steps.audit_raw(run)

    shop.price = ""
    steps.land("rival", RUNS[3])
    steps.load("rival", RUNS[3])
    verdicts = steps.audit_raw(RUNS[3])

    reason = postgres.value("select reason from ops.loads where status = 'rejected'")
    assert verdicts["rejected"] == 1
    assert "layout change" in reason or "items collapsed" in reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"currency": "EUR"}, "wrong currency: EUR, usually CNY"),
        ({"title": "西湖龙井茶"}, "wrong language"),
    ],
    ids=["currency", "language"],
)
def test_another_currency_or_language_is_turned_away_by_name(
    postgres, shop, change, told
):
    shop.has_etags = False
    register(postgres, shop)
    for run in RUNS[:3]:
        steps.land("rival", run)
        steps.load("rival", run)
        steps.audit_raw(run)

    for name, value in change.items():
        setattr(shop, name, value)
    steps.land("rival", RUNS[3])
    steps.load("rival", RUNS[3])
    verdicts = steps.audit_raw(RUNS[3])

    reason = postgres.value("select reason from ops.loads where status = 'rejected'")
    assert verdicts["rejected"] == 1
    assert told in reason
