"""Every file keeps the house style: its length, its SQL, and no path of one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from project_files import (
    DBT,
    ROOT,
    lines_with,
    names_of,
    project_files,
    sql_files,
    strip_comments,
)

LINE = 88
FILE = 300
# Longer ones, to be split by subject; none may grow and no other may join them.
LONG = {
    "seller_intel/cli.py": 370,
    "seller_intel/ingestors/encodings.py": 340,
    "seller_intel/ingestors/rows.py": 400,
    "seller_intel/loading.py": 350,
}
CODE = {".py", ".sql", ".yml", ".yaml", ".toml", ".sh", ".cfg", ".ini", ""}
# SQL has one clock, the run: last year's run built today gives last year's rows.
# Only what watches over processes (claims, heartbeats) may look at the server's watch.
CLOCKS = re.compile(
    r"\b(now\s*\(|current_(date|time|timestamp)\b|local(time|timestamp)\b"
    r"|(statement|transaction)_timestamp\s*\(|timeofday\s*\()"
)
WATCH = re.compile(r"\bclock_timestamp\s*\(")
# What no other engine understands belongs in a macro that says it for each.
FOREIGN = re.compile(r"distinct\s+on\b|\bgenerate_series\s*\(|\blateral\b|::")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")


def test_sql_has_no_clock_but_the_run():
    found = lines_with(CLOCKS, sql_files())
    found += lines_with(WATCH, sorted(DBT.rglob("*.sql")))

    assert not found, f"as_of is an argument: {', '.join(found)}"


def test_models_use_no_sql_of_one_engine_outside_macros():
    models = sorted((DBT / "models").rglob("*.sql"))
    found = lines_with(FOREIGN, models)

    assert not found, f"say it in a macro: {', '.join(found)}"


def is_table_row(path: Path, line: str) -> bool:
    """Tell whether a YAML line is one entry of a table, best read on one line."""
    return path.suffix in (".yml", ".yaml") and bool(re.search(r"[{#:]|^ *- ", line))


def test_lines_end_at_88_columns():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if path.suffix in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LINE and not is_table_row(path, line)
    ]

    assert not wrong, f"longer than {LINE}: {', '.join(wrong)}"


def test_files_of_the_product_are_split_by_subject():
    wrong = [
        f"{path.relative_to(ROOT)} ({lines})"
        for path in project_files()
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] != "tests"
        for lines in [len(path.read_text("utf-8").splitlines())]
        if lines > LONG.get(str(path.relative_to(ROOT)), FILE)
    ]

    assert not wrong, f"longer than {FILE} lines: {', '.join(wrong)}"


def test_no_file_names_a_folder_of_one_machine():
    wrong = lines_with(MACHINE, project_files())

    assert not wrong, f"write it relative to the checkout: {wrong}"


def test_every_module_says_in_a_sentence_what_it_is_for():
    wrong = [
        path
        for path in project_files()
        if path.suffix == ".py"
        and path.read_text("utf-8").strip()
        and not path.read_text("utf-8").lstrip().startswith(('"""', "#!"))
    ]

    assert not wrong, f"no docstring: {names_of(wrong)}"


@pytest.mark.parametrize(
    "sql",
    [
        "select now()",
        "select current_date",
        "where x > current_timestamp",
        "select statement_timestamp ()",
    ],
)
def test_every_clock_is_seen(sql):
    assert CLOCKS.search(sql)


@pytest.mark.parametrize("sql", ["select known", "select snow_(1)", "as current_dates"])
def test_nothing_else_is_taken_for_a_clock(sql):
    assert not CLOCKS.search(sql)


@pytest.mark.parametrize(
    "sql",
    ["select distinct on (a)", "generate_series(1, 2)", "join lateral (", "a::text"],
)
def test_sql_of_one_engine_is_seen(sql):
    assert FOREIGN.search(sql)


def test_comments_are_no_code():
    text = "select 1 -- now()\n{# current_date #}\n/* now() */ from a"

    assert not CLOCKS.search(strip_comments(text))
    assert "from a" in strip_comments(text)
