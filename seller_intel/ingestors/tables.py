"""Tables: a header and rows of text cells out of any form of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seller_intel.ingestors import headers
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.headers import Match, Wanted
from seller_intel.ingestors.refusals import FileRefused

if TYPE_CHECKING:
    from seller_intel.ingestors.blocks import Block

HEADER_ROWS = 30
CELL_LIMIT = 1 << 20


class Malformed(list):
    """A row that cannot be split into cells; holds why, never what."""

    def __init__(self, rule: str, reason: str):
        super().__init__()
        self.rule, self.reason = rule, reason


Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """What a contract says of the form of its files."""

    contract: str
    columns: tuple[Wanted, ...]
    encodings: tuple[str, ...]
    delimiters: tuple[str, ...]
    is_quoted: bool = True
    sheets: tuple[str, ...] = ()
    is_strict: bool = False


@dataclass(frozen=True)
class Table:
    """One table: where its columns stand and its rows, each with its line number."""

    name: str
    header: Sequence[str]
    match: Match
    rows: Iterator[Row]
    encoding: str | None = None
    # the same rows in blocks, where text allows it, by the places of the wanted cells
    blocks: (
        Callable[[tuple[int, ...]], Iterator[tuple[Block, Iterator[Row]]]] | None
    ) = None


def opened(part: Part, layout: Layout) -> Iterator[Table]:
    """Yield the table of a part; its rows may be read until the iterator goes on."""
    from seller_intel.ingestors import parquets, texts, workbooks

    with part.opened() as stream:
        head = stream.read(4096)
    if head[:4] == b"PAR1":
        reader = parquets.read
    elif head[:4] == b"PK\x03\x04" or head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        reader = workbooks.read
    else:
        reader = texts.read
    for table in reader(part, layout):
        known = {name: each.name for each in layout.columns for name in each.headers}
        headers.check(table.name, layout.contract, table.match, known, layout.is_strict)
        yield table


def find_header(
    rows: Sequence[Sequence[str]], layout: Layout
) -> tuple[int, Match] | None:
    """Return the first row that holds every required column, and how."""
    for at, row in enumerate(rows):
        found = headers.match(layout.columns, row)
        if found.is_whole:
            return at, found
    return None


def header_missing(
    name: str, rows: Sequence[Sequence[str]], layout: Layout
) -> FileRefused:
    """Return the error for a table without the header, judged by its best row."""
    best: Sequence[str] = max(
        rows,
        key=lambda row: len(headers.match(layout.columns, row).places),
        default=(),
    )
    found = headers.match(layout.columns, best)
    return headers.refusal(name, layout.contract, layout.columns, best, found)
