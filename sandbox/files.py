"""Write what a seller would have downloaded, and the truth, for some days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sandbox import days, truth
from sandbox.exports import (
    backoffice,
    directories,
    pinduoduo,
    rates,
    shopify,
    snapshots,
    tmall,
)
from sandbox.market import Market

_SOURCES = {
    "tmall_flagship": (tmall.export_days,),
    "pinduoduo_store": (pinduoduo.export_days,),
    "shopify_store": (shopify.export_days,),
    "rival_listings": (snapshots.export_days, directories.export_days),
    "shop_backoffice": (backoffice.export_days,),
    "fx": (rates.export_days,),
}


def write(home: Path, market: Market, first: date, last: date) -> list[Path]:
    """Write the files of the days from first to last and return their paths.

    One day gives one file a stream; more days give one a month. What a day's files
    hold depends on the seed, the size and the day alone.
    """
    if last < first:
        raise ValueError(f"{last} is before {first}")
    days.number_of(first), days.number_of(last)
    written = []
    for source, exporters in _SOURCES.items():
        for export in exporters:
            written += export(market, home / "inbox" / source, first, last)
    written += truth.export_days(market, home / "sandbox" / "truth", first, last)
    return written
