"""Parquet files as tables, batch by batch."""

from __future__ import annotations

import io
from collections.abc import Iterator

import orjson
import pyarrow
import pyarrow.parquet

from seller_intel.ingestors import headers, tables
from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.converters import of_value
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.tables import Layout, Row, Table

_BATCH_ROWS = 10_000


def read(part: Part, layout: Layout) -> Iterator[Table]:
    """Yield the table of a Parquet file."""
    source = part.path or io.BytesIO(part.whole())
    try:
        with pyarrow.parquet.ParquetFile(source) as file:
            _check_size(part, file.metadata)
            header = file.schema_arrow.names
            match = headers.match(layout.columns, header)
            if not match.is_whole:
                raise tables.header_missing(part.name, [header], layout)
            yield Table(part.name, header, match, _rows(part.name, file))
    except (pyarrow.ArrowException, OSError) as error:
        raise FileRefused(f"{part.name}: damaged Parquet file: {error}") from error


def _check_size(part: Part, metadata: pyarrow.parquet.FileMetaData) -> None:
    groups = [
        metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups)
    ]
    if sum(groups) > part.limits.unpacked_bytes:
        raise FileRefused(f"{part.name}: unpacks to more than the limit")
    if max(groups, default=0) > part.limits.workbook_bytes * 4:
        raise FileRefused(f"{part.name}: a row group too large to read")


def _rows(name: str, file: pyarrow.parquet.ParquetFile) -> Iterator[Row]:
    line = 0
    try:
        for batch in file.iter_batches(_BATCH_ROWS):
            columns = [
                [_cell(value) for value in column.to_pylist()]
                for column in batch.columns
            ]
            for row in zip(*columns, strict=True):
                line += 1
                yield line, row
    except (pyarrow.ArrowException, OSError) as error:
        raise FileRefused(f"{name}: damaged Parquet file: {error}") from error


def _cell(value: object) -> str:
    if isinstance(value, list | dict | tuple):
        return orjson.dumps(value, default=str).decode()
    return of_value(value)
