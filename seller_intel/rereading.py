"""Reading again: what kept pages say to a repaired reader, in the old one's place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import orjson

from seller_intel import clock, crawl, crawl_tallies, landing, raw_pages, sources
from seller_intel.crawl_tallies import Tallies
from seller_intel.landing import Landed, Writer
from seller_intel.sources import Source


@dataclass(frozen=True)
class Reread:
    """One run read again: how many pages, how many records, whether they differ."""

    run: str
    pages: int
    records: int
    is_changed: bool


def reread(
    source: Source, stream_id: str, since: datetime, until: datetime | None = None
) -> list[Reread]:
    """Land anew the runs of a source whose pages today's reader reads otherwise.

    A run keeps its name and every observation the time of the first look, so loading
    it replaces what the run brought before. A run of which a page is no longer kept is
    not touched: `CrawlFailed`.
    """
    source.stream(stream_id)
    done = []
    for run in raw_pages.runs(source.name):
        at = clock.as_of(run)
        landed = landing.of(stream_id, source.name, run)
        if at < since or (until and at >= until) or landed is None:
            continue
        done.append(_run_again(source, landed))
    return done


def _run_again(source: Source, landed: Landed) -> Reread:
    asked = crawl.job_of(source, landed.run, clock.as_of(landed.run))
    if not asked.pages:
        raise sources.RegistryError(f"source {source.name} keeps no pages")
    with landing.scratch() as scratch:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        index, lines = folder / "index.jsonl", folder / "lines.jsonl"
        with index.open("wb") as file:
            pages = 0
            for visit in raw_pages.visits(source.name, landed.run):
                file.write(orjson.dumps(visit) + b"\n")
                pages += 1
        crawl.reread(asked, index, lines)
        writer, tallies = _written(landed, lines, scratch)
        if _is_same(landed, lines):
            writer.discard()
            return Reread(landed.run, pages, landed.manifest["records"], False)
        again = writer.finish(_manifest(landed, tallies, pages))
        return Reread(landed.run, pages, again.manifest["records"], True)


def _written(landed: Landed, lines: Path, scratch: Path) -> tuple[Writer, Tallies]:
    writer = Writer(landed.stream_id, landed.source, landed.run, scratch)
    stream, tallies = landed.stream_id.partition("__")[2], Tallies()
    with lines.open("rb") as file:
        for name, line in crawl.split_lines(file):
            if name == "!":
                if landed.manifest["errors"]:
                    writer.error(**orjson.loads(line))
            else:
                tallies.add(name, orjson.loads(line))
                if name == stream:
                    writer.block(memoryview(line), 1)
    return writer, tallies


def _is_same(landed: Landed, lines: Path) -> bool:
    """Tell whether a landing holds the same records, in whatever order."""
    stream = landed.stream_id.partition("__")[2]
    with lines.open("rb") as file:
        found = _sum(line for name, line in crawl.split_lines(file) if name == stream)
    with landing.lines(landed) as there:
        return found == _sum(
            line for line in there if not line.startswith(b'{"key":null')
        )


def _sum(lines: Iterable[bytes]) -> tuple[int, int]:
    """Return what lines have in common whatever their order."""
    count = total = 0
    for line in lines:
        count += 1
        total += int.from_bytes(blake2b(line, digest_size=16).digest())
    return count, total % (1 << 128)


def _manifest(landed: Landed, tallies: Tallies, pages: int) -> dict:
    stated = dict(landed.manifest)
    told = {**stated["crawl"], **crawl_tallies.of_items(tallies)}
    return {**stated, "crawl": told, "reread_pages": pages}
