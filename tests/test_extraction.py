"""Landing a source: every stream that can be had, once, from where it stopped."""

from __future__ import annotations

import importlib.machinery
import sys
import types
from datetime import UTC, datetime

import pytest

from seller_intel import extraction, landing, loading, sources, steps
from seller_intel.extraction import Got

RUN = "20260105T060000"
AT = datetime(2026, 1, 5, 6, tzinfo=UTC)
REGISTRY = """
reporting_currency: CNY
shops: [{shop_id: "toy:1", name: Toy, platform: toy}]
sources:
  - name: toy_shop
    platform: toy
    shop: toy:1
    streams: [orders, order_lines]
    since: 2026-01-01
    overlap_hours: 2
"""


@pytest.fixture
def toy(postgres, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A platform that lands what a test tells it to."""
    module = types.ModuleType("seller_intel.ingestors.toy")
    module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, None)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    postgres.register(REGISTRY)
    return module


def window(first: int, last: int) -> tuple[datetime, datetime]:
    return datetime(2026, 1, first, tzinfo=UTC), datetime(2026, 1, last, tzinfo=UTC)


def orders(asked, count: int) -> None:
    for number in range(count):
        asked.writer("orders").record(
            f"toy:{number}", AT.isoformat(), f"page 1:{number}", {"order_id": number}
        )


def test_one_reading_lands_every_stream_it_fills(toy):
    def collect(asked):
        orders(asked, 2)
        asked.writer("order_lines").record("toy:1-1", AT.isoformat(), "page 1:1", {})
        return Got(windows={"orders": [window(1, 5)]})

    toy.collect = collect

    landed = steps.land("toy_shop", RUN)

    assert landed == ["toy__order_lines", "toy__orders"]
    manifest = landing.of("toy__orders", "toy_shop", RUN).manifest
    assert manifest["records"] == 2
    assert manifest["streams"] == ["toy__order_lines", "toy__orders"]


def test_a_landed_run_is_not_asked_for_again(toy):
    asked_for = []

    def collect(asked):
        asked_for.append(asked.run)
        orders(asked, 1)
        return Got()

    toy.collect = collect

    steps.land("toy_shop", RUN)
    steps.land("toy_shop", RUN)
    steps.land("toy_shop", RUN, again=True)

    assert asked_for == [RUN, RUN]


def test_a_kill_between_two_streams_makes_the_source_be_read_again(toy):
    def collect(asked):
        orders(asked, 1)
        asked.writer("order_lines").record("toy:1-1", AT.isoformat(), "page 1:1", {})
        return Got()

    toy.collect = collect
    steps.land("toy_shop", RUN)
    manifest = landing.manifest_path("toy__orders", "toy_shop", RUN)
    __import__("pathlib").Path(manifest).unlink()

    landed = steps.land("toy_shop", RUN)

    assert landed == ["toy__order_lines", "toy__orders"]


def test_what_could_be_landed_is_there_when_something_failed(toy, postgres):
    def collect(asked):
        orders(asked, 1)
        return Got(failures=["order_lines: permission package is missing"])

    toy.collect = collect

    with pytest.raises(extraction.LandingIncomplete, match="permission package"):
        steps.land("toy_shop", RUN)

    assert landing.of("toy__orders", "toy_shop", RUN)
    assert [report.loaded for report in steps.load("toy_shop", RUN)] == [1]
    outcome = postgres.value("select outcome from ops.steps where step = 'land'")
    assert outcome == "failed"


def test_a_source_goes_on_from_what_is_covered_without_a_gap(toy, postgres):
    covered = []

    def collect(asked):
        covered.append(asked.covered.get("orders"))
        orders(asked, 1)
        return Got(windows={"orders": [window(1, 3), window(4, 5)]})

    toy.collect = collect
    steps.land("toy_shop", RUN)
    loading.load(landing.of("toy__orders", "toy_shop", RUN), AT)

    steps.land("toy_shop", "20260106T060000")

    assert covered[0] is None
    assert covered[1] == datetime(2026, 1, 2, 22, tzinfo=UTC)


def test_a_rejected_window_is_asked_for_again(toy, postgres):
    covered = []

    def collect(asked):
        covered.append(asked.covered.get("orders"))
        orders(asked, 1)
        return Got(windows={"orders": [window(1, 3)]})

    toy.collect = collect
    steps.land("toy_shop", RUN)
    loading.load(landing.of("toy__orders", "toy_shop", RUN), AT)
    postgres.execute("update ops.loads set status = 'rejected'")

    steps.land("toy_shop", "20260106T060000")

    assert covered == [None, None]


def test_a_backfill_hands_its_window_on(toy):
    windows = []

    def collect(asked):
        windows.append(asked.window)
        orders(asked, 1)
        return Got()

    toy.collect = collect

    steps.land("toy_shop", RUN, "2026-01-01/2026-01-02")

    assert windows == [window(1, 2)]


def test_a_source_of_an_unknown_platform_says_so(toy, postgres):
    postgres.register(
        REGISTRY.replace("platform: toy\n    shop", "platform: nix\n    shop")
    )

    with pytest.raises(sources.RegistryError, match="speaks 'nix'"):
        steps.land("toy_shop", RUN)


def test_another_key_for_personal_data_stops_the_landing(
    toy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SELLER_INTEL_PII_KEY", "another key")

    with pytest.raises(RuntimeError, match="SELLER_INTEL_PII_KEY"):
        steps.land("toy_shop", RUN)


def test_what_one_stream_of_a_split_source_took_is_new_to_the_next(toy):
    seen = []

    def collect(asked):
        (stream,) = (each.name for each in asked.source.streams)
        seen.append((stream, "the-file" in asked.known))
        asked.writer(stream).record("toy:1", AT.isoformat(), "a.csv:1", {})
        entry = {"name": "a.csv", "content": "the-file"}
        return Got(manifest={"files": [entry]})

    toy.collect = collect
    source = sources.get("toy_shop")
    for run, stream in (
        (RUN, "toy__orders"),
        (RUN, "toy__order_lines"),
        ("20260106T060000", "toy__order_lines"),
    ):
        landed = extraction.land(sources.narrowed(source, stream), run)
        loading.load(landed[0], AT)

    assert seen == [("orders", False), ("order_lines", False), ("order_lines", True)]
