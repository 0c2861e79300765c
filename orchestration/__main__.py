"""Start, look at and stop Airflow on this machine: what `make up` and `down` call."""

from __future__ import annotations

import click

from orchestration import place, standalone


@click.group()
def main() -> None:
    """Airflow on this machine."""


@main.command()
@click.option("--port", default=place.PORT, show_default=True, help="Of the page.")
def up(port: int) -> None:
    """Start PostgreSQL and Airflow in the background."""
    try:
        page = standalone.up(port, said=lambda text: click.echo(f"{text} ..."))
    except standalone.AirflowFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo(f"Airflow is up: {page.url}")
    click.echo(f"user {page.user}, password {page.password}")
    click.echo("its DAGs wait until you switch them on there; `make down` stops it all")


@main.command()
def down() -> None:
    """Stop what `up` started."""
    stopped = standalone.down()
    click.echo(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@main.command()
def status() -> None:
    """Show which parts run."""
    for name, is_up in standalone.status().items():
        click.echo(f"{name:15} {'up' if is_up else 'down'}")


if __name__ == "__main__":
    main()
