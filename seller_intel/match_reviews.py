"""Decisions of people on matched listings: a queue, and a CSV to fill in elsewhere.

A decision is appended and never changed; the latest on a pair wins, also over what the
reference file `listing_matches` says, and over every later fit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from seller_intel import warehouse

GRADES = ("certain", "likely", "review")
# What people write for yes and no.
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "match", "是", "匹配"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "不匹配"), False),
}
_COLUMNS = (
    *("own_listing_id", "own_title", "rival_listing_id", "rival_title"),
    *("probability", "grade", "match_method", "is_match", "note"),
)


class ReviewError(ValueError):
    """A decision could not be read; the message says where and why."""


@dataclass(frozen=True)
class Decision:
    """What somebody says of one pair."""

    own_listing_id: str
    rival_listing_id: str
    is_match: bool
    note: str | None = None


def queue(
    grades: Sequence[str] = ("review",), most: int | None = None
) -> list[dict[str, Any]]:
    """Return the candidate pairs nobody has decided, surest first."""
    with warehouse.as_role("transformer") as session:
        return session.rows_of_file(
            "reviews/queue.sql", {"grades": list(grades), "most": most}
        )


def decide(
    decisions: Iterable[Decision],
    reviewed_by: str,
    decided_at: datetime,
    origin: str = "review",
) -> int:
    """Append decisions, all or none; return how many."""
    if not reviewed_by.strip():
        raise ReviewError("a decision needs the name of who made it")
    count = 0
    with warehouse.as_role("transformer") as session:
        for each in decisions:
            count += session.execute(
                "insert into ops.listing_match_reviews (own_listing_id,"
                " rival_listing_id, is_match, match_method, reviewed_by, decided_at,"
                " origin, note) values (%s, %s, %s, 'manual', %s, %s, %s, %s)",
                [
                    *(each.own_listing_id, each.rival_listing_id, each.is_match),
                    *(reviewed_by.strip(), decided_at, origin, each.note),
                ],
            )
    return count


def export(path: Path, grades: Sequence[str] = ("review",)) -> int:
    """Write the queue to a CSV with an empty column `is_match`; return its rows."""
    rows = queue(grades)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def read(path: Path) -> list[Decision]:
    """Return the decisions of a filled-in CSV; a row without an answer is none.

    Raises ReviewError, naming the line, where an answer is neither yes nor no or an id
    is missing: then nothing of the file counts.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"own_listing_id", "rival_listing_id", "is_match"} - set(
            rows.fieldnames or ()
        )
        if missing:
            raise ReviewError(f"{path.name}: no column {', '.join(sorted(missing))}")
        return [
            decision
            for number, row in enumerate(rows, 2)
            if (decision := _decision(path, number, row)) is not None
        ]


def _decision(path: Path, number: int, row: dict[str, Any]) -> Decision | None:
    answer = str(row["is_match"] or "").strip().lower()
    if not answer:
        return None
    if answer not in _ANSWERS:
        raise ReviewError(
            f"{path.name} line {number}: is_match is {answer!r}, not yes or no"
        )
    own, rival = (
        str(row[name] or "").strip() for name in ("own_listing_id", "rival_listing_id")
    )
    if not own or not rival:
        raise ReviewError(f"{path.name} line {number}: a listing id is missing")
    note = str(row.get("note") or "").strip() or None
    return Decision(own, rival, _ANSWERS[answer], note)
