"""Kept pages: what a crawl saw, beside landing, so that it can be read again.

Per source one folder `content/` of pages named by the hash of their content, and per
run an index `run=<run>.jsonl.gz` of which address showed which page when.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import orjson

from seller_intel import clock, settings

# How long pages are kept, in days; longer ago only what was landed is left.
KEEP_DAYS = 90


def folder(source: str) -> str:
    """Return where the pages of a source are kept."""
    return f"{settings.current().landing.rstrip('/')}-pages/source={source}"


def index(source: str, run: str, visits: Path) -> str:
    """Keep which page each address showed in a run; return where that is written."""
    place = f"{folder(source)}/run={run}.jsonl.gz"
    file_system, path = fsspec.core.url_to_fs(place)
    file_system.makedirs(path.rpartition("/")[0], exist_ok=True)
    with (
        visits.open("rb") as lines,
        file_system.open(path, "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed,
    ):
        packed.writelines(lines)
    return place


def runs(source: str) -> list[str]:
    """Return the runs whose pages are kept, oldest first."""
    file_system, path = fsspec.core.url_to_fs(folder(source))
    if not file_system.exists(path):
        return []
    names = (Path(each).name for each in file_system.ls(path, detail=False))
    return sorted(
        name.removeprefix("run=").removesuffix(".jsonl.gz")
        for name in names
        if name.startswith("run=") and name.endswith(".jsonl.gz")
    )


def visits(source: str, run: str) -> Iterator[dict[str, Any]]:
    """Yield the visits of a run in the order they were made."""
    place = f"{folder(source)}/run={run}.jsonl.gz"
    file_system, path = fsspec.core.url_to_fs(place)
    with file_system.open(path, "rb") as raw, gzip.GzipFile(fileobj=raw) as lines:
        for line in lines:
            yield orjson.loads(line)


def expire(as_of: datetime, keep_days: float = KEEP_DAYS) -> int:
    """Remove the pages that no kept run shows; return how many went."""
    root = f"{settings.current().landing.rstrip('/')}-pages"
    file_system, path = fsspec.core.url_to_fs(root)
    if not file_system.exists(path):
        return 0
    gone = 0
    for each in file_system.ls(path, detail=False):
        name = Path(each).name
        if name.startswith("source="):
            gone += _expire(name.removeprefix("source="), as_of, keep_days)
    return gone


def _expire(source: str, as_of: datetime, keep_days: float) -> int:
    edge = clock.run_of(as_of - timedelta(days=keep_days))
    old = [run for run in runs(source) if run < edge]
    if not old:
        return 0
    kept = {
        visit["digest"]
        for run in runs(source)
        if run >= edge
        for visit in visits(source, run)
    }
    file_system, path = fsspec.core.url_to_fs(folder(source))
    gone = 0
    dropped = {visit["digest"] for run in old for visit in visits(source, run)}
    for digest in dropped - kept:
        page = f"{path}/content/{digest[:2]}/{digest}.gz"
        if file_system.exists(page):
            file_system.rm_file(page)
            gone += 1
    for run in old:
        file_system.rm_file(f"{path}/run={run}.jsonl.gz")
    return gone
