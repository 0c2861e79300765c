"""The order of requests: every host gets its turn, none more than it may have."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler


class HostTurns(BaseScheduler):
    """Hands out due pages host by host; a slow host holds up no other.

    Pages are due in the frontier; only requests that Scrapy itself makes again
    (redirects, retries) are kept here.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.spider = crawler.spider
        self.again: deque[Request] = deque()
        self.ready: dict[str, deque[Any]] = {}
        self.turn: deque[str] = deque()

    @classmethod
    def from_crawler(cls, crawler: Any) -> HostTurns:
        """Make the scheduler of a crawl."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Tell whether something is still to be asked for, within the budgets."""
        if self.again:
            return True
        if self.spider.is_spent():
            return False
        return any(self.ready.values()) or any(
            count > 0
            for host, count in self.spider.frontier.due.items()
            if host not in self.spider.stopped
        )

    def enqueue_request(self, request: Request) -> bool:
        """Keep a request that Scrapy makes again."""
        self.again.append(request)
        return True

    def next_request(self) -> Request | None:
        """Return a request to a host that has room for one, or None for now."""
        for _ in range(len(self.again)):
            request = self.again.popleft()
            if request.meta.get("wait_until", 0) <= time.monotonic():
                return request
            self.again.append(request)
        if self.spider.is_spent():
            return None
        for host in self.spider.frontier.due:
            if host not in self.ready:
                self.ready[host] = deque()
                self.turn.append(host)
        for _ in range(len(self.turn)):
            host = self.turn[0]
            self.turn.rotate(-1)
            if host in self.spider.stopped:
                self.ready[host].clear()
            elif self._has_room(host):
                due = self._next_of(host)
                if due is not None:
                    return self.spider.request_of(due)
        return None

    def _next_of(self, host: str) -> Any:
        ready = self.ready[host]
        if not ready and self.spider.frontier.due[host] > 0:
            is_idle = not self.spider.under_way[host]
            ready.extend(self.spider.frontier.take(host, is_idle))
        return ready.popleft() if ready else None

    def _has_room(self, host: str) -> bool:
        slot = self.crawler.engine.downloader.slots.get(host)
        taken = self.spider.under_way[host]
        return taken < (slot.concurrency if slot else self.spider.job.concurrency) + 1
