"""WooCommerce shops: the Store API, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from scrapers.crawling import Crawl, Link
from scrapers.frontier import Due
from scrapers.job import Job
from scrapers.spiders.shopify import page_no
from scrapers.worker import Told

# The most that a page of the Store API gives.
_LIMIT = 100
_PATH = "/wp-json/wc/store/v1/products"


class Woocommerce(Crawl):
    """Asks for pages until one is empty."""

    name = "woocommerce__listings"

    @classmethod
    def beginnings(cls, job: Job) -> Iterator[Link]:
        """Yield the first page of each shop."""
        for url in job.urls:
            yield page_of(url, 1), "start"

    def follow(self, due: Due, told: Told) -> Iterator[Link]:
        """Yield the next page after one that held products."""
        if told.items:
            yield page_of(due.url, page_no(due.url) + 1), "next"


def page_of(url: str, number: int) -> str:
    """Return the address of one page of the products of a shop.

    A shop may live below a path (`https://shop.example/store`).
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/").partition("/wp-json")[0]
    query = urlencode({"page": number, "per_page": _LIMIT})
    return f"{parts.scheme}://{parts.netloc}{path}{_PATH}?{query}"
