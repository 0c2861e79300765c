"""The commands `matches`: what the fit found, and what people say of it."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click
from rich.console import Console

from seller_intel import clock

out = Console(soft_wrap=True, width=None if Console().is_terminal else 160)
_GRADES = click.Choice(["certain", "likely", "review"])
_grades = click.option(
    "--grade",
    "grades",
    type=_GRADES,
    multiple=True,
    default=("review",),
    show_default=True,
    help="Which candidates; may be repeated.",
)
_by = click.option("--by", default=getpass.getuser, help="Who decides.")


@click.group()
def matches() -> None:
    """Rival listings of our products: look at them, decide."""


@matches.command("list")
@_grades
@click.option("--most", type=int, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(grades: tuple[str, ...], most: int | None, as_json: bool) -> None:
    """Print the candidates nobody has decided, surest first."""
    from seller_intel import match_reviews

    rows = match_reviews.queue(grades, most)
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False, indent=2))
        return
    for row in rows:
        out.print(_said(row), markup=False)
    out.print(f"{len(rows)} to decide")


@matches.command()
@_grades
@_by
def review(grades: tuple[str, ...], by: str) -> None:
    """Ask about each candidate nobody has decided; answers count at once."""
    from seller_intel import match_reviews

    rows = match_reviews.queue(grades)
    decided = 0
    for row in rows:
        out.print(_said(row), markup=False)
        answer = click.prompt(
            "One product?",
            type=click.Choice(["y", "n", "skip", "quit"]),
            default="skip",
        )
        if answer == "quit":
            break
        if answer != "skip":
            decision = match_reviews.Decision(
                row["own_listing_id"], row["rival_listing_id"], answer == "y"
            )
            decided += match_reviews.decide([decision], by, clock.wall())
    out.print(f"{decided} decided of {len(rows)}; they count in the next build")


@matches.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_grades
def export(path: Path, grades: tuple[str, ...]) -> None:
    """Write the candidates to a CSV at PATH, with a column `is_match` to fill in."""
    from seller_intel import match_reviews

    out.print(f"{match_reviews.export(path, grades)} to decide in {path}")


@matches.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_by
def import_(path: Path, by: str) -> None:
    """Take over the answers of a CSV at PATH; rows without one are left out."""
    from seller_intel import match_reviews

    try:
        decisions = match_reviews.read(path)
    except match_reviews.ReviewError as error:
        raise click.UsageError(str(error)) from error
    count = match_reviews.decide(decisions, by, clock.wall(), origin="csv")
    out.print(f"{count} decided; they count in the next build")


def _said(row: dict) -> str:
    return (
        f"{row['probability']} {row['grade']} by {row['match_method']}\n"
        f"  ours  {row['own_listing_id']}  {row['own_title']}\n"
        f"  rival {row['rival_listing_id']}  {row['rival_title']}"
    )
