"""What is done with a page off the reactor: keep it, read it, write its records."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from scrapers import store
from scrapers.items import (
    HINDERED,
    STREAMS,
    Item,
    Page,
    Reading,
    SearchRank,
    Seller,
    as_record,
)

# The canonical stream each item lands in, and what its key is made of.
_LANDED = {
    "listings": "listings",
    "search_ranks": "listings",
    "categories": "categories",
}
_LANDED["sellers"] = "shops"
_KEYS = {
    "listings": ("platform_id", "listing_id", "sku_id", "observed_at"),
    "search_ranks": ("platform_id", "listing_id", "rank_list", "observed_at"),
    "categories": ("platform_id", "platform_category_id", "observed_at"),
    "sellers": ("platform_id", "shop_id"),
}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Task:
    """A page to be read: its body as it came, or the name it is kept under."""

    platform: str
    url: str
    fetched_at: str
    status: int
    headers: Mapping[str, str]
    body: bytes | None
    digest: str | None
    pages: str | None
    limit: int
    rules: Mapping[str, Any] | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    streams: tuple[str, ...] = ()
    """What is wanted of the page; empty is everything."""


@dataclass(frozen=True)
class Told:
    """What came of reading a page; `lines` are landing lines, by stream."""

    verdict: str
    detail: str
    shape: str
    digest: str | None
    size: int
    lines: dict[str, list[bytes]]
    products: tuple[str, ...]
    next_pages: tuple[str, ...]
    categories: tuple[str, ...]
    sitemaps: tuple[str, ...]
    canonical: str | None
    cursor: dict[str, Any]
    content: str
    """What the body is recognised by, whether it is kept or not."""
    changed_at: dict[str, str]
    """When linked products last changed, as a sitemap says, by address."""

    @property
    def items(self) -> int:
        """How many records the page gave."""
        return sum(map(len, self.lines.values()))

    @property
    def is_hindered(self) -> bool:
        """Whether nothing about goods may be concluded from the page."""
        return self.verdict in HINDERED


def work(task: Task) -> Told:
    """Keep and read one page; raises PageMissing where a kept page is gone."""
    body = task.body
    if body is None:
        if not task.pages or not task.digest:
            raise store.PageMissing(f"{task.url} was not kept")
        body = store.get(task.pages, task.digest)
    digest = task.digest
    if task.body is not None and task.pages:
        digest = store.put(task.pages, body)
    return told(task, body, digest)


def told(task: Task, body: bytes, digest: str | None) -> Told:
    """Read a body with the page function of its platform."""
    page = Page(
        url=task.url,
        body=unpacked(body, task.limit),
        fetched_at=datetime.fromisoformat(task.fetched_at),
        status=task.status,
        headers=dict(task.headers),
    )
    reading = read(task.platform, page, task.rules, task.defaults)
    links = reading.links
    return Told(
        verdict=str(reading.verdict),
        detail=reading.detail,
        shape=reading.fingerprint,
        digest=digest,
        size=len(body),
        lines=_lines(task, digest, reading),
        products=links.products,
        next_pages=links.next_pages,
        categories=links.categories,
        sitemaps=links.sitemaps,
        canonical=links.canonical,
        cursor=dict(reading.cursor),
        content=digest or store.digest_of(body),
        changed_at={
            url: changed.astimezone(UTC).isoformat()
            for url, changed in links.changed_at.items()
        },
    )


def read(
    platform: str,
    page: Page,
    rules: Mapping[str, Any] | None,
    defaults: Mapping[str, str],
) -> Reading:
    """Call the page function of a platform with what it takes."""
    module = importlib.import_module(f"scrapers.pages.{platform}")
    takes = inspect.signature(module.read).parameters
    more: dict[str, Any] = {}
    if "rules" in takes and rules:
        more["rules"] = importlib.import_module("scrapers.reading.rules").load(rules)
    if "defaults" in takes and defaults:
        more["defaults"] = dict(defaults)
    return module.read(page, **more)


def unpacked(body: bytes, limit: int) -> bytes:
    """Return a body that is itself a gzip file (a sitemap) as what is in it.

    What would grow beyond the limit is cut there; the page function tells a cut page.
    """
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, limit)
    except zlib.error:
        return body


def _lines(task: Task, digest: str | None, reading: Reading) -> dict[str, list[bytes]]:
    """Return the records of a page as landing lines; the record stands last."""
    lines: dict[str, list[bytes]] = {}
    if reading.verdict in HINDERED:
        return lines
    keys: set[str] = set()
    for item in _distinct(reading):
        stream = STREAMS[type(item)]
        if task.streams and _LANDED[stream] not in task.streams:
            continue
        record = as_record(item)
        if isinstance(record.get("attributes"), dict):
            record["attributes"] = orjson.dumps(record["attributes"]).decode()
        key = "|".join(str(record.get(part, "")) for part in _KEYS[stream])
        if key in keys:
            continue
        keys.add(key)
        line = {
            "key": key,
            "observed_at": record.get("observed_at", task.fetched_at),
            "source_ref": f"{task.url}#{digest}" if digest else task.url,
            "record": record,
        }
        if isinstance(item, Seller):
            # seen again as it was, it is the same record
            del record["observed_at"]
        lines.setdefault(_LANDED[stream], []).append(orjson.dumps(line))
    return lines


def _distinct(reading: Reading) -> Iterator[Item]:
    """Yield the items of a reading but for places that a listing tells itself."""
    told = {
        (each.listing_id, each.rank_list, each.position or each.rank)
        for each in reading.listings
    }
    for item in reading.items:
        is_told = isinstance(item, SearchRank) and (
            (item.listing_id, item.rank_list, item.position) in told
        )
        if not is_told:
            yield item


def seen_again(lines: bytes, at: str) -> dict[str, list[bytes]]:
    """Return the records of a page that did not change, as observed once more."""
    again: dict[str, list[bytes]] = {}
    for stream, kept in orjson.loads(lines).items():
        for line in kept:
            line["key"] = f"{line['key'].rpartition('|')[0]}|{at}"
            line["observed_at"] = line["record"]["observed_at"] = at
            again.setdefault(stream, []).append(orjson.dumps(line))
    return again


def remembered(lines: dict[str, list[bytes]]) -> bytes | None:
    """Return the records of a page in the form that `seen_again` takes.

    None where a record is not an observation: its key does not end in a time.
    """
    if not lines or lines.keys() - {"listings", "categories"}:
        return None
    parts = (
        b'"' + stream.encode() + b'":[' + b",".join(records) + b"]"
        for stream, records in lines.items()
    )
    return b"{" + b",".join(parts) + b"}"


def reader_of(
    platform: str,
    rules: Mapping[str, Any] | None,
    defaults: Mapping[str, str],
    streams: tuple[str, ...] = (),
) -> str:
    """Return a text that changes with the code and the terms pages are read by."""
    folder = Path(__file__).parent
    told = hashlib.blake2b(digest_size=12)
    code = [*folder.glob("pages/*.py"), *folder.glob("reading/**/*.*")]
    for path in sorted([*code, folder / "items.py", folder / "worker.py"]):
        if path.suffix in (".py", ".yml", ".yaml"):
            told.update(path.read_bytes())
    told.update(orjson.dumps([platform, rules, dict(defaults), streams]))
    return told.hexdigest()
