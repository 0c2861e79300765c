"""Loading puts a landing into raw once, whatever stands in it and whoever is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seller_intel import landing, loading

RUN = "20260105T060000"
AT = datetime(2026, 1, 5, 6, tzinfo=UTC)
WHEN = AT.isoformat()


def land(
    records: dict[str, Any], errors: int = 0, run: str = RUN, **manifest: Any
) -> landing.Landed:
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "shop", run, scratch)
        for position, (key, record) in enumerate(records.items()):
            writer.record(key, WHEN, f"a.csv:{position}", record)
        for position in range(errors):
            writer.error("bad_money", "no amount", f"a.csv:{position}", {"总金额": "?"})
        return writer.finish({"windows_got": [], **manifest})


def orders(count: int) -> dict[str, Any]:
    return {f"taobao:{number}": {"order_id": str(number)} for number in range(count)}


def test_loading_twice_changes_nothing(postgres):
    landed = land(orders(3))

    first = loading.load(landed, AT)
    second = loading.load(landed, AT)

    assert (first.is_new, second.is_new) == (True, False)
    assert postgres.count("raw.files__orders") == 3
    assert postgres.count("ops.loads") == 1


def test_received_is_loaded_and_quarantined(postgres):
    report = loading.load(land(orders(3), errors=2), AT)

    assert (report.received, report.loaded, report.quarantined) == (5, 3, 2)
    rows = postgres.rows("select * from ops.quarantine order by line_no")
    assert [row["rule"] for row in rows] == ["bad_money", "bad_money"]
    assert rows[0]["line_no"] == 4
    assert rows[0]["record"] == '{"总金额":"?"}'


@pytest.mark.parametrize(
    "text",
    [
        "tab\there",
        "new\nline",
        "back\\slash",
        'quote"d',
        "\\N",
        "\\.",
        '","record":{"x":1}',
        "商品 🎁",
    ],
)
def test_any_text_arrives_as_it_was(postgres, text: str):
    loading.load(land({f"taobao:{text}": {"title": text}}), AT)

    row = postgres.rows(
        "select record_key, payload ->> 'title' as title from raw.files__orders"
    )[0]
    assert row == {"record_key": f"taobao:{text}", "title": text}


def test_what_the_database_cannot_hold_is_quarantined_and_the_rest_loaded(postgres):
    records = orders(1_000) | {
        "taobao:nul": {"title": "a\x00b"},
        "taobao:\x00": {"title": "a NUL in the key"},
    }

    report = loading.load(land(records), AT)

    assert (report.received, report.loaded, report.quarantined) == (1_002, 1_000, 2)
    rules = postgres.rows("select rule from ops.quarantine order by line_no")
    assert {row["rule"] for row in rules} == {"unreadable_payload", "unreadable_line"}


def test_a_changed_file_of_a_pending_run_takes_its_place(postgres):
    first = loading.load(land(orders(3)), AT)
    second = loading.load(land(orders(4)), AT)

    assert postgres.count("raw.files__orders") == 4
    states = postgres.rows(
        "select load_id, status from ops.loads where is_current order by load_id"
    )
    assert states == [
        {"load_id": first.load_id, "status": "replaced"},
        {"load_id": second.load_id, "status": "pending"},
    ]


def test_a_changed_file_of_an_accepted_run_waits_for_the_door(postgres):
    first = loading.load(land(orders(3)), AT)
    postgres.execute("update ops.loads set status = 'accepted', load_seq = 1")

    second = loading.load(land(orders(4)), AT)

    assert postgres.count("raw.files__orders") == 7
    replaces = postgres.value(
        "select replaces from ops.loads where load_id = %s", [second.load_id]
    )
    assert replaces == first.load_id


def test_the_stretches_delivered_are_kept(postgres):
    windows = [
        ["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"],
        ["2026-01-04T00:00:00+00:00", "2026-01-05T00:00:00+00:00"],
    ]

    loading.load(land(orders(1), windows_got=windows), AT)

    assert postgres.count("ops.load_windows") == 2
    row = postgres.rows("select got_from, got_to from ops.loads")[0]
    assert row["got_from"].isoformat() == windows[0][0]
    assert row["got_to"].isoformat() == windows[1][1]


def test_a_damaged_landing_loads_nothing(postgres):
    landed = land(orders(10))
    path = Path(landed.path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(landing.LandingDamaged):
        loading.load(landed, AT)

    assert postgres.count("raw.files__orders") == 0
    assert postgres.count("ops.loads") == 0


def test_two_loaders_of_one_run_load_it_once(postgres):
    landed = land(orders(20_000))
    context = multiprocessing.get_context("fork")

    loaders = [context.Process(target=loading.load, args=(landed, AT)) for _ in "ab"]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join()

    assert [loader.exitcode for loader in loaders] == [0, 0]
    assert postgres.count("raw.files__orders") == 20_000
    assert postgres.count("ops.loads") == 1


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.25])
def test_a_killed_loader_leaves_nothing_and_the_next_one_loads(postgres, delay: float):
    landed = land(orders(50_000))
    child = multiprocessing.get_context("fork").Process(
        target=loading.load, args=(landed, AT)
    )
    child.start()
    time.sleep(delay)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()

    loading.load(landed, AT)

    assert postgres.count("raw.files__orders") == 50_000
    assert postgres.count("ops.loads") == 1
