"""A platform stands in its own files: adding one changes no line of the rest.

What a platform needs is listed in docs/add-a-platform.md; here the rooms that every
platform goes through are searched for the name of any.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from seller_intel.ingestors import connecting

ROOT = Path(__file__).resolve().parents[1]
PLATFORMS = connecting.platforms()
SHARED = (
    *("dags", "orchestration", "seller_intel", "scrapers", "expectations/marts"),
    "dbt_project",
)
# Where a platform's name is an example, or its page is told from others at sight.
NAMED_AS_EXAMPLE = {
    "seller_intel/canonical_streams.yml": "how an id is written",
    "seller_intel/ingestors/converters.py": "how an id is written",
    "seller_intel/registry_template.py": "a registry to begin with",
    "dbt_project/models/core/policies/_policies.yml": "rows of its unit tests",
    "scrapers/reading/currencies.py": "hosts whose prices are in yuan",
    "seller_intel/crawl_commands.py": "shop software that is told at sight",
    "seller_intel/crawl_trials.py": "shop software that is told at sight",
}
PLATFORM = "|".join(PLATFORMS)
OWN = re.compile(
    rf"""
    seller_intel/ingestors/(?P<ingestor>{PLATFORM})(_\w+)?\.py
    |seller_intel/ingestors/queries/(?P<query>{PLATFORM})_\w+\.graphql
    |seller_intel/ingestors/file_contracts/\w+\.yml
    |scrapers/(pages|spiders)/(?P<scraper>{PLATFORM})\.py
    |scrapers/reading/(?P<reader>{PLATFORM})_\w+\.py
    |scrapers/reading/sites/\w+\.yml
    |dbt_project/models/staging/(?P<staging>{PLATFORM})/.+
    |dbt_project/models/staging/_sources\.yml
    |dbt_project/dbt_project\.yml
    |dbt_project/seeds/\w+\.\w+
    |dbt_project/models/.+_unit_tests\.yml
    """,
    re.VERBOSE,
)


@cache
def files() -> tuple[str, ...]:
    """Return the files of the rooms every platform goes through, as git knows them."""
    listed = ["git", "ls-files", "--", *SHARED]
    said = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(said.stdout.splitlines())


def naming(platform: str) -> list[str]:
    """Return the files that name a platform."""
    name = re.compile(rf"(?<![\w.]){platform}(?![\w])")
    return [
        path
        for path in files()
        if name.search((ROOT / path).read_text("utf-8", errors="ignore"))
    ]


@cache
def protocols() -> dict[str, str]:
    """Return the modules that one platform's ingestor alone imports, and which does."""
    folder = ROOT / "seller_intel/ingestors"
    importers: dict[str, set[str]] = {}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [each.name for each in node.names]
                if node.module.startswith("seller_intel.ingestors."):
                    names = [node.module.rpartition(".")[2]]
                for name in names:
                    importers.setdefault(name, set()).add(path.stem)
    return {
        name: platform
        for name, by in importers.items()
        for platform in PLATFORMS
        if all(each == platform or each.startswith(f"{platform}_") for each in by)
    }


def is_own(path: str, platform: str) -> bool:
    """Tell whether a file is one of those that a platform brings."""
    matched = OWN.fullmatch(path)
    if matched:
        owners = set(filter(None, matched.groupdict().values()))
        return not owners or owners == {platform}
    folder, _, name = path.rpartition("/")
    return folder == "seller_intel/ingestors" and (
        protocols().get(name.removesuffix(".py")) == platform
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_only_its_own_files_name_a_platform(platform):
    strangers = [
        path
        for path in naming(platform)
        if not is_own(path, platform) and path not in NAMED_AS_EXAMPLE
    ]

    assert not strangers


def test_no_file_names_a_platform_as_an_example_for_nothing():
    used = Counter(path for platform in PLATFORMS for path in naming(platform))

    assert set(NAMED_AS_EXAMPLE) <= set(used)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_brings_all_that_the_page_lists(platform):
    brought = naming(platform)

    assert f"seller_intel/ingestors/{platform}.py" in brought
    assert "dbt_project/dbt_project.yml" in brought
    assert any(f"/staging/{platform}/" in path for path in brought)
    for stream in ("orders", "order_lines", "refunds"):
        stream_id = f"{platform}__{stream}"
        assert (ROOT / f"expectations/raw/{stream_id}.yml").exists()
        assert list((ROOT / f"tests/fixtures/{stream_id}").iterdir())
