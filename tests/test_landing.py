"""A landing is whole or it is not there, and it is what its manifest says."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from seller_intel import landing

RUN = "20260105T060000"
WHEN = "2026-01-05T06:00:00+00:00"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))
    monkeypatch.delenv("SELLER_INTEL_LANDING", raising=False)
    return tmp_path


def land(*keys: str) -> landing.Landed:
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "shop", RUN, scratch)
        for position, key in enumerate(keys):
            writer.record(key, WHEN, f"a.csv:{position}", {"order_id": key})
        return writer.finish({"windows_got": []})


def test_a_landing_reads_back_as_it_was_written():
    landed = land("taobao:1", "taobao:2")

    with landing.lines(landed) as lines:
        records = [orjson.loads(line) for line in lines]

    assert [each["key"] for each in records] == ["taobao:1", "taobao:2"]
    assert records[0]["record"] == {"order_id": "taobao:1"}
    assert landing.of("files__orders", "shop", RUN) == landed


def test_the_same_records_give_the_same_bytes():
    first = land("taobao:1").manifest["sha256"]

    assert land("taobao:1").manifest["sha256"] == first


def test_a_landing_without_a_manifest_does_not_exist(home: Path):
    landed = land("taobao:1")

    Path(landing.manifest_path("files__orders", "shop", RUN)).unlink()

    assert Path(landed.path).exists()
    assert landing.of("files__orders", "shop", RUN) is None
    assert landing.runs("files__orders", "shop") == []


def test_rolling_back_forgets_what_came_after_the_mark():
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "shop", RUN, scratch)
        writer.record("taobao:1", WHEN, "a.csv:1", {})
        mark = writer.mark()
        writer.record("taobao:2", WHEN, "b.csv:1", {})
        writer.error("bad_money", "no amount in 'x'", "b.csv:2", {"总金额": "x"})
        writer.rollback(mark)
        writer.record("taobao:3", WHEN, "c.csv:1", {})
        landed = writer.finish({})

    with landing.lines(landed) as lines:
        keys = [orjson.loads(line)["key"] for line in lines]

    assert keys == ["taobao:1", "taobao:3"]
    assert (landed.manifest["records"], landed.manifest["errors"]) == (2, 0)


def test_a_changed_landing_is_refused():
    landed = land("taobao:1")
    Path(landed.path).write_bytes(gzip.compress(b'{"key":"taobao:9"}\n'))

    with (
        pytest.raises(landing.LandingDamaged, match="changed after it was landed"),
        landing.lines(landed) as lines,
    ):
        list(lines)


def test_a_truncated_landing_is_refused():
    landed = land(*(f"taobao:{number}" for number in range(1000)))
    whole = Path(landed.path).read_bytes()
    Path(landed.path).write_bytes(whole[: len(whole) // 2])

    with (
        pytest.raises(landing.LandingDamaged, match="cannot be read"),
        landing.lines(landed) as lines,
    ):
        list(lines)


def test_an_object_store_serves_as_landing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SELLER_INTEL_LANDING", "memory://bucket/landing")

    landed = land("taobao:1")

    assert landing.runs("files__orders", "shop") == [RUN]
    with landing.lines(landed) as lines:
        assert len(list(lines)) == 1


def test_a_discarded_landing_leaves_no_trace(home: Path):
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "shop", RUN, scratch)
        writer.record("taobao:1", WHEN, "a.csv:1", {})
        writer.discard()

    assert [path for path in home.rglob("*") if path.is_file()] == []
