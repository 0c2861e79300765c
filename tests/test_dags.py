"""The DAGs: what Airflow makes of the files in dags/, and what parsing them costs."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ("land.py", "build_marts.py", "maintain.py")
REGISTRY = """\
reporting_currency: CNY
shops:
  - {shop_id: "taobao:1", name: Flagship, platform: taobao, owner_id: us}
sources:
  - name: flagship
    platform: files
    shop: taobao:1
    schedule: "0 18 * * *"
    folder: inbox/flagship
    files:
      - {pattern: "orders/*.csv", contract: taobao_orders}
      - {pattern: "lines/*.csv", contract: taobao_order_lines}
  - name: rivals
    platform: jd
    schedule: "*/30 * * * *"
    connection: jd_rivals
    split: true
    streams: [listings, shops]
"""
ERRORS = [
    name
    for path in sorted((ROOT / "dags").glob("*.py"))
    for call in re.findall(r"but_never_after\(([^)]+)\)", path.read_text("utf-8"))
    for name in re.findall(r'"([\w.]+)"', call)
]
BUILD = ["audit_raw", "build_core", "fit", "build_marts", "audit_marts", "publish"]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory) -> dict[str, dict[str, Any]]:
    """Each file of dags/, parsed by a process of its own."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "sources.yml").write_text(REGISTRY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "tests/parsed_dags.py", *FILES],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "SELLER_INTEL_HOME": str(home),
            "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    facts = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == b"{"]
    return {each["file"]: each for each in facts}


@pytest.fixture(scope="module")
def dags(parsed) -> dict[str, dict[str, Any]]:
    """All DAGs by id."""
    return {
        dag_id: dag
        for facts in parsed.values()
        for dag_id, dag in facts["dags"].items()
    }


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_parsed_without_errors(parsed, file):
    assert not parsed[file]["errors"]


@pytest.mark.parametrize("file", FILES)
def test_parsing_loads_nothing_that_only_tasks_need(parsed, file):
    assert not parsed[file]["heavy"]


def test_every_source_of_the_registry_has_its_dag(dags):
    assert set(dags) == {"land_flagship", "land_rivals", "build_marts", "maintain"}


def test_every_dag_runs_once_at_a_time_and_never_catches_up(dags):
    for dag in dags.values():
        assert dag["max_active_runs"] == 1
        assert dag["catchup"] is False


def test_what_runs_every_day_does_not_start_when_it_is_switched_on(dags):
    assert (dags["build_marts"]["waits_for"], dags["maintain"]["waits_for"]) == (24, 24)


def test_every_task_is_tried_again_later_ends_some_day_and_tells_when_it_fails(dags):
    for task in steps_of(dags):
        assert task["retries"] >= 2
        assert task["backs_off"]
        assert task["timeout"] > 0
        assert task["tells"]


def test_every_task_calls_a_verb_of_its_name(dags):
    from seller_intel import steps

    for dag in dags.values():
        for name, task in dag["tasks"].items():
            if task["kind"] != "EmptyOperator":
                assert task["calls"] == name.rpartition(".")[2]
                assert callable(getattr(steps, task["calls"]))


def test_what_is_never_tried_again_is_an_error_of_the_library():
    for name in ERRORS:
        module, _, error = name.rpartition(".")
        found = getattr(importlib.import_module(f"seller_intel.{module}"), error)
        assert issubclass(found, Exception)
        assert found.__module__ == f"seller_intel.{module}"


def test_tasks_are_handed_names_and_hand_nothing_on(dags):
    known = {"flagship", "rivals"}
    for task in steps_of(dags):
        for argument in (*task["arguments"], *task["named"].values()):
            assert argument in known or argument.startswith(("{{", "{%", "jd__"))
        assert not task["pushes"]


def test_a_source_is_landed_and_then_loaded_whatever_became_of_landing(dags):
    tasks = dags["land_flagship"]["tasks"]

    assert tasks["load"]["upstream"] == ["land"]
    assert tasks["load"]["trigger_rule"] == "all_done"
    assert tasks["land"]["arguments"][0] == "flagship"
    assert tasks["load"]["arguments"] == tasks["land"]["arguments"]


def test_a_source_that_could_not_be_landed_fails_its_run_all_the_same(dags):
    mark = dags["land_flagship"]["tasks"]["complete"]

    assert mark["upstream"] == ["land", "load"]
    assert mark["trigger_rule"] == "all_success"
    assert mark["kind"] == "EmptyOperator"


def test_loading_renews_the_assets_that_building_waits_for(dags):
    outlets = dags["land_flagship"]["tasks"]["load"]["outlets"]

    assert {"raw.files__orders", "raw.files__order_lines"} <= set(outlets)
    assert set(outlets) <= set(dags["build_marts"]["assets"])
    assert "raw.jd__listings" in dags["build_marts"]["assets"]


def test_a_source_that_says_split_has_a_pair_of_tasks_for_each_stream(dags):
    tasks = dags["land_rivals"]["tasks"]

    assert set(tasks) == {
        *("jd__listings.land", "jd__listings.load"),
        *("jd__shops.land", "jd__shops.load"),
        "complete",
    }
    assert tasks["jd__shops.land"]["named"] == {"stream": "jd__shops"}
    assert tasks["jd__shops.load"]["outlets"] == ["raw.jd__shops"]
    assert tasks["jd__shops.load"]["upstream"] == ["jd__shops.land"]


def test_landing_has_data_intervals_that_a_backfill_can_walk(dags):
    assert dags["land_flagship"]["timetable"] == "CronDataIntervalTimetable"


def test_building_goes_from_the_door_to_the_readers(dags):
    tasks = dags["build_marts"]["tasks"]

    assert list(tasks) == BUILD
    for before, after in pairwise(BUILD):
        assert tasks[after]["upstream"] == [before]
    assert tasks["publish"]["outlets"] == ["marts"]
    assert dags["build_marts"]["timetable"] == "AssetOrTimeSchedule"


def test_the_page_is_told_what_each_dag_is_for(dags):
    assert "`inbox/flagship" not in dags["land_rivals"]["doc"]
    assert "Flagship (taobao:1)" in dags["land_flagship"]["doc"]
    assert "`raw.files__orders`" in dags["land_flagship"]["doc"]
    assert "contract `taobao_orders`" in dags["land_flagship"]["doc"]
    assert "`jd_rivals`" in dags["land_rivals"]["doc"]
    for step in BUILD:
        assert f"`{step}`" in dags["build_marts"]["doc"]
    for step in ("expire", "vacuum", "backup"):
        assert f"`{step}`" in dags["maintain"]["doc"]


def test_the_table_of_dags_names_each_of_them():
    table = (ROOT / "dags/README.md").read_text(encoding="utf-8")

    for name in ("land_<source>", "build_marts", "maintain", *BUILD):
        assert f"`{name}`" in table
    for path in (ROOT / "dags").glob("*.py"):
        assert f"`{path.name}`" in table


def steps_of(dags: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all tasks but the marks, which cost no process."""
    return [
        task
        for dag in dags.values()
        for task in dag["tasks"].values()
        if task["kind"] != "EmptyOperator"
    ]
