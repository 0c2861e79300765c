"""What crawlers tell of their requests and items, written down with the load."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from seller_intel import clock
from seller_intel.landing import Landed
from seller_intel.warehouse import Session, sql

_OUTCOMES = ("requests", "ok", "blocked", "robots_refused", "errors", "pages_parsed")


def write(session: Session, landed: Landed, load_id: int) -> None:
    """Write what became of the requests of a crawl, once per run, source, stream."""
    told = landed.manifest.get("crawl")
    if not told:
        return
    stream = landed.stream_id.partition("__")[2]
    brought = told["streams"].get(stream, {"items": 0, "fields": {}})
    place = {
        "run": landed.run,
        "source": landed.source,
        "stream_id": landed.stream_id,
        "crawl_date": clock.as_of(landed.run).date(),
    }
    _forget(session, place)
    session.execute(
        "insert into ops.crawl_outcomes (run, source, stream_id, crawl_date, requests,"
        " ok, blocked, robots_refused, errors, pages_parsed, items, expected_items,"
        " delay_seconds_p50) values (%(run)s, %(source)s, %(stream_id)s,"
        " %(crawl_date)s, %(requests)s, %(ok)s, %(blocked)s, %(robots_refused)s,"
        " %(errors)s, %(pages_parsed)s, %(items)s, %(expected_items)s, %(delay)s)",
        {
            **place,
            **{name: told[name] for name in _OUTCOMES},
            "items": brought["items"],
            "expected_items": _expected(told, brought["items"]),
            "delay": told.get("seconds_p50"),
        },
    )
    for name, filled in brought["fields"].items():
        session.execute(
            "insert into ops.crawl_fields values (%(run)s, %(source)s, %(stream_id)s,"
            " %(crawl_date)s, %(field)s, %(filled)s, %(items)s)",
            {**place, "field": name, "filled": filled, "items": brought["items"]},
        )
    if stream == "listings":
        _compare(session, landed, load_id, place)


def _compare(
    session: Session, landed: Landed, load_id: int, place: dict[str, Any]
) -> None:
    """Write what a crawl saw against the last accepted one of its source."""
    told = landed.manifest["crawl"]
    methods: Counter[str] = Counter()
    for found in told["methods"].values():
        methods.update(found)
    is_whole = not (told["spent"] or told["left"] or told["hindered"])
    session.run_file(
        "load/crawl_listings.sql",
        {
            **place,
            "load_id": load_id,
            "is_whole": is_whole and not told["errors"],
            "shapes": json.dumps(told["shapes"]),
            "methods": json.dumps(methods),
        },
        table=landed.stream_id,
    )


def _expected(told: dict[str, Any], items: int) -> int | None:
    """Return how many items a crawl would have brought without what hindered it.

    None where a budget ended it: what lies behind the budget cannot be known.
    """
    if told["spent"]:
        return None
    missed = sum(told["hindered"].values()) + told["left"]
    return items + missed


def _forget(session: Session, place: dict[str, Any]) -> None:
    """Remove what an earlier landing of the same run told."""
    for table in ("crawl_fields", "crawl_listings", "crawl_outcomes"):
        session.execute(
            sql.SQL(
                "delete from {} where run = %(run)s and source = %(source)s"
                " and stream_id = %(stream_id)s"
            ).format(sql.Identifier("ops", table)),
            place,
        )
