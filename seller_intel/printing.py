"""How the command line prints: tables, JSON, progress on a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
Result = TypeVar("Result")
# Where nobody looks, lines are wide enough to be read by a program.
out = Console(soft_wrap=True, width=None if Console().is_terminal else 200)
err = Console(stderr=True, soft_wrap=True)


def do(what: str, work: Callable[[], Result]) -> Result:
    """Return what the work returns; on a terminal, say meanwhile that it runs."""
    with progress(what):
        return work()


def progress(what: str) -> Any:
    """Return a context in which a terminal says what is being done."""
    return err.status(what) if err.is_terminal else _Quiet()


class _Quiet:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def show(rows: Sequence[Any], as_json: bool) -> None:
    """Print rows, mappings or dataclasses, as a table or as JSON."""
    shown = [_mapping(row) for row in rows]
    if as_json:
        click.echo(json.dumps(shown, default=str, ensure_ascii=False, indent=2))
        return
    if not shown:
        out.print("nothing")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in shown[0]:
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
    out.print(table)


def _mapping(row: Any) -> Mapping[str, Any]:
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    return row
