"""Delimited text and JSON lines as tables, streamed in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, TextIO

import orjson

from seller_intel.ingestors import blocks, encodings, headers, tables
from seller_intel.ingestors.blocks import Block, Shape
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.converters import of_value
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.tables import Layout, Malformed, Row, Table

_LINE_LIMIT = 8 << 20
_NAMES_LIMIT = 2000
_DEPTH = 5


@dataclass(frozen=True)
class _Form:
    delimiter: str
    is_quoted: bool

    @property
    def options(self) -> dict:
        quoting = csv.QUOTE_MINIMAL if self.is_quoted else csv.QUOTE_NONE
        return {
            "delimiter": self.delimiter,
            "quoting": quoting,
            "strict": self.is_quoted,
        }


def read(part: Part, layout: Layout) -> Iterator[Table]:
    """Yield the table of a text file."""
    csv.field_size_limit(tables.CELL_LIMIT)
    recognise = partial(_recognised, layout)
    codec = encodings.decide(part, layout.encodings, recognise)
    with part.opened() as stream:
        sample = _text(stream, codec).read(encodings.SAMPLE_BYTES // 2)
    encodings.check_text(part.name, sample)
    start = sample.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta")):
        raise FileRefused(
            f"{part.name}: a web page, not a table; open it and save it as XLSX or CSV"
        )
    if start.startswith("[") and start[1:].lstrip().startswith("{"):
        raise FileRefused(f"{part.name}: a JSON list; write one object per line")
    if start.startswith("{"):
        yield from _json_lines(part, layout, codec)
    else:
        yield from _delimited(part, layout, codec, sample)


def _delimited(part: Part, layout: Layout, codec: str, sample: str) -> Iterator[Table]:
    found = _find(sample, layout)
    if found is None:
        heads = [_head(sample, form) for form in _forms(layout)]
        widest = max(heads, key=lambda head: max(map(len, head), default=0))
        raise tables.header_missing(part.name, widest, layout)
    form, at, match = found
    with part.opened() as stream:
        reader = csv.reader(_lines(part.name, _text(stream, codec)), **form.options)
        for _ in range(at):
            next(reader)
        header = next(reader)
        yield Table(
            part.name,
            header,
            match,
            rows(part.name, reader),
            codec,
            _blocks(part, codec, form, reader.line_num, len(header), sample),
        )


def _blocks(
    part: Part, codec: str, form: _Form, header_lines: int, width: int, sample: str
) -> Callable[[tuple[int, ...]], Iterator[tuple[Block, Iterator[Row]]]] | None:
    """Return how to read the rows in blocks, None where lines end in odd ways."""
    if sample.count("\r") != sample.count("\r\n"):
        return None

    def read_blocks(wanted: tuple[int, ...]) -> Iterator[tuple[Block, Iterator[Row]]]:
        shape = Shape(part.name, form.delimiter, form.is_quoted, width, wanted)
        with part.opened() as stream:
            for block in blocks.read(stream, codec, header_lines, shape):
                reader = csv.reader(block.text, **form.options)
                yield block, rows(part.name, reader, block.first_line - 1)

    return read_blocks


def rows(name: str, reader: Any, before: int = 0) -> Iterator[Row]:
    """Yield rows under the number of their first line; bad ones say why."""
    line = before + reader.line_num
    while True:
        try:
            for row in reader:
                if row:
                    yield line + 1, row
                line = before + reader.line_num
            return
        except csv.Error as error:
            last = before + reader.line_num
            yield line + 1, _malformed(name, line + 1, last, error)
            line = last


def _malformed(name: str, first: int, last: int, error: csv.Error) -> Malformed:
    if "field limit" in str(error):
        raise FileRefused(
            f"{name}: line {first}: a cell over {tables.CELL_LIMIT >> 20} MB;"
            " is a quotation mark left open?"
        ) from error
    where = f"lines {first} to {last}" if last > first else f"line {first}"
    return Malformed("malformed", f"{where}: {error}")


def _lines(name: str, text: TextIO) -> Iterator[str]:
    """Yield lines; one without an end in sight is refused rather than read."""
    for line in iter(partial(text.readline, _LINE_LIMIT), ""):
        if len(line) >= _LINE_LIMIT:
            raise FileRefused(f"{name}: a line over {_LINE_LIMIT >> 20} MB")
        yield line


def _text(stream: BinaryIO, codec: str) -> TextIO:
    return io.TextIOWrapper(stream, encoding=codec, errors="strict", newline="")


def _recognised(layout: Layout, sample: str) -> int | None:
    """Return how many foreign-letter header names a text holds, None without header."""
    if sample.lstrip().startswith("{"):
        line = sample.lstrip().partition("\n")[0]
        try:
            names = [name for name, _ in _flat(orjson.loads(line))]
        except orjson.JSONDecodeError:
            return None
        found = headers.match(layout.columns, names)
        return found.foreign if found.places else None
    delimited = _find(sample, layout)
    return None if delimited is None else delimited[2].foreign


def _forms(layout: Layout) -> list[_Form]:
    return [_Form(sign, layout.is_quoted) for sign in layout.delimiters]


def _find(sample: str, layout: Layout) -> tuple[_Form, int, headers.Match] | None:
    best = None
    for form in _forms(layout):
        found = tables.find_header(_head(sample, form), layout)
        if found and (best is None or len(found[1].places) > len(best[2].places)):
            best = (form, *found)
    return best


def _head(sample: str, form: _Form) -> list[list[str]]:
    """Return the first rows; the reader's own count, so blank lines are rows too."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), **form.options)
    while len(rows) < tables.HEADER_ROWS:
        try:
            rows.append(next(reader))
        except StopIteration:
            break
        except csv.Error:
            rows.append([])
    return rows


def _json_lines(part: Part, layout: Layout, codec: str) -> Iterator[Table]:
    with part.opened() as stream:
        names: dict[str, None] = {}
        for _, record in _objects(part.name, _text(stream, codec)):
            if not isinstance(record, Malformed):
                names |= dict.fromkeys(record)
            if len(names) > _NAMES_LIMIT:
                raise FileRefused(f"{part.name}: over {_NAMES_LIMIT} different names")
    header = list(names)
    match = headers.match(layout.columns, header)
    if not match.is_whole:
        raise tables.header_missing(part.name, [header], layout)
    with part.opened() as stream:
        objects = _objects(part.name, _text(stream, codec))
        yield Table(part.name, header, match, _picked(objects, header), codec)


def _picked(objects: Iterator, header: Sequence[str]) -> Iterator[Row]:
    for line, record in objects:
        if isinstance(record, Malformed):
            yield line, record
        else:
            yield line, [of_value(record.get(name)) for name in header]


def _objects(name: str, text: TextIO) -> Iterator[tuple[int, dict | Malformed]]:
    for number, line in enumerate(_lines(name, text), 1):
        if line.isspace():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, Malformed("malformed", f"line {number}: {error}")
            continue
        if isinstance(record, dict):
            yield number, dict(_flat(record))
        else:
            yield number, Malformed("malformed", f"line {number}: not an object")


def _flat(
    record: dict, before: str = "", depth: int = 0
) -> Iterator[tuple[str, object]]:
    """Yield names and values; a name inside an object is `outer.inner`."""
    for name, value in record.items():
        if isinstance(value, dict) and depth < _DEPTH:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        elif isinstance(value, list | dict):
            yield f"{before}{name}", orjson.dumps(value).decode()
        else:
            yield f"{before}{name}", value
