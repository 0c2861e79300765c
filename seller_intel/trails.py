"""Trails: which page of a list was asked for in a run, what it showed, where it led."""

from __future__ import annotations

import time
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from seller_intel.ingestors.searching import Answer, Ask

_MOMENT = timedelta(milliseconds=1)


class Trail:
    """One file of visits per run; what a killed run wrote down is taken up again.

    No two visits of a run share an instant, so a listing that stands in two lists is
    seen twice. Instants are counted from `as_of`, the run's own clock.
    """

    def __init__(self, folder: Path, run: str, as_of: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"run={run}.visits"
        for left in folder.glob("run=*.visits"):
            if left != self.path:
                left.unlink()
        self.entries = self._whole()
        seen = [datetime.fromisoformat(each["fetched_at"]) for each in self.entries]
        self._start = max([as_of, *(each + _MOMENT for each in seen)])
        self._began, self._last = time.monotonic(), self._start - _MOMENT
        self._leads = {
            Ask(*each["ask"]): tuple(Ask(*lead) for lead in each["leads"])
            for each in self.entries
        }

    def leads(self, ask: Ask) -> tuple[Ask, ...] | None:
        """Return where a page led in this run; None where it was not asked for yet."""
        return self._leads.get(ask)

    def add(self, ask: Ask, answer: Answer, digest: str, seconds: float) -> None:
        """Write a page down, lasting."""
        entry = {
            "url": answer.address,
            "kind": "list",
            "status": answer.status,
            "headers": "{}",
            "fetched_at": self._now().isoformat(timespec="milliseconds"),
            "digest": digest,
            "verdict": "list",
            "ask": astuple(ask),
            "leads": [astuple(each) for each in answer.leads],
            "seconds": round(seconds, 4),
            "size": len(answer.body),
        }
        with self.path.open("ab") as file:
            file.write(orjson.dumps(entry) + b"\n")
        self.entries.append(entry)
        self._leads[ask] = answer.leads

    def _now(self) -> datetime:
        gone = timedelta(seconds=time.monotonic() - self._began)
        whole = (self._start + gone).astimezone(UTC)
        now = whole.replace(microsecond=whole.microsecond // 1000 * 1000)
        self._last = max(now, self._last + _MOMENT)
        return self._last

    def _whole(self) -> list[dict[str, Any]]:
        """Return the visits of an earlier attempt; a half-written one is cut off."""
        self.path.touch()
        text = self.path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        if len(whole) < len(text):
            self.path.write_bytes(whole)
        return [orjson.loads(line) for line in whole.splitlines()]
