"""Small marts for tests of publishing: built as dbt would, in no time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from seller_intel import claims, clock, published, warehouse
from seller_intel.warehouse import sql

FIRST = datetime(2026, 1, 1, 6, tzinfo=clock.wall().tzinfo)

# Each table says which run wrote it, so that a mix of versions would show.
MARTS = {
    "price_changes": "select %(run)s::text as run, generate_series(1, 5) as line_no",
    "shop_sales_daily": (
        "select %(run)s::text as run, 'taobao:1'::text as shop_id,"
        " 10::numeric as gmv, generate_series(1, 20) as day_no"
    ),
}


def run_no(number: int) -> str:
    """Return the number-th run, a day after the one before."""
    return clock.run_of(FIRST + timedelta(days=number))


def build(run: str, marts: Mapping[str, str] | None = None) -> None:
    """Claim the marts of a run and build them as transformer."""
    with claims.held(run, "marts"), warehouse.as_role("transformer") as session:
        for name, query in (MARTS if marts is None else marts).items():
            session.execute(
                sql.SQL("create table {} as {}").format(
                    sql.Identifier("marts_build", name),
                    sql.SQL(query.replace("%(run)s", f"'{run}'")),
                )
            )


def release(run: str, marts: Mapping[str, str] | None = None, **options: bool) -> None:
    """Build the marts of a run and publish them."""
    build(run, marts)
    published.publish(run, **options)
