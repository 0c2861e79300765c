"""Tables of cells, and the bytes of the CSV and XLSX files that hold them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

_STAMP = (2020, 1, 1, 0, 0, 0)
_NUMBER, _TEXT = "n", "t"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Default Extension="xml" ContentType='
        '"application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.'
        'org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.'
        'org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


@dataclass(frozen=True)
class Table:
    """Named columns of cells; a single text stands for a column of it."""

    columns: dict[str, Sequence[str] | str]
    length: int

    def rows(self) -> list[tuple[str, ...]]:
        """Return the cells row by row."""
        cells = [
            repeat(column, self.length) if isinstance(column, str) else column
            for column in self.columns.values()
        ]
        return list(zip(*cells, strict=False)) if self.length else []


def dirtied(
    rows: list[tuple[str, ...]],
    draw: np.random.Generator,
    spoilt_column: int,
    spoilt_share: float = 0.3,
    repeated_share: float = 0.002,
) -> list[tuple[str, ...]]:
    """Return rows with some exactly repeated and, at times, one unreadable copy."""
    rows = list(rows)
    if not rows:
        return rows
    for place in sorted(
        draw.integers(0, len(rows), draw.poisson(len(rows) * repeated_share)).tolist(),
        reverse=True,
    ):
        rows.insert(place, rows[place])
    if draw.random() < spoilt_share:
        place = int(draw.integers(0, len(rows)))
        spoilt = list(rows[place])
        spoilt[spoilt_column] = "########"
        rows.insert(place, tuple(spoilt))
    return rows


def csv(
    header: Iterable[str],
    rows: Iterable[tuple[str, ...]],
    encoding: str = "utf-8",
    newline: str = "\r\n",
) -> bytes:
    """Return a CSV file of cells that are quoted already."""
    lines = [",".join(header)]
    lines.extend(map(",".join, rows))
    lines.append("")
    return newline.join(lines).encode(encoding)


def xlsx(
    header: Iterable[str], rows: Iterable[tuple[str, ...]], numbers: set[str]
) -> bytes:
    """Return a workbook with one sheet; columns named in `numbers` hold numbers."""
    names = list(header)
    kinds = [_NUMBER if name in numbers else _TEXT for name in names]
    lines = [
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<sheetData>",
        _sheet_row(names, [_TEXT] * len(names)),
    ]
    lines.extend(_sheet_row(row, kinds) for row in rows)
    lines.append("</sheetData></worksheet>")
    parts = _PARTS | {"xl/worksheets/sheet1.xml": "".join(lines)}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            book.writestr(entry, head + text, compresslevel=1)
    return held.getvalue()


def _sheet_row(row: Iterable[str], kinds: list[str]) -> str:
    return f"<row>{''.join(map(_cell, row, kinds))}</row>"


def _cell(text: str, kind: str) -> str:
    if not text:
        return "<c/>"
    if kind == _NUMBER and text.replace(".", "", 1).isdigit():
        return f"<c><v>{text}</v></c>"
    shown = f'<t xml:space="preserve">{escape(text)}</t>'
    return f'<c t="inlineStr"><is>{shown}</is></c>'


def zipped(content: bytes) -> bytes:
    """Return gzip bytes that depend on the content alone."""
    return gzip.compress(content, compresslevel=4, mtime=0)


def put(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
    return path
