"""What a crawl meets on the way: bad servers, traps, private addresses, a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_shop import (
    Reply,
    Shop,
    bomb,
    crawl_of,
    drip,
    flood,
    found,
    links,
    open_shop,
    outcomes,
    page,
    product,
    reset,
    stall,
)

from scrapers import frontier, job, store
from scrapers.addresses import is_literal, is_public
from scrapers.gate import waiting_time
from seller_intel import crawl

ROOT = Path(__file__).parents[1]


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A tiny shop that is open during a test."""
    with open_shop(Shop()) as opened:
        yield opened


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(act=stall),
        Reply(act=drip),
        Reply(act=reset),
        Reply(act=flood),
        bomb(),
        Reply(status=302, headers={"Location": "/product/2"}),
        Reply(status=302, headers={"Location": "http://elsewhere.example/"}),
        Reply(status=302, headers={"Location": "file:///etc/passwd"}),
        Reply("<html><body>" + "<div>" * 5000),
        Reply(b"\xff\xfe\x00broken", headers={"Content-Type": "text/html"}),
    ],
    ids=[
        *("stalls", "drips", "resets", "floods", "bomb", "loop", "elsewhere"),
        *("file", "nested", "garbled"),
    ],
)
def test_one_bad_page_costs_no_other(tmp_path, shop, trouble):
    shop.pages["/product/2"] = trouble
    stated = crawl_of(shop, tmp_path)

    summary = crawl.run(stated)

    assert len(found(stated)) == shop.products - 1
    assert summary["left"] == 0
    assert sum(outcomes(summary).values()) >= shop.products + 3


def test_a_killed_crawl_goes_on_where_it_was(tmp_path, shop):
    shop.products, shop.pause = 60, 0.05
    stated = crawl_of(shop, tmp_path, concurrency=2)
    stated.folder.mkdir(parents=True)
    draft = stated.folder / "killed.job"
    draft.write_bytes(job.written(stated))

    killed = subprocess.Popen(
        [sys.executable, "-m", "scrapers.running", str(draft)],
        cwd=ROOT,
        start_new_session=True,
    )
    until = time.monotonic() + 30
    while sum(each.startswith("/product/") for each in shop.asked) < 35:
        assert time.monotonic() < until and killed.poll() is None
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = len(shop.asked)
    summary = crawl.run(stated)

    urls = [each["source_ref"].partition("#")[0] for each in found(stated)]
    again = {path for path in shop.asked[before:] if path.startswith("/product/")}
    assert len(urls) == len(set(urls)) == 60
    assert outcomes(summary)["parsed"] == 60
    # what was under way or not yet made lasting may be asked for again
    assert len(again) < 60 - 5
    assert before + len(shop.asked[before:]) < 60 * 2


def test_the_same_run_again_asks_for_nothing(tmp_path, shop):
    stated = crawl_of(shop, tmp_path)

    crawl.run(stated)
    first = found(stated)
    del shop.asked[:]
    crawl.run(stated)

    assert shop.asked == []
    assert found(stated) == first


def test_a_calendar_without_end_is_left(tmp_path, shop):
    class Endless(dict):
        def __contains__(self, path: object) -> bool:
            return str(path).startswith("/category/calendar")

        def __getitem__(self, path: str) -> Reply:
            number = int(path.rpartition("-")[2] or 0)
            more = f'<a rel="next" href="/category/calendar-{number + 1}">next</a>'
            return Reply(page(more + links("/category/tea")))

    shop.pages = Endless()
    shop.extra = links("/category/calendar-0")
    stated = crawl_of(shop, tmp_path)

    summary = crawl.run(stated)

    assert len(found(stated)) == shop.products
    assert sum("calendar" in path for path in shop.asked) <= 30
    assert summary["spent"] is None
    assert summary["passed_over"]["trail without new products"] > 0


def test_a_budget_of_pages_ends_a_crawl_in_good_order(tmp_path, shop):
    shop.products = 40
    stated = crawl_of(shop, tmp_path, max_pages=10)

    summary = crawl.run(stated)

    assert summary["spent"] == "pages"
    assert sum(outcomes(summary).values()) == 10
    assert summary["left"] > 0


