"""What the docs say of platforms agrees with what can be connected and landed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from seller_intel import streams
from seller_intel.ingestors import connecting, contracts

PAGES = Path(__file__).resolve().parent.parent / "docs/platforms"
PLATFORMS = connecting.platforms()
PARTS = ("What you need", "Connection and source", "Streams", "Limits", "Unconfirmed")


def rows_of_the_table() -> dict[str, list[str]]:
    text = (PAGES / "README.md").read_text(encoding="utf-8")
    table = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    return {re.findall(r"`(\w+)`", cells[1])[0]: cells for cells in table}


def test_ten_platforms_have_an_interface():
    assert len(PLATFORMS) == 10


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_a_page_with_every_part(platform):
    text = (PAGES / f"{platform}.md").read_text(encoding="utf-8")

    for part in (*PARTS, "Sources"):
        assert f"\n## {part}\n" in text, part


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_table_names_the_streams_that_are_connected(platform):
    named = [each.strip() for each in rows_of_the_table()[platform][3].split(",")]

    assert set(connecting.of(platform).streams) <= set(named)
    assert set(named) <= set(streams.all_streams())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_source_of_a_page_is_one_that_the_registry_reads(platform):
    text = (PAGES / f"{platform}.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (source,) = yaml.safe_load(block)
    named = [each.strip() for each in rows_of_the_table()[platform][3].split(",")]

    assert source["platform"] == platform
    assert source["shop"].startswith(f"{platform}:")
    assert set(source["streams"]) <= set(named)


@pytest.mark.parametrize("platform", ["weidian", "weimob"])
def test_what_comes_by_exports_alone_has_its_contract(platform):
    assert f"`{platform}_orders`" in rows_of_the_table()[platform][2]
    assert contracts.load(f"{platform}_orders").streams
