"""robots.txt: obeyed as RFC 9309 says, with the decision kept for every host."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from protego import Protego
from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.gate import Refused
from scrapers.job import host_of

# A host that wants longer between two requests is not crawled faster than this.
LONGEST_DELAY = 60.0
_LIMIT = 512 * 1024


class Robots(RobotsTxtMiddleware):
    """Asks robots.txt once per host and run; every request waits for the answer.

    RFC 9309, 2.3.1: rules are followed; a client error means that there are none; a
    server error or a host that cannot be reached means that nothing may be asked.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.told: dict[str, asyncio.Task[_Rules | None]] = {}

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Refuse what the host asks us not to fetch."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        origin = "/".join(request.url.split("/")[:3])
        if origin not in self.told:
            self.told[origin] = asyncio.ensure_future(self._ask(origin, request))
        rules = await self.told[origin]
        host = host_of(request.url)
        if rules is None:
            raise Refused("robots_unreachable", f"robots.txt of {host} is out of reach")
        if not rules.allowed(request.url, self._default_useragent):
            raise Refused("robots_refused", f"robots.txt of {host} forbids it")

    async def _ask(self, origin: str, request: Request) -> _Rules | None:
        asked = Request(
            f"{origin}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True},
            callback=NO_CALLBACK,
        )
        decision: dict[str, Any]
        try:
            response = await self.crawler.engine.download_async(asked)
        except Exception as error:
            decision = {"decision": "unreachable", "detail": str(error) or repr(error)}
            self._decide(request, decision)
            return None
        decision = {"status": response.status}
        rules = self._rules(response, decision, request)
        self._decide(request, decision)
        return rules

    def _rules(
        self, response: Response, decision: dict[str, Any], request: Request
    ) -> _Rules | None:
        if response.status >= 500 or response.status == 429:
            decision["decision"] = "refused"
            return None
        if response.status >= 300:
            decision["decision"] = "no_rules"
            return _Rules(Protego.parse(""))
        rules = _Rules(
            Protego.parse(response.body[:_LIMIT].decode("utf-8-sig", "ignore"))
        )
        decision["decision"] = "rules"
        decision["sitemaps"] = list(rules.stated.sitemaps)[:50]
        wished = rules.stated.crawl_delay(self._default_useragent)
        if wished:
            decision["crawl_delay"] = float(wished)
            self._slow_down(request, min(float(wished), LONGEST_DELAY))
        return rules

    def _slow_down(self, request: Request, delay: float) -> None:
        """Keep the pause the host asks for, whatever the source says."""
        downloader = self.crawler.engine.downloader
        _, slot = downloader._get_slot(request)
        slot.delay = max(slot.delay, delay)
        slot.jitter = 0.0
        spider: Any = self.crawler.spider
        spider.slowest[host_of(request.url)] = delay

    def _decide(self, request: Request, decision: dict[str, Any]) -> None:
        spider: Any = self.crawler.spider
        host = request.url.split("/")[2]
        spider.frontier.decide(host, orjson.dumps(decision).decode())
        spider.heard_robots(request.url, decision)


class _Rules:
    """The rules of one host."""

    def __init__(self, rules: Protego) -> None:
        self.stated = rules

    def allowed(self, url: str, user_agent: str) -> bool:
        """Tell whether an address may be asked for."""
        return self.stated.can_fetch(url, user_agent)
