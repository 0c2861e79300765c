"""Backfills: windows asked for in one second are landed apart and found again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seller_intel import backfills, landing, sources
from seller_intel.sources import Source, Stream

RUN = "20260131T060000"
FIRST = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
SECOND = (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))
ORDERS = Stream("shop__orders", "orders", "record")
LISTINGS = Stream("shop__listings", "listings", "observation")
SOURCE = Source("shop", "shop", (ORDERS, LISTINGS))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))
    monkeypatch.delenv("SELLER_INTEL_LANDING", raising=False)


def test_without_a_window_the_run_is_the_run():
    land(RUN, FIRST)

    assert backfills.run_of(SOURCE, RUN, None) == RUN


def test_the_first_window_takes_the_run_itself():
    assert backfills.run_of(SOURCE, RUN, FIRST) == RUN


def test_another_window_takes_the_next_second():
    land(RUN, FIRST)
    land("20260131T060001", FIRST, LISTINGS)

    assert backfills.run_of(SOURCE, RUN, SECOND) == "20260131T060002"


def test_a_window_finds_its_own_landing_again():
    land(RUN, FIRST)
    land("20260131T060001", SECOND, LISTINGS)

    assert backfills.run_of(SOURCE, RUN, SECOND) == "20260131T060001"
    assert backfills.run_of(SOURCE, RUN, FIRST) == RUN


def test_what_the_run_landed_without_a_window_is_left_alone():
    land(RUN, None)

    assert backfills.run_of(SOURCE, RUN, FIRST) == "20260131T060001"


def test_one_stream_of_a_source_is_narrowed_to_it():
    alone = sources.narrowed(SOURCE, "shop__listings")

    assert alone.streams == (LISTINGS,)
    with pytest.raises(sources.RegistryError, match="no stream shop__refunds"):
        sources.narrowed(SOURCE, "shop__refunds")


def land(run: str, window, stream: Stream = ORDERS) -> None:
    asked = [each.isoformat() for each in window] if window else [None, "2026-01-31"]
    with landing.scratch() as scratch:
        writer = landing.Writer(stream.stream_id, SOURCE.name, run, scratch)
        writer.record("1", "2026-01-31T06:00:00+00:00", "page:1", {"order_id": "1"})
        writer.finish({"window_asked": asked})
