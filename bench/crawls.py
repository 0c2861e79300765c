"""Crawls into landing, against a bare spider on the same server in the same run."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import crawl_shops
from bench.place import environment
from bench.result import Result
from seller_intel import clock, crawl, landing, settings, sources
from seller_intel.landing import Writer

RUN, LATER = "20261113T060000", "20261113T080000"
CONCURRENCY = 16
ROUNDS = 3
SMALL, REAL, AGAIN = 1_500, 500, 4_000
JSON_ARTICLES, MEMORY = 12_000, 12_000
SMALL_FILLER = 14_000
_COLLECTIONS = (
    *("bottle", "storage", "socks", "nuts", "tea", "cream", "lipstick", "dress"),
)


@dataclass(frozen=True)
class Crawled:
    """What one crawl took: seconds, requests by outcome, landed lines, memory."""

    seconds: float
    classes: dict[str, int]
    lines: int
    landed_bytes: int
    peak_mb: float
    quarter_mb: float

    @property
    def pages(self) -> int:
        """How many pages came."""
        return sum(self.classes.values())


def run() -> Iterator[Result]:
    """Yield speed against the bare spider, the second crawl, memory, slow hosts."""
    yield _small()
    yield _json()
    if crawl_shops.real_pages():
        yield _real()
    yield from _again()
    yield from _memory()
    yield _slow_host()


def _small() -> Result:
    plans = {"harbor": {"filler": SMALL_FILLER, "zips": False}}
    with crawl_shops.opened(("harbor",), SMALL, plans) as shops:
        return _ratio("crawl_ratio", "web", shops.pages["harbor"], 0.7, "20 kB pages")


def _json() -> Result:
    with crawl_shops.opened(("nimbus",), JSON_ARTICLES) as shops:
        urls = [
            f"{shops.addresses['nimbus']}/collections/{name}" for name in _COLLECTIONS
        ]
        told = f"{JSON_ARTICLES} products in JSON"
        return _ratio("crawl_json_ratio", "shopify", urls, 0.7, told)


def _real() -> Result:
    with crawl_shops.opened(("harbor",), 30) as shops:
        urls = [f"{shops.addresses['harbor']}/r/{n}" for n in range(REAL)]
        return _ratio("crawl_real_ratio", "web", urls, 0.35, "real product pages")


def _ratio(
    name: str, platform: str, urls: list[str], at_least: float, told: str
) -> Result:
    """Return our pages a second as a share of the bare spider's, at the median."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_bare(platform, urls))
        with home():
            ours.append(crawled(platform, urls))
    seconds = statistics.median(one.seconds for one in ours)
    peer = statistics.median(bare)
    one = ours[-1]
    return Result(
        name,
        peer / seconds,
        "of a bare spider",
        at_least=at_least,
        detail=f"{told}: {one.pages} pages, {one.lines} observations landed in"
        f" {seconds:.1f} s ({one.pages / seconds:,.0f} pages a second); the bare spider"
        f" took {peer:.1f} s; {_told(one)}",
    )


def _again() -> Iterator[Result]:
    """Crawl the same pages twice within a day: the second time they are unchanged."""
    plans = {"harbor": {"filler": SMALL_FILLER, "zips": False}}
    with crawl_shops.opened(("harbor",), AGAIN, plans) as shops, home():
        urls = shops.pages["harbor"]
        first = crawled("web", urls)
        shops.ask({"forget": True})
        second = crawled("web", urls, LATER)
        told = shops.ask({})["stores"]["harbor"]
    pages = {key: n for key, n in told["statuses"].items() if key != "404"}
    yield Result(
        "recrawl_share",
        second.seconds / first.seconds,
        "of the first crawl",
        at_most=0.35,
        detail=f"{first.seconds:.1f} s, then {second.seconds:.1f} s;"
        f" replies {pages}; {second.lines} observations landed again",
    )
    robots = 200
    yield Result(
        "recrawl_body_bytes",
        max(0, told["body_bytes"] - robots),
        "bytes",
        at_most=0,
        detail=f"of {len(urls)} pages, robots.txt not counted",
    )


def _memory() -> Iterator[Result]:
    """Crawl a large shop by its sitemap; memory is that of all processes together."""
    plans = {"harbor": {"zips": False}}
    with crawl_shops.opened(("harbor",), MEMORY, plans) as shops, home():
        one = crawled("web", [shops.addresses["harbor"] + "/"], follow=True)
    yield Result(
        "crawl_peak_mb",
        one.peak_mb,
        "MB",
        at_most=300,
        detail=f"{one.pages} pages in {one.seconds:.0f} s, readers included;"
        f" {one.quarter_mb:.0f} MB at the most in the first quarter",
    )
    yield Result(
        "crawl_memory_growth",
        one.peak_mb / one.quarter_mb,
        "of the first quarter's peak",
        at_most=1.25,
    )


