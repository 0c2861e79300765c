"""Contracts as people see them: a page to read and a file to fill in."""

from __future__ import annotations

import csv
import io

import openpyxl

from seller_intel.ingestors.contracts import Column, Contract
from seller_intel.ingestors.encodings import codec_of


def show(contract: Contract, source: str) -> str:
    """Return a contract as text: what it reads, what that becomes, its YAML."""
    lines = [f"{contract.name}: {contract.title}"]
    lines += [f"  {line}" for line in contract.note.splitlines()]
    lines += [
        f"forms      {', '.join(contract.forms)}",
        f"encodings  {', '.join(contract.encodings)}",
        f"streams    {', '.join(contract.streams)}",
        f"platform   {contract.platform or 'of the source, or a column'}",
        "",
        "columns (* needed; any of the names will do)",
    ]
    width = max(len(column.type) for column in contract.columns.values())
    for column in contract.columns.values():
        mark = "*" if column.is_required else " "
        hidden = "  [personal]" if column.is_personal else ""
        names = " | ".join(column.headers)
        lines.append(f"{mark} {column.type:{width}}  {names}{hidden}")
    if contract.dropped:
        lines += ["", f"never read: {', '.join(contract.dropped)}"]
    return "\n".join([*lines, "", source])


def template(contract: Contract) -> bytes:
    """Return a file to fill in: the headers and one example row."""
    columns = [column for column in contract.columns.values() if column.headers]
    headers = [column.headers[0] for column in columns]
    example = [column.example for column in columns]
    if contract.forms[0] in ("xlsx", "xls"):
        return _workbook(contract, headers, example)
    return _text(contract, columns, headers, example)


def _text(
    contract: Contract, columns: list[Column], headers: list[str], example: list[str]
) -> bytes:
    codec = codec_of(contract.encodings[0])
    codec = "utf-8-sig" if codec == "utf-8" and _is_foreign(columns) else codec
    delimiter = "\t" if contract.forms[0] == "tsv" else contract.delimiters[0]
    out = io.StringIO(newline="")
    if contract.is_quoted:
        csv.writer(out, delimiter=delimiter).writerows([headers, example])
    else:
        for row in (headers, example):
            out.write(delimiter.join(row) + "\r\n")
    return out.getvalue().encode(codec)


def _is_foreign(columns: list[Column]) -> bool:
    """Say whether a spreadsheet would need the mark to read the headers as UTF-8."""
    return any(not f"{each.headers[0]}{each.example}".isascii() for each in columns)


def _workbook(contract: Contract, headers: list[str], example: list[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = contract.sheets[0] if contract.sheets else "Sheet1"
    sheet.append(headers)
    sheet.append(example)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
