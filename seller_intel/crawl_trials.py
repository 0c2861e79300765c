"""Trying a page or a shop: what a crawl would read, before anything is configured."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import yaml

from seller_intel import clock, crawl, crawl_tallies, sources
from seller_intel.crawl_tallies import Tallies
from seller_intel.sources import Source

# What one would want to know of a listing; the rest is a bonus.
WANTED = (
    *("title", "price", "currency", "list_price", "status", "brand", "category_path"),
    *("gtin", "seller_sku", "rating", "review_count"),
)
_LISTING = Source("trial", "web", (sources.Stream("web__listings", "listings", ""),))


@dataclass(frozen=True)
class Trial:
    """What came of trying an address."""

    url: str
    platform: str
    listings: list[dict[str, Any]]
    told: dict[str, Any]
    hindered: list[dict[str, Any]]
    shop_system: str | None
    allow_private: bool = False

    def fields(self) -> list[dict[str, Any]]:
        """Return per field in how many listings it was read, and by which methods."""
        names = Counter(
            name
            for record in self.listings
            for name in record.keys() - {"methods", "platform_id", "observed_at"}
        )
        ranked = [*WANTED, *sorted(names.keys() - set(WANTED))]
        return [
            {
                "field": name,
                "read in": f"{names[name]} of {len(self.listings)}",
                "method": ", ".join(self._methods(name)) or None,
                "example": self._example(name),
            }
            for name in ranked
        ]

    def missing(self) -> list[str]:
        """Return the wanted fields that no listing has."""
        return [
            name
            for name in WANTED
            if not any(name in record for record in self.listings)
        ]

    def _methods(self, name: str) -> list[str]:
        found = Counter(
            record["methods"][name]
            for record in self.listings
            if name in (record.get("methods") or {})
        )
        return [method for method, _ in found.most_common()]

    def _example(self, name: str) -> str | None:
        for record in self.listings:
            if name in record:
                text = str(record[name])
                return text if len(text) <= 60 else f"{text[:59]}…"
        return None


def attempt(
    url: str,
    at: datetime,
    platform: str = "web",
    pages: int = 10,
    private: bool = False,
) -> Trial:
    """Crawl a few pages from an address and say what they gave; nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="seller-intel-trial-") as folder:
        source = replace(
            _LISTING,
            platform=platform,
            allow_private=private,
            options={"urls": [url], "max_pages": pages, "max_seconds": 120},
        )
        job = replace(
            crawl.job_of(source, clock.run_of(at), at),
            work=folder,
            pages=str(Path(folder) / "pages"),
            delay=0.5,
            is_sample=True,
        )
        summary = crawl.run(job)
        listings, hindered, tallies = [], [], Tallies()
        for stream, line in crawl.lines(job):
            stated = orjson.loads(line)
            if stream == "!":
                hindered.append(stated)
            elif stream == "listings":
                listings.append(stated["record"])
                tallies.add(stream, stated)
        return Trial(
            url=url,
            platform=platform,
            listings=listings,
            told=crawl_tallies.told(summary, tallies),
            hindered=hindered,
            shop_system=_shop_system(Path(folder) / "pages"),
            allow_private=private,
        )


# How shop systems give themselves away in a page.
_SYSTEMS = {
    "shopify": re.compile(rb"cdn\.shopify\.com|Shopify\.theme", re.IGNORECASE),
    "woocommerce": re.compile(rb"plugins/woocommerce|wc-ajax", re.IGNORECASE),
}


def _shop_system(pages: Path) -> str | None:
    """Return the shop system behind kept pages where one has an interface we read."""
    import gzip

    for path in sorted(pages.rglob("*.gz"))[:5]:
        body = gzip.decompress(path.read_bytes())
        for name, mark in _SYSTEMS.items():
            if mark.search(body):
                return name
    return None


def block(trial: Trial, name: str | None = None) -> str:
    """Return what to write into sources.yml to crawl this address every day."""
    host = urlsplit(trial.url).hostname or "shop"
    source: dict[str, Any] = {
        "name": name or re.sub(r"\W+", "_", host.removeprefix("www.")).strip("_"),
        "platform": trial.platform,
        "schedule": "0 17 * * *",
        "streams": ["listings"],
        "options": {"urls": [trial.url]},
    }
    currencies = {each.get("currency") for each in trial.listings} - {None}
    if len(currencies) == 1:
        source["options"]["currency"] = currencies.pop()
    if trial.allow_private:
        source["allow_private"] = True
    return yaml.safe_dump([source], sort_keys=False, allow_unicode=True)
