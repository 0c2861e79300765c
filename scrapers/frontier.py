"""The memory of a crawl: which pages it knows, which are due, what came of each.

One SQLite file per source. It is a cache: without it the next crawl asks for every page
in full. Within a run it is what a killed crawl goes on from.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from scrapers.job import host_of
from scrapers.sameness import id_of, plain_url

# How many of the pages that are due a host holds ready at once.
_BATCH = 32
_SCHEMA = """
create table if not exists pages (
    id blob primary key, url text not null, host text not null, kind text not null,
    depth integer not null, barren integer not null, run text, linked text,
    state integer not null, priority real not null, outcome text, detail text,
    etag text, modified text, digest text, status integer, headers text,
    verdict text, shape text, bytes integer, seconds real, fetched_at text,
    changed_at text, items integer, address text,
    lines blob, reader text
) without rowid;
create index if not exists due on pages (run, state, host, priority);
create table if not exists facts (name text primary key, value text) without rowid;
create table if not exists hosts (
    run text, host text, decision text, primary key (run, host)
) without rowid;
"""
# What is asked for first: without the lists no product is found.
_ORDER = {"start": 0.0, "sitemap": 0.1, "next": 0.2, "list": 0.3, "product": 0.5}
_LONGEST = 2_000


@dataclass(frozen=True)
class Due:
    """A page to be asked for, with what an earlier answer left to compare with."""

    id: bytes
    url: str
    host: str
    kind: str
    depth: int
    barren: int
    etag: str | None = None
    modified: str | None = None
    digest: str | None = None
    headers: str | None = None
    status: int | None = None
    verdict: str | None = None
    lines: bytes | None = None
    reader: str | None = None


_TAKEN = """
select id, url, host, kind, depth, barren, etag, modified, digest, headers, status,
    verdict, lines, reader
from pages where run = ? and state = 0 and host = ? order by priority limit ?
"""
_LEADING = """
select 1 from pages
where run = ? and state = 1 and host = ? and kind in ('start', 'sitemap') limit 1
"""
_MAPPING = _LEADING.replace("('start', 'sitemap')", "('sitemap')")
_CHANGED = """
update pages set run = ?1, state = 0, outcome = null, depth = 1, barren = 0,
    priority = 0.6 + 0.3 * ranks.place
from (
    select id as ranked, percent_rank() over (order by changed_at desc) as place
    from pages where kind = 'product' and verdict = 'product'
) as ranks
where id = ranked and run is not ?1
"""
_UNSEEN = _CHANGED.replace("changed_at desc", "fetched_at")
# Of the last ten years the latest day first, within the pages that were never seen
# (from 0.5 on) and within those that changed since they were (from 0.55 on).
_HEARD = """
update pages set priority = case when fetched_at is null then 0.5 else 0.55 end
    + 0.04 * min(1, max(0, julianday(?4) - julianday(?1)) / 3650)
where id = ?3 and run = ?2 and state = 0
    and (fetched_at is null or not ?5 and julianday(fetched_at) < julianday(?1))
"""
_RESULT = """
update pages set state = 2, outcome = :outcome, detail = :detail,
    fetched_at = :fetched_at, verdict = :verdict, items = :items, bytes = :bytes,
    seconds = :seconds, status = coalesce(:status, status),
    shape = coalesce(:shape, shape), address = :address,
    changed_at = coalesce(:changed_at, changed_at)
where id = :id
"""
_ANSWER = """
update pages set etag = :etag, modified = :modified, digest = :digest,
    headers = :headers, lines = :lines, reader = :reader
