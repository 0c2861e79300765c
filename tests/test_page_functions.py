"""Page functions: saved pages and replies of every platform, traps included."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.items import Page, Reading, SearchRank, Seller, as_record

FIXTURES = Path(__file__).resolve().parent / "fixtures"
PLATFORMS = ("web", "shopify", "woocommerce", "taobao", "jd", "pinduoduo", "amazon")
CASES = [
    path
    for platform in PLATFORMS
    for path in sorted((FIXTURES / f"{platform}__listings").glob("*"))
    if (path / "expected.json").exists() and list(path.glob("page.*"))
]
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_every_platform_has_cases():
    assert {path.parent.name for path in CASES} == {
        f"{each}__listings" for each in PLATFORMS
    }


@pytest.mark.parametrize(
    "case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_a_saved_page_reads_as_expected(case):
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))

    reading = reading_of(case, expected)

    assert reading.verdict == expected["verdict"], reading.detail
    listings = [as_record(each) for each in reading.listings]
    if "listing" in expected:
        assert said(listings[0], expected["listing"]) == expected["listing"]
    elif "listings" not in expected:
        assert not listings
    for key, wanted in expected.get("variants", {}).items():
        found = [each for each in listings[1:] if each["sku_id"].endswith(f"#{key}")]
        assert len(found) == 1
        assert said(found[0], wanted) == wanted
    if "variants" in expected:
        assert len(listings) == 1 + len(expected["variants"])


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if each.parent.name != "web__listings"],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_a_reply_gives_all_its_items_in_order(case):
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    reading = reading_of(case, expected)

    for name, kind in (("ranks", SearchRank), ("sellers", Seller)):
        found = [as_record(each) for each in reading.items if isinstance(each, kind)]
        wanted = expected.get(name, [])
        assert len(found) >= len(wanted)
        for each, one in zip(found, wanted, strict=False):
            assert said(each, one) == one
    listings = [as_record(each) for each in reading.listings]
    assert len(listings) == len(expected.get("listings", []))
    for each, one in zip(listings, expected.get("listings", []), strict=True):
        assert said(each, one) == one


@pytest.mark.parametrize("platform", PLATFORMS[1:])
@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (403, b"", "blocked"),
        (500, b"{}", "failed"),
        (
            200,
            b"<html><title>Access Denied</title><body>Access denied</body></html>",
            "blocked",
        ),
        (200, b'{"cut": [1, 2', "unreadable"),
        (200, b"[]" * 0, "unreadable"),
    ],
)
def test_what_is_no_reply_is_never_an_empty_list(platform, status, body, verdict):
    function = importlib.import_module(f"scrapers.pages.{platform}").read

    reading = function(Page("https://shop.example/x", body, NOON, status))

    assert reading.verdict == verdict
    assert not reading.items


def test_a_page_reads_the_same_twice():
    case = FIXTURES / "web__listings/chinese_price_kinds"
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))

    assert reading_of(case, expected) == reading_of(case, expected)


def test_money_lands_as_text_without_exponent():
    case = FIXTURES / "woocommerce__listings/minor_units"
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))

    for each in reading_of(case, expected).listings:
        record = as_record(each)
        assert isinstance(record["price"], str)
        assert "E" not in record["price"]
        assert record["observed_at"] == "2026-01-05T12:00:00+00:00"


def reading_of(case: Path, expected: dict[str, Any]) -> Reading:
    platform = case.parent.name.removesuffix("__listings")
    body = next(case.glob("page.*")).read_bytes()
    page = Page(expected["url"], body, NOON, expected["status"], expected["headers"])
    function = importlib.import_module(f"scrapers.pages.{platform}").read
    return function(page, defaults=expected.get("defaults"))


def said(record: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return of a record what an expectation names; `methods.price` looks inside."""
    found = {}
    for name in wanted:
        value: Any = record
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found[name] = value
    return found
