"""What could not be read is kept, shown, and put through after the repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from seller_intel import quarantine, steps

RUN = "20260105T060000"
LATER = "20260106T060000"
HEADER = (
    "platform_id,order_id,shop_id,status,created_at,updated_at,paid_amount,currency\n"
)
REGISTRY = """
reporting_currency: CNY
shops: [{shop_id: "taobao:1", name: One, platform: taobao, owner_id: one}]
sources:
  - name: one
    platform: files
    shop: taobao:1
    folder: inbox
    files: [{pattern: "*.csv", contract: CONTRACT}]
"""
REPAIRED = "{completed: completed, done: completed}"
CONTRACT = """
title: Orders of a test
platform: taobao
time_zone: Asia/Shanghai
currency: CNY
columns:
  order_id: {headers: [order_id], as: id, required: true}
  status: {headers: [status], values: {completed: completed}, required: true}
  created_at: {headers: [created_at], as: timestamp, required: true}
  paid_amount: {headers: [paid_amount], as: money, required: true}
other_columns: ignore
streams:
  orders:
    fields:
      shop_id: {from_source: shop_id}
      updated_at: created_at
      paid_at: created_at
"""


@pytest.fixture
def shop(postgres) -> Path:
    """A shop whose contract does not know one of its states yet."""
    contract = postgres.home / "one.yml"
    contract.write_text(CONTRACT, encoding="utf-8")
    postgres.register(REGISTRY.replace("CONTRACT", str(contract)))
    inbox = postgres.home / "inbox"
    inbox.mkdir()
    rows = [
        f"taobao,{number},taobao:1,{'completed' if number else 'done'},"
        "2026-01-04 10:00:00,2026-01-04 10:00:00,12.50,CNY\n"
        for number in range(1_000)
    ]
    (inbox / "orders.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    return contract


def counts(postgres) -> dict[str, int]:
    return postgres.rows(
        "select sum(received) as received, sum(loaded) as loaded,"
        " sum(quarantined) as quarantined, sum(kept) as kept,"
        " sum(rejected) as rejected, sum(repeated) as repeated"
        " from ops.loads where is_current and status = 'accepted'"
    )[0]


def test_a_803_one_bad_row_among_a_thousand_is_put_through_after_the_repair(
    postgres, shop: Path
):
    steps.land("one", RUN)
    steps.load("one", RUN)
    steps.audit_raw(RUN)

    before = counts(postgres)
    assert (before["received"], before["loaded"], before["quarantined"]) == (
        1_000,
        999,
        1,
    )
    assert before["kept"] == 999
    [waiting] = quarantine.listed()
    assert waiting.position == "orders.csv:2"
    assert "done" in waiting.reason

    assert steps.replay(LATER) == []  # nothing is repaired yet
    shop.write_text(CONTRACT.replace("{completed: completed}", REPAIRED))
    [report] = steps.replay(LATER)
    steps.audit_raw(LATER)

    assert (report.loaded, report.quarantined) == (1, 0)
    after = counts(postgres)
    assert after["kept"] == 1_000
    assert quarantine.listed() == []
    assert postgres.value(
        "select count(*) from ops.quarantine where replayed_by = %s", [report.load_id]
    )
    assert steps.replay("20260107T060000") == []


def test_a_repaired_contract_does_not_load_the_file_twice(postgres, shop: Path):
    steps.land("one", RUN)
    steps.load("one", RUN)
    steps.audit_raw(RUN)

    steps.land("one", LATER)
    steps.load("one", LATER)

    assert postgres.count("raw.files__orders") == 999


def test_rows_of_a_refused_load_go_through_when_the_door_has_changed(postgres, shop):
    steps.land("one", RUN)
    steps.load("one", RUN)
    postgres.execute("update ops.loads set status = 'rejected'")

    [report] = steps.replay(LATER)
    steps.audit_raw(LATER)

    assert report.loaded == 999
    assert counts(postgres)["kept"] == 999
