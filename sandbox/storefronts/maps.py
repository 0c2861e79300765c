"""What a storefront tells robots: robots.txt and sitemaps, good ones and bad ones."""

from __future__ import annotations

import gzip
from functools import lru_cache
from html import escape

from sandbox.gateways.exchange import Reply
from sandbox.storefronts import addresses
from sandbox.storefronts.stores import Store

PER_MAP = 10_000
_XML = (("content-type", "application/xml; charset=utf-8"),)
_TEXT = (("content-type", "text/plain; charset=utf-8"),)
_GZIP = (("content-type", "application/gzip"),)
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_BOMB = 200_000_000


def robots(store: Store) -> Reply:
    """Return robots.txt as the plan has it."""
    kind = store.plan.robots
    if kind == "missing":
        return Reply(b"Not Found", 404, _TEXT)
    if kind == "failing":
        return Reply(b"Service Unavailable", 503, _TEXT)
    if kind == "closed":
        return Reply(b"User-agent: *\nDisallow: /\n", 200, _TEXT)
    lines = ["User-agent: *", "Disallow: /cart", "Disallow: /account", "Allow: /"]
    if kind == "delay":
        lines.insert(1, "Crawl-delay: 1")
    if store.plan.maps != "none":
        lines.append(f"Sitemap: {store.address}/sitemap.xml")
    return Reply("\n".join([*lines, ""]).encode(), 200, _TEXT)


def sitemap(store: Store, path: str, day: int) -> Reply | None:
    """Return the sitemap at a path; None where there is none."""
    kind = store.plan.maps
    if kind == "none":
        return None
    numbers = store.shelf.numbers(day)
    parts = -(-len(numbers) // PER_MAP)
    ending = ".xml.gz" if kind == "gzip" else ".xml"
    if path == "/sitemap.xml":
        if kind == "bomb":
            return Reply(bomb(), 200, (*_XML, ("content-encoding", "gzip")))
        if kind == "circle":
            return _index(store, ["/sitemap.xml"], day)
        if kind == "plain" and parts <= 1:
            return Reply(_urls(store, 0, day), 200, _XML)
        names = [f"/sitemap-products-{part + 1}{ending}" for part in range(parts)]
        return _index(store, names, day)
    stem = path.removeprefix("/sitemap-products-").removesuffix(ending)
    if not stem.isdigit() or path != f"/sitemap-products-{stem}{ending}":
        return None
    if not 1 <= int(stem) <= parts:
        return None
    body = _urls(store, int(stem) - 1, day)
    if kind == "gzip":
        return Reply(gzip.compress(body, 1, mtime=0), 200, _GZIP)
    return Reply(body, 200, _XML)


@lru_cache(maxsize=1)
def bomb() -> bytes:
    """Return a gzip body of 200 kB that unpacks to 200 MB of white space."""
    return gzip.compress(b" " * _BOMB, 9, mtime=0)


def _index(store: Store, names: list[str], day: int) -> Reply:
    entries = "".join(
        f"<sitemap><loc>{store.address}{name}</loc>"
        f"<lastmod>{store.shelf.date(day)}</lastmod></sitemap>"
        for name in names
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex {_SPACE}>{entries}'
    return Reply(f"{text}</sitemapindex>".encode(), 200, _XML)


def _urls(store: Store, part: int, day: int) -> bytes:
    numbers = store.shelf.numbers(day)[part * PER_MAP : (part + 1) * PER_MAP]
    today = store.shelf.date(day)
    template = store.style.template
    entries = "\n".join(
        f"<url><loc>{store.address}{escape(addresses.product(template, article))}</loc>"
        f"<lastmod>{today}</lastmod></url>"
        for number in numbers.tolist()
        if (article := store.shelf.article(number, day))
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_SPACE}>\n{entries}'
    return f"{text}</urlset>".encode()
