"""What a crawl hands back: landing lines, kept in step with the frontier's memory."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from scrapers.frontier import Frontier
from scrapers.worker import Told

# Lines and memory are made lasting together, after so many pages or seconds.
_PAGES, _SECONDS = 100, 0.5


def hindrance(url: str, at: str, told: Told) -> bytes:
    """Return the line that stands for a page of which no record could be made."""
    stated = {
        "rule": told.verdict,
        "reason": told.detail or told.verdict,
        "position": url,
        "record": {"url": url, "digest": told.digest, "seen": at},
    }
    return b"!\t" + orjson.dumps(stated) + b"\n"


class Output:
    """One file of lines per run; what the memory does not know of is cut off."""

    def __init__(self, folder: Path, frontier: Frontier) -> None:
        self.path = folder / f"run={frontier.run}.jsonl"
        self.frontier = frontier
        self.name = f"written {frontier.run}"
        written = int(frontier.fact(self.name) or 0)
        self.file = self.path.open("ab")
        self.file.truncate(written)
        self.file.seek(written)
        self.settled_pages, self.settled_at = 0, time.monotonic()

    def spent(self) -> tuple[int, int]:
        """Return how many pages and bytes the run has taken so far."""
        rows = self.frontier.rows(
            "select count(*), coalesce(sum(bytes), 0) from pages"
            " where run = ? and state = 2",
            self.frontier.run,
        )
        pages, size = next(iter(rows))
        return pages, size

    def write(self, lines: dict[str, list[bytes]]) -> None:
        """Add the records of a page, each behind the name of its stream."""
        for stream, records in lines.items():
            for record in records:
                self.file.write(stream.encode() + b"\t" + record + b"\n")

    def hindrance(self, url: str, at: datetime, told: Told) -> None:
        """Add a page of which no record could be made."""
        self.file.write(hindrance(url, at.isoformat(), told))

    def spend(self, budget: str) -> None:
        """Write down which budget ended the run."""
        self.frontier.state(f"spent {self.frontier.run}", budget)

    def stop(self, host: str, why: str) -> None:
        """Write down that a host was left alone, and why."""
        self.frontier.state(f"stopped {self.frontier.run} {host}", why)

    def settle(self, pages: int, is_last: bool = False) -> None:
        """Make lines and memory lasting, now and then."""
        is_due = (
            pages - self.settled_pages >= _PAGES
            or time.monotonic() - self.settled_at >= _SECONDS
        )
        if not (is_due or is_last):
            return
        self.file.flush()
        self.frontier.state(self.name, str(self.file.tell()))
        if self.frontier.passed_over:
            told = orjson.dumps(self.frontier.passed_over).decode()
            self.frontier.state(f"passed over {self.frontier.run}", told)
        self.frontier.database.commit()
        self.settled_pages, self.settled_at = pages, time.monotonic()

    def summary(self) -> dict[str, Any]:
        """Return what the memory knows of the run: outcomes, verdicts, decisions."""
        run, rows = self.frontier.run, self.frontier.rows
        prefix = f"stopped {run} "
        return {
            "outcomes": [
                {"host": host, "outcome": outcome, "requests": count}
                for host, outcome, count in rows(
                    "select host, outcome, count(*) from pages"
                    " where run = ? and state = 2 group by host, outcome",
                    run,
                )
            ],
            "verdicts": dict(
                rows(
                    "select verdict, count(*) from pages where run = ? and state = 2"
                    " and verdict is not null group by verdict",
                    run,
                )
            ),
            "shapes": dict(
                rows(
                    "select shape, count(*) from pages where run = ? and state = 2"
                    " and verdict = 'product' and shape <> '' group by shape"
                    " order by count(*) desc limit 20",
                    run,
                )
            ),
            "robots": {
                host: orjson.loads(decision)
                for host, decision in rows(
                    "select host, decision from hosts where run = ?", run
                )
            },
            "left": next(
                iter(
                    rows("select count(*) from pages where run = ? and state < 2", run)
                )
            )[0],
            "spent": self.frontier.fact(f"spent {run}"),
            "passed_over": dict(self.frontier.passed_over),
            "stopped": {
                name.removeprefix(prefix): why
                for name, why in rows("select name, value from facts")
                if name.startswith(prefix)
            },
            "bytes": self.spent()[1],
            "seconds_p50": _median(
                [
                    row[0]
                    for row in rows(
                        "select seconds from pages where run = ? and state = 2"
                        " and seconds is not null",
                        run,
                    )
                ]
            ),
            "is_sweep": self.frontier.is_sweep,
        }

    def visits(self, path: Path) -> int:
        """Write which kept page each address showed in this run; return how many."""
        names = ("url", "kind", "status", "headers", "fetched_at", "digest", "verdict")
        count = 0
        with path.open("wb") as file:
            for row in self.frontier.rows(
                "select coalesce(address, url), kind, status, headers, fetched_at,"
                " digest, verdict from pages where run = ? and state = 2"
                " and digest is not null and verdict is not null"
                " and outcome <> 'repeated'"
                " order by fetched_at, id",
                self.frontier.run,
            ):
                file.write(orjson.dumps(dict(zip(names, row, strict=True))) + b"\n")
                count += 1
        return count


def _median(values: list[float]) -> float | None:
    ranked = sorted(values)
    return round(ranked[len(ranked) // 2], 4) if ranked else None
