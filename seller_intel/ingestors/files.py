"""The file ingestor: a drop folder of export files, each landed once."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from seller_intel import landing
from seller_intel.extraction import Asked, Got
from seller_intel.ingestors import (
    binding,
    compressed,
    contracts,
    drop_folders,
    file_reading,
    rows,
)
from seller_intel.ingestors.chunks import Chunk
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.drop_folders import Found
from seller_intel.ingestors.file_reading import FileRead, window_of
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.rows import Problem, Reading, Record
from seller_intel.ingestors.seen import Scattered
from seller_intel.landing import Mark, Writer
from seller_intel.personal import Hasher
from seller_intel.sources import Shop, Source

__all__ = [
    "FileOutcome",
    "FileRefused",
    "Problem",
    "Record",
    "collect",
    "read",
    "reread",
    "window_of",
]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileOutcome:
    """What became of one table file.

    landed, known; refused; growing and held (its delivery is not whole), both left for
    the next run; outside the days that a backfill asks for.

    It is known again by three marks: `seen` (name, size, time of change), `bytes`
    (of the file as it lies there) and `content` (of the records it gives, so that the
    same rows under another name or in another encoding are known).
    """

    name: str
    contract: Contract | None
    status: str
    seen: str = ""
    bytes: str = ""
    content: str = ""
    reason: str = ""
    read: FileRead | None = None

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The whole local days it covers, half-open."""
        told = self.read
        if told is None or told.first_date is None or told.last_date is None:
            return None
        zone = ZoneInfo(told.zone)
        after = told.last_date + timedelta(days=1)
        return (
            datetime.combine(told.first_date, time.min, zone),
            datetime.combine(after, time.min, zone),
        )

    def entry(self) -> dict[str, Any]:
        """Return its line in the manifest."""
        told = self.read or FileRead(self.name)
        return {
            "name": self.name,
            "contract": self.contract.name if self.contract else None,
            "status": self.status,
            "seen": self.seen,
            "bytes": self.bytes,
            "content": self.content,
            "streams": list(told.streams),
            "rows": told.rows,
            "problems": told.problems,
            "encoding": told.encoding,
        }

    @property
    def marks(self) -> set[str]:
        """Return what the file is known by the next time."""
        return {self.seen, self.bytes, self.content} - {""}


def collect(asked: Asked) -> Got:
    """Land every file of the folder not landed yet; a bad one stops no other."""
    outcomes: list[FileOutcome] = []
    known = set(asked.known)
    found = drop_folders.files(asked.source)
    for name, group in groupby(_by_contract(found), key=lambda each: each.contract):
        try:
            contract = contracts.load(name)
        except contracts.ContractError as error:
            outcomes.append(FileOutcome(name, None, "refused", reason=str(error)))
            continue
        for outcome in _contract_files(asked, contract, list(group), known):
            _LOG.info("%s: %s %s", outcome.name, outcome.status, outcome.reason)
            outcomes.append(outcome)
    return _got(asked, outcomes)


def read(
    path: Path,
    contract: Contract,
    *,
    shop: Shop | None,
    source: str,
    as_of: datetime,
    hasher: Hasher,
    name: str | None = None,
) -> Iterator[Record | Problem]:
    """Yield what a file holds: records, and problems where a row gives none."""
    for part in compressed.parts(path, name or path.name):
        context = file_reading.context_of(part.name, shop, source, as_of, hasher)
        told = FileRead(part.name)
        yield from file_reading.read_part(  # type: ignore[misc]
            part, contract, context, path.parent, told
        )


def reread(
    contract: Contract,
    record: dict[str, Any],
    *,
    stream: str,
    source: Source,
    position: str,
    as_of: datetime,
    hasher: Hasher,
) -> Record | None:
    """Return the record of a quarantined row by the contract as it stands now.

    None where it still cannot be read, and where quarantine kept no cells of it.
    """
    name = position.rpartition(":")[0]
    context = file_reading.context_of(name, source.shop, source.name, as_of, hasher)
    kept = record.get("rows") or [record]
    names = [*contract.columns, *contract.looked_up]
    present = [name for name in names if any(name in each for each in kept)]
    if not present and not record.get("good"):
        return None
    places = {name: at for at, name in enumerate(present)}
    plan = binding.bind(contract, places, context, is_again=True)
    return rows.reread(Reading(name, contract, plan), stream, record, position)


def _by_contract(found: list[Found]) -> list[Found]:
    """Return files with those of one contract together, in the order of first names."""
    order: dict[str, int] = {}
    for each in found:
        order.setdefault(each.contract, len(order))
    return sorted(found, key=lambda each: order[each.contract])