def _slow_host() -> Result:
    """Crawl ten hosts, first all alike, then with one that takes a second a page."""
    names = tuple(f"harbor-{number}" for number in range(1, 11))
    with crawl_shops.opened(names, 150) as shops:
        urls = [url for name in names for url in shops.pages[name][:100]]
        done = []
        for plan in ({}, {names[0]: {"seconds": 1.0}}):
            shops.ask({"forget": True, "plans": plan})
            with home():
                crawled("web", urls, concurrency=2)
            told = shops.ask({})["stores"]
            others = [told[name] for name in names[1:]]
            start = min(one["first"] for one in others)
            done.append(max(one["last"] for one in others) - start)
    return Result(
        "slow_host_factor",
        done[1] / done[0],
        "times as long for nine hosts",
        at_most=1.25,
        detail=f"{done[0]:.1f} s, with a slow tenth host {done[1]:.1f} s",
    )


@contextmanager
def home() -> Iterator[Path]:
    """Open an empty home, without a warehouse: a crawl ends in landing."""
    with tempfile.TemporaryDirectory(prefix="seller-intel-crawls-") as folder:
        stated = {
            "SELLER_INTEL_HOME": folder,
            "SELLER_INTEL_SOURCES": f"{folder}/s.yml",
        }
        with environment(stated):
            yield Path(folder)


def crawled(
    platform: str,
    urls: list[str],
    run: str = RUN,
    concurrency: int = CONCURRENCY,
    follow: bool = False,
    max_pages: int = 200_000,
) -> Crawled:
    """Crawl addresses into a landing file, as the reader of a source would."""
    options: dict[str, Any] = {
        "urls": urls,
        "delay": 0,
        "concurrency": concurrency,
        "max_pages": max_pages,
    }
    if not follow and platform == "web":
        options["follow"] = False
    source = _source(platform, options)
    job = crawl.job_of(source, run, clock.as_of(run))
    began = time.perf_counter()
    with _watched() as sizes, landing.scratch() as scratch:
        summary = crawl.run(job)
        writer = Writer(f"{platform}__listings", source.name, run, scratch)
        lines = 0
        for stream, line in crawl.lines(job):
            if stream == "listings":
                writer.block(memoryview(line), 1)
                lines += 1
        landed = writer.finish({"streams": [], "windows_got": []})
    seconds = time.perf_counter() - began
    classes: dict[str, int] = {}
    for row in summary["outcomes"]:
        classes[row["outcome"]] = classes.get(row["outcome"], 0) + row["requests"]
    quarter = sizes[: max(1, len(sizes) // 4)]
    size = int(landed.manifest["bytes"])
    return Crawled(seconds, classes, lines, size, max(sizes), max(quarter))


def _source(platform: str, options: dict[str, Any]) -> sources.Source:
    """Return a source of the registry that crawls these addresses."""
    registry = {
        "reporting_currency": "USD",
        "sources": [
            {
                "name": "rival",
                "platform": platform,
                "allow_private": True,
                "streams": ["listings"],
                "options": options,
            }
        ],
    }
    settings.current().sources_path.write_text(json.dumps(registry), encoding="utf-8")
    return sources.get("rival")


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Give the memory of all crawling processes in MB, sampled while they run."""
    sizes: list[float] = []
    ended = threading.Event()
    shops = {child.pid for child in psutil.Process().children()}

    def watch() -> None:
        while not ended.wait(0.2):
            total = 0
            for child in psutil.Process().children(recursive=True):
                if child.pid not in shops:
                    try:
                        total += child.memory_info().rss
                    except psutil.NoSuchProcess:
                        continue
            sizes.append(total / 1e6)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield sizes
    finally:
        ended.set()
        thread.join()
        sizes[:] = [size for size in sizes if size] or [0.0]


def _bare(platform: str, urls: list[str]) -> float:
    """Return the seconds that the bare spider takes for the same pages."""
    if platform == "shopify":
        urls = [f"{url}/products.json?limit=250&page=1" for url in urls]
    with tempfile.TemporaryDirectory(prefix="seller-intel-bare-") as folder:
        asked, told = Path(folder) / "asked.json", Path(folder) / "told.jsonl"
        stated = {"addresses": urls, "concurrency": CONCURRENCY}
        asked.write_text(json.dumps(stated), encoding="utf-8")
        command = [sys.executable, "-m", "bench.bare_spider", str(asked), str(told)]
        began = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - began
        assert len(told.read_text().splitlines()) >= len(urls)
        return seconds


def _told(one: Crawled) -> str:
    outcomes = ", ".join(f"{name} {count}" for name, count in one.classes.items())
    return f"{outcomes}; {os.cpu_count()} cores"
