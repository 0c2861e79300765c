"""What a newcomer is shown after a run: what is there now, and what to try next."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from seller_intel import settings, warehouse

FIGURES = Path(__file__).parent / "figures"
QUESTIONS = Path(__file__).parent / "questions"
FIRST = "sales_of_the_week"
_terminal = Console()
out = Console(soft_wrap=True, width=max(_terminal.width, 120))


def show(seconds: Mapping[str, float]) -> None:
    """Print the published run, its marts and checks, where time went, what is next."""
    run, marts, checks, loads = _facts()
    _heading(f"Published: run {run}")
    out.print(_table(marts))
    _heading("Deliveries (received = loaded + quarantined)")
    out.print(_table(loads))
    _heading("Checks of this run")
    out.print(_table(checks))
    _heading("Where the time went, in seconds")
    told = [f"{part} {took:.0f}" for part, took in seconds.items() if took >= 0.5]
    out.print(", ".join([*told, f"whole {sum(seconds.values()):.0f}"]), highlight=False)
    _next()


def figures(name: str) -> str:
    """Return the query of some figures on what was done."""
    return (FIGURES / f"{name}.sql").read_text(encoding="utf-8")


def _facts() -> tuple[str, list, list, list]:
    with warehouse.as_role("owner") as session:
        run = session.value("select run from ops.publications where is_current")
        marts = session.rows(figures("marts"), [run])
        checks = session.rows(figures("checks"), [run])
        loads = session.rows(figures("loads"))
    return run, marts, checks, loads


def _next() -> None:
    """Say how to go on, with one question answered as a reader would ask it."""
    program = _relative(Path(sys.executable).parent / "seller-intel")
    question = (QUESTIONS / f"{FIRST}.sql").read_text(encoding="utf-8")
    with warehouse.as_role("reader") as session:
        answer = session.rows(question)
    _heading("The first question, asked as a reader")
    out.print(question.strip(), markup=False, highlight=False)
    out.print(_table(answer[:6]))
    _heading("What to try next")
    others = sorted(
        _relative(path) for path in QUESTIONS.glob("*.sql") if path.stem != FIRST
    )
    for label, text in (
        ("Ask more", f'psql "$({program} dsn)" -f {others[0]}    (or {others[1]})'),
        ("A BI tool", warehouse.url("reader")),
        ("How it stands", f"{program} status"),
        ("Airflow's page", "make up    (http://127.0.0.1:8080, says its password)"),
        ("The next day", "make run"),
        ("Why trust it", f"{_relative(settings.current().data_docs_dir)}/index.html"),
        ("Your own shop", f"{program} init --registry mine.yml"),
    ):
        out.print(f"  {label:15} {text}", markup=False, highlight=False)


def _heading(text: str) -> None:
    out.print(f"\n[bold]{text}[/bold]", highlight=False)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, cell in (rows[0] if rows else {}).items():
        is_number = isinstance(cell, int | float) or hasattr(cell, "quantize")
        table.add_column(name, justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
    return table


def _relative(path: Path) -> str:
    here = os.path.relpath(path)
    return str(path) if here.startswith("..") else here