@pytest.mark.parametrize(
    ("budget", "bounds"),
    [("seconds", {"max_seconds": 5}), ("bytes", {"max_bytes": 10_000})],
)
def test_a_budget_of_seconds_or_bytes_ends_a_crawl_in_good_order(
    tmp_path, shop, budget, bounds
):
    shop.products, shop.pause = 150, 0.1
    stated = crawl_of(shop, tmp_path, concurrency=1, **bounds)

    summary = crawl.run(stated)

    assert summary["spent"] == budget
    assert summary["left"] > 0
    assert 0 < len(found(stated)) < 150
    # the next run goes on with what was left
    rest = crawl.run(crawl_of(shop, tmp_path, concurrency=4))
    assert rest["left"] == 0


def test_a_trail_ends_at_the_depth_it_may_have(tmp_path, shop):
    shop.products = 0
    for number in range(6):
        deeper = links(f"/category/level-{number + 1}", f"/product/{number}")
        shop.pages[f"/category/level-{number}"] = Reply(page(deeper))
        shop.pages[f"/product/{number}"] = Reply(product(str(number), "9.50"))
    shop.extra = links("/category/level-0")
    stated = crawl_of(shop, tmp_path, max_depth=3)

    summary = crawl.run(stated)

    levels = {path for path in shop.asked if "/category/level-" in path}
    assert levels == {f"/category/level-{number}" for number in range(3)}
    assert summary["passed_over"]["deeper than max_depth"] > 0


def test_private_addresses_are_refused_unless_allowed(tmp_path, shop):
    stated = crawl_of(shop, tmp_path, allow_private=False)

    summary = crawl.run(stated)

    assert outcomes(summary) == {"private_address": 1}
    assert shop.asked == []


def test_a_name_that_leads_to_a_private_address_is_refused(tmp_path, shop):
    url = shop.address.replace("127.0.0.1", "localhost")
    stated = crawl_of(shop, tmp_path, allow_private=False, urls=(f"{url}/",))

    summary = crawl.run(stated)

    assert set(outcomes(summary)) <= {"robots_unreachable", "failed"}
    assert shop.asked == []


def test_a_redirect_to_another_host_is_not_followed(tmp_path, shop):
    with open_shop(Shop()) as other:
        away = other.address.replace("127.0.0.1", "localhost")
        shop.pages["/product/1"] = Reply(status=302, headers={"Location": f"{away}/"})
        stated = crawl_of(shop, tmp_path)

        summary = crawl.run(stated)

        assert other.asked == []
        assert outcomes(summary)["off_site"] == 1


def test_a_slow_host_holds_no_other_up(tmp_path, shop):
    shop.products = 40
    with open_shop(Shop(products=900, pause=0.5)) as slow:
        there = slow.address.replace("127.0.0.1", "localhost")
        stated = crawl_of(
            shop, tmp_path, urls=(f"{there}/", f"{shop.address}/"), max_seconds=12
        )

        summary = crawl.run(stated)

    quick = [each for each in found(stated) if shop.address in each["source_ref"]]
    assert len(quick) == 40
    assert summary["spent"] == "seconds"


def test_the_same_page_under_two_addresses_is_observed_once(tmp_path, shop):
    shop.extra = links("/product/1?utm_source=mail", "/product/1#reviews")
    stated = crawl_of(shop, tmp_path)

    crawl.run(stated)

    assert len(found(stated)) == shop.products
    assert shop.asked.count("/product/1") == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "127.1", "::ffff:10.0.0.1"]
)
def test_every_form_of_an_address_is_seen(host):
    assert is_literal(host)
    assert not is_public(host)


def test_a_public_address_is_public():
    assert is_public("93.184.216.34")
    assert not is_literal("shop.example")


@pytest.mark.parametrize(
    ("stated", "seconds"), [(b"7", 7.0), (b"soon", 0.0), (None, 0.0), (b"", 0.0)]
)
def test_what_a_host_asks_us_to_wait_is_read(stated, seconds):
    assert waiting_time(stated) == seconds


def test_a_kept_page_is_kept_once_and_checked(tmp_path):
    root = str(tmp_path / "pages")
    body = product("1", "9.90").encode()

    first, second = store.put(root, body), store.put(root, body)
    place = next(Path(root).rglob("*.gz"))

    assert first == second
    assert store.get(root, first) == body
    place.write_bytes(b"something else")
    with pytest.raises(store.PageMissing):
        store.get(root, first)


def test_a_memory_that_cannot_be_read_is_begun_anew(tmp_path):
    tmp_path.joinpath("memory.sqlite").write_bytes(b"no database" * 1000)

    memory = frontier.opened(tmp_path, "20260101T060000")

    assert memory.fact("run") is None
    assert memory.add([("https://shop.example/", "start", 0, 0)]) == 1
