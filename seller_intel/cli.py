"""The command line: one command per verb, and a few that print."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from seller_intel import (
    clock,
    connect,
    connections,
    crawl_commands,
    gateways,
    match_commands,
)

RUN = click.option(
    "--run", help="The run, as 20260131T060000 (UTC). Default: the present second."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
Result = TypeVar("Result")
out = Console(soft_wrap=True, width=None if Console().is_terminal else 200)
err = Console(stderr=True, soft_wrap=True)


class Line(click.Group):
    """A group whose failures are one clear line and exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; turn a failure into its message and cause."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            err.print(f"failed: {error}", style="red", markup=False, highlight=False)
            cause = error.__cause__ or error.__context__
            if cause:
                err.print(f"cause: {cause}", markup=False, highlight=False)
            if context.params.get("verbose"):
                err.print_exception()
            raise SystemExit(1) from error


@click.group(cls=Line, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Say more, with tracebacks.")
def main(verbose: bool) -> None:
    """Seller Intel: from what shops and rivals show to figures one can trust."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    connections.resolve_with(gateways.connection)


@main.command()
@click.option(
    "--registry", type=click.Path(path_type=Path), help="Start from this registry."
)
def init(registry: Path | None) -> None:
    """Create or complete the warehouse; may be repeated at any time."""
    from seller_intel import registry_template, settings, steps, warehouse

    if registry is not None:
        if registry_template.write_if_missing(registry):
            out.print(f"wrote {registry}: describe your shops there, then init again")
        if settings.current().sources_path.resolve() != registry.resolve():
            out.print(f"now say: export SELLER_INTEL_SOURCES={registry.resolve()}")
            return
    with _progress("preparing the warehouse"):
        applied = steps.init()
    out.print(f"ready; migrations applied: {', '.join(applied) or 'none were due'}")
    out.print(f"readers connect with: {warehouse.url('reader')}", highlight=False)


main.add_command(connect.connect)
main.add_command(crawl_commands.crawl)
main.add_command(crawl_commands.reread)
main.add_command(match_commands.matches)


@main.command("sources")
@JSON
def list_sources(as_json: bool) -> None:
    """List what sources.yml says exists."""
    from seller_intel import sources

    _show(
        [
            {
                "source": source.name,
                "platform": source.platform,
                "shop": source.shop.shop_id if source.shop else None,
                "schedule": source.schedule,
                "streams": ", ".join(each.stream_id for each in source.streams),
            }
            for source in sources.registry().sources.values()
        ],
        as_json,
    )


@main.command()
@click.argument("source")
@RUN
@click.option("--window", help="FROM/TO in ISO 8601: ask for this stretch again.")
@click.option("--again", is_flag=True, help="Land the run although it was landed.")
@JSON
def land(
    source: str, run: str | None, window: str | None, again: bool, as_json: bool
) -> None:
    """Land one run of SOURCE."""
    from seller_intel import steps

    run = _run(run)
    landed = _do(f"landing {source}", lambda: steps.land(source, run, window, again))
    _show([{"run": run, "landed": stream_id} for stream_id in landed], as_json)


@main.command()
@click.argument("source")
@click.option("--run", required=True, help="The run that was landed.")
@JSON
def load(source: str, run: str, as_json: bool) -> None:
    """Put what one run of SOURCE landed into raw."""
    from seller_intel import steps

    _show(_do(f"loading {source}", lambda: steps.load(source, run)), as_json)


@main.command("audit-raw")
@RUN
@JSON
def audit_raw(run: str | None, as_json: bool) -> None:
    """Judge every pending load at the door."""
    from seller_intel import steps

    run = _run(run)
    _show([_do("judging the loads", lambda: steps.audit_raw(run))], as_json)


@main.command()
@click.argument("load_id", type=int)
@click.option("--reason", default="taken back by hand", show_default=True)
def reject(load_id: int, reason: str) -> None:
    """Take the accepted load LOAD_ID back."""
    from seller_intel import steps

    steps.reject(load_id, reason)
    out.print(f"load {load_id} is rejected; the next build removes it from core")


@main.group()
def build() -> None:
    """Build core or the marts."""


@build.command("core")
@RUN
@click.option("--full-refresh", is_flag=True, help="Rebuild every key.")
def build_core(run: str | None, full_refresh: bool) -> None:
    """Bring core up to the newest accepted load."""
    from seller_intel import steps

    run = _run(run)
    _do("building core", lambda: steps.build_core(run, full_refresh))
    out.print(f"core is built; go on with: seller-intel build marts --run {run}")


@build.command("marts")
@click.option("--run", required=True, help="The run that built core.")
def build_marts(run: str) -> None:
    """Build every mart anew beside the published ones."""
    from seller_intel import steps

    _do("building the marts", lambda: steps.build_marts(run))


@main.command()
@click.option("--run", required=True, help="The run in progress.")
def fit(run: str) -> None:
    """Fit the models that core feeds."""
    from seller_intel import steps

    steps.fit(run)


@main.command("audit-marts")
@click.option("--run", required=True, help="The run in progress.")
def audit_marts(run: str) -> None:
    """Ask at the gate whether the built marts are believable."""
    from seller_intel import steps

    _do("checking the marts", lambda: steps.audit_marts(run))


@main.command()
@click.argument("run")
@click.option("--breaking", is_flag=True, help="Allow a column to go or change type.")
@click.option(
    "--recreate-dependents", is_flag=True, help="Drop and remake views on the marts."
)
def publish(run: str, breaking: bool, recreate_dependents: bool) -> None:
    """Put the marts of RUN before the readers."""
    from seller_intel import steps

    _do("publishing", lambda: steps.publish(run, breaking, recreate_dependents))


@main.command()
@RUN
def rollback(run: str | None) -> None:
    """Put the version before the current one before the readers."""
    from seller_intel import steps

    out.print(f"readers now see run {steps.rollback(_run(run))}")


@main.command("run")
@RUN
@click.option("--source", "only", multiple=True, help="Land only these sources.")
def run_line(run: str | None, only: tuple[str, ...]) -> None:
    """Run the whole line: land, load, audit, build, audit, publish."""
    from seller_intel import steps

    run = _run(run)
    _do(f"running the line as {run}", lambda: steps.run_line(run, list(only) or None))
    out.print(f"run {run} is published")


@main.command()
@JSON
def status(as_json: bool) -> None:
    """Show what was received and what became of it, and what readers see."""
    from seller_intel import standing

    parts = standing.parts()
    if as_json:
        click.echo(json.dumps(parts, default=str, ensure_ascii=False, indent=2))
        return
    for title, rows in parts.items():
        out.print(f"\n[bold]{title}[/bold]")
        _show(rows, as_json=False)


@main.group("quarantine")
def quarantine_group() -> None:
    """Lines of which no record could be made, and rows that broke a rule."""


@quarantine_group.command("list")
@click.option("--limit", type=int, default=100, show_default=True)
@JSON
def quarantine_list(limit: int, as_json: bool) -> None:
    """List each open line with its rule and reason."""
    from seller_intel import quarantine

    _show(quarantine.listed(limit), as_json)


@quarantine_group.command("replay")
@click.option("--load", "load_id", type=int, help="Only the rows of this load.")
@RUN
@JSON
def quarantine_replay(load_id: int | None, run: str | None, as_json: bool) -> None:
    """Put repaired rows through as new loads."""
    from seller_intel import steps

    run = _run(run)
    _show(_do("replaying", lambda: steps.replay(run, load_id)), as_json)


@main.command("ingest-file")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--contract", required=True, help="Its name, or a path to a .yml file.")
@click.option("--source", required=True, help="The source it belongs to.")
@RUN
@JSON
def ingest_file(
    path: Path, contract: str, source: str, run: str | None, as_json: bool
) -> None:
    """Land and load one file by a contract."""
    from seller_intel import steps

    run = _run(run)
    reports = _do(
        f"reading {path.name}", lambda: steps.ingest_file(path, contract, source, run)
    )
    _show(reports, as_json)


@main.group("contracts")
def contracts_group() -> None:
    """The descriptions of export files."""


@contracts_group.command("list")
@JSON
def contracts_list(as_json: bool) -> None:
    """List the contracts that ship."""
    from seller_intel.ingestors import contracts

    _show(
        [
            {"contract": name, "streams": ", ".join(contracts.load(name).streams)}
            for name in contracts.names()
        ],
        as_json,
    )


@contracts_group.command("show")
@click.argument("name")
@click.option("--template", is_flag=True, help="Print a file to fill in.")
def contracts_show(name: str, template: bool) -> None:
    """Print the contract NAME, or a template file of it."""
    from seller_intel.ingestors import contracts

    if template:
        click.get_binary_stream("stdout").write(contracts.template(name))
    else:
        click.echo(contracts.show(name))


@main.command()
@click.option(
    "--role",
    type=click.Choice(["reader", "loader", "transformer", "owner"]),
    default="reader",
    show_default=True,
)
def dsn(role: str) -> None:
    """Print the connection string of a role."""
    from seller_intel import warehouse

    click.echo(warehouse.url(role))


@main.command()
@RUN
@JSON
def expire(run: str | None, as_json: bool) -> None:
    """Remove what is no longer needed."""
    from seller_intel import steps

    run = _run(run)
    _show([_do("expiring", lambda: steps.expire(run))], as_json)


def _run(stated: str | None) -> str:
    if stated is not None:
        try:
            clock.as_of(stated)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--run") from error
        return stated
    from seller_intel import claims

    return claims.next_run(clock.run_of(clock.wall()))


def _do(what: str, work: Callable[[], Result]) -> Result:
    with _progress(what):
        return work()


def _progress(what: str) -> Any:
    return err.status(what) if err.is_terminal else _Quiet()


class _Quiet:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _show(rows: Sequence[Any], as_json: bool) -> None:
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
