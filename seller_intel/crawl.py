"""Crawls: one run of one spider, in a child process, into landing files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from scrapers import job as jobs
from scrapers import rereading, store
from scrapers.job import Job
from seller_intel import connections, crawl_tallies, raw_pages, settings, sources
from seller_intel.crawl_tallies import Tallies
from seller_intel.extraction import Asked, Got
from seller_intel.sources import Source

AGENT = "SellerIntel/0.1"
# Options of a source that a job takes as they are.
_PASSED = frozenset(
    (
        *("delay", "concurrency", "timeout", "retries", "page_bytes", "max_pages"),
        *("max_seconds", "max_bytes", "max_depth", "sweep_days", "follow", "readers"),
    )
)
_OPTIONS = _PASSED | {"urls", "hosts", "currency", "contact", "rules", "keep_pages"}
# Instead of addresses: they stand in the connection, as its host or `extra.urls`.
BY_CONNECTION = "connection"
# What a child may take to end, in seconds, once its own time is up.
_GRACE = 300
# The share of pages that hinder us from which a crawl is only part of the shop.
PARTIAL = 0.1


class CrawlFailed(RuntimeError):
    """A crawl ended before it could say what it found; the same run goes on from it."""


def collect(asked: Asked) -> Got:
    """Crawl a source; land what was read, and tell what became of every request.

    What a host showed instead of goods lands as lines that are no records. A crawl
    that was hindered is marked partial, and covers no window.
    """
    refuse_past(asked)
    job = job_of(asked.source, asked.run, asked.as_of)
    summary = run(job)
    tallies = Tallies()
    for stream, line in lines(job):
        land_line(asked, tallies, stream, line)
    if job.pages:
        raw_pages.index(asked.source.name, asked.run, _visits(job))
    return got(asked, tallies, summary)


def refuse_past(asked: Asked) -> None:
    """Raise where a time is asked for that no page shows any more."""
    if asked.window and asked.window[1] < asked.as_of - timedelta(hours=1):
        raise sources.RegistryError(
            f"{asked.source.name} shows the present; a past window cannot be crawled"
        )


def land_line(asked: Asked, tallies: Tallies, stream: str, line: bytes) -> None:
    """Write a landing line, if its stream is asked for, and count it."""
    if stream == "!":
        _land_hindrance(asked, orjson.loads(line))
    elif any(each.name == stream for each in asked.source.streams):
        asked.writer(stream).block(memoryview(line), 1)
        tallies.add(stream, orjson.loads(line))


def got(asked: Asked, tallies: Tallies, summary: dict[str, Any]) -> Got:
    """Return what a run came to: its window, unless what it brought is partial."""
    told = crawl_tallies.told(summary, tallies)
    told["is_partial"] = told["hindered_share"] >= PARTIAL or bool(summary["stopped"])
    found = Got(manifest={"crawl": told})
    if not tallies.streams and not told["hindered"]:
        seen = ", ".join(f"{name} {count}" for name, count in told["classes"].items())
        said = f"no page gave anything to land ({seen or 'no requests'})"
        found.failures.append(said)
    if not told["is_partial"] and tallies.streams:
        until = max(tallies.observed_to or asked.as_of, asked.as_of)
        window = (asked.as_of, until + timedelta(seconds=1))
        found.windows = {each.name: [window] for each in asked.source.streams}
    return found


def _land_hindrance(asked: Asked, stated: dict[str, Any]) -> None:
    names = [each.name for each in asked.source.streams]
    stream = "listings" if "listings" in names else names[0]
    asked.writer(stream).error(**stated)


def job_of(source: Source, run: str, as_of: datetime) -> Job:
    """Return what a source asks of the crawler, as a job."""
    options = source.options
    urls = () if source.is_searched else _urls(source)
    config = settings.current()
    keeps = options.get("keep_pages", True) is not False
    return Job(
        platform=source.platform,
        source=source.name,
        run=run,
        as_of=as_of.isoformat(),
        work=str(config.home / "crawls" / source.name),
        urls=urls,
        streams=tuple(each.name for each in source.streams),
        hosts=tuple(str(each).lower() for each in options.get("hosts") or ()),
        pages=raw_pages.folder(source.name) if keeps else None,
        allow_private=source.allow_private,
        defaults=_defaults(source),
        rules=_rules(options.get("rules")),
        user_agent=_agent(options.get("contact")),
        **{name: options[name] for name in _PASSED & options.keys()},
    )


def _urls(source: Source) -> tuple[str, ...]:
    """Return where a crawl begins; refuse options that no crawl has."""
    unknown = sorted(source.options.keys() - _OPTIONS)
    if unknown:
        raise sources.RegistryError(
            f"source {source.name}: no option {', '.join(unknown)} of a crawl; known:"
            f" {', '.join(sorted(_OPTIONS))}"
        )
    stated: Any = source.options.get("urls") or ()
    if stated == BY_CONNECTION:
        connection = connections.get(str(source.connection))
        stated = connection.extra.get("urls") or [connection.host]
    urls = tuple(str(each) for each in stated if each)
    if not urls:
        raise sources.RegistryError(f"source {source.name}: options.urls is missing")
    return urls


def _defaults(source: Source) -> dict[str, str]:
    """Return what is so on every page unless the page says otherwise."""
    stated: dict[str, str] = {}
    if source.options.get("currency"):
        stated["currency"] = str(source.options["currency"])
    if source.shop:
        stated["shop_id"] = source.shop.shop_id
        stated.setdefault("currency", source.shop.currency)
    return stated


def _rules(stated: Any) -> dict[str, Any] | None:
    """Return the rules of a site: written in the source, or in a file of their own."""
    if isinstance(stated, str):
        from seller_intel import yaml_files

        return dict(yaml_files.read(settings.current().sources_path.parent / stated))
    return dict(stated) if stated else None


def _agent(contact: Any) -> str:
    """Return how we name ourselves, with whom to ask about it."""
    return f"{AGENT} (+{contact})" if contact else AGENT


def run(job: Job) -> dict[str, Any]:
    """Run a job in a process of its own; return what it tells of its requests.

    A killed crawl is gone on with by the same job.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    draft = job.folder / f"run={job.run}.job"
    draft.write_bytes(jobs.written(job))
    _child("scrapers.running", str(draft), job.max_seconds + _GRACE, job.folder)
    return orjson.loads((job.folder / f"run={job.run}.summary").read_bytes())


