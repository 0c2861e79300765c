"""A full disk stops a landing or a load whole, and a later one starts from nothing."""

from __future__ import annotations

import multiprocessing
import resource
from pathlib import Path

import pytest

from seller_intel import landing

RUN = "20260105T060000"
_context = multiprocessing.get_context("fork")


def write(count: int) -> None:
    """Land records that do not compress, so that the file grows with their number."""
    with landing.scratch() as scratch:
        writer = landing.Writer("files__orders", "shop", RUN, scratch)
        for number in range(count):
            text = f"{hash((number, 'noise')):x}" * 20
            writer.record(f"taobao:{number}", RUN, f"a.csv:{number}", {"x": text})
        writer.finish({"windows_got": []})


def write_on_a_small_disk(count: int, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    write(count)


def test_a_disk_that_fills_up_while_landing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))
    monkeypatch.delenv("SELLER_INTEL_LANDING", raising=False)

    child = _context.Process(target=write_on_a_small_disk, args=(50_000, 200_000))
    child.start()
    child.join()

    assert child.exitcode == 1
    assert landing.of("files__orders", "shop", RUN) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    write(1_000)
    landed = landing.of("files__orders", "shop", RUN)
    assert landed
    assert landed.manifest["records"] == 1_000
