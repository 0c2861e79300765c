"""The door: every pending load is judged, counted and numbered, and only once."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from seller_intel import (
    audit,
    check_log,
    clock,
    counting,
    data_docs,
    deliveries,
    warehouse,
)
from tests.fake_loads import (
    AS_OF,
    RUN,
    bring,
    counts,
    current,
    order,
    orders,
    stage_orders,
)


@pytest.fixture
def door(postgres):
    """A warehouse with a staging view of orders, and no load."""
    stage_orders()
    return postgres


def opened(run: str = RUN) -> dict[int, audit.Verdict]:
    """Open the door once; return the verdicts by load."""
    return {verdict.load_id: verdict for verdict in audit.door(run, clock.as_of(run))}


def failed_checks(postgres, load_id: int) -> dict[str, str]:
    """Return the columns of the failed checks of a load, with what was observed."""
    rows = postgres.rows(
        "select column_name, severity, observed_value from ops.checks"
        " where load_id = %s and not is_passed and stage = 'door'",
        [load_id],
    )
    return {
        f"{row['severity']} {row['column_name']}": row["observed_value"] for row in rows
    }


def settle(*sizes: int, source: str = "tmall") -> None:
    """Give a source a history of accepted loads, a day each."""
    start = 1
    for position, size in enumerate(sizes):
        until = AS_OF - timedelta(days=len(sizes) - position)
        bring(orders(size, start), source=source, until=until)
        start += size
    opened()


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


def test_every_record_is_kept_rejected_or_repeated(door):
    records = [
        *orders(30),
        order(1),
        order(31),
        order(31),
        order(31, paid_amount="26.00"),
        order(31),
        order(32, paid_amount="soon"),
        order(32, paid_amount="later"),
    ]
    load = bring(records, quarantined=3)

    opened()

    row = current(load)
    assert counts(load) == (33, 2, 2)
    assert row["received"] == row["loaded"] + row["quarantined"] == 40
    assert row["loaded"] == row["kept"] + row["rejected"] + row["repeated"]
    assert door.rows(
        "select record_key, source_ref, reject_reason from ops.rejected_rows"
        " order by source_ref"
    ) == [
        {
            "record_key": "taobao:32",
            "source_ref": "orders.csv:37",
            "reject_reason": "missing_paid_amount",
        },
        {
            "record_key": "taobao:32",
            "source_ref": "orders.csv:38",
            "reject_reason": "missing_paid_amount",
        },
    ]


def test_a_record_repeats_its_newest_accepted_version_not_an_older_one(door):
    bring([order(1), order(2)])
    opened()
    bring([order(1, paid_amount="30")])
    opened()
    again = bring([order(1), order(1, paid_amount="30"), order(2), order(3)])

    opened()

    assert counts(again) == (3, 0, 1)


def test_loads_of_one_door_repeat_each_other_in_the_order_they_came(door):
    first = bring(orders(10))
    second = bring(orders(12), source="jd")

    opened()

    assert counts(first) == (10, 0, 0)
    assert counts(second) == (2, 0, 10)


def test_a_refused_load_is_nobody_s_earlier_version(door):
    bad = bring(orders(30, paid_amount="-1"))
    good = bring(orders(30, paid_amount="-1")[:1] + orders(200, 2), source="jd")

    opened()

    assert current(bad)["status"] == "rejected"
    assert counts(good) == (201, 0, 0)


def test_a_rejected_row_is_nobody_s_earlier_version(door):
    bring([*orders(30), order(31, paid_amount="x")])
    opened()
    load = bring([order(31, paid_amount="x"), order(31)])

    opened()

    assert counts(load) == (1, 1, 0)


def test_a_changed_delivery_takes_the_place_of_the_accepted_one(door):
    old = bring(orders(30))
    opened()
    new = bring(orders(31), replaces=old)

    opened()

    row = current(old)
    assert (row["status"], row["version"], row["reason"]) == (
        "replaced",
        2,
        f"replaced by load {new}",
    )
    assert row["load_seq"] < current(new)["load_seq"]
    assert counts(new) == (31, 0, 0)
    assert door.rows(
        "select status, is_current, load_seq from ops.loads where load_id = %s"
        " and version = 1",
        [old],
    ) == [{"status": "accepted", "is_current": False, "load_seq": 1}]


def test_a_changed_delivery_that_is_bad_leaves_the_accepted_one(door):
    old = bring(orders(30))
    opened()
    bring(orders(30, paid_amount="-1"), replaces=old)

    opened()

    assert current(old)["status"] == "accepted"


def test_an_accepted_load_can_be_taken_back_as_a_new_version(door):
    load = bring([*orders(30), order(31, paid_amount="x")])
    opened()

    audit.reject(load, "the shop sent the wrong month")

    row = current(load)
    assert (row["status"], row["version"]) == ("rejected", 2)
    assert row["reason"] == "the shop sent the wrong month"
    assert row["load_seq"] == 2
    assert counts(load) == (0, 31, 0)
    assert door.count("ops.rejected_rows") == 31
    before = door.rows(
        "select status, kept from ops.loads where load_id = %s and version = 1", [load]
    )
    assert before == [{"status": "accepted", "kept": 30}]


def test_only_an_accepted_load_can_be_taken_back(door):
    load = bring(orders(3))

    with pytest.raises(LookupError, match="only an accepted load"):
        audit.reject(load, "no")
    with pytest.raises(LookupError, match="unknown"):
        audit.reject(999, "no")


def test_what_was_taken_back_can_be_delivered_again(door):
    load = bring(orders(30))
    opened()
    audit.reject(load, "a mistake")
    again = bring(orders(30), run="20260202T060000")

    opened("20260202T060000")

    assert counts(again) == (30, 0, 0)


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


def test_too_many_rejected_rows_refuse_the_load(door):
    load = bring([*orders(75), *orders(25, 76, paid_amount="")])

    verdict = opened()[load]

    assert verdict.status == "rejected"
    assert "rejected_share" in verdict.reason
    assert "missing_paid_amount 25" in verdict.reason
    assert counts(load) == (0, 100, 0)


def test_a_few_wrong_records_of_a_handful_are_only_told(door):
    load = bring([*orders(3), order(4, paid_amount="")])

    verdict = opened()[load]

    assert verdict.status == "accepted"
    assert "warning rejected_share" in failed_checks(door, load)


def test_too_many_unreadable_lines_refuse_the_load(door):
    load = bring(orders(70), quarantined=30)

    verdict = opened()[load]

    assert verdict.status == "rejected"
    assert "quarantined_share" in verdict.reason


def test_a_delivery_far_smaller_than_usual_is_refused(door):
    settle(1000, 900, 1100)
    small = bring(orders(50, 5000))

    verdict = opened()[small]

    assert verdict.status == "rejected"
    assert "volume_ratio" in verdict.reason
    assert "usual_count 1000.0" in verdict.reason


def test_volume_is_judged_per_day_and_against_the_source_s_own_history(door):
    settle(700, 100, 100, 110)
    settle(10_000, 9_000, 11_000, source="jd")
    day = bring(orders(60, 50_000))
    week = bring(orders(600, 60_000), days=7, source="tmall")
    flood = bring(orders(900, 70_000), source="tmall")

    verdicts = opened()

    assert {verdicts[load].status for load in (day, week, flood)} == {"accepted"}
    assert "warning volume_ratio" not in failed_checks(door, day)
    assert "warning volume_ratio" not in failed_checks(door, week)
    assert "warning volume_ratio" in failed_checks(door, flood)


def test_an_empty_day_of_a_busy_source_is_refused(door):
    settle(100, 100, 100)
    empty = bring([])

    verdict = opened()[empty]

    assert verdict.status == "rejected"
    assert "volume_ratio" in verdict.reason


def test_an_empty_first_delivery_is_accepted(door):
    empty = bring([])

    assert opened()[empty].status == "accepted"
    assert counts(empty) == (0, 0, 0)


def test_new_fields_are_told(door):
    settle(60, 60, 60)
    load = bring(orders(60, 1000, gift_note="happy birthday"))

    assert opened()[load].status == "accepted"
    assert failed_checks(door, load)["warning new_fields"] == "gift_note"


def test_a_field_that_was_always_there_and_is_gone_refuses_the_load(door):
    settle(60, 60, 60)
    records = orders(120, 1000)
    for record in records:
        record["paid_at"] = None
    load = bring(records)

    verdict = opened()[load]

    assert verdict.status == "rejected"
    assert failed_checks(door, load)["critical missing_fields"] == "paid_at"


def test_a_retyped_field_is_told_and_a_restructured_one_refused(door):
    settle(60, 60, 60)
    retyped = bring(orders(60, 1000, paid_amount=25))
    nested = bring(orders(60, 2000, shop_id=["taobao:9001"]), source="tmall")

    verdicts = opened()

    assert verdicts[retyped].status == "accepted"
    assert failed_checks(door, retyped)["warning retyped_fields"] == "paid_amount"
    assert verdicts[nested].status == "rejected"
    assert failed_checks(door, nested)["critical restructured_fields"] == "shop_id"


def test_an_old_delivery_is_told_by_what_its_source_promised(door):
    door.execute(
        "insert into ops.sources values"
        " ('tmall', 'files__orders', 'files', null, 'record', 36, null)"
    )
    late = bring(orders(30), until=AS_OF - timedelta(hours=72))
    fresh = bring(orders(30, 100), until=AS_OF - timedelta(hours=24))

    opened()

    assert failed_checks(door, late)["warning age_ratio"].startswith("2.00")
    assert "warning age_ratio" not in failed_checks(door, fresh)


def test_a_staging_model_that_changes_the_grain_lets_nothing_through(door):
    door.execute(
        "alter view staging.stg_files__orders rename to once", role="transformer"
    )
    door.execute(
        "create view staging.stg_files__orders as"
        " select once.* from staging.once cross join (values (1), (2)) as twice (n)",
        role="transformer",
    )
    load = bring(orders(30))

    verdict = opened()[load]

    assert verdict.status == "rejected"
    assert "staged_difference" in verdict.reason


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
        (deliveries, "accept", 2),
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
