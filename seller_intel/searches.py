"""Searches: what a marketplace's own interface finds, kept and read like pages.

An ingestor `<platform>_search` asks and pages; the replies are kept as they came and
read by the page function of the platform, so that they can be read again. Every reply
is written down before the next is asked for: a killed run goes on where it was.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx
import orjson

from seller_intel import crawl, raw_pages
from seller_intel.crawl_tallies import Tallies
from seller_intel.extraction import Asked, Got
from seller_intel.ingestors import searching
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.searching import Ask, Search
from seller_intel.sources import Source
from seller_intel.trails import Trail

_LOG = logging.getLogger(__name__)
# With these nothing more can be had with this credential.
_ENDS_ALL = (Kind.CREDENTIAL_REFUSED, Kind.CLOCK_OFF, Kind.PERMISSION_MISSING)


@dataclass
class Walked:
    """How asking went: what failed, which budget ended it, what was not asked for."""

    faults: list[str] = field(default_factory=list)
    spent: str | None = None
    stopped: str | None = None
    left: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


def collect(asked: Asked, transport: httpx.BaseTransport | None = None) -> Got:
    """Search a marketplace for what a source names; land what its replies show.

    A list that fails stops no other and is named; a used-up quota ends the run in
    peace. From a tenth of failed lists on the landing is partial and covers no window.
    """
    crawl.refuse_past(asked)
    job = crawl.job_of(asked.source, asked.run, asked.as_of)
    firsts = searching.asks(asked.source)
    trail = Trail(job.folder, job.run, asked.as_of)
    search = _opened(asked.source, transport)
    try:
        walked = _walk(search, firsts, trail, job)
    finally:
        for session in search.sessions:
            session.close()
    raw_pages.index(asked.source.name, asked.run, trail.path)
    tallies, hindered = Tallies(), Counter[str]()
    for stream, line in crawl.read_again(job, trail.path):
        crawl.land_line(asked, tallies, stream, line)
        if stream == "!":
            hindered[orjson.loads(line)["rule"]] += 1
    summary = _summary(search, trail, walked, hindered, len(firsts))
    found = crawl.got(asked, tallies, summary)
    found.failures += walked.faults
    return found


def _opened(source: Source, transport: httpx.BaseTransport | None) -> Search:
    name = f"seller_intel.ingestors.{source.platform}_search"
    return importlib.import_module(name).opened(source, transport)


def _walk(search: Search, firsts: list[Ask], trail: Trail, job: crawl.Job) -> Walked:
    """Ask for every list page by page, as far as nobody has in this run."""
    due, walked, began = deque(firsts), Walked(), time.monotonic()
    while due:
        ask = due.popleft()
        leads = trail.leads(ask)
        if leads is None:
            if spent := _spent(job, trail, began):
                walked.spent, walked.left = spent, len(due) + 1
                break
            try:
                started = time.monotonic()
                answer = search.answer(ask)
            except ApiFault as fault:
                _LOG.warning("%s %s: %s", ask.kind, ask.value, fault)
                if fault.kind is Kind.QUOTA_USED_UP:
                    walked.spent, walked.left = "quota", len(due) + 1
                    break
                walked.faults.append(f"{ask.kind} {ask.value[:80]}: {fault}")
                if fault.kind in _ENDS_ALL:
                    walked.stopped, walked.left = str(fault), len(due)
                    break
                continue
            digest = crawl.keep(job, answer.body)
            trail.add(ask, answer, digest, time.monotonic() - started)
            leads = answer.leads
        due.extendleft(reversed(leads))
    for session in search.sessions:
        walked.outcomes.update(session.outcomes)
    return walked


def _spent(job: crawl.Job, trail: Trail, began: float) -> str | None:
    """Return the budget that is used up, None where there is more to each."""
    if len(trail.entries) >= job.max_pages:
        return "pages"
    if time.monotonic() - began >= job.max_seconds:
        return "seconds"
    return None


def _summary(
    search: Search,
    trail: Trail,
    walked: Walked,
    hindered: Counter[str],
    lists: int,
) -> dict[str, Any]:
    """Return what a crawl tells of its requests, of a search."""
    host = search.sessions[0].base.host
    read = len(trail.entries) - hindered.total()
    answered = walked.outcomes.pop("ok", 0)
    walked.outcomes.pop("token renewed", 0)
    failed = len(walked.faults)
    outcomes = Counter(hindered)
    outcomes["parsed"] += read
    outcomes["failed"] += failed
    # what was asked again until it was answered
    outcomes["retried"] += max(0, walked.outcomes.total() - failed)
    stopped = walked.stopped
    if failed >= crawl.PARTIAL * lists and failed:
        stopped = stopped or f"{failed} of {lists} lists failed"
    _LOG.info("%d replies, %d of them in this attempt", len(trail.entries), answered)
    seconds = [each["seconds"] for each in trail.entries]
    return {
        "outcomes": [
            {"host": host, "outcome": name, "requests": count}
            for name, count in outcomes.items()
            if count
        ],
        "verdicts": {**({"list": read} if read else {}), **hindered},
        "shapes": {},
        "robots": {},
        "left": walked.left,
        "spent": walked.spent,
        "stopped": {host: stopped} if stopped else {},
        "bytes": sum(each["size"] for each in trail.entries),
        "seconds_p50": round(median(seconds), 4) if seconds else None,
        "is_sweep": walked.spent is None and not walked.left,
    }