where id = :id
"""


@dataclass
class Frontier:
    """The open memory of one source, within one run."""

    database: sqlite3.Connection
    run: str
    is_sweep: bool = False
    is_sample: bool = False
    due: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    """Links that were not made due in this run, by the bound that they lay beyond."""

    def fact(self, name: str) -> str | None:
        """Return one fact that outlives the process."""
        row = self.database.execute(
            "select value from facts where name = ?", [name]
        ).fetchone()
        return row[0] if row else None

    def state(self, name: str, value: str) -> None:
        """Keep one fact."""
        self.database.execute(
            "insert or replace into facts values (?, ?)", [name, value]
        )

    def add(self, links: Iterable[tuple[str, str, int, int]]) -> int:
        """Make pages due, once in a run; return how many were linked first now.

        A link is an address, its kind, its depth and how barren the trail to it is.
        """
        found = 0
        for url, kind, depth, barren in links:
            if len(url) > _LONGEST:
                self.passed_over["address too long"] += 1
                continue
            plain = plain_url(url)
            before = self.database.total_changes
            self.database.execute(
                "insert into pages (id, url, host, kind, depth, barren, run, linked,"
                " state, priority) values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
                " on conflict (id) do update set linked = excluded.linked,"
                " state = case when run is excluded.run then state else 0 end,"
                " outcome = case when run is excluded.run then outcome end,"
                " depth = case when run is excluded.run then depth"
                " else excluded.depth end,"
                " barren = excluded.barren, kind = excluded.kind,"
                " priority = case when run is excluded.run then priority"
                " else excluded.priority end, run = excluded.run"
                " where linked is not excluded.linked",
                [
                    *(id_of(url), plain, host_of(plain), kind, depth, barren),
                    *(self.run, self.run, self._urgency(kind, depth)),
                ],
            )
            if self.database.total_changes > before:
                found += 1
                self.due[host_of(plain)] += 1
        return found

    def _urgency(self, kind: str, depth: int) -> float:
        first = self.is_sample and kind == "product"
        return (_ORDER["start"] if first else _ORDER[kind]) + depth / 1000

    def hear_of_changes(self, told: Mapping[str, str | None], at: datetime) -> None:
        """Ask sooner for what changed lately, as a sitemap says: instants by address.

        What is new comes first, then what changed since we last saw it, then the rest;
        in a sweep the order of what we have seen stays.
        """
        if self.is_sample:
            return
        when = at.isoformat()
        self.database.executemany(
            _HEARD,
            (
                (changed, self.run, id_of(url), when, self.is_sweep)
                for url, changed in told.items()
                if changed
            ),
        )

    def remember(self) -> None:
        """Make the products of earlier runs due: what changed recently comes first.

        In a sweep, which asks for every page in full, what was not seen for longest.
        """
        self.database.execute(_UNSEEN if self.is_sweep else _CHANGED, [self.run])

    def resume(self) -> None:
        """Make due again what a killed process had asked for; count what is due."""
        self.database.execute(
            "update pages set state = 0 where run = ? and state = 1", [self.run]
        )
        told = self.fact(f"passed over {self.run}")
        self.passed_over = Counter(orjson.loads(told) if told else {})
        self.due = Counter(
            dict(
                self.database.execute(
                    "select host, count(*) from pages where run = ? and state = 0"
                    " group by host",
                    [self.run],
                )
            )
        )

    def take(self, host: str, is_idle: bool = True) -> list[Due]:
        """Hand out the next pages of a host, most urgent first.

        No product while its sitemaps are on their way: they tell the order. A host of
        which nothing is under way waits for none. Sitemaps come one at a time, since
        each may hold 50,000 addresses.
        """
        batch = 1 if self.is_sample else _BATCH
        rows = self.database.execute(_TAKEN, [self.run, host, batch]).fetchall()
        kinds = {row[3] for row in rows}
        waits = not self.is_sample and (
            not kinds.isdisjoint(("start", "sitemap"))
            or (not is_idle and any(self.rows(_LEADING, self.run, host)))
        )
        if waits:
            rows = [row for row in rows if row[3] != "product"]
            first = next((n for n, row in enumerate(rows) if row[3] == "sitemap"), None)
            if first is not None:
                is_busy = any(self.rows(_MAPPING, self.run, host))
                rows = rows[: first if is_busy else first + 1]
        self.database.executemany(
            "update pages set state = 1 where id = ?", [[row[0]] for row in rows]
        )
        self.due[host] -= len(rows)
        if len(rows) < batch and not waits:
            self.due[host] = 0
        return [Due(*row) for row in rows]

    def is_done(self, url: str) -> bool:
        """Tell whether a page was read in this run already."""
        row = self.database.execute(
            "select 1 from pages where id = ? and run = ? and state = 2",
            [id_of(url), self.run],
        ).fetchone()
        return row is not None

    def finish(self, page: bytes, told: dict[str, Any]) -> None:
        """Write down what came of a page; with `digest`, what its answer was."""
        unsaid = dict.fromkeys(("status", "shape", "changed_at", "address"))
        facts = {"id": page, **unsaid, **told}
        self.database.execute(_RESULT, facts)
        if "digest" in told:
            self.database.execute(_ANSWER, facts)

    def confirm(self, page: bytes, verdict: str | None, items: int) -> None:
        """Write down that a page is what it was."""
        self.database.execute(
            "update pages set verdict = ?, items = ? where id = ?",
            [verdict, items, page],
        )

    def decide(self, host: str, decision: str) -> None:
        """Write down what the robots.txt of a host lets us do."""
        self.database.execute(
            "insert or replace into hosts values (?, ?, ?)", [self.run, host, decision]
        )

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield what the memory answers."""
        yield from self.database.execute(query, values)


def opened(folder: Path, run: str) -> Frontier:
    """Open the memory of a source; one that cannot be read is begun anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "memory.sqlite"
    try:
        return Frontier(_connect(path), run)
    except sqlite3.DatabaseError:
        for left in folder.glob("memory.sqlite*"):
            left.unlink()
        return Frontier(_connect(path), run)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = normal")
    database.executescript(_SCHEMA)
    return database
