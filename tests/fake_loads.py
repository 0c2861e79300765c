"""Loads and staging for tests of the door, without landing files and without dbt."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from seller_intel import audit, clock, warehouse
from seller_intel.warehouse import Jsonb, sql

RUN = "20260201T060000"
AS_OF = clock.as_of(RUN)
_numbers = itertools.count(1)

ORDERS_VIEW = """
create or replace view staging.stg_files__orders as
with typed as (
    select
        payload ->> 'order_id' as order_id,
        payload ->> 'shop_id' as shop_id,
        payload ->> 'buyer_ref' as buyer_ref,
        payload ->> 'status' as status,
        payload ->> 'currency' as currency,
        cast(payload ->> 'created_at' as timestamptz) as created_at,
        cast(payload ->> 'updated_at' as timestamptz) as updated_at,
        cast(payload ->> 'paid_at' as timestamptz) as paid_at,
        case
            when pg_input_is_valid(payload ->> 'paid_amount', 'numeric')
                then cast(payload ->> 'paid_amount' as numeric)
        end as paid_amount,
        cast(payload ->> 'goods_amount' as numeric) as goods_amount,
        cast(payload ->> 'freight_amount' as numeric) as freight_amount,
        cast(payload ->> 'tax_amount' as numeric) as tax_amount,
        cast(payload ->> 'seller_discount_amount' as numeric)
            as seller_discount_amount,
        cast(payload ->> 'platform_discount_amount' as numeric)
            as platform_discount_amount,
        load_id,
        record_key,
        source_ref
    from raw.files__orders
)
select
    *,
    case when paid_amount is null then 'missing_paid_amount' end as reject_reason
from typed
"""


def stage_orders() -> None:
    """Make a staging view of orders that stands for dbt's."""
    with warehouse.as_role("transformer") as session:
        session.execute(ORDERS_VIEW)


def order(number: int | str, **said: Any) -> dict[str, Any]:
    """Return a good order record."""
    created = AS_OF - timedelta(hours=8)
    return {
        "platform_id": "taobao",
        "order_id": f"taobao:{number}",
        "shop_id": "taobao:9001",
        "buyer_ref": "ab" * 32,
        "status": "paid",
        "currency": "CNY",
        "created_at": created.isoformat(),
        "updated_at": created.isoformat(),
        "paid_at": created.isoformat(),
        "paid_amount": "25.00",
        **said,
    }


def orders(count: int, start: int = 1, **said: Any) -> list[dict[str, Any]]:
    """Return a number of good orders."""
    return [order(number, **said) for number in range(start, start + count)]


def bring(
    records: Sequence[Mapping[str, Any]],
    *,
    stream_id: str = "files__orders",
    source: str = "tmall",
    run: str = RUN,
    quarantined: int = 0,
    days: float = 1,
    until: datetime = AS_OF,
    replaces: int | None = None,
    replay_of: int | None = None,
    contract: str | None = None,
) -> int:
    """Put records into raw as one pending load; return its id."""
    with warehouse.as_role("loader") as session:
        load_id = session.value("select nextval('ops.load_id')")
        session.execute(
            sql.SQL(
                "insert into raw.{} select %s, coalesce(record ->> 'order_id',"
                " record ->> 'key'), %s, 'orders.csv:' || (line + 1), record"
                " from jsonb_array_elements(%s)"
                " with ordinality as records (record, line)"
            ).format(sql.Identifier(stream_id)),
            [load_id, until, Jsonb([dict(record) for record in records])],
        )
        session.execute(
            "insert into ops.loads (load_id, version, is_current, stream_id, source,"
            " run, status, received, loaded, quarantined, sha256, manifest, got_from,"
            " got_to, replaces, replay_of, loaded_at)"
            " values (%s, 1, true, %s, %s, %s, 'pending', %s, %s, %s, %s, %s, %s, %s,"
            " %s, %s, %s)",
            [
                load_id,
                stream_id,
                source,
                run,
                len(records) + quarantined,
                len(records),
                quarantined,
                f"sha {next(_numbers)}",
                Jsonb(_manifest(contract)),
                until - timedelta(days=days),
                until,
                replaces,
                replay_of,
                until,
            ],
        )
        session.execute(
            "insert into ops.load_windows values (%s, %s, %s)",
            [load_id, until - timedelta(days=days), until],
        )
    return load_id


def _manifest(contract: str | None) -> dict[str, Any]:
    if contract is None:
        return {}
    entry = {"name": "orders.csv", "contract": contract, "status": "landed"}
    return {"files": [entry | {"streams": ["orders"]}]}


def current(load_id: int) -> dict[str, Any]:
    """Return the current version of a load."""
    with warehouse.as_role("owner") as session:
        row = session.one(
            "select * from ops.loads where load_id = %s and is_current", [load_id]
        )
    assert row is not None
    return row


def counts(load_id: int) -> tuple[int, int, int]:
    """Return kept, rejected and repeated of a load."""
    row = current(load_id)
    return row["kept"], row["rejected"], row["repeated"]


def opened(run: str = RUN) -> dict[int, audit.Verdict]:
    """Open the door once; return the verdicts by load."""
    return {verdict.load_id: verdict for verdict in audit.door(run, clock.as_of(run))}


def failed_checks(postgres, load_id: int) -> dict[str, str]:
    """Return the columns of the failed checks of a load, with what was observed."""
    rows = postgres.rows(
        "select column_name, severity, observed_value from ops.checks"
        " where load_id = %s and not is_passed and stage = 'door'",
        [load_id],
    )
    return {
        f"{row['severity']} {row['column_name']}": row["observed_value"] for row in rows
    }


def settle(*sizes: int, source: str = "tmall") -> None:
    """Give a source a history of accepted loads, a day each."""
    start = 1
    for position, size in enumerate(sizes):
        until = AS_OF - timedelta(days=len(sizes) - position)
        bring(orders(size, start), source=source, until=until)
        start += size
    opened()
