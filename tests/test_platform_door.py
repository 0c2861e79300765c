"""The door asks its suites of what the platforms' own interfaces land."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Postgres

from seller_intel import transform
from tests.fake_loads import bring, counts, failed_checks, opened

FIXTURES = Path(__file__).parent / "fixtures"
RUN, LATER = "20261205T060000", "20261205T070000"
UNTIL = datetime(2026, 12, 5, tzinfo=UTC)


def payloads() -> dict[str, list[dict[str, Any]]]:
    """Return the saved payloads by stream id, each with a key of its own."""
    found = defaultdict(list)
    for path in sorted(FIXTURES.glob("*__*/*/payload.json")):
        record = json.loads(path.read_text("utf-8"))
        record["key"] = path.parent.name
        found[path.parent.parent.name].append(record)
    return dict(found)


@pytest.fixture(scope="module")
def judged(shared_postgres: Postgres) -> dict[str, tuple[int, Any]]:
    """Every stream's saved payloads as one load, and the verdict on it."""
    transform.refresh_staging(RUN)
    loads = {
        stream_id: bring(
            records, stream_id=stream_id, source=stream_id, run=RUN, until=UNTIL
        )
        for stream_id, records in payloads().items()
    }
    verdicts = opened(RUN)
    return {
        stream_id: (load_id, verdicts[load_id]) for stream_id, load_id in loads.items()
    }


@pytest.mark.parametrize("stream_id", sorted(payloads()))
def test_good_records_of_a_platform_pass_the_door(judged, shared_postgres, stream_id):
    load_id, verdict = judged[stream_id]
    told = failed_checks(shared_postgres, load_id)

    assert verdict.status == "accepted"
    assert not [check for check in told if check.startswith("critical")]


def test_an_order_with_a_new_status_is_kept_and_told(judged, shared_postgres):
    load_id, _ = judged["taobao__orders"]
    kept, rejected, repeated = counts(load_id)

    assert failed_checks(shared_postgres, load_id)["warning new_status"].startswith(
        "1 "
    )
    assert (kept, rejected, repeated) == (len(payloads()["taobao__orders"]) - 2, 2, 0)


def test_a_known_status_is_not_told(judged, shared_postgres):
    load_id, _ = judged["pinduoduo__orders"]

    assert "warning new_status" not in failed_checks(shared_postgres, load_id)


@pytest.mark.parametrize(
    ("stream_id", "changed", "check"),
    [
        ("jd__orders", {"open_id_buyer_hash": "jd_zhang_san"}, "buyer_ref"),
        ("taobao__orders", {"payment": "-185.00"}, "paid_amount"),
        ("douyin__orders", {"pay_time": 2763809215}, "paid_at"),
        ("woocommerce__orders", {"currency": "euro"}, "currency"),
    ],
)
def test_a_bad_delivery_of_a_platform_stops_at_the_door(
    judged, shared_postgres, stream_id, changed, check
):
    good = next(
        record
        for record in payloads()[stream_id]
        if "pay_time" in record or (stream_id in ("jd__orders", "woocommerce__orders"))
    )
    load_id = bring(
        [{**good, **changed}], stream_id=stream_id, source="new", run=LATER, until=UNTIL
    )

    verdict = opened(LATER)[load_id]

    assert verdict.status == "rejected"
    assert f"critical {check}" in failed_checks(shared_postgres, load_id)
