"""Expiry: remove what nobody may need again; what core rests on is never touched."""

from __future__ import annotations

from datetime import datetime, timedelta

from seller_intel import raw_pages, warehouse
from seller_intel.warehouse import sql

KEEP_DAYS = 30
KEEP_RECORD_DAYS = 400


def expire(as_of: datetime) -> dict[str, int]:
    """Remove raw rows of old replaced loads, old kept pages, old steps and checks.

    Raw and landing of accepted loads stay for good: core can always be rebuilt. Rows
    of a rejected load stay while they may be replayed, `KEEP_DAYS` long.
    """
    gone = {"raw_rows": 0, "steps": 0, "checks": 0}
    edge = as_of - timedelta(days=KEEP_DAYS)
    with warehouse.as_role("loader") as session:
        loads = session.rows_of_file("load/expired_loads.sql", {"edge": edge})
        for load in loads:
            gone["raw_rows"] += session.execute(
                sql.SQL("delete from raw.{} where load_id = %s").format(
                    sql.Identifier(load["stream_id"])
                ),
                [load["load_id"]],
            )
        old = [as_of - timedelta(days=KEEP_RECORD_DAYS)]
        gone["steps"] = session.execute(
            "delete from ops.steps where started_at < %s", old
        )
        gone["checks"] = session.execute(
            "delete from ops.checks where checked_at < %s", old
        )
    gone["pages"] = raw_pages.expire(as_of)
    return gone