def _contract_files(
    asked: Asked, contract: Contract, group: list[Found], known: set[str]
) -> Iterator[FileOutcome]:
    """Land the files of one contract.

    The files of a `full` contract are one delivery: core closes what the newest lacks.
    So one that is new lands with all the others, none lands where one is refused, and
    a return to earlier content lands.
    """
    drafts: list[_Draft] = []
    if not contract.is_full:
        for each in group:
            yield from _landed(asked, each, contract, known, drafts)
        return
    before = _newest_bytes(asked, contract)
    if before and before == {_bytes_digest(each, contract) for each in group}:
        for each in group:
            yield FileOutcome(each.name, contract, "known")
        return
    alone: set[str] = set()
    outcomes = [
        outcome
        for each in group
        for outcome in _landed(asked, each, contract, alone, drafts)
    ]
    if any(each.status in ("refused", "growing") for each in outcomes):
        for draft in reversed(drafts):
            draft.undo()
        outcomes = [
            replace(each, status="held") if each.status == "landed" else each
            for each in outcomes
        ]
    yield from outcomes


def _newest_bytes(asked: Asked, contract: Contract) -> set[str]:
    """Return the files that the newest landing of a contract's stream was made of."""
    for stream in asked.source.streams:
        if stream.name != contract.streams[0]:
            continue
        runs = landing.runs(stream.stream_id, asked.source.name)
        for run in reversed([run for run in runs if run != asked.run]):
            landed = landing.of(stream.stream_id, asked.source.name, run)
            files = (landed.manifest.get("files") or []) if landed else []
            if files:
                return {
                    entry["bytes"]
                    for entry in files
                    if entry["contract"] == contract.name
                }
    return set()


def _landed(
    asked: Asked,
    found: Found,
    contract: Contract,
    known: set[str],
    done: list[_Draft],
) -> Iterator[FileOutcome]:
    """Land the tables of one file, each for itself; note in `known` what they are."""
    try:
        if _is_outside(asked, found.name, contract):
            yield FileOutcome(found.name, contract, "outside")
            return
        before = found.path.stat()
        seen = _seen(found, contract, before)
        if seen in known:
            yield FileOutcome(found.name, contract, "known", seen)
            return
        mark = _bytes_digest(found, contract)
        if mark in known:
            yield FileOutcome(found.name, contract, "known", seen, mark)
            return
        bounds = drop_folders.limits(asked.source)
        parts = compressed.parts(found.path, found.name, bounds)
        drafts = [_Draft(asked, part, contract, found.path.parent) for part in parts]
        outcomes: list[FileOutcome] = []
        for draft in drafts:
            outcome = draft.landed(known | {each.content for each in outcomes})
            outcomes.append(outcome)
        after = found.path.stat()
    except (FileRefused, OSError) as error:
        yield FileOutcome(found.name, contract, "refused", reason=str(error))
        return
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        for draft in reversed(drafts):
            draft.undo()
        reason = f"{found.name}: changed while it was read; left for the next run"
        yield FileOutcome(found.name, contract, "growing", reason=reason)
        return
    done += drafts
    is_whole = all(outcome.status != "refused" for outcome in outcomes)
    known |= {outcome.content for outcome in outcomes} - {""}
    known |= {seen, mark} if is_whole else set()
    for outcome in outcomes:
        yield replace(outcome, seen=seen, bytes=mark) if is_whole else outcome


def _seen(found: Found, contract: Contract, stat: os.stat_result) -> str:
    """Return the mark of a file that lies there as it lay when it was read."""
    stats = [stat, *(path.stat() for path in _read_with(found, contract)[1:])]
    places = "|".join(f"{each.st_size}|{each.st_mtime_ns}" for each in stats)
    text = f"{found.name}|{places}|{contract.fingerprint}"
    return "seen:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _bytes_digest(found: Found, contract: Contract) -> str:
    """Return the sha256 of a file, its contract and the days that its name states.

    A changed contract reads it anew, and an empty day is not the empty day before.
    """
    digests = []
    for path in _read_with(found, contract):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return ":".join([contract.fingerprint, *_stated(found, contract), *digests])


def _stated(found: Found, contract: Contract) -> list[str]:
    try:
        return [str(day) for day in window_of(found.name, contract) or ()]
    except FileRefused:
        return []  # its reading says why


def _read_with(found: Found, contract: Contract) -> list[Path]:
    """Return a file and those beside that its contract looks things up in."""
    beside = [found.path.parent / each.file for each in contract.lookups]
    return [found.path, *(path for path in beside if path.is_file())]


def _is_outside(asked: Asked, name: str, contract: Contract) -> bool:
    """Say whether a backfill asks for other days than a file's name states."""
    stated = window_of(name, contract) if asked.window else None
    if asked.window is None or stated is None:
        return False
    start, end = (instant.date() for instant in asked.window)
    return stated[1] < start or stated[0] > end


