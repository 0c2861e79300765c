"""Replies: the body of a response, bounded in size, time and depth."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from seller_intel.ingestors.faults import ApiFault, Kind

DEEPEST = 64
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = bytes(each for each in range(256) if each not in b"[]{}")


@dataclass(frozen=True)
class Bounds:
    """What a reply may cost: bytes after decompression, seconds from first to last."""

    bytes: int = 64 << 20
    seconds: float = 120


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers, and JSON (None where the body is none)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    json: Any = field(repr=False)
    is_json: bool = True
    body: bytes = field(default=b"", repr=False)


def read(
    response: httpx.Response,
    bounds: Bounds,
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """Return the body, refusing what is too large, too slow or packed in a bomb."""
    stated = response.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > bounds.bytes:
        raise _too_large(bounds)
    if response.is_stream_consumed:  # a transport that read it whole
        if len(response.content) > bounds.bytes:
            raise _too_large(bounds)
        return response.content
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "deflate"):
        raise ApiFault(Kind.BAD_REPLY, f"the reply is packed as {encoding[:40]!r}")
    unpack = None
    if encoding in ("gzip", "deflate"):
        unpack = zlib.decompressobj(wbits=47 if encoding == "gzip" else 15)
    until = monotonic() + bounds.seconds
    parts: list[bytes] = []
    size = 0
    for raw in response.iter_raw():
        part = _unpacked(unpack, raw, bounds.bytes - size + 1) if unpack else raw
        size += len(part)
        if size > bounds.bytes:
            raise _too_large(bounds)
        if monotonic() > until:
            said = f"the reply took longer than {bounds.seconds:g} s"
            raise ApiFault(Kind.RETRY, said)
        parts.append(part)
    if unpack and not unpack.eof and size:
        raise ApiFault(Kind.RETRY, "the packed reply ends in the middle")
    return b"".join(parts)


def parsed(body: bytes) -> Any:
    """Return JSON of a body; ValueError where it is none, ApiFault where too deep.

    Whole numbers stay exact; a decimal number of at most 15 digits keeps its value.
    """
    if _is_deep(body):
        raise ApiFault(Kind.BAD_REPLY, f"the reply nests deeper than {DEEPEST} levels")
    return orjson.loads(body)


def mapping(value: Any, what: str) -> dict[str, Any]:
    """Return an object of the reply, or refuse the reply naming what is wrong."""
    if not isinstance(value, dict):
        raise _wrong(value, what, "an object")
    return value


def rows(value: Any, what: str) -> list[dict[str, Any]]:
    """Return a list of objects; missing, null and '' are empty, all else refused."""
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise _wrong(value, what, "a list")
    for each in value:
        if not isinstance(each, dict):
            raise _wrong(each, f"an entry of {what}", "an object")
    return value


def count(value: Any, what: str) -> int:
    """Return a count that may stand as a number or as text."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 19:
        value, is_count = int(value), True
    if not is_count or value < 0:
        raise _wrong(value, what, "a count")
    return value


def identifier(value: Any, what: str) -> str:
    """Return an id as text; what is no whole number or text is refused."""
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is str and (text := value.strip()):
        return text
    raise _wrong(value, what, "an id")


def with_ids(record: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the record with those of its ids that are there made text, in place."""
    for name in names:
        value = record.get(name)
        if type(value) is int:
            record[name] = str(value)
        elif value is not None and type(value) is not str:
            raise _wrong(value, name, "an id")
    return record


def fault_of_status(reply: Reply) -> ApiFault | None:
    """Return what the status alone says, where the platform's envelope says nothing."""
    code = str(reply.status)
    if reply.status in (429, 430):
        named = reply.headers.get("retry-after", "")
        wait = float(named) if named.replace(".", "", 1).isdigit() else None
        return ApiFault(Kind.THROTTLED, "too many requests", code, wait)
    if reply.status >= 500 or reply.status == 408:
        return ApiFault(Kind.RETRY, "the platform failed", code)
    if reply.status == 401:
        return ApiFault(Kind.CREDENTIAL_REFUSED, "not authorised", code)
    if reply.status == 403:
        return ApiFault(Kind.PERMISSION_MISSING, "forbidden", code)
    if reply.status >= 400:
        return ApiFault(Kind.BAD_REQUEST, "the request was refused", code)
    if not reply.is_json:
        return ApiFault(Kind.RETRY, "the reply is no JSON, or cut off", code)
    return None


def _unpacked(unpack: Any, raw: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(raw, max(room, 1))
    except zlib.error as error:
        raise ApiFault(Kind.RETRY, "the packed reply is damaged") from error


def _is_deep(body: bytes) -> bool:
    """Tell whether brackets nest too deep; those within texts are looked past."""
    if _levels(body.translate(None, _BRACKETS)) <= DEEPEST:
        return False
    return _levels(_TEXT.sub(b"", body).translate(None, _BRACKETS)) > DEEPEST


def _levels(brackets: bytes) -> int:
    """Return how many levels brackets nest, or more than DEEPEST.

    Each round peels off the innermost; what a cut reply leaves open counts as well.
    """
    for level in range(DEEPEST + 1):
        before = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(brackets) == before:
            return level + before
    return DEEPEST + 1


def _too_large(bounds: Bounds) -> ApiFault:
    said = f"the reply is larger than {bounds.bytes / (1 << 20):g} MB"
    return ApiFault(Kind.BAD_REPLY, said)


def _wrong(value: Any, what: str, wanted: str) -> ApiFault:
    kind = type(value).__name__
    return ApiFault(Kind.BAD_REPLY, f"{what} should be {wanted}, not {kind}")
