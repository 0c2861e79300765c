"""Crawls of vast shops: the memory of all crawling processes together."""

from __future__ import annotations

from collections.abc import Iterator

from bench import crawls, vast_shop
from bench.result import Result

PAGES = 100_000
MILLION, LOOKED_AT = 1_000_000, 1_000


def run() -> Iterator[Result]:
    """Yield the memory of a long crawl and of a million addresses: ten minutes."""
    yield long_crawl()
    yield million_addresses()


def long_crawl() -> Result:
    """Crawl a shop of a hundred thousand pages by its sitemaps."""
    files = PAGES // vast_shop.ADDRESSES
    return _peak("crawl_100k_peak_mb", files, PAGES + files + 2)


def million_addresses() -> Result:
    """Read sitemaps of a million addresses; a budget lets a few of the pages pass."""
    files = MILLION // vast_shop.ADDRESSES
    return _peak("sitemap_million_peak_mb", files, LOOKED_AT)


def _peak(name: str, files: int, max_pages: int) -> Result:
    with vast_shop.opened(files) as address, crawls.home():
        one = crawls.crawled("web", [f"{address}/"], follow=True, max_pages=max_pages)
    return Result(
        name,
        one.peak_mb,
        "MB",
        at_most=300,
        detail=f"{files * vast_shop.ADDRESSES:,} addresses in {files} sitemaps;"
        f" {one.pages:,} pages in {one.seconds:.0f} s, {one.lines:,} observations;"
        f" {one.quarter_mb:.0f} MB at the most in the first quarter",
    )
