"""One table of a file on its way into the landings, until it is certain."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from seller_intel.extraction import Asked
from seller_intel.ingestors import file_reading
from seller_intel.ingestors.chunks import Chunk
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.file_outcomes import FileOutcome
from seller_intel.ingestors.file_reading import FileRead
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.rows import Problem, Record
from seller_intel.ingestors.seen import Scattered
from seller_intel.landing import Mark, Writer


class Draft:
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
