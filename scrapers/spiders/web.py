"""Any shop on the web: sitemaps, categories page by page, or addresses one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapers.crawling import Crawl, Link
from scrapers.frontier import Due
from scrapers.worker import Told


class Web(Crawl):
    """Begins where the source says; finds products by sitemap and by links."""

    name = "web__listings"

    def follow(self, due: Due, told: Told) -> Iterator[Link]:
        """Yield products, further pages of a list, categories and sitemaps."""
        yield from ((url, "sitemap") for url in told.sitemaps)
        if due.kind == "product" and told.verdict == "product":
            return
        yield from super().follow(due, told)
        if due.kind != "sitemap":
            yield from ((url, "list") for url in told.categories)

    def heard_robots(self, url: str, decision: dict[str, Any]) -> None:
        """Read the sitemaps of a host whose front page the source names.

        A source that names a category or a product means that and no more.
        """
        root = urljoin(url, "/")
        begins = any(_is_front(each, root) for each in self.job.urls)
        if not (begins and self.job.follow):
            return
        stated = decision.get("sitemaps") or [urljoin(root, "/sitemap.xml")]
        self.frontier.add((each, "sitemap", 0, 0) for each in stated)


def _is_front(url: str, root: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and urljoin(url, "/") == root
