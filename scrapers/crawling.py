"""The spider behind every platform: it asks, has pages read, writes down results."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import orjson
import scrapy
from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scrapers import gate, replies, store
from scrapers.frontier import Due, Frontier
from scrapers.job import Job, host_of
from scrapers.output import Output
from scrapers.reading.sitemaps import MAX_BYTES
from scrapers.trails import Trails
from scrapers.worker import Task, Told, reader_of, seen_again, work

Link = tuple[str, str]
# After so many pages in a row that a host hinders us on, it is left alone.
HINDERED_IN_A_ROW = 10
_REDIRECTS = (301, 302, 303, 307, 308)


class Crawl(scrapy.Spider):
    """One run over the pages of one source.

    A platform says where to begin (`beginnings`) and where to go on (`follow`); the
    rest is the same for all.
    """

    name = "crawl"
    handle_httpstatus_list: ClassVar[list[int]] = [
        status for status in range(200, 600) if status not in _REDIRECTS
    ]

    def __init__(
        self, job: Job, frontier: Frontier, output: Output, readers: Executor
    ) -> None:
        super().__init__()
        self.job, self.frontier = job, frontier
        self.output, self.readers = output, readers
        self.trails = Trails(frontier, job)
        self.under_way: Counter[str] = Counter()
        self.stopped: dict[str, str] = {}
        self.slowest: dict[str, float] = {}
        self.hindered: Counter[str] = Counter()
        self.lists: set[str] = set()
        self.pages, self.size = output.spent()
        began = float(frontier.fact(f"began {job.run}") or time.time())
        frontier.state(f"began {job.run}", str(began))
        self.began = began
        self.opened = time.monotonic()
        self.reader = reader_of(job.platform, job.rules, job.defaults, job.streams)

    @classmethod
    def beginnings(cls, job: Job) -> Iterator[Link]:
        """Yield where a crawl begins: addresses and their kinds."""
        for url in job.urls:
            yield url, "start"

    def follow(self, due: Due, told: Told) -> Iterator[Link]:
        """Yield where a page leads."""
        yield from ((url, "product") for url in told.products)
        yield from ((url, "next") for url in told.next_pages)

    def heard_robots(self, url: str, decision: dict[str, Any]) -> None:
        """Take note of what the robots.txt of a host says beside its rules."""

    async def start(self) -> AsyncIterator[Any]:
        """Yield nothing: what is due stands in the frontier."""
        nothing: tuple[Any, ...] = ()
        for each in nothing:
            yield each

    def is_spent(self) -> bool:
        """Tell whether a budget of the run is used up; remember which."""
        if self.pages + sum(self.under_way.values()) >= self.job.max_pages:
            self.output.spend("pages")
        elif time.monotonic() - self.opened >= self.job.max_seconds:
            self.output.spend("seconds")
        elif self.size >= self.job.max_bytes:
            self.output.spend("bytes")
        else:
            return False
        return True

    def now(self) -> datetime:
        """Return the instant of an observation: the run's, and the time since."""
        gone = timedelta(seconds=max(0.0, time.time() - self.began))
        return (self.job.started + gone).astimezone(UTC).replace(microsecond=0)

    def request_of(self, due: Due) -> Request:
        """Return the request for a page; with what shows whether it has changed."""
        self.under_way[due.host] += 1
        headers: dict[str, str] = {}
        if not self.frontier.is_sweep and due.digest and self.job.pages:
            if due.etag:
                headers["If-None-Match"] = due.etag
            if due.modified:
                headers["If-Modified-Since"] = due.modified
        return Request(
            due.url,
            callback=self.parse,
            errback=self.failed,
            headers=headers,
            meta={"due": due, "download_maxsize": self.bound_of(due)},
            dont_filter=True,
        )

    def bound_of(self, due: Due) -> int:
        """Return how many bytes an answer may have; of a sitemap what its norm says."""
        bound = self.job.page_bytes
        return max(bound, MAX_BYTES) if due.kind == "sitemap" else bound

    async def parse(self, response: Response, **_: Any) -> Any:
        """Have a page read; write down what it holds and where it leads."""
        due: Due = response.meta["due"]
        try:
            return await self._read(due, response)
        finally:
            if not response.meta.get("is_repeated"):
                self.under_way[due.host] -= 1

    async def _read(self, due: Due, response: Response) -> Request | None:
        fetched_at = self.now()
        if response.status in gate.THROTTLED:
            self._hindrance(due, "throttled")
            self._finish(due, "throttled", fetched_at, response)
            return None
        is_same = response.status == 304 and due.digest is not None
        if is_same and self._is_remembered(due):
            self._see_again(due, response, fetched_at)
            return None
        loop = asyncio.get_running_loop()
        try:
            told = await loop.run_in_executor(
                self.readers, work, self._task(due, response, fetched_at, is_same)
            )
        except store.PageMissing:
            return self._in_full(due, response)
        except Exception as error:
            self.logger.warning("%s cannot be read: %r", due.url, error)
            self._finish(due, "unread", fetched_at, response, detail=repr(error))
            return None
        if self._is_repeated(due, response.url, told):
            self._finish(due, "repeated", fetched_at, response, told=told)
            return None
        outcome = "not_modified" if is_same else _outcome(told)
        if told.is_hindered:
            self._hindrance(due, told.verdict)
            self.output.hindrance(response.url, fetched_at, told)
        else:
            self.hindered[due.host] = 0
            links = self.follow(due, told)
            await self.trails.go_on(due, told, links, fetched_at)
        self.output.write(told.lines)
        self._finish(due, outcome, fetched_at, response, told=told)
        return None

    def _is_remembered(self, due: Due) -> bool:
        """Tell whether today's reader has read this very product page before."""
        return (
            due.verdict == "product"
            and due.lines is not None
            and due.reader == self.reader
            and store.is_at_hand(self.job.pages, due.digest)
        )

    def _see_again(self, due: Due, response: Response, fetched_at: datetime) -> None:
        """Observe an unchanged page once more, without reading it."""
        lines = seen_again(due.lines or b"{}", fetched_at.isoformat())
        self.hindered[due.host] = 0
        self.output.write(lines)
        self._finish(due, "not_modified", fetched_at, response)
        self.frontier.confirm(due.id, due.verdict, sum(map(len, lines.values())))

    def _in_full(self, due: Due, response: Response) -> Request:
        """Ask again, unconditionally, for a page whose kept form is gone."""
        response.meta["is_repeated"] = True
        request = self.request_of(replace(due, etag=None, modified=None))
        self.under_way[due.host] -= 1
        return request

    def _task(
        self, due: Due, response: Response, fetched_at: datetime, is_same: bool
    ) -> Task:
        headers = (
            orjson.loads(due.headers or "{}") if is_same else replies.headers(response)
        )
        return Task(
            platform=self.job.platform,
            url=response.url,
            fetched_at=fetched_at.isoformat(),
            status=(due.status or 200) if is_same else response.status,
            headers=headers,
            body=None if is_same else response.body,
            digest=due.digest if is_same else None,
            pages=self.job.pages,
            limit=self.bound_of(due),
            rules=self.job.rules,
            defaults=self.job.defaults,
            streams=self.job.streams,
        )

    def _is_repeated(self, due: Due, url: str, told: Told) -> bool:
        """Tell whether another address has shown this page already in this run.

        An interface that knows no further page may show the last one for ever.
        """
        if due.kind in ("next", "list", "start"):
            if told.items and told.content in self.lists:
                return True
            self.lists.add(told.content)
        own = {due.url}
        for other in (url, told.canonical):
            if other and other not in own and told.verdict == "product":
                own.add(other)
                if host_of(other) == due.host and self.frontier.is_done(other):
                    return True
        return False

    def _hindrance(self, due: Due, why: str) -> None:
        self.hindered[due.host] += 1
        if self.hindered[due.host] >= HINDERED_IN_A_ROW:
            self.stopped[due.host] = why
            self.output.stop(due.host, why)

    def failed(self, failure: Failure) -> None:
        """Write down a request that came to nothing."""
        request = failure.request  # type: ignore[attr-defined]
        due: Due = request.meta["due"]
        self.under_way[due.host] -= 1
        error = failure.value
        if isinstance(error, gate.Refused):
            outcome, detail = error.outcome, error.detail
        elif isinstance(error, HttpError):
            outcome, detail = "failed", f"status {error.response.status}"
        else:
            outcome, detail = "failed", f"{type(error).__name__}: {error}"[:300]
            self._hindrance(due, "failed")
        self._finish(due, outcome, self.now(), None, detail=detail)

    def _finish(
        self,
        due: Due,
        outcome: str,
        fetched_at: datetime,
        response: Response | None,
        told: Told | None = None,
        detail: str = "",
    ) -> None:
        self.pages += 1
        facts: dict[str, Any] = {
            "outcome": outcome,
            "detail": detail or (told.detail if told else ""),
            "fetched_at": fetched_at.isoformat(),
            "verdict": told.verdict if told else None,
            "items": told.items if told else 0,
            "bytes": 0,
            "seconds": None,
        }
        if response is not None:
            self.size += len(response.body)
            facts |= replies.facts(due, response, told, self.reader)
            if told and response.status != 304 and told.digest != due.digest:
                facts["changed_at"] = fetched_at.isoformat()
        if told:
            facts["shape"] = told.shape
        self.frontier.finish(due.id, facts)
        self.output.settle(self.pages)


def _outcome(told: Told) -> str:
    """Return the class a page that came counts in."""
    if told.is_hindered:
        return told.verdict
    return "parsed" if told.items else "no_product"