class _Draft:
    """One table on its way into the landings of its streams, until it is certain."""

    def __init__(self, asked: Asked, part: Part, contract: Contract, beside: Path):
        self._asked, self._part = asked, part
        self._contract, self._beside = contract, beside
        self._wanted = {stream.name for stream in asked.source.streams}
        self._writers: dict[str, tuple[Writer, Mark]] = {}

    def landed(self, known: set[str]) -> FileOutcome:
        """Write the records; take them back where the table is refused or known."""
        name, told = self._part.name, FileRead(self._part.name)
        try:
            try:
                content = self._write(told, "runs")
            except Scattered:
                self.undo()
                told = FileRead(name)
                content = self._write(told, "blocks")
        except FileRefused as error:
            self.undo()
            return FileOutcome(
                name, self._contract, "refused", reason=str(error), read=told
            )
        status = "landed"
        if content in known:
            self.undo()
            status = "known"
        elif told.first_date is not None:
            for stream in told.streams:
                self._writer(stream)
        return FileOutcome(name, self._contract, status, content=content, read=told)

    def undo(self) -> None:
        """Forget what was written."""
        for writer, mark in self._writers.values():
            writer.rollback(mark)

    def _write(self, told: FileRead, way: str) -> str:
        """Write what the table gives; return the digest of it, the clock left out."""
        asked = self._asked
        context = file_reading.context_of(
            self._part.name,
            asked.source.shop,
            asked.source.name,
            asked.as_of,
            asked.hasher,
        )
        digests = _Digests(self._contract, context.as_of)
        reading = file_reading.read_part(
            self._part, self._contract, context, self._beside, told, way
        )
        # packing and hashing let other work go on, so one block is written while the
        # next is read
        with ThreadPoolExecutor(1) as behind:
            pending: Future | None = None
            for each in reading:
                if pending is not None:
                    pending.result()
                    pending = None
                if isinstance(each, Chunk):
                    writer = self._writer(each.stream)
                    pending = behind.submit(_write_chunk, each, writer, digests)
                else:
                    self._write_one(each, digests)
            if pending is not None:
                pending.result()
        digests.add("dates", f"{told.first_date}/{told.last_date}".encode())
        return digests.whole()

    def _write_one(self, each: Record | Problem, digests: _Digests) -> None:
        body = orjson.dumps(each.record)
        digests.add(each.stream, body)
        writer = self._writer(each.stream)
        if writer is None:
            return
        fragment: Any = orjson.Fragment(body)
        if isinstance(each, Record):
            writer.record(each.key, each.observed_at, each.source_ref, fragment)
        else:
            writer.error(each.rule, each.reason, each.position, fragment)

    def _writer(self, stream: str) -> Writer | None:
        if stream not in self._wanted:
            return None
        if stream not in self._writers:
            writer = self._asked.writer(stream)
            self._writers[stream] = (writer, writer.mark())
        return self._writers[stream][0]


class _Digests:
    """The content of a table, stream by stream, whatever its name and encoding."""

    def __init__(self, contract: Contract, as_of: str):
        self._contract = contract.name
        self._clock = as_of.encode() if contract.reads_clock else b""
        self._by_stream: dict[str, Any] = {}

    def add(self, stream: str, bodies: bytes | memoryview) -> None:
        """Take in more records of a stream."""
        if self._clock:
            bodies = bytes(bodies).replace(self._clock, b"")
        if stream not in self._by_stream:
            self._by_stream[stream] = hashlib.blake2b(digest_size=16)
        self._by_stream[stream].update(bodies)

    def whole(self) -> str:
        """Return the digest of everything."""
        digest = hashlib.blake2b(self._contract.encode(), digest_size=16)
        for stream, of_stream in sorted(self._by_stream.items()):
            digest.update(stream.encode() + of_stream.digest())
        return digest.hexdigest()


def _write_chunk(chunk: Chunk, writer: Writer | None, digests: _Digests) -> None:
    digests.add(chunk.stream, chunk.bodies)
    if writer is not None:
        writer.block(chunk.lines, chunk.records)


def _got(asked: Asked, outcomes: list[FileOutcome]) -> Got:
    windows: dict[str, list[tuple[datetime, datetime]]] = {}
    full: dict[str, None] = {}
    ignored: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        if outcome.status != "landed" or not (outcome.contract and outcome.read):
            continue
        ignored.setdefault(outcome.contract.name, {}).update(
            dict.fromkeys(outcome.read.ignored_columns)
        )
        for stream in outcome.read.streams:
            if outcome.window:
                windows.setdefault(stream, []).append(outcome.window)
            full |= {stream: None} if outcome.contract.is_full else {}
    return Got(
        windows={stream: _joined(spans) for stream, spans in windows.items()},
        manifest={
            "files": [
                outcome.entry()
                for outcome in outcomes
                if outcome.status in ("landed", "known")
            ],
            "full": sorted(full),
            "ignored_columns": {
                name: list(columns) for name, columns in ignored.items() if columns
            },
            "personal": dict(sorted(asked.hasher.counts.items())),
        },
        failures=[each.reason for each in outcomes if each.status == "refused"],
    )


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans with those that touch made one."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
