"""The commands `crawl` and `reread`: trying a shop, and reading kept pages again."""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.table import Table

from seller_intel import clock
from seller_intel.printing import JSON, out


@click.command()
@click.argument("url")
@click.option(
    "--platform",
    type=click.Choice(["web", "shopify", "woocommerce"]),
    default="web",
    show_default=True,
    help="What the shop speaks.",
)
@click.option("--pages", type=int, default=10, show_default=True, help="At most.")
@click.option("--allow-private", is_flag=True, help="The host may be a private one.")
@JSON
def crawl(
    url: str, platform: str, pages: int, allow_private: bool, as_json: bool
) -> None:
    """Try URL, a page or a shop, without configuring anything; keep nothing."""
    from seller_intel import crawl_trials

    if "://" not in url:
        url = f"https://{url}"
    trial = crawl_trials.attempt(url, clock.wall(), platform, pages, allow_private)
    if as_json:
        stated = {
            "listings": trial.listings,
            "fields": trial.fields(),
            "missing": trial.missing(),
            "requests": trial.told["classes"],
            "robots": trial.told["robots"],
            "sources": crawl_trials.block(trial),
        }
        click.echo(json.dumps(stated, ensure_ascii=False, indent=2))
        return
    classes = trial.told["classes"]
    said = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in classes.items())
    out.print(f"{len(trial.listings)} listings; pages: {said or 'none'}", markup=False)
    for host, decision in trial.told["robots"].items():
        out.print(f"robots.txt of {host}: {decision['decision']}", markup=False)
    for each in trial.hindered[:3]:
        out.print(
            f"{each['rule']}: {each['reason']} ({each['position']})", markup=False
        )
    if not trial.listings:
        _hint(trial.shop_system, platform)
        way = "the address of one product, or --platform"
        if "private_address" in classes:
            way = "--allow-private, if the host may be a private one"
        out.print(f"nothing was read; try {way}")
        raise SystemExit(1)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("field", "read in", "method", "example"):
        table.add_column(name, overflow="fold")
    for row in trial.fields():
        table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
    out.print(table)
    if trial.missing():
        out.print(f"missing: {', '.join(trial.missing())}", markup=False)
    _hint(trial.shop_system, platform)
    click.echo("\n# into sources.yml, beside the sources that stand there")
    click.echo(crawl_trials.block(trial))


def _hint(shop_system: str | None, platform: str) -> None:
    """Say that the shop has an interface which we read."""
    if shop_system and shop_system != platform:
        out.print(
            f"this looks like {shop_system}: its own interface says more, try"
            f" --platform {shop_system}"
        )


@click.command()
@click.argument("stream_id")
@click.option("--source", required=True, help="The source that was crawled.")
@click.option("--from", "since", required=True, help="From this day or instant on.")
@click.option("--to", "until", help="Up to before this day or instant.")
@JSON
def reread(
    stream_id: str, source: str, since: str, until: str | None, as_json: bool
) -> None:
    """Read the kept pages of STREAM_ID again; land and load what differs."""
    from dataclasses import asdict

    from seller_intel import steps

    start: datetime = clock.instant(since)
    done = steps.reread(
        stream_id, source, start, clock.instant(until) if until else None
    )
    if as_json:
        click.echo(json.dumps([asdict(each) for each in done], indent=2))
        return
    for each in done:
        click.echo(
            f"{each.run}: {each.pages} pages, {each.records} records,"
            f" {'landed and loaded anew' if each.is_changed else 'as before'}"
        )
    if not done:
        click.echo("no page of that time is kept")
