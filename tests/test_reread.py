"""Kept pages read again: the crawl once more, or what a repaired reader makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import Postgres
from tiny_shop import Reply, Shop, links, open_shop, page

from seller_intel import cli, landing, raw_pages, steps

RUN = "20260101T060000"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "web__listings"


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A tiny shop that is open during a test."""
    with open_shop(Shop()) as opened:
        yield opened


def register(postgres: Postgres, shop: Shop, rules: str = "") -> None:
    """Write a registry with the shop as its one source."""
    postgres.register(
        "reporting_currency: CNY\nshops: []\nsources:\n"
        "  - name: rival\n    platform: web\n    allow_private: true\n"
        "    streams: [listings]\n    options:\n"
        f"      urls: ['{shop.address}/']\n      delay: 0\n{rules}"
    )


def landed_lines() -> list[bytes]:
    """Return the lines of the landing, whatever their order."""
    landed = landing.of(STREAM, "rival", RUN)
    assert landed
    with landing.lines(landed) as lines:
        return sorted(lines)


def test_a_rebuild_from_kept_pages_equals_the_crawl(postgres, shop):
    register(postgres, shop)
    steps.land("rival", RUN)
    steps.load("rival", RUN)
    crawled = landed_lines()
    asked = len(shop.asked)

    told = steps.reread(STREAM, "rival", SINCE)

    assert [(each.run, each.is_changed) for each in told] == [(RUN, False)]
    assert landed_lines() == crawled
    assert len(shop.asked) == asked
    assert postgres.count(f"raw.{STREAM}") == shop.products


def test_a_run_of_unchanged_pages_is_rebuilt_as_well(postgres, shop):
    register(postgres, shop)
    steps.land("rival", RUN)
    steps.land("rival", "20260102T060000")

    told = steps.reread(STREAM, "rival", SINCE + timedelta(days=1))

    assert shop.statuses[304] == shop.products
    assert [(each.run, each.is_changed) for each in told] == [
        ("20260102T060000", False)
    ]


def test_a_repaired_reader_corrects_what_was_seen_in_its_time(postgres, shop):
    register(postgres, shop)
    steps.land("rival", RUN)
    steps.load("rival", RUN)
    steps.audit_raw(RUN)
    seen = {
        row["record_key"]: row["observed_at"]
        for row in postgres.rows(f"select * from raw.{STREAM}")
    }

    # today's reader knows whose shop it is
    register(postgres, shop, "      rules: {shop_id: hill}\n")
    told = steps.reread(STREAM, "rival", SINCE)
    steps.audit_raw(RUN)

    status = postgres.rows(
        "select status, loaded from ops.loads where is_current order by load_id"
    )
    again = postgres.rows(f"select * from raw.{STREAM} order by load_id desc limit 6")
    assert [each.is_changed for each in told] == [True]
    assert status[-1] == {"status": "accepted", "loaded": shop.products}
    assert {row["record_key"]: row["observed_at"] for row in again} == seen
    assert {row["payload"]["shop_id"] for row in again} == {"hill"}


def test_pages_go_when_they_are_old(postgres, shop):
    register(postgres, shop)
    steps.land("rival", RUN)
    pages = Path(raw_pages.folder("rival"))
    assert list(pages.rglob("*.gz"))

    kept = raw_pages.expire(SINCE + timedelta(days=raw_pages.KEEP_DAYS - 1))
    gone = raw_pages.expire(SINCE + timedelta(days=raw_pages.KEEP_DAYS + 1))

    assert kept == 0
    assert gone >= shop.products
    assert not list(pages.rglob("*.gz"))


def test_an_address_can_be_tried_without_configuring_it(shop):
    ran = CliRunner().invoke(
        cli.main, ["crawl", f"{shop.address}/product/1", "--allow-private"]
    )

    assert ran.exit_code == 0, ran.output
    assert "json_ld" in ran.output
    assert "12.5" in ran.output
    assert "missing: " in ran.output
    assert "platform: web" in ran.output


def test_a_look_at_a_shop_of_many_categories_reaches_its_products(shop):
    others = {f"/category/other-{n}": f"/product/{n % 6}" for n in range(30)}
    shop.extra = links(*others)
    shop.pages = {path: Reply(page(links(to))) for path, to in others.items()}

    ran = CliRunner().invoke(
        cli.main, ["crawl", f"{shop.address}/", "--allow-private", "--pages", "8"]
    )

    assert ran.exit_code == 0, ran.output
    assert "parsed" in ran.output
    assert "Green tea" in ran.output
    block = yaml.safe_load(ran.output.partition("stand there\n")[2])
    assert block[0]["options"]["urls"] == [f"{shop.address}/"]
    assert block[0]["allow_private"]


def test_a_look_at_a_private_host_says_what_allows_it(shop):
    ran = CliRunner().invoke(cli.main, ["crawl", f"{shop.address}/"])

    assert ran.exit_code == 1
    assert "--allow-private" in ran.output
    assert shop.asked == []
