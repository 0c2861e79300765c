"""What a crawl brought, counted: outcomes of requests, fields filled, how read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# How an outcome counts in the views of crawl health; the rest are errors.
_OK = frozenset(("parsed", "no_product", "not_modified", "repeated"))
_BLOCKED = frozenset(("blocked", "captcha", "login_wall", "throttled"))
_REFUSED = frozenset(("robots_refused",))
# Pages that came and showed something else than what is there.
HINDERED = (
    "blocked",
    "captcha",
    "login_wall",
    "throttled",
    "empty_shell",
    "unreadable",
)
# Facts about an observation that are there whatever the page looks like.
_GIVEN = frozenset(("platform_id", "observed_at", "methods", "url", "shop_id"))
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass
class Tallies:
    """Counts over the records of a crawl, by stream."""

    streams: dict[str, int] = field(default_factory=dict)
    fields: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    methods: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    currencies: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    observed_to: datetime | None = None

    def add(self, stream: str, line: dict[str, Any]) -> None:
        """Count one landing line."""
        record = line["record"]
        self.streams[stream] = self.streams.get(stream, 0) + 1
        self.fields[stream].update(record.keys() - _GIVEN)
        for name, method in (record.get("methods") or {}).items():
            self.methods[name][method] += 1
        if stream == "listings":
            self.currencies[record.get("currency") or "none"] += 1
            title = record.get("title")
            if title:
                self.scripts["han" if _HAN.search(title) else "other"] += 1
        seen = datetime.fromisoformat(line["observed_at"])
        if self.observed_to is None or seen > self.observed_to:
            self.observed_to = seen


def told(summary: dict[str, Any], tallies: Tallies) -> dict[str, Any]:
    """Return what the manifest says of a crawl."""
    classes: Counter[str] = Counter()
    for row in summary["outcomes"]:
        classes[row["outcome"]] += row["requests"]
    requests = classes.total()
    ok = sum(classes[name] for name in _OK)
    blocked = sum(classes[name] for name in _BLOCKED)
    refused = sum(classes[name] for name in _REFUSED)
    hindered = {name: classes[name] for name in HINDERED if classes[name]}
    judged = ok + sum(hindered.values())
    return {
        "requests": requests,
        "ok": ok,
        "blocked": blocked,
        "robots_refused": refused,
        "errors": requests - ok - blocked - refused,
        "pages_parsed": sum(
            count
            for verdict, count in summary["verdicts"].items()
            if verdict in ("product", "list")
        ),
        "classes": dict(classes.most_common()),
        "hindered": hindered,
        "hindered_share": round(sum(hindered.values()) / judged, 4) if judged else 0,
        **of_items(tallies),
        "passed_over": summary.get("passed_over", {}),
        **{
            name: summary[name]
            for name in (
                *("outcomes", "verdicts", "shapes", "robots", "left", "spent"),
                *("stopped", "bytes", "seconds_p50", "is_sweep"),
            )
        },
    }


def of_items(tallies: Tallies) -> dict[str, Any]:
    """Return what the manifest says of the items of a crawl."""
    return {
        "streams": {
            stream: {"items": count, "fields": dict(tallies.fields[stream])}
            for stream, count in tallies.streams.items()
        },
        "methods": {name: dict(found) for name, found in tallies.methods.items()},
        "currencies": dict(tallies.currencies),
        "scripts": dict(tallies.scripts),
    }
