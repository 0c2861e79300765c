"""Files of the seller's back office: one CSV a stream, in the template's headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sandbox import days
from sandbox.exports import (
    earnings,
    ledgers,
    members,
    service,
    social,
    stock,
    tables,
    texts,
    traffic,
)
from sandbox.market import Market

STREAMS: dict[str, Callable[[Market, int, int], tables.Table]] = {
    "refunds": ledgers.refunds,
    "fees": ledgers.fees,
    "traffic": traffic.visits,
    "ads": traffic.ads,
    "search_index": traffic.search_index,
    "service": service.messages,
    "stock": stock.moves,
    "members": members.events,
    "identities": members.identities,
    "commissions": earnings.commissions,
    "links": earnings.links,
    "group_buys": social.group_buys,
    "bargains": social.bargains,
    "content": social.posts,
}


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write one file a stream for some days; days with nothing give a header alone."""
    written = []
    for name, read in STREAMS.items():
        table = read(market, days.number_of(first), days.number_of(last))
        columns = {
            header: cells if isinstance(cells, str) else texts.quoted(cells)
            for header, cells in table.columns.items()
        }
        rows = tables.Table(columns, table.length).rows()
        path = folder / name / f"{name}_{first}_{last}.csv"
        written.append(tables.put(path, tables.csv(columns, rows, newline="\n")))
    return written
