"""Where a page leads: its links become due, but for trails to more of themselves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scrapers.frontier import Due, Frontier
from scrapers.job import Job, host_of
from scrapers.worker import Told

# Lists of one path that differ in their query alone, and lists of one pattern of path.
_QUERIES, _PATTERNS, _PAGES = 100, 500, 5_000
# How many lists in a row may show nothing new before the trail is left.
_BARREN = 5
# So many links become due before other pages have their turn.
_SLICE = 250


@dataclass
class Trails:
    """The trails of one run, and how far each was followed."""

    frontier: Frontier
    job: Job
    _lists: Counter[str] = field(default_factory=Counter)

    async def go_on(
        self,
        due: Due,
        told: Told,
        links: Iterable[tuple[str, str]],
        fetched_at: datetime,
    ) -> None:
        """Make due what a page links to: addresses and their kinds."""
        if not self.job.follow:
            return
        if due.kind == "sitemap" and told.detail:
            self._pass_over(told.detail)
        allowed = self.job.allowed
        stated = [each for each in links if host_of(each[0]) in allowed]
        found = 0
        products = [url for url, kind in stated if kind == "product"]
        for start in range(0, len(products), _SLICE):
            few = products[start : start + _SLICE]
            found += self.frontier.add(
                (url, "product", due.depth + 1, 0) for url in few
            )
            changed = {url: told.changed_at.get(url) for url in few}
            self.frontier.hear_of_changes(changed, fetched_at)
            await asyncio.sleep(0)
        further = [each for each in stated if each[1] != "product"]
        barren = 0 if found or told.items or due.kind == "start" else due.barren + 1
        if barren > _BARREN:
            self._pass_over("trail without new products", len(further))
            return
        self.frontier.add(
            (url, kind, due.depth + (kind != "next"), barren)
            for url, kind in further
            if self._is_wanted(url, kind, due.depth + (kind != "next"))
        )

    def _is_wanted(self, url: str, kind: str, depth: int) -> bool:
        """Leave trails that only ever lead to more of themselves."""
        if depth > self.job.max_depth:
            return self._pass_over("deeper than max_depth")
        if kind not in ("list", "next"):
            return True
        path = url.partition("?")[0]
        pattern = "".join("0" if each.isdigit() else each for each in path)
        self._lists[f"{kind} {path}"] += 1
        self._lists[f"{kind} {pattern} *"] += 1
        of_path = self._lists[f"{kind} {path}"]
        if kind == "next":
            return of_path <= _PAGES or self._pass_over("pages of one list")
        if of_path > _QUERIES:
            return self._pass_over("queries of one list")
        is_few = self._lists[f"{kind} {pattern} *"] <= _PATTERNS
        return is_few or self._pass_over("lists of one pattern")

    def _pass_over(self, why: str, links: int = 1) -> bool:
        """Count links that are left; return False, which they are not wanted."""
        self.frontier.passed_over[why] += links
        return False
