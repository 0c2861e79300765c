"""All storefronts of one instant: who is asked, and what the visitor meets with."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from sandbox import days
from sandbox.gateways.desks import Instant
from sandbox.gateways.exchange import Reply, Request, said
from sandbox.gateways.house import end_of_history
from sandbox.storefronts import maps, pages, plans, walls
from sandbox.storefronts.plans import Memory, Plan
from sandbox.storefronts.stores import Store

_CONTROL = "/_sandbox/"
_MARKS = 200_000
_WORTH_ZIPPING = 1_000
_ASIDE = (".xml", ".xml.gz", "/robots.txt")


@dataclass
class Street:
    """Storefronts beside each other, and what each remembers of its visits."""

    stores: dict[str, Store]
    instant: Instant
    memories: dict[str, Memory] = field(default_factory=dict)
    _marks: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def receive(self, name: str, ask: Request) -> tuple[Reply, str]:
        """Return the reply of a storefront and how its transfer goes (empty: well)."""
        if ask.path.startswith(_CONTROL):
            return self._control(ask), ""
        store, memory = self.stores[name], self.memories[name]
        full = f"{ask.path}?{ask.query_text}" if ask.query_text else ask.path
        if not ask.path.endswith(_ASIDE):
            memory.requests += 1
        reply, way = self._answered(store, memory, ask, full)
        memory.paths[full] += 1
        memory.last = time.time()
        memory.first = memory.first or memory.last
        memory.statuses[reply.status] += 1
        memory.body_bytes += len(reply.body)
        return reply, way

    def _answered(
        self, store: Store, memory: Memory, ask: Request, full: str
    ) -> tuple[Reply, str]:
        plan = store.plan
        if ask.path == "/robots.txt":
            return maps.robots(store), ""
        is_aside = ask.path.endswith(_ASIDE)
        if not is_aside and plans.stands(plan, memory, full):
            language = store.style.language
            return walls.page(plan.wall, language, plan.wall_status), ""
        kind = "" if is_aside or ask.path == "/" else plans.trouble(plan, memory, full)
        if kind == "error":
            return Reply(b"<html>Bad Gateway</html>", 502, walls.HTML), ""
        if kind == "throttle":
            headers = (*walls.HTML, ("retry-after", "1"))
            return Reply(b"Too Many Requests", 429, headers), ""
        if kind == "bomb":
            headers = (*walls.HTML, ("content-encoding", "gzip"))
            return Reply(maps.bomb(), 200, headers), ""
        if kind == "huge":
            return Reply(walls.huge(), 200, walls.HTML), ""
        if kind == "loop":
            return pages.moved("/ring/0", 302), ""
        return self._remembered(store, ask, full), kind

    def _remembered(self, store: Store, ask: Request, full: str) -> Reply:
        """Return a page, or 304 where the visitor has it as it stands."""
        day = store.shelf.day(self.instant.now)
        if not store.plan.remembers:
            reply = pages.answer(store, ask.path, ask.query_text, day)
            return _zipped(store, ask, reply)
        key, since = (store.name, full, day), _since(day)
        known = ask.headers.get("if-none-match")
        if known and self._marks.get(key) == known:
            return _unchanged(known, since)
        reply = pages.answer(store, ask.path, ask.query_text, day)
        if reply.status != 200:
            return reply
        mark = f'"{hashlib.blake2b(reply.body, digest_size=10).hexdigest()}"'
        if len(self._marks) >= _MARKS:
            self._marks.clear()
        self._marks[key] = mark
        if known == mark or (not known and _is_older(ask, since)):
            return _unchanged(mark, since)
        headers = (*reply.headers, ("etag", mark), ("last-modified", since))
        return _zipped(store, ask, replace(reply, headers=headers))

    def _control(self, ask: Request) -> Reply:
        """Tell and change what the storefronts show: the instant and their plans."""
        wish = ask.json
        if "now" in wish:
            self.instant.now = int(wish["now"])
        for name, stated in wish.get("plans", {}).items():
            self.plan(name, Plan.of(stated))
        if wish.get("forget"):
            self.forget()
        return said(
            {
                "now": self.instant.now,
                "stores": {
                    name: {
                        "address": store.address,
                        "requests": self.memories[name].requests,
                        "body_bytes": self.memories[name].body_bytes,
                        "first": self.memories[name].first,
                        "last": self.memories[name].last,
                        "statuses": {
                            str(status): count
                            for status, count in self.memories[name].statuses.items()
                        },
                    }
                    for name, store in self.stores.items()
                },
            }
        )

    def plan(self, name: str, plan: Plan) -> None:
        """Let other things befall the visitors of a storefront from now on."""
        self.stores[name].plan = plan
        self._marks.clear()

    def forget(self) -> None:
        """Let the storefronts forget all visits."""
        for name in self.memories:
            self.memories[name] = Memory()


def open_street(stores: Sequence[Store], now: int | None = None) -> Street:
    """Return a street of storefronts at an instant; else when history ends."""
    instant = Instant(end_of_history() if now is None else now)
    named = {store.name: store for store in stores}
    return Street(named, instant, {name: Memory() for name in named})


def _since(day: int) -> str:
    """Return midnight of a day as HTTP writes it: pages change once a day at most."""
    moment = datetime.combine(days.date_of(day), datetime.min.time(), UTC)
    return format_datetime(moment, usegmt=True)


def _is_older(ask: Request, since: str) -> bool:
    """Tell whether the visitor's copy is of this day or later."""
    told = ask.headers.get("if-modified-since")
    if not told:
        return False
    try:
        return parsedate_to_datetime(told) >= parsedate_to_datetime(since)
    except ValueError:
        return False


def _unchanged(mark: str, since: str) -> Reply:
    return Reply(b"", 304, (("etag", mark), ("last-modified", since)))


def _zipped(store: Store, ask: Request, reply: Reply) -> Reply:
    accepts = "gzip" in ask.headers.get("accept-encoding", "")
    if not accepts or not store.plan.zips or len(reply.body) < _WORTH_ZIPPING:
        return reply
    if ask.path.endswith(".gz"):
        return reply
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    body = packer.compress(reply.body) + packer.flush()
    headers = (
        *reply.headers,
        ("content-encoding", "gzip"),
        ("vary", "Accept-Encoding"),
    )
    return Reply(body, reply.status, headers)
