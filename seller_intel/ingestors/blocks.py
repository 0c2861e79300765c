"""Delimited text in blocks: arrays of cells where the text is plain, else its rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import numpy
import pyarrow
import pyarrow.csv

from seller_intel.ingestors.refusals import FileRefused

_CHUNK = 2 << 20
_UNCUT_LIMIT = 16 << 20
# a block that has grown beyond this holds a cell of unusual size
_PLAIN_LIMIT = 6 << 20


@dataclass(frozen=True)
class Shape:
    """How lines fall into cells, and which cells are wanted."""

    name: str
    delimiter: str
    is_quoted: bool
    width: int
    wanted: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Some whole lines: their wanted cells by place, and the lines themselves."""

    first_line: int
    lines: Sequence[int] | None
    columns: list[pyarrow.Array] | None
    text: Iterator[str]

    @property
    def line_numbers(self) -> pyarrow.Array:
        """The line each row starts on."""
        if self.lines is not None:
            return pyarrow.array(self.lines)
        count = len(self.columns[0]) if self.columns else 0
        return pyarrow.array(numpy.arange(self.first_line, self.first_line + count))


def read(
    stream: BinaryIO, codec: str, header_lines: int, shape: Shape
) -> Iterator[Block]:
    """Yield the blocks below the header; the last may be all that cannot be cut.

    One block is read and cut ahead while the one before is worked on.
    """
    blocks = _read(stream, codec, header_lines, shape)
    with ThreadPoolExecutor(1) as ahead:
        pending = ahead.submit(next, blocks, None)
        while (block := pending.result()) is not None:
            pending = ahead.submit(next, blocks, None)
            yield block


def _read(
    stream: BinaryIO, codec: str, header_lines: int, shape: Shape
) -> Iterator[Block]:
    chunks = _utf8(stream, codec)
    held = _after(chunks, header_lines)
    line = header_lines + 1
    for chunk in chunks:
        held += chunk
        cut = _cut(held, shape.is_quoted)
        if cut:
            block, held = held[:cut], held[cut:]
            yield _block(block, line, shape)
            line += block.count(b"\n")
        elif len(held) > _UNCUT_LIMIT:
            yield Block(line, None, None, _rest(held, chunks, shape.name))
            return
    if held:
        yield _block(held, line, shape)


def _block(data: bytes, line: int, shape: Shape) -> Block:
    text = _lines_of(data)
    if b"\x00" in data or len(data) > _PLAIN_LIMIT:
        return Block(line, None, None, text)
    if shape.is_quoted and b'"' in data:
        lines, columns = _quoted(data, line, shape)
    else:
        lines, columns = None, _plain(data, shape)
    return Block(line, lines, columns, text)


def _plain(data: bytes, shape: Shape) -> list[pyarrow.Array] | None:
    """Return the wanted cells of lines without quotes; None where lines differ."""
    names = [str(place) for place in range(shape.width)]
    wanted = [str(place) for place in shape.wanted]
    try:
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, use_threads=False, block_size=len(data) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=shape.delimiter, quote_char=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pyarrow.string()),
                include_columns=wanted,
                check_utf8=False,
            ),
        )
    except pyarrow.ArrowInvalid:
        return None
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    if table.num_rows != count:
        return None
    return [column.combine_chunks() for column in table.columns]


def _quoted(
    data: bytes, line: int, shape: Shape
) -> tuple[list[int] | None, list[pyarrow.Array] | None]:
    reader = csv.reader(
        io.StringIO(data.decode(), newline=""), delimiter=shape.delimiter, strict=True
    )
    lines, rows, before = [], [], 0
    try:
        for row in reader:
            if row:
                if len(row) != shape.width:
                    return None, None
                lines.append(line + before)
                rows.append(row)
            before = reader.line_num
    except csv.Error:
        return None, None
    cells = list(zip(*rows, strict=True))
    if not cells:
        return None, None
    return lines, [pyarrow.array(cells[place]) for place in shape.wanted]


def _utf8(stream: BinaryIO, codec: str) -> Iterator[bytes]:
    read = partial(stream.read, _CHUNK)
    if codec == "utf-8":
        yield from iter(read, b"")
        return
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for chunk in iter(read, b""):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _after(chunks: Iterator[bytes], count: int) -> bytes:
    """Return what has been read behind the header's lines."""
    held = b""
    for chunk in chunks:
        held += chunk
        if held.count(b"\n") >= count:
            break
    for _ in range(count):
        held = held.partition(b"\n")[2]
    return held


def _cut(held: bytes, is_quoted: bool) -> int:
    """Return where the last whole line ends: a line feed outside of quotes."""
    end = held.rfind(b"\n") + 1
    if not end or not is_quoted or held.count(b'"', 0, end) % 2 == 0:
        return end
    last = place = quotes = 0
    for line in held[:end].splitlines(keepends=True):
        place += len(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0 and line.endswith(b"\n"):
            last = place
    return last


def _lines_of(data: bytes) -> Iterator[str]:
    yield from io.StringIO(data.decode(), newline="")


def _rest(held: bytes, chunks: Iterator[bytes], name: str) -> Iterator[str]:
    """Yield the lines of all that is left."""
    for chunk in chunks:
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            yield f"{line.decode()}\n"
        if len(held) > _UNCUT_LIMIT:
            raise FileRefused(f"{name}: a line over {_UNCUT_LIMIT >> 20} MB")
    if held:
        yield held.decode()
