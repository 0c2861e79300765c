"""What passes between a client and a gateway: requests, replies, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import orjson

JSON = (("content-type", "application/json;charset=UTF-8"),)


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent_path: str = ""
    """The path with the prefix that only this server knows; signatures cover it."""
    repeats: bool = False
    """A fault: rows of the page before come again."""

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the parameters of the address."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the parameters of address and form body together."""
        text = self.body.decode("utf-8", "replace")
        return self.query | dict(parse_qsl(text, keep_blank_values=True))

    @cached_property
    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body; an empty one where it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Reply:
    """A reply as it goes over the wire."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = JSON


class Refused(Exception):
    """A request that the platform answers with an error of its own."""

    def __init__(self, reply: Reply):
        super().__init__(reply.status)
        self.reply = reply


def said(content: Any, status: int = 200, **headers: str) -> Reply:
    """Return a reply of JSON; an underscore in the name of a header is a hyphen."""
    more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(orjson.dumps(content), status, JSON + more)
