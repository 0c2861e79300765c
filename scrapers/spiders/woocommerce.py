"""WooCommerce shops: the Store API, page by page, and its categories."""

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
_CATEGORIES = f"{_PATH}/categories"


class Woocommerce(Crawl):
    """Asks for pages until one is empty."""

    name = "woocommerce__listings"

    @classmethod
    def beginnings(cls, job: Job) -> Iterator[Link]:
        """Yield the first page of each shop, and of its categories."""
        for url in job.urls:
            yield page_of(url, 1), "start"
            if "categories" in job.streams:
                yield page_of(url, 1, _CATEGORIES), "start"

    def follow(self, due: Due, told: Told) -> Iterator[Link]:
        """Yield the next page after one that held anything.

        Some shops show all their categories on every page, so a page that was not
        filled is the last one of these.
        """
        if _CATEGORIES in due.url:
            if told.items == _LIMIT:
                yield page_of(due.url, page_no(due.url) + 1, _CATEGORIES), "next"
        elif told.items:
            yield page_of(due.url, page_no(due.url) + 1), "next"


def page_of(url: str, number: int, of: str = _PATH) -> str:
    """Return the address of one page of the products, or categories, of a shop.

    A shop may live below a path (`https://shop.example/store`).
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/").partition("/wp-json")[0]
    query = urlencode({"page": number, "per_page": _LIMIT})
    return f"{parts.scheme}://{parts.netloc}{path}{of}?{query}"
