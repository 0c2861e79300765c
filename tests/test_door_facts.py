"""What every delivery is asked: its volume, age, fields and share of bad rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from seller_intel import deliveries
from tests.fake_loads import (
    AS_OF,
    bring,
    counts,
    failed_checks,
    opened,
    order,
    orders,
    settle,
    stage_orders,
)


@pytest.fixture
def door(postgres):
    """A warehouse with a staging view of orders, and no load."""
    stage_orders()
    return postgres


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
    settle(2_000, 1_900, 2_100, source="jd")
    day = bring(orders(60, 50_000))
    week = bring(orders(600, 60_000), days=7, source="tmall")
    flood = bring(orders(900, 70_000), source="tmall")

    verdicts = opened()

    assert {verdicts[load].status for load in (day, week, flood)} == {"accepted"}
    assert "warning volume_ratio" not in failed_checks(door, day)
    assert "warning volume_ratio" not in failed_checks(door, week)
    assert "warning volume_ratio" in failed_checks(door, flood)


def test_changed_orders_of_many_days_are_no_thin_delivery(door):
    settle(100, 100, 100)
    load = bring(orders(90, 5000), days=60)

    assert opened()[load].status == "accepted"
    assert "warning volume_ratio" not in failed_checks(door, load)


def test_another_contract_has_a_history_of_its_own(door):
    settle(200, 200, 200)
    records = orders(110, 5000, note="by hand")
    for record in records:
        del record["paid_at"]
    other = bring(records, contract="orders_template")
    few = bring(orders(5, 6000), contract="orders_template")

    verdicts = opened()

    assert verdicts[other].status == verdicts[few].status == "accepted"
    assert "warning new_fields" not in failed_checks(door, other)


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


def test_a_large_load_is_made_known_to_the_planner(door, monkeypatch):
    monkeypatch.setattr(deliveries, "ANALYSED_FROM", 50)
    bring(orders(60))

    opened()

    estimated = door.value(
        "select reltuples from pg_class where oid = 'raw.files__orders'::regclass"
    )
    assert estimated == 60
