"""Counts: every record is kept, rejected or repeated, and stays so counted."""

from __future__ import annotations

import random

import pytest

from seller_intel import audit, counting, warehouse
from tests.fake_loads import (
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


@pytest.mark.parametrize("looked_up", [-1, 10**9], ids=["by key", "by scan"])
def test_counts_are_those_of_reading_every_record_in_order(
    door, monkeypatch, looked_up
):
    monkeypatch.setattr(counting, "_LOOKED_UP", looked_up)
    draw = random.Random(7)
    newest: dict[str, str] = {}
    for number in range(1, 13):
        records = [
            (f"taobao:{draw.randint(1, 15)}", str(draw.randint(1, 3)))
            for _ in range(draw.randint(0, 40))
        ]
        load = bring(
            [order(key, order_id=key, paid_amount=paid) for key, paid in records]
        )
        repeated = 0
        for key, paid in records:
            repeated += newest.get(key) == paid
            newest[key] = paid

        with warehouse.as_role("transformer") as session:
            counted = counting.counted(session, load, "files__orders")

        assert counted == {"kept": len(records) - repeated, "repeated": repeated}
        door.execute(
            "update ops.loads set status = 'accepted', load_seq = %s"
            " where load_id = %s",
            [number, load],
        )
