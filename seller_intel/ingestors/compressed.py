"""Files as they arrive, plain, gzipped or zipped, opened within bounds."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from seller_intel.ingestors.refusals import FileRefused

_DATA = [
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".xlsb",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".json",
]
_ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst")
_SYMLINK = 0o120000


@dataclass(frozen=True)
class Limits:
    """How large what we read may be, on disk and unpacked."""

    file_bytes: int = 8 << 30
    unpacked_bytes: int = 64 << 30
    # an archive that unpacks to more than this many times its size is a bomb
    ratio: int = 300
    # below this size no ratio is suspicious
    free_bytes: int = 32 << 20
    members: int = 1000
    # workbooks and zipped Parquet are unpacked in memory
    workbook_bytes: int = 512 << 20
    rows_in_memory_bytes: int = 192 << 20


@dataclass(frozen=True)
class Part:
    """One table file: the file itself, what a gzip holds, or one member of a zip."""

    name: str
    packed_bytes: int
    limits: Limits
    _open: Callable[[], BinaryIO]
    path: Path | None = None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open the unpacked bytes as a stream; what breaks the bounds is refused."""
        try:
            with self._open() as raw:
                bounded = _Bounded(raw, self)
                yield cast(BinaryIO, io.BufferedReader(bounded, 1 << 18))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise FileRefused(
                f"{self.name}: truncated or damaged archive: {error}"
            ) from error
        except OSError as error:
            raise FileRefused(f"{self.name}: cannot be read: {error}") from error

    def whole(self) -> bytes:
        """Return all bytes, for formats that cannot be streamed."""
        with self.opened() as stream:
            data = stream.read(self.limits.workbook_bytes + 1)
        if len(data) > self.limits.workbook_bytes:
            raise FileRefused(
                f"{self.name}: larger than {_size(self.limits.workbook_bytes)}"
                " in memory; export it as CSV"
            )
        return data


class _Bounded(io.RawIOBase):
    """Counts unpacked bytes and stops at the bounds."""

    def __init__(self, raw: BinaryIO, part: Part):
        self._raw, self._part, self._count = raw, part, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        size = len(data)
        buffer[:size] = data
        self._count += size
        limits = self._part.limits
        if self._count > limits.unpacked_bytes:
            raise FileRefused(
                f"{self._part.name}: unpacks to more than"
                f" {_size(limits.unpacked_bytes)}"
            )
        grown = self._count > self._part.packed_bytes * limits.ratio
        if grown and self._count > limits.free_bytes:
            raise FileRefused(
                f"{self._part.name}: unpacks to over {limits.ratio} times its size:"
                " taken for a decompression bomb"
            )
        return size


def parts(path: Path, name: str, limits: Limits | None = None) -> list[Part]:
    """Return the table files a file holds, under names that people recognise."""
    limits = limits or Limits()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise FileRefused(f"{name}: cannot be read: {error}") from error
    if size > limits.file_bytes:
        raise FileRefused(f"{name}: larger than {_size(limits.file_bytes)}")
    if size == 0:
        raise FileRefused(f"{name}: empty, not even a header")
    if head[:2] == b"\x1f\x8b":
        return [Part(name, size, limits, lambda: cast(BinaryIO, gzip.open(path, "rb")))]
    if head == b"PK\x03\x04" and not _is_workbook(path):
        return _members(path, name, limits)
    return [Part(name, size, limits, lambda: path.open("rb"), path)]


def workbook_size(file: Path | BinaryIO, name: str, limits: Limits) -> int:
    """Return the unpacked size of an XLSX, counted rather than believed."""
    total = 0
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise FileRefused(f"{name}: a workbook of {len(members)} parts")
            for member in members:
                packed = max(member.compress_size, 1)
                with archive.open(member) as stream:
                    size = 0
                    while chunk := stream.read(1 << 20):
                        size += len(chunk)
                        bomb = size > packed * limits.ratio and size > limits.free_bytes
                        if bomb or total + size > limits.workbook_bytes:
                            raise FileRefused(
                                f"{name}: the workbook unpacks to more than"
                                f" {_size(total + size)}: too large or a bomb;"
                                " export it as CSV"
                            )
                total += size
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise FileRefused(f"{name}: damaged workbook: {error}") from error
    return total


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names or "xl/workbook.xml" in names


def _members(path: Path, name: str, limits: Limits) -> list[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise FileRefused(f"{name}: truncated or damaged archive: {error}") from error
    if len(infos) > limits.members:
        raise FileRefused(f"{name}: holds {len(infos)} files, over {limits.members}")
    found = []
    for info in infos:
        member = _member_name(info)
        _check_member(name, member, info)
        if not info.is_dir() and not _is_litter(member):
            found.append((f"{name}/{member}", info))
    names = [member for member, _ in found]
    if len(set(names)) < len(names):
        raise FileRefused(f"{name}: holds two files of one name")
    if not found:
        raise FileRefused(f"{name}: holds no table file ({', '.join(_DATA[:6])}, ...)")
    return [
        Part(member, info.compress_size, limits, _opener(path, info.header_offset))
        for member, info in sorted(found, key=lambda each: each[0])
    ]


def _opener(path: Path, offset: int) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        archive = zipfile.ZipFile(path)
        info = next(each for each in archive.infolist() if each.header_offset == offset)
        return cast(BinaryIO, _Member(archive, info))

    return open_member


class _Member(io.RawIOBase):
    """A member of a zip that closes its archive with itself."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo):
        self._archive = archive
        self._stream = archive.open(info)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._archive.close()
        super().close()


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese tools write GBK and say nothing."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _check_member(name: str, member: str, info: zipfile.ZipInfo) -> None:
    place = PurePosixPath(member.replace("\\", "/"))
    is_outside = place.is_absolute() or ".." in place.parts or ":" in member[:3]
    if (
        is_outside
        or "\x00" in member
        or info.external_attr >> 16 & 0o170000 == _SYMLINK
    ):
        raise FileRefused(f"{name}: the member {member!r} points outside the archive")
    if info.flag_bits & 0x1:
        raise FileRefused(f"{name}: {member} is encrypted; unpack it with its password")
    if place.suffix.lower() in _ARCHIVES:
        raise FileRefused(f"{name}: {member} is an archive inside an archive")


def _is_litter(member: str) -> bool:
    place = PurePosixPath(member)
    return (
        place.parts[0] == "__MACOSX"
        or place.name.startswith((".", "~$"))
        or place.suffix.lower() not in _DATA
    )


def _size(count: int) -> str:
    return f"{count / (1 << 20):,.0f} MB"
