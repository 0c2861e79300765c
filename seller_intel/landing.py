"""Landing: one complete, immutable file of JSON lines per stream, source and run."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
import orjson
from isal import igzip, isal_zlib

from seller_intel import settings

VERSION = "1"
_LEVEL = 1
# What a member that was cut or garbled is told by.
_DAMAGE: tuple[type[BaseException], ...] = (
    *(OSError, EOFError, gzip.BadGzipFile),
    cast(type[Exception], isal_zlib.error),
)


class LandingDamaged(RuntimeError):
    """A landing file is not what its manifest says."""


@dataclass(frozen=True)
class Landed:
    """One landing: where it is and what its manifest says."""

    stream_id: str
    source: str
    run: str
    manifest: dict[str, Any]

    @property
    def path(self) -> str:
        """Where the records are."""
        return path_of(self.stream_id, self.source, self.run)


@dataclass(frozen=True)
class Mark:
    """A place in a landing being written, to which it can be rolled back."""

    offset: int
    records: int
    errors: int


def path_of(stream_id: str, source: str, run: str) -> str:
    """Return where the records of one run are kept, whether or not they exist yet."""
    return f"{_folder(stream_id, source)}/run={run}.jsonl.gz"


def manifest_path(stream_id: str, source: str, run: str) -> str:
    """Return where the manifest is kept; a landing without one does not exist."""
    return f"{_folder(stream_id, source)}/run={run}.json"


def of(stream_id: str, source: str, run: str) -> Landed | None:
    """Return one landing, or None where it does not exist."""
    file_system, path = _place(manifest_path(stream_id, source, run))
    if not file_system.exists(path):
        return None
    return Landed(stream_id, source, run, orjson.loads(file_system.cat_file(path)))


def runs(stream_id: str, source: str) -> list[str]:
    """Return the runs landed for one stream and source, oldest first."""
    file_system, path = _place(_folder(stream_id, source))
    if not file_system.exists(path):
        return []
    names = [Path(entry).name for entry in file_system.ls(path, detail=False)]
    return sorted(
        name.removeprefix("run=").removesuffix(".json")
        for name in names
        if name.startswith("run=") and name.endswith(".json")
    )


@contextmanager
def lines(landed: Landed) -> Iterator[Iterator[bytes]]:
    """Open the lines of a landing; at their end the file is compared with its sha256.

    The last line is yielded before the comparison, so a caller must read to the end
    before it keeps what it read.
    """
    file_system, path = _place(landed.path)
    with file_system.open(path, "rb") as raw:
        hashing = _Hashing(cast(BinaryIO, raw))
        buffered = io.BufferedReader(hashing, 1 << 18)
        with igzip.IGzipFile(fileobj=buffered) as text:
            yield _checked(cast(Iterator[bytes], text), hashing, landed)


def _checked(
    text: Iterator[bytes], hashing: _Hashing, landed: Landed
) -> Iterator[bytes]:
    try:
        yield from text
    except _DAMAGE as error:
        raise LandingDamaged(f"{landed.path} cannot be read: {error}") from error
    hashing.drain()
    if hashing.digest.hexdigest() != landed.manifest["sha256"]:
        raise LandingDamaged(
            f"{landed.path} changed after it was landed (its sha256 is not the"
            " manifest's); land the run again"
        )


class Writer:
    """Writes one landing; nothing of it exists before `finish`."""

    def __init__(self, stream_id: str, source: str, run: str, scratch: Path):
        self.stream_id, self.source, self.run = stream_id, source, run
        self.records = 0
        self.errors = 0
        self._draft = scratch / f"{stream_id}-{secrets.token_hex(4)}.jsonl.gz"
        self._raw = self._draft.open("w+b")
        self._member = self._open_member()

    def record(
        self, key: str, observed_at: str, source_ref: str, record: Mapping[str, Any]
    ) -> None:
        """Add one record."""
        self._member.write(
            orjson.dumps(
                {
                    "key": key,
                    "observed_at": observed_at,
                    "source_ref": source_ref,
                    "record": record,
                }
            )
            + b"\n"
        )
        self.records += 1

    def block(self, lines: memoryview, records: int) -> None:
        """Add records that are written as lines already."""
        self._member.write(lines)
        self.records += records

    def error(
        self, rule: str, reason: str, position: str, record: Mapping[str, Any]
    ) -> None:
        """Add a line of which no record could be made."""
        line = {
            "key": None,
            "error": {"rule": rule, "reason": reason, "position": position},
            "record": record,
        }
        self._member.write(orjson.dumps(line, default=str) + b"\n")
        self.errors += 1

    def mark(self) -> Mark:
        """Return a place to which this landing can be rolled back."""
        self._member.close()
        place = Mark(self._raw.tell(), self.records, self.errors)
        self._member = self._open_member()
        return place

    def rollback(self, place: Mark) -> None:
        """Forget what was written since a mark."""
        self._member.close()
        self._raw.seek(place.offset)
        self._raw.truncate()
        self.records, self.errors = place.records, place.errors
        self._member = self._open_member()

    def finish(self, manifest: Mapping[str, Any]) -> Landed:
        """Put the file in its place, then the manifest that makes it exist."""
        self._member.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        target = path_of(self.stream_id, self.source, self.run)
        stated = {
            "stream_id": self.stream_id,
            "source": self.source,
            "run": self.run,
            "extractor": VERSION,
            **manifest,
            "records": self.records,
            "errors": self.errors,
            "bytes": self._draft.stat().st_size,
            "sha256": _sha256(self._draft),
        }
        _put(self._draft, target)
        note = self._draft.with_suffix(".json")
        note.write_bytes(orjson.dumps(stated, option=orjson.OPT_INDENT_2))
        _put(note, manifest_path(self.stream_id, self.source, self.run))
        return Landed(self.stream_id, self.source, self.run, stated)

    def discard(self) -> None:
        """Leave no trace."""
        self._member.close()
        self._raw.close()
        self._draft.unlink(missing_ok=True)

    def _open_member(self) -> io.BufferedWriter:
        member = igzip.IGzipFile(
            filename="", mode="wb", fileobj=self._raw, compresslevel=_LEVEL, mtime=0
        )
        return io.BufferedWriter(member, 1 << 18)


@contextmanager
def scratch() -> Iterator[Path]:
    """Open a folder for drafts on the landing's own disk, empty again at the end."""
    config = settings.current()
    config.home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".landing-", dir=config.home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Hashing(io.RawIOBase):
    """Passes bytes on and keeps their sha256."""

    def __init__(self, raw: BinaryIO):
        self._raw = raw
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        return len(data)

    def drain(self) -> None:
        """Read what the decompressor left behind the last member."""
        while data := self._raw.read(1 << 20):
            self.digest.update(data)


def _folder(stream_id: str, source: str) -> str:
    return f"{settings.current().landing.rstrip('/')}/{stream_id}/source={source}"


def _place(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    file_system, path = fsspec.core.url_to_fs(url)
    return file_system, path


def _put(draft: Path, target: str) -> None:
    """Move a finished local file to its place, whole or not at all."""
    file_system, path = _place(target)
    if "file" in file_system.protocol:
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            shutil.move(draft, beside)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    else:
        file_system.put_file(str(draft), path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
