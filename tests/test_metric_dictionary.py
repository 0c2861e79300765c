"""Every figure is defined once: dictionary, model files and made texts agree."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from seller_intel import mart_columns, metric_docs

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "dbt_project" / "models" / "marts"
MIGRATIONS = ROOT / "seller_intel" / "sql" / "migrations"
MODULES = {"supply", "site", "marketing", "service", "finance_risk", "data"}
PLAN_SECTIONS = {
    "market",
    "product",
    "price",
    "channel",
    "promotion",
    "service",
    "data",
    "after_sales",
}
UNITS = {
    "text",
    "date",
    "timestamp",
    "boolean",
    "count",
    "days",
    "hours",
    "seconds",
    "money",
    "fraction",
    "ratio",
    "weeks",
    "number",
}
_VIEW_COLUMN = re.compile(r"^comment on column marts\.(\w+)\.(\w+) is", re.MULTILINE)


def model_columns() -> dict[str, dict[str, str]]:
    """Return the description of every column of every mart that dbt builds."""
    return {
        published_name(model): {
            column["name"]: column.get("description", "")
            for column in model.get("columns", [])
        }
        for path in sorted(MODELS.rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }


def published_name(model: dict) -> str:
    """Return the name that readers see: the alias where a model has one."""
    (sql,) = MODELS.rglob(f"{model['name']}.sql")
    alias = re.search(r"alias='(\w+)'", sql.read_text(encoding="utf-8"))
    return alias[1] if alias else model["name"]


def view_columns() -> dict[str, set[str]]:
    """Return the columns of the status marts that migrations make."""
    found: dict[str, set[str]] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        for view, column in _VIEW_COLUMN.findall(path.read_text(encoding="utf-8")):
            found.setdefault(view, set()).add(column)
    return found


def all_columns() -> dict[str, set[str]]:
    """Return the columns of every mart."""
    return {name: set(columns) for name, columns in model_columns().items()} | (
        view_columns()
    )


@pytest.fixture(scope="module")
def figures() -> tuple[metric_docs.Metric, ...]:
    return metric_docs.metrics(ROOT / "dbt_project/seeds/metric_dictionary.csv")


def test_every_mart_column_has_a_figure_that_names_the_mart(figures):
    by_id = {each.metric_id: each for each in figures}
    missing = [
        f"{mart}.{column}"
        for mart, columns in all_columns().items()
        for column in columns
        if (found := metric_docs.metric_of(mart, column, by_id)) is None
        or mart not in by_id[found].marts
    ]

    assert len(all_columns()) >= 8
    assert not missing


def test_every_figure_is_shown_where_it_says(figures):
    columns = all_columns()
    ids = {each.metric_id for each in figures}
    shown = {
        (metric_docs.metric_of(mart, column, ids), mart)
        for mart, names in columns.items()
        for column in names
    }
    missing = [
        f"{each.metric_id} in {mart}"
        for each in figures
        for mart in each.marts
        if (each.metric_id, mart) not in shown
    ]

    assert not missing


def test_mart_columns_take_their_text_from_the_dictionary(figures):
    ids = {each.metric_id for each in figures}
    wrong = [
        f"{mart}.{column}"
        for mart, columns in model_columns().items()
        for column, text in columns.items()
        if f'"{metric_docs.metric_of(mart, column, ids)}__en_zh"'
        not in text.replace("'", '"')
    ]

    assert not wrong


def test_the_texts_that_dbt_reads_are_current(figures):
    made = (MODELS / "_metrics.md").read_text(encoding="utf-8")

    assert made == metric_docs.render(figures), "run `make docs`"


def test_the_page_of_columns_is_current_and_whole(figures):
    made = mart_columns.target().read_text(encoding="utf-8")
    shown = {mart.name: set(mart.columns) for mart in mart_columns.marts()}

    assert made == mart_columns.render(figures), "run `make docs`"
    assert shown == all_columns()


def test_every_figure_is_said_in_both_languages_and_placed(figures):
    for each in figures:
        assert re.search(r"[A-Za-z]{2}", each.name_en), each.metric_id
        assert re.search(r"[A-Za-z]{3}", each.definition), each.metric_id
        assert re.search(r"[一-鿿]", each.name_zh), each.metric_id
        assert re.search(r"[一-鿿]", each.definition_zh), each.metric_id
        assert each.module in MODULES, each.metric_id
        assert each.plan_section in PLAN_SECTIONS, each.metric_id
        assert each.unit in UNITS, each.metric_id
        assert each.null_rule and each.refund_rule and each.time_basis, each.metric_id
        assert each.owner_team and each.valid_from, each.metric_id


def test_a_figure_has_one_definition_per_platform_at_a_time(figures):
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in figures:
        spans.setdefault((each.metric_id, each.platform_id), []).append(
            (each.valid_from, each.valid_to or "9999-12-31")
        )
    for key, held in spans.items():
        held.sort()
        assert all(one[1] <= two[0] for one, two in pairwise(held)), key


def test_a_triple_and_a_name_of_many_meanings_find_their_figure():
    known = {"est_cost_estimated", "status", "data_status__status"}

    assert metric_docs.metric_of("prices", "est_cost_lo", known) == "est_cost_estimated"
    assert (
        metric_docs.metric_of("data_status", "status", known) == "data_status__status"
    )
    assert metric_docs.metric_of("runs", "status", known) == "status"
    assert metric_docs.metric_of("runs", "nothing", known) is None
