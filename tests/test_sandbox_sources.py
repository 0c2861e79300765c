"""The shipped registry reads every file of the sandbox, by the shipped contracts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import days, files, truth
from sandbox.market import Market, Size
from seller_intel import sources
from seller_intel.ingestors import contracts
from seller_intel.ingestors import files as ingestor
from seller_intel.ingestors.files import Problem, Record
from seller_intel.personal import Hasher
from seller_intel.sources import Registry, Source

DAY = days.HISTORY_END + timedelta(days=1)
AS_OF = datetime(2026, 11, 14, 6, tzinfo=UTC)
MARKET = Market(size=Size(customers=400, listings=300))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the files of the history and of one day."""
    folder = tmp_path_factory.mktemp("home")
    files.write(folder, MARKET, days.ORDERS_START, days.HISTORY_END)
    files.write(folder, MARKET, DAY, DAY)
    return folder


@pytest.fixture(scope="module")
def registry(home: Path) -> Registry:
    """Return the shipped registry over that home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELLER_INTEL_HOME", str(home))
        patch.delenv("SELLER_INTEL_SOURCES", raising=False)
        return sources.registry()


def paths(source: Source, pattern: str) -> list[Path]:
    """Return the files of one rule."""
    assert source.folder is not None
    return sorted(source.folder.glob(pattern))


@pytest.fixture(scope="module")
def read(registry: Registry) -> dict[str, list[Record | Problem]]:
    """Return what every file gives, by stream."""
    hasher = Hasher(b"k" * 32)
    held: dict[str, list[Record | Problem]] = defaultdict(list)
    for source in registry.sources.values():
        for rule in source.files:
            contract = contracts.load(rule.contract)
            for path in paths(source, rule.pattern):
                for each in ingestor.read(
                    path,
                    contract,
                    shop=source.shop,
                    source=source.name,
                    as_of=AS_OF,
                    hasher=hasher,
                ):
                    held[each.stream].append(each)
    return held


def test_every_file_belongs_to_one_rule_of_the_registry(home, registry):
    claimed = Counter(
        path
        for source in registry.sources.values()
        for rule in source.files
        for path in paths(source, rule.pattern)
        if home in path.parents
    )

    written = {path for path in (home / "inbox").rglob("*") if path.is_file()}

    assert set(claimed) == written
    assert set(claimed.values()) == {1}


def test_every_stream_of_the_registry_has_records(registry, read):
    named = {
        stream.name for source in registry.sources.values() for stream in source.streams
    }

    assert {stream for stream in named if not _records(read[stream])} == set()


def test_only_spoilt_rows_are_problems(read):
    problems = [
        each for rows in read.values() for each in rows if isinstance(each, Problem)
    ]

    assert {each.stream for each in problems} <= {
        "orders",
        "order_lines",
        "refunds",
        "identities",
    }
    assert len(problems) < 40
    assert all("########" in each.reason for each in problems)


def test_orders_read_from_the_files_are_the_orders_that_happened(read):
    market_orders = MARKET.trade.orders
    until = (days.number_of(DAY) + 1) * days.SECONDS
    happened = market_orders[market_orders["created_at"] < until]

    newest = {each.key: each.record for each in _records(read["orders"])}

    assert set(newest) == set(truth.order_keys(happened))
    paid = sum(
        round(float(record["paid_amount"]) * 100)
        for record in newest.values()
        if record.get("paid_at")
    )
    assert paid == happened["paid"][happened["paid_at"] < until].sum()


def _records(rows: list[Record | Problem]) -> list[Record]:
    return [each for each in rows if isinstance(each, Record)]
