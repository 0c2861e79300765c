"""The command `connect`: setting up a shop as a conversation."""

from __future__ import annotations

import click

from seller_intel import clock


@click.command()
@click.argument("platform")
@click.option("--name", help="What to call the source. Default: <platform>_shop.")
@click.option("--host", help="Where the platform answers, if not at its own address.")
@click.option("--allow-private", is_flag=True, help="The host may be a private one.")
def connect(
    platform: str, name: str | None, host: str | None, allow_private: bool
) -> None:
    """Connect a shop on PLATFORM: ask, try the credential, print what to keep."""
    from seller_intel.ingestors import connecting
    from seller_intel.ingestors.faults import ApiFault

    try:
        conversation = connecting.of(platform)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="PLATFORM") from error
    click.echo(f"{conversation.title}: see docs/platforms/{platform}.md\n", err=True)
    name = name or f"{platform}_shop"
    shop = click.prompt("Number of the shop on the platform", err=True).strip()
    said = {"host": host or ""}
    for question in conversation.questions:
        said[question.field] = click.prompt(
            question.text,
            default="" if question.is_optional else question.default,
            hide_input=question.is_secret,
            show_default=bool(question.default),
            err=True,
        ).strip()
    connection = connecting.connection_of(said)
    shop_id = f"{platform}:{shop.removeprefix(f'{platform}:')}"
    source = connecting.source_of(platform, name, shop_id, allow_private)
    try:
        found = connecting.tried(source, connection)
    except ApiFault as fault:
        click.echo(f"\n{connecting.diagnosis(platform, fault)}", err=True)
        raise SystemExit(1) from None
    today = clock.wall().date()
    click.echo(f"\n{found}\n", err=True)
    click.echo("# into sources.yml, beside the shops and sources that stand there")
    click.echo(connecting.block(source, today))
    click.echo("# into the environment, or as an Airflow connection of this name;")
    click.echo("# it is secret: into no file that is under version control")
    click.echo(connecting.variable(name, connection))
