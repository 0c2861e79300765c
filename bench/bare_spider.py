"""The peer of crawl benchmarks: a Scrapy spider that yields address and title alone."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess


class Bare(scrapy.Spider):
    """Asks for the addresses it was given; follows pages of JSON until one is empty."""

    name = "bare"

    def __init__(self, addresses: list[str]) -> None:
        super().__init__()
        self.addresses = addresses

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every address."""
        for url in self.addresses:
            yield scrapy.Request(url)

    def parse(self, response: Any, **_: Any) -> Iterator[Any]:
        """Yield address and title, of a page or of each product in JSON."""
        if "/products.json" not in response.url:
            yield {"url": response.url, "title": response.css("title::text").get()}
            return
        products = response.json()["products"]
        for product in products:
            yield {"url": product["handle"], "title": product["title"]}
        if products:
            head, _, number = response.url.rpartition("page=")
            yield scrapy.Request(f"{head}page={int(number) + 1}")


def main(asked: str, told: str) -> None:
    """Crawl the addresses of a file; write what is found as JSON lines."""
    stated = json.loads(Path(asked).read_text())
    process = AsyncCrawlerProcess(
        settings={
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": stated["concurrency"],
            "FEEDS": {told: {"format": "jsonlines"}},
        }
    )
    process.crawl(Bare, addresses=stated["addresses"])
    process.start()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
