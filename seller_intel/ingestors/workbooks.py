"""Workbooks (XLSX, XLS) as tables: values as shown to no one, never formulas run."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import python_calamine

from seller_intel.ingestors import compressed, tables
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.converters import of_value
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.tables import Layout, Row, Table

Sheets = list[tuple[str, Callable[[], Iterator[Row]]]]


def read(part: Part, layout: Layout) -> Iterator[Table]:
    """Yield the table of the sheet that holds the contract's header.

    A workbook is read whole by the fast reader up to a bound, beyond it row by row in
    constant memory (shared texts excepted), slowly.
    """
    data = part.whole()
    size = len(data)
    if data[:2] == b"PK":
        size = compressed.workbook_size(io.BytesIO(data), part.name, part.limits)
    is_large = data[:2] == b"PK" and size > part.limits.rows_in_memory_bytes
    sheets = (_streamed if is_large else _loaded)(part.name, data)
    yield _chosen(part.name, sheets, layout)


def _chosen(name: str, sheets: Sheets, layout: Layout) -> Table:
    named = [sheet for sheet in sheets if sheet[0].strip() in layout.sheets]
    seen: list[list[str]] = []
    for title, open_rows in named or sheets:
        rows = open_rows()
        head = list(itertools.islice(rows, tables.HEADER_ROWS))
        found = tables.find_header([cells for _, cells in head], layout)
        if found is None:
            seen += [list(cells) for _, cells in head]
            continue
        at, match = found
        header = head[at][1]
        rest = itertools.chain(head[at + 1 :], rows)
        where = name if len(sheets) == 1 else f"{name}!{title}"
        return Table(where, header, match, _filled(rest, len(header)))
    raise tables.header_missing(name, seen, layout)


def _filled(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Yield rows that hold anything, as wide as the header."""
    for line, row in rows:
        if any(row):
            yield line, [*row, *[""] * (width - len(row))]


def _loaded(name: str, data: bytes) -> Sheets:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise FileRefused(f"{name}: protected by a password") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise FileRefused(f"{name}: damaged workbook: {error}") from error

    def opener(title: str) -> Callable[[], Iterator[Row]]:
        def rows() -> Iterator[Row]:
            try:
                sheet = book.get_sheet_by_name(title)
                first = (sheet.start or (0, 0))[0] + 1
                cells = sheet.to_python(skip_empty_area=True)
            except (python_calamine.CalamineError, ValueError, OSError) as error:
                raise FileRefused(f"{name}: damaged workbook: {error}") from error
            yield from _numbered(iter(cells), first)

        return rows

    return [(title, opener(title)) for title in book.sheet_names]


def _streamed(name: str, data: bytes) -> Sheets:
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (KeyError, ValueError, OSError) as error:
        raise FileRefused(f"{name}: damaged workbook: {error}") from error

    def opener(sheet: Any) -> Callable[[], Iterator[Row]]:
        def rows() -> Iterator[Row]:
            sheet.reset_dimensions()
            try:
                yield from _numbered(sheet.iter_rows(values_only=True), 1)
            except (KeyError, ValueError, OSError, SyntaxError) as error:
                raise FileRefused(f"{name}: damaged workbook: {error}") from error

        return rows

    return [(sheet.title, opener(sheet)) for sheet in book.worksheets]


def _numbered(rows: Iterator, first: int) -> Iterator[Row]:
    for line, row in enumerate(rows, first):
        yield line, [of_value(value) for value in row]
