"""Sessions with a platform that answers as a test wants it to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import httpx

from seller_intel.ingestors import calls, replies
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners

BASE = "https://api.example.com"
SECRET = "s3cr&t-of-the-app"
QUICK = Manners(rate=100_000, first_pause=0.001, tries=4, read_seconds=5)


def judge(reply: replies.Reply) -> ApiFault | None:
    """Faults as {"fault": kind, "wait": seconds}."""
    if isinstance(reply.json, dict) and "fault" in reply.json:
        said = f"said {SECRET}"
        return ApiFault(Kind[reply.json["fault"]], said, "7", reply.json.get("wait"))
    return None


def session(handler: Callable, **more) -> Session:
    stated = {"judge": judge, "manners": QUICK, "secrets": [SECRET], "name": "shop"}
    if "transport" not in more:
        more["transport"] = httpx.MockTransport(handler)
    return Session(BASE, **stated | more)


def ask(opened: Session, path: str = "orders"):
    return opened.call(lambda token: calls.get(opened.url(path), {"token": token}))


def ask_in_vain(opened: Session) -> None:
    with contextlib.suppress(ApiFault):
        ask(opened)


def answers(*given):
    """Return a handler that gives one answer after another, then an empty object."""
    left = list(given)

    def handle(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if left else {}
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    return handle
