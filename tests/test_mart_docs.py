"""Every query of the pages on marts can be asked, in either language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from deliveries import Line

from seller_intel import steps, warehouse

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs/marts").glob("*.md"), *ROOT.glob("docs/estimates*.md")])
RUN = "20260601T060000"
_QUERY = re.compile(r"```sql\n(.*?)```", re.DOTALL)
_MART = re.compile(r"^## (\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def published(shared_postgres) -> None:
    """Every mart, built of nothing and published."""
    assert Line().build(RUN).is_full_refresh
    steps.build_marts(RUN)
    steps.publish(RUN)


def queries(page: Path) -> list[str]:
    """Return the queries of a page."""
    return _QUERY.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_query_of_the_pages_is_answered(published, page):
    assert queries(page)
    with warehouse.as_role("reader") as session:
        for query in queries(page):
            assert session.rows(query.replace("%", "%%")) is not None


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent.name == "marts"],
    ids=lambda p: p.name,
)
def test_every_mart_of_a_group_has_its_section_with_three_queries(page):
    group = page.name.split(".")[0]
    models = ROOT / "dbt_project/models/marts" / group
    text = page.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]

    assert {path.stem for path in models.glob("*.sql")} == set(_MART.findall(text))
    for section in sections:
        assert len(_QUERY.findall(section)) >= 3, section.split("\n")[0]


def test_both_languages_ask_the_same():
    for page in PAGES:
        other = page.with_name(page.name.replace(".md", ".zh-CN.md"))
        if not page.name.endswith(".zh-CN.md"):
            assert queries(page) == queries(other), page.name
