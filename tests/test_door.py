"""The door: every pending load is judged, counted and numbered, and only once."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from seller_intel import (
    audit,
    check_log,
    counting,
    data_docs,
    deliveries,
    verdicts,
    warehouse,
)
from tests.fake_loads import (
    AS_OF,
    RUN,
    bring,
    counts,
    current,
    opened,
    order,
    orders,
    stage_orders,
)


@pytest.fixture
def door(postgres):
    """A warehouse with a staging view of orders, and no load."""
    stage_orders()
    return postgres


def test_nothing_pending_is_nothing_to_do_and_imports_nothing(door):
    code = (
        "import sys; from seller_intel import audit, clock;"
        f"assert audit.door('{RUN}', clock.as_of('{RUN}')) == [];"
        "assert 'great_expectations' not in sys.modules"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_bad_load_stops_at_the_door_while_good_ones_go_on(door):
    good = bring(orders(50))
    bad = bring(orders(40, 100, paid_amount="-25"), source="jd")
    other = bring(orders(30, 200), source="pdd")

    verdicts = opened()

    assert [verdicts[load].status for load in (good, bad, other)] == [
        "accepted",
        "rejected",
        "accepted",
    ]
    assert "paid_amount" in verdicts[bad].reason
    assert current(bad)["reason"] == verdicts[bad].reason
    assert current(bad)["load_seq"] is None
    assert counts(bad) == (0, 40, 0)
    assert current(other)["load_seq"] > current(good)["load_seq"]


def test_a_failed_check_names_rows_by_key_and_never_by_value(door):
    load = bring([*orders(98), *orders(2, 99, buyer_ref="13812345678")])

    opened()

    rows = door.rows(
        "select * from ops.checks where load_id = %s and column_name = 'buyer_ref'"
        " and not is_passed",
        [load],
    )
    assert rows[0]["observed_value"] == "2 of 100 unexpected (2 %)"
    assert rows[0]["sample_keys"] == [
        {"record_key": "taobao:99", "source_ref": "orders.csv:100"},
        {"record_key": "taobao:100", "source_ref": "orders.csv:101"},
    ]
    assert "13812345678" not in str(door.rows("select * from ops.checks"))
    pages = [
        path.read_text(encoding="utf-8")
        for path in (door.home / "data_docs").rglob("*")
        if path.suffix in (".html", ".json")
    ]
    assert pages
    assert not any("13812345678" in page for page in pages)


def test_a_load_that_cannot_be_judged_waits_while_others_go_on(door):
    door.execute("create view staging.stg_files__traffic as select 1 as load_id")
    broken = bring([{"key": "1"}], stream_id="files__traffic")
    absent = bring([{"key": "1"}], stream_id="files__shops")
    good = bring(orders(30))

    verdicts = opened()

    assert verdicts[good].status == "accepted"
    assert verdicts[broken].status == verdicts[absent].status == "pending"
    assert "stg_files__traffic does not have" in verdicts[broken].reason
    assert "no staging model stg_files__shops" in verdicts[absent].reason
    assert current(broken)["status"] == "pending"
    told = door.rows(
        "select is_passed, severity, observed_value from ops.checks where load_id = %s",
        [absent],
    )
    assert told == [
        {
            "is_passed": False,
            "severity": "critical",
            "observed_value": verdicts[absent].reason,
        }
    ]


def test_a_stream_without_a_suite_waits_and_names_the_file_to_write(door):
    door.execute("create table raw.foo__orders (like raw.files__orders)")
    load = bring(orders(3), stream_id="foo__orders")

    verdict = opened()[load]

    assert verdict.status == "pending"
    assert "expectations/raw/foo__orders.yml" in verdict.reason


def test_a_suite_that_means_nothing_keeps_only_its_own_stream_waiting(
    door, tmp_path, monkeypatch
):
    expectations = Path(__file__).parent.parent / "expectations"
    shutil.copytree(expectations, tmp_path / "root" / "expectations")
    monkeypatch.setenv("SELLER_INTEL_ROOT", str(tmp_path / "root"))
    suite = tmp_path / "root" / "expectations" / "raw" / "files__lead_keywords.yml"
    suite.write_text(
        suite.read_text(encoding="utf-8")
        + "  - type: expect_column_max_to_be_between\n"
        "    kwargs: {column: volume_ratio, min_value: 1}\n"
        "    severity: critical\n",
        encoding="utf-8",
    )
    door.execute(
        "create view staging.stg_files__lead_keywords as"
        " select load_id, record_key, source_ref, null as reject_reason,"
        " 'tea' as keyword, date '2026-01-01' as valid_from, null::date as valid_to"
        " from raw.files__lead_keywords",
        role="transformer",
    )
    waiting = bring([{"key": "1"}], stream_id="files__lead_keywords")
    good = bring(orders(30))

    verdicts = opened()

    assert verdicts[good].status == "accepted"
    assert verdicts[waiting].status == "pending"
    assert "cannot be asked of one row" in verdicts[waiting].reason


def test_two_doors_at_once_judge_each_load_once(door):
    loads = [bring(orders(40, 1 + 40 * number)) for number in range(4)]
    verdicts: list[audit.Verdict] = []
    doors = [
        threading.Thread(target=lambda: verdicts.extend(audit.door(RUN, AS_OF)))
        for _ in range(2)
    ]

    for each in doors:
        each.start()
    for each in doors:
        each.join()

    assert sorted(verdict.load_id for verdict in verdicts) == loads
    assert sorted(current(load)["load_seq"] for load in loads) == [1, 2, 3, 4]


def killed_at(module, name: str, call: int) -> None:
    """Open the door in a process that dies, like a machine, at a call of a function."""
    original = getattr(module, name)
    calls = itertools.count(1)

    def deadly(*arguments, **named):
        if next(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    def run():
        setattr(module, name, deadly)
        audit.door(RUN, AS_OF)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def test_a_door_killed_anywhere_and_opened_again_says_the_same(door):
    loads = [
        bring([*orders(300, 1 + 290 * number), order(9999, paid_amount="x")])
        for number in range(3)
    ]

    for module, name, call in (
        (deliveries, "prepare", 1),
        (deliveries, "facts", 1),
        (verdicts, "accept", 2),
        (counting, "counted", 3),
        (check_log, "write", 1),
        (deliveries, "drop_tables", 2),
    ):
        killed_at(module, name, call)
        assert {current(load)["status"] for load in loads} == {"pending"}
    killed_at(data_docs, "write", 1)
    opened()

    assert [counts(load) for load in loads] == [
        (300, 1, 0),
        (290, 1, 10),
        (290, 1, 10),
    ]
    assert [current(load)["version"] for load in loads] == [1, 1, 1]
    assert door.count("ops.rejected_rows") == 3
    once = door.value(
        "select count(*) from (select distinct load_id, expectation, column_name,"
        " severity, arguments from ops.checks) as once"
    )
    assert once == door.count("ops.checks")


def test_a_load_replaced_while_the_door_stands_open_gets_no_verdict(door, monkeypatch):
    load = bring(orders(30))
    look = deliveries.facts

    def replaced_meanwhile():
        door.execute("update ops.loads set status = 'replaced'")
        return look()

    monkeypatch.setattr(deliveries, "facts", replaced_meanwhile)

    assert audit.door(RUN, AS_OF) == []
    assert current(load)["status"] == "replaced"
    assert door.count("ops.rejected_rows") == 0


def test_nothing_of_the_door_is_left_in_staging(door):
    bring(orders(30))

    opened()

    assert not door.rows(
        "select 1 from pg_tables where schemaname = 'staging'"
        " and tablename like 'door%'"
    )


def test_no_password_is_in_the_pages(door):
    bring(orders(30))

    opened()

    password = (door.home / "secrets" / warehouse.LOGIN).read_text(encoding="utf-8")
    pages = [path for path in (door.home / "data_docs").rglob("*") if path.is_file()]
    assert (door.home / "data_docs" / "index.html") in pages
    assert not any(password.encode() in page.read_bytes() for page in pages)
