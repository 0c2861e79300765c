"""What every request passes: only configured hosts, no private addresses, no haste."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from scrapers import addresses
from scrapers.job import Job, host_of

THROTTLED = frozenset((429, 503))
# The longest that a host is waited for, in seconds.
PATIENCE = 120.0


class Refused(IgnoreRequest):
    """A request that we may not make; `outcome` names the class it counts in."""

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class Gate:
    """Lets through what the job allows; redirects come by here like any request."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.job: Job = crawler.spider.job

    @classmethod
    def from_crawler(cls, crawler: Any) -> Gate:
        """Make the gate of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse another protocol, another host, an address in a private network."""
        protocol = request.url.partition(":")[0].lower()
        if protocol not in ("http", "https"):
            raise Refused("off_site", f"no {protocol} addresses")
        host = host_of(request.url)
        if host not in self.job.allowed:
            raise Refused("off_site", f"{host} is not a host of this source")
        if self.job.allow_private:
            return
        if addresses.is_literal(host) and not addresses.is_public(host):
            raise Refused("private_address", f"{host} is a private address")

    def process_response(self, request: Request, response: Response) -> Response:
        """Give a host that asks for it more time between requests."""
        if response.status in THROTTLED:
            slot = self.crawler.engine.downloader.slots.get(
                request.meta.get("download_slot")
            )
            if slot:
                asked = waiting_time(response.headers.get("Retry-After"))
                slower = max(slot.delay * 2, min(asked, PATIENCE), self.job.delay, 0.1)
                slot.delay = min(slower, PATIENCE)
                slot.lastseen = max(slot.lastseen, time.monotonic())
        return response


def waiting_time(stated: bytes | None) -> float:
    """Return the seconds that a Retry-After header asks for, 0 where it says none."""
    text = (stated or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        until = parsedate_to_datetime(text)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    return 0.0


class Pace(AutoThrottle):
    """AutoThrottle that never goes faster than a host's robots.txt asks for."""

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        spider: Any = self.crawler.spider
        wished = spider.slowest.get(host_of(response.url), 0.0)
        slot.delay = max(slot.delay, wished)
