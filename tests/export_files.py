"""Small export files and their reading, for the tests of the file ingestor."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from seller_intel.extraction import Asked, Got
from seller_intel.ingestors import compressed, contracts, file_reading, files
from seller_intel.ingestors.chunks import Chunk
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.file_reading import FileRead
from seller_intel.ingestors.files import Problem, Record
from seller_intel.landing import Writer
from seller_intel.personal import Hasher
from seller_intel.sources import FileRule, Shop, Source, Stream

SHOP = Shop("taobao:1", "Acme", "taobao")
AS_OF = datetime(2026, 1, 31, 6, tzinfo=UTC)
RUN = "20260131T060000"
HASHER = Hasher(b"a key")


def contract(stated: dict) -> Contract:
    """Return a contract stated in place."""
    return contracts.parse("stated", {"title": "stated", **stated})


def read(
    path: Path, of: Contract | str, shop: Shop | None = SHOP
) -> tuple[list[Record], list[Problem]]:
    """Return the records and the problems of a file."""
    of = contracts.load(of) if isinstance(of, str) else of
    found = list(
        files.read(path, of, shop=shop, source="s", as_of=AS_OF, hasher=HASHER)
    )
    return (
        [each for each in found if isinstance(each, Record)],
        [each for each in found if isinstance(each, Problem)],
    )


def landed_lines(path: Path, of: Contract, way: str) -> dict[str, list[bytes]]:
    """Return per stream the lines that one way of reading a file lands."""
    lines: dict[str, list[bytes]] = defaultdict(list)
    for part in compressed.parts(path, path.name):
        context = file_reading.context_of(part.name, SHOP, "s", AS_OF, Hasher(b"k"))
        told = FileRead(part.name)
        for each in file_reading.read_part(part, of, context, path.parent, told, way):
            if isinstance(each, Chunk):
                lines[each.stream] += bytes(each.lines).splitlines()
            else:
                lines[each.stream].append(orjson.dumps(_line(each)))
    return lines


def _line(each: Record | Problem) -> dict:
    if isinstance(each, Record):
        return {
            "key": each.key,
            "observed_at": each.observed_at,
            "source_ref": each.source_ref,
            "record": each.record,
        }
    return each._asdict()


def source(folder: Path, rules: dict[str, str]) -> Source:
    """Return a source of a drop folder."""
    names = dict.fromkeys(
        stream for name in rules.values() for stream in contracts.load(name).streams
    )
    return Source(
        name="s",
        platform="files",
        shop=SHOP,
        folder=folder,
        files=tuple(FileRule(pattern, name) for pattern, name in rules.items()),
        streams=tuple(Stream(f"files__{name}", name, "record") for name in names),
    )


def collect(
    of: Source, known: Iterable[str] = ()
) -> tuple[Got, dict[str, tuple[int, int]]]:
    """Land what a source's folder holds; return per stream the records and errors."""
    writers: dict[str, Writer] = {}
    with tempfile.TemporaryDirectory() as scratch:

        def writer(stream: str) -> Writer:
            if stream not in writers:
                writers[stream] = Writer(f"files__{stream}", "s", RUN, Path(scratch))
            return writers[stream]

        asked = Asked(of, RUN, AS_OF, None, frozenset(known), {}, HASHER, writer)
        got = files.collect(asked)
        counts = {name: (each.records, each.errors) for name, each in writers.items()}
        for each in writers.values():
            each.discard()
    return got, counts


def marks(got: Got) -> set[str]:
    """Return what a landing's files are known by the next time."""
    return {
        entry[name]
        for entry in got.manifest["files"]
        for name in ("seen", "bytes", "content")
    } - {""}
