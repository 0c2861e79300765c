"""Extraction: one run of a source into landing files, by the reader of its platform."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from seller_intel import (
    clock,
    installation,
    landing,
    personal,
    settings,
    sources,
    warehouse,
)
from seller_intel.landing import Landed, Writer
from seller_intel.sources import Source

Window = tuple[datetime, datetime]


class LandingIncomplete(RuntimeError):
    """Some of what a source holds could not be landed; the rest was."""


@dataclass
class Asked:
    """What a reader is asked for, and the writers it fills.

    `window` is set for a backfill; without one the reader goes on from `covered`, the
    instant up to which its stream is there without a gap.
    """

    source: Source
    run: str
    as_of: datetime
    window: Window | None
    known: frozenset[str]
    covered: dict[str, datetime]
    hasher: personal.Hasher
    writer: Callable[[str], Writer]


@dataclass
class Got:
    """What a reader says of its run: what it covered and what went wrong."""

    windows: dict[str, list[Window]] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def land(
    source: Source, run: str, window: Window | None = None, again: bool = False
) -> list[Landed]:
    """Land every stream of a source that can be landed, then raise naming the rest."""
    installation.check_belongs()
    there = [landing.of(each.stream_id, source.name, run) for each in source.streams]
    landed = [each for each in there if each]
    if _is_complete(landed) and not again:
        return landed
    with landing.scratch() as scratch:
        writers: dict[str, Writer] = {}

        def writer(stream: str) -> Writer:
            if stream not in writers:
                stream_id = f"{source.platform}__{stream}"
                writers[stream] = Writer(stream_id, source.name, run, scratch)
            return writers[stream]

        got = _reader(source).collect(_asked(source, run, window, writer))
        finished = _finish(writers, got, window, run)
    if got.failures:
        raise LandingIncomplete(
            f"{source.name}: " + "; ".join(got.failures) + _landed_anyway(finished)
        )
    return finished


def _is_complete(landed: list[Landed]) -> bool:
    """Tell whether all of one reading is there and nothing failed in it."""
    return bool(landed) and all(
        not each.manifest["failures"] and len(each.manifest["streams"]) == len(landed)
        for each in landed
    )


def _asked(
    source: Source, run: str, window: Window | None, writer: Callable[[str], Writer]
) -> Asked:
    return Asked(
        source=source,
        run=run,
        as_of=clock.as_of(run),
        window=window,
        # A backfill asks again for what was landed before.
        known=frozenset(() if window else _known_contents(source, run)),
        covered=_covered(source),
        hasher=personal.Hasher(installation.pii_key()),
        writer=writer,
    )


def _finish(
    writers: dict[str, Writer], got: Got, window: Window | None, run: str
) -> list[Landed]:
    """Put the landings in place; every manifest names its siblings of the same reading.

    A landing counts as complete only with all its siblings, so a kill between two of
    them makes the next call read the source again.
    """
    filled = {
        stream: writer
        for stream, writer in writers.items()
        if writer.records or writer.errors or got.windows.get(stream)
    }
    for stream in writers.keys() - filled.keys():
        writers[stream].discard()
    siblings = sorted(writer.stream_id for writer in filled.values())
    finished = []
    for stream, writer in sorted(filled.items()):
        finished.append(
            writer.finish(
                {
                    "streams": siblings,
                    "failures": got.failures,
                    "window_asked": [each.isoformat() for each in window]
                    if window
                    else [None, clock.as_of(run).isoformat()],
                    "windows_got": [
                        [start.isoformat(), end.isoformat()]
                        for start, end in got.windows.get(stream, [])
                    ],
                    **got.manifest,
                }
            )
        )
    return finished


def _reader(source: Source) -> ModuleType:
    """Return the module that reads this source: its ingestor, else the crawler.

    A source of a platform that has both is crawled where it names addresses, and read
    as an account where it names a connection. One that names keywords, categories or
    products searches the marketplace by that connection.
    """
    name = f"seller_intel.ingestors.{source.platform}"
    if source.is_searched and importlib.util.find_spec(f"{name}_search"):
        return importlib.import_module("seller_intel.searches")
    spider = settings.current().root / "scrapers/spiders" / f"{source.platform}.py"
    is_crawled = spider.exists() and "urls" in source.options
    if importlib.util.find_spec(name) and not is_crawled:
        return importlib.import_module(name)
    if spider.exists():
        return importlib.import_module("seller_intel.crawl")
    raise sources.RegistryError(
        f"source {source.name}: no ingestor and no spider speaks {source.platform!r}"
    )


def _known_contents(source: Source, run: str) -> set[str]:
    """Return the contents that other runs of this source have landed already.

    Only landings of the streams asked for now count: where a source is split, what one
    stream has taken from a file the next has yet to take.
    """
    stream_ids = [stream.stream_id for stream in source.streams]
    with warehouse.as_role("loader") as session:
        rows = session.rows_of_file(
            "load/known_contents.sql",
            {"source": source.name, "stream_ids": stream_ids},
        )
    known: set[str] = set()
    for row in rows:
        if row["entry"] and row["run"] != run:
            known |= _marks(row["entry"])
    loaded_runs = {(row["stream_id"], row["run"]) for row in rows}
    for stream in source.streams:
        for other in landing.runs(stream.stream_id, source.name):
            if other == run or (stream.stream_id, other) in loaded_runs:
                continue
            landed = landing.of(stream.stream_id, source.name, other)
            for entry in landed.manifest.get("files") or [] if landed else []:
                known |= _marks(entry)
    return known


def _marks(entry: dict[str, Any]) -> set[str]:
    """Return what a delivery is recognised by: its content, its bytes, its place."""
    return {entry.get(name, "") for name in ("content", "bytes", "seen")} - {""}


def _covered(source: Source) -> dict[str, datetime]:
    """Return up to when each stream is covered without a gap, less its overlap.

    Counted from the source's `since` through the windows of accepted and pending
    loads; a rejected window leaves a gap and is asked for again.
    """
    covered = {}
    with warehouse.as_role("loader") as session:
        for stream in source.streams:
            until = session.value(
                warehouse.statement("load/covered_until.sql"),
                {
                    "stream_id": stream.stream_id,
                    "source": source.name,
                    "since": source.since,
                },
            )
            if until:
                covered[stream.name] = until - timedelta(hours=source.overlap_hours)
    return covered


def _landed_anyway(finished: list[Landed]) -> str:
    if not finished:
        return "; nothing was landed"
    return "; landed all the same: " + ", ".join(each.stream_id for each in finished)
