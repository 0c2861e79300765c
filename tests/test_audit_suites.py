"""Suites: what they must say, and that the shipped ones say it of real columns."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from seller_intel import deliveries, evaluation, mart_facts, questions, streams, suites
from seller_intel.suites import SuiteError

ROOT = Path(__file__).parent.parent / "expectations"
GOOD = """
name: raw.files__orders
expectations:
  - type: expect_column_values_to_not_be_null
    kwargs: {column: order_id, mostly: 0.9}
    severity: critical
    notes: An order has a number.
"""


def read(tmp_path: Path, text: str) -> suites.Suite:
    """Read a suite of this text."""
    path = tmp_path / "files__orders.yml"
    path.write_text(text, encoding="utf-8")
    return suites.read(path, "raw.files__orders")


def shipped() -> list[str]:
    """Return the shipped suites by path below expectations."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.yml"))


def named(relative: str) -> suites.Suite:
    """Return a shipped suite."""
    path = ROOT / relative
    folder = "" if path.parent == ROOT else f"{path.parent.name}."
    return suites.read(path, folder + path.stem)


def test_a_suite_is_read_in_the_library_s_own_shape(tmp_path):
    check = read(tmp_path, GOOD).checks[0]

    assert (check.type, check.column, check.severity, check.notes) == (
        "expect_column_values_to_not_be_null",
        "order_id",
        "critical",
        "An order has a number.",
    )
    assert check.sentence() == "values to not be null mostly 0.9"


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        (
            "name: raw.files__orders",
            "name: raw.orders",
            "name must be raw.files__orders",
        ),
        (
            "severity: critical",
            "severity: info",
            "severity must be critical or warning",
        ),
        ("    severity: critical\n", "", "expectation 1 .*severity must be"),
        ("kwargs: {column: order_id, mostly: 0.9}", "kwargs: []", "kwargs must be"),
        ("    notes:", "    note:", "unknown note"),
        ("column: order_id", "column: 5", "a column must be a name"),
        ("mostly: 0.9", "row_condition: paid", "row_condition must be a mapping"),
        (
            "expectations:",
            "expectations: []\nmeta: {keys: [a]}\nnotes:",
            "at least one",
        ),
        ("expectations:", "meta: {keys: [a]}\nexpectations:", "meta knows only"),
        ("  - type: expect_column_values_to_not_be_null\n", "  - {}\n  -\n", "a type"),
        ("name: raw", "owner: me\nname: raw", "expected only"),
        ("name: raw.files__orders", "name: [", "not YAML"),
    ],
)
def test_what_is_wrong_in_a_suite_is_said_with_file_and_place(
    tmp_path, found, put, said
):
    with pytest.raises(SuiteError, match=said) as refused:
        read(tmp_path, GOOD.replace(found, put))

    assert "files__orders.yml" in str(refused.value)


ALIKE = """
name: raw.jd__orders
like: raw.files__orders
expectations:
  - type: expect_column_values_to_not_be_null
    kwargs: {column: order_id, mostly: 0.5}
    severity: critical
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of suites of raw."""
    made = tmp_path / "raw"
    made.mkdir()
    return made


def test_a_suite_like_another_asks_the_same_but_for_what_it_states_anew(folder):
    more = GOOD.replace("order_id", "shop_id").partition("expectations:")[2]
    (folder / "files__orders.yml").write_text(GOOD + more, encoding="utf-8")
    path = folder / "jd__orders.yml"
    path.write_text(ALIKE, encoding="utf-8")

    checks = suites.read(path, "raw.jd__orders").checks

    assert [(each.column, each.kwargs["mostly"]) for each in checks] == [
        ("shop_id", 0.9),
        ("order_id", 0.5),
    ]


@pytest.mark.parametrize(
    "model", ["raw.nothing", "marts.files__orders", "raw.jd__orders"]
)
def test_a_suite_is_like_one_beside_it_or_is_refused(folder, model):
    path = folder / "jd__orders.yml"
    path.write_text(ALIKE.replace("raw.files__orders", model), encoding="utf-8")

    with pytest.raises(SuiteError, match="like names no suite beside it"):
        suites.read(path, "raw.jd__orders")


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("to_not_be_null", "to_be_lovely"),
        ("mostly: 0.9", "mostly: often"),
        ("mostly: 0.9", "mostlie: 0.9"),
    ],
)
def test_what_the_library_cannot_mean_is_refused_with_its_place(tmp_path, found, put):
    suite = read(tmp_path, GOOD.replace(found, put))

    with pytest.raises(SuiteError, match=r"raw.files__orders: expectation 1 \(expect"):
        evaluation.expectation(suite.name, 0, suite.checks[0])


@pytest.mark.parametrize("relative", shipped())
def test_every_shipped_suite_is_understood_by_the_library(relative):
    suite = named(relative)

    for position, check in enumerate(suite.checks):
        evaluation.expectation(suite.name, position, check)


def test_every_canonical_stream_has_a_suite_of_its_own_columns():
    for name, stream in streams.all_streams().items():
        suite = named(f"raw/files__{name}.yml")
        about_rows, _ = questions.split(suite, deliveries.FACTS)

        assert {column for check in about_rows for column in check.needed_columns} <= {
            *stream.fields
        }, name


def test_shared_suites_ask_about_facts_alone():
    for relative, facts in (
        ("every_load.yml", deliveries.FACTS),
        ("every_mart.yml", mart_facts.FACTS),
    ):
        about_rows, about_facts = questions.split(named(relative), facts)

        assert about_rows == []
        assert about_facts


def test_no_suite_asks_the_same_twice():
    for relative in shipped():
        checks = [
            (check.type, yaml.safe_dump(check.kwargs), check.severity)
            for check in named(relative).checks
        ]

        assert len(set(checks)) == len(checks), relative
