"""Sitemaps: addresses and change dates from XML, plain text and robots.txt.

They are read piece by piece and bounded, so that a sitemap of a million addresses or a
bomb of entities costs no more than its bound.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

MAX_ADDRESSES = 50_000
"""Of one file, as sitemaps.org bounds it."""
MAX_BYTES = 52_428_800
"""Of one file unpacked (50 MiB), as sitemaps.org bounds it."""
CUT = "beyond the bound of a sitemap"
"""What is said of a file that was read to its bound only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An address of a sitemap; `is_index` leads to another sitemap."""

    url: str
    is_index: bool = False
    changed_at: datetime | None = None


def is_sitemap(body: bytes) -> bool:
    """Tell whether a body is a sitemap, packed or not."""
    if body[:2] == b"\x1f\x8b":
        body = next(_unpacked(body), b"")
    return bool(re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", body[:2048]))


def entries(body: bytes, limit: int = MAX_ADDRESSES) -> Iterator[Entry]:
    """Yield the addresses of a sitemap, at most `limit`, as far as it is readable."""
    chunks = _unpacked(body) if body[:2] == b"\x1f\x8b" else _cut(body)
    first = next(chunks, b"")
    if b"<" not in first[:2048]:
        yield from _from_text(first, chunks, limit)
        return
    parser = etree.XMLPullParser(
        events=("end",), resolve_entities=False, no_network=True, recover=True
    )
    count = 0
    seen = 0
    for chunk in _with(first, chunks):
        seen += len(chunk)
        if seen > MAX_BYTES:
            return
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError:
            return
        for _, element in parser.read_events():
            name = etree.QName(element.tag).localname if _is_named(element) else ""
            if name not in ("url", "sitemap"):
                continue
            address, changed = _stated(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if address:
                yield Entry(address, name == "sitemap", _time(changed))
                count += 1
                if count >= limit:
                    return


def from_robots(body: bytes) -> list[str]:
    """Return the sitemaps that a robots.txt names."""
    text = body[:512_000].decode("utf-8", "replace")
    return re.findall(r"(?im)^\s*sitemap\s*:\s*(https?://\S+)", text)


def _is_named(element: etree._Element) -> bool:
    return isinstance(element.tag, str)


def _stated(element: etree._Element) -> tuple[str, str]:
    address = changed = ""
    for child in element:
        name = etree.QName(child.tag).localname if _is_named(child) else ""
        if name == "loc" and not address:
            address = "".join((child.text or "").split())
        elif name == "lastmod":
            changed = (child.text or "").strip()
    return (address if address.startswith(("http://", "https://")) else ""), changed


def _time(text: str) -> datetime | None:
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stated if stated.tzinfo else stated.replace(tzinfo=UTC)


def _from_text(first: bytes, rest: Iterator[bytes], limit: int) -> Iterator[Entry]:
    body = io.BytesIO(b"".join(_with(first, rest))[:MAX_BYTES])
    count = 0
    for line in body:
        address = line.decode("utf-8", "replace").strip()
        if address.startswith(("http://", "https://")):
            yield Entry(address)
            count += 1
            if count >= limit:
                return


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _cut(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Yield a packed body piece by piece, at most `MAX_BYTES` of it."""
    left = MAX_BYTES
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        while left > 0:
            try:
                chunk = stream.read(min(65_536, left))
            except (EOFError, OSError, zlib.error):
                return
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
