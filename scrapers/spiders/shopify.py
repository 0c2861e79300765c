"""Shopify shops: `/products.json`, page by page, and the collections."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from scrapers.crawling import Crawl, Link
from scrapers.frontier import Due
from scrapers.job import Job
from scrapers.worker import Told

# The most that a page of /products.json gives.
_LIMIT = 250
_COLLECTIONS = "/collections.json"


class Shopify(Crawl):
    """Asks for pages until one is empty; a collection where the source names one."""

    name = "shopify__listings"

    @classmethod
    def beginnings(cls, job: Job) -> Iterator[Link]:
        """Yield the first page of each shop or collection, and of the collections."""
        for url in job.urls:
            yield page_of(url, 1), "start"
            if "categories" in job.streams:
                yield _collections(url, 1), "start"

    def follow(self, due: Due, told: Told) -> Iterator[Link]:
        """Yield the next page after one that held anything."""
        if told.items:
            is_list = urlsplit(due.url).path == _COLLECTIONS
            following = _collections if is_list else page_of
            yield following(due.url, page_no(due.url) + 1), "next"


def page_of(url: str, number: int) -> str:
    """Return the address of one page of the products of a shop or collection."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix("/products.json")
    if not path.startswith("/collections/"):
        path = ""
    query = urlencode({"limit": _LIMIT, "page": number})
    return f"{parts.scheme}://{parts.netloc}{path}/products.json?{query}"


def _collections(url: str, number: int) -> str:
    """Return the address of one page of the collections of a shop."""
    parts = urlsplit(url)
    query = urlencode({"limit": _LIMIT, "page": number})
    return f"{parts.scheme}://{parts.netloc}{_COLLECTIONS}?{query}"


def page_no(url: str) -> int:
    """Return the number of the page that an address asks for."""
    for part in urlsplit(url).query.split("&"):
        name, _, value = part.partition("=")
        if name == "page" and value.isdigit():
            return int(value)
    return 1