def keep(job: Job, body: bytes) -> str:
    """Keep a page as it came, once; return the name it is kept under."""
    return store.put(job.pages or "", body)


def read_again(job: Job, index: Path) -> Iterator[tuple[str, bytes]]:
    """Read kept pages here and now; yield their landing lines with their streams."""
    for task in rereading.tasks(job, index):
        yield from split_lines(rereading.again(task))


def reread(job: Job, index: Path, lines_to: Path) -> None:
    """Read kept pages again, as an index lists them, into landing lines."""
    job.folder.mkdir(parents=True, exist_ok=True)
    draft = job.folder / "reread.job"
    draft.write_bytes(jobs.written(job))
    arguments = f"{draft}\n{index}\n{lines_to}"
    _child("scrapers.rereading", arguments, job.max_seconds + _GRACE, job.folder)


def _child(module: str, arguments: str, seconds: float, folder: Path) -> None:
    log = folder / "last.log"
    with log.open("wb") as file:
        try:
            ended = subprocess.run(
                [sys.executable, "-m", module, *arguments.split("\n")],
                cwd=settings.current().root,
                stdout=file,
                stderr=file,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CrawlFailed(f"the crawler did not end in {seconds:.0f} s") from error
    if ended.returncode:
        said = log.read_text("utf-8", "replace").strip().splitlines()
        raise CrawlFailed(
            f"the crawler ended with status {ended.returncode}:"
            f" {said[-1] if said else 'it said nothing'} ({log})"
        )


def lines(job: Job) -> Iterator[tuple[str, bytes]]:
    """Yield the landing lines of a job with their streams, `!` where no record is."""
    with (job.folder / f"run={job.run}.jsonl").open("rb") as file:
        yield from split_lines(file)


def split_lines(file: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield streams and landing lines of an open file of them."""
    for line in file:
        stream, _, record = line.partition(b"\t")
        yield stream.decode(), record


def _visits(job: Job) -> Path:
    return job.folder / f"run={job.run}.visits"


def options() -> list[str]:
    """Return the options that a crawled source may state."""
    return sorted(_OPTIONS)
