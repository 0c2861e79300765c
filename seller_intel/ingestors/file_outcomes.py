"""What became of each file of a drop folder, and what the manifest says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel.extraction import Asked, Got
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.file_reading import FileRead


@dataclass(frozen=True)
class FileOutcome:
    """What became of one table file.

    landed, known; refused; growing and held (its delivery is not whole), both left for
    the next run; outside the days that a backfill asks for.

    It is known again by three marks: `seen` (name, size, time of change), `bytes`
    (of the file as it lies there) and `content` (of the records it gives, so that the
    same rows under another name or in another encoding are known).
    """

    name: str
    contract: Contract | None
    status: str
    seen: str = ""
    bytes: str = ""
    content: str = ""
    reason: str = ""
    read: FileRead | None = None

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The whole local days it covers, half-open."""
        told = self.read
        if told is None or told.first_date is None or told.last_date is None:
            return None
        zone = ZoneInfo(told.zone)
        after = told.last_date + timedelta(days=1)
        return (
            datetime.combine(told.first_date, time.min, zone),
            datetime.combine(after, time.min, zone),
        )

    def entry(self) -> dict[str, Any]:
        """Return its line in the manifest."""
        told = self.read or FileRead(self.name)
        return {
            "name": self.name,
            "contract": self.contract.name if self.contract else None,
            "status": self.status,
            "seen": self.seen,
            "bytes": self.bytes,
            "content": self.content,
            "streams": list(told.streams),
            "rows": told.rows,
            "problems": told.problems,
            "encoding": told.encoding,
        }

    @property
    def marks(self) -> set[str]:
        """Return what the file is known by the next time."""
        return {self.seen, self.bytes, self.content} - {""}


def got(asked: Asked, outcomes: list[FileOutcome]) -> Got:
    """Return what the reader says of its run: windows, manifest, failures."""
    windows: dict[str, list[tuple[datetime, datetime]]] = {}
    full: dict[str, None] = {}
    ignored: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        if outcome.status != "landed" or not (outcome.contract and outcome.read):
            continue
        ignored.setdefault(outcome.contract.name, {}).update(
            dict.fromkeys(outcome.read.ignored_columns)
        )
        for stream in outcome.read.streams:
            if outcome.window:
                windows.setdefault(stream, []).append(outcome.window)
            full |= {stream: None} if outcome.contract.is_full else {}
    return Got(
        windows={stream: _joined(spans) for stream, spans in windows.items()},
        manifest={
            "files": [
                outcome.entry()
                for outcome in outcomes
                if outcome.status in ("landed", "known")
            ],
            "full": sorted(full),
            "ignored_columns": {
                name: list(columns) for name, columns in ignored.items() if columns
            },
            "personal": dict(sorted(asked.hasher.counts.items())),
        },
        failures=[each.reason for each in outcomes if each.status == "refused"],
    )


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans with those that touch made one."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
