"""A tiny shop for crawl tests: a server in a thread, good or bad as a test says."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson

from scrapers.job import Job
from seller_intel import crawl


@dataclass
class Reply:
    """What the server sends; `act` takes over where a test wants it to misbehave."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Shop:
    """Some products on two list pages behind a front page."""

    products: int = 6
    price: str = "12.50"
    currency: str = "CNY"
    robots: Reply = field(default_factory=lambda: Reply("User-agent: *\nDisallow:\n"))
    pages: dict[str, Reply] = field(default_factory=dict)
    extra: str = ""
    wall_after: int | None = None
    wall: Reply = field(default_factory=lambda: Reply(WALL, 403))
    title: str = "Green tea"
    has_etags: bool = True
    asked: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    cookies: set[str] = field(default_factory=set)
    body_bytes: int = 0
    address: str = ""
    pause: float = 0

    def reply(self, path: str, validator: str | None) -> Reply:
        """Return the answer to a request."""
        self.asked.append(path)
        if path == "/robots.txt":
            return self.robots
        if path in self.pages:
            return self.pages[path]
        if self.wall_after is not None and len(self.asked) > self.wall_after:
            return self.wall
        number = path.removeprefix("/product/")
        if path == "/":
            return Reply(page(links("/category/tea") + self.extra))
        if path == "/category/tea":
            half = [f"/product/{each}" for each in range(self.products // 2)]
            more = '<a rel="next" href="/category/tea?page=2">next</a>'
            return Reply(page(links(*half) + more))
        if path == "/category/tea?page=2":
            rest = range(self.products // 2, self.products)
            return Reply(page(links(*(f"/product/{each}" for each in rest))))
        if number.isdigit() and int(number) < self.products:
            return self._product(number, validator)
        return Reply(page("<h1>Not found</h1>"), 404)

    def _product(self, number: str, validator: str | None) -> Reply:
        etag = f'"{self.price}-{number}"'
        headers = {"ETag": etag} if self.has_etags else {}
        if validator == etag:
            return Reply(b"", 304, headers)
        told = product(number, self.price, self.currency)
        return Reply(told.replace("Green tea", self.title), 200, headers)


WALL = (
    "<html><head><title>Access denied</title></head><body><h1>Access Denied</h1>"
    "<p>You don't have permission to access this server. Reference #18.2f</p>"
    "</body></html>"
)


def links(*paths: str) -> str:
    """Return links as a list page has them."""
    return "".join(
        f'<li class="product"><a href="{path}">Tea {path[-1]}</a></li>'
        for path in paths
    )


def page(body: str) -> str:
    """Return a page around some HTML."""
    words = "A shop for tea, with a story about how the leaves are picked. " * 5
    return (
        "<!doctype html><html lang='en'><head><title>Tea</title></head><body>"
        f"<h1>Tea</h1><ul>{body}</ul><p>{words}</p></body></html>"
    )


def product(number: str, price: str, currency: str = "CNY") -> str:
    """Return a product page with its JSON-LD."""
    stated = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": f"Green tea {number}",
        "sku": f"tea-{number}",
        "brand": {"@type": "Brand", "name": "Hill"},
        "offers": {
            "@type": "Offer",
            "price": price,
            "priceCurrency": currency,
            "availability": "https://schema.org/InStock",
        },
    }
    return page(
        f'<script type="application/ld+json">{json.dumps(stated)}</script>'
        f"<h1>Green tea {number}</h1><p class='price'>{price} {currency}</p>"
    )


def stall(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing for longer than anybody waits."""
    time.sleep(8)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a long page a byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(80):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection without a word."""
    handler.connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
    )
    handler.connection.close()


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Send 50 MB of HTML."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(50):
        handler.wfile.write(b"<p>tea</p>" * 104_858)


def bomb() -> Reply:
    """Return a few kilobytes that unpack to 100 MB."""
    packed = gzip.compress(bytes(100 << 20), 9)
    return Reply(packed, 200, {"Content-Encoding": "gzip", "Content-Type": "text/html"})


@contextmanager
def open_shop(shop: Shop) -> Iterator[Shop]:
    """Serve a shop on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            if shop.pause:
                time.sleep(shop.pause)
            shop.agents.add(self.headers.get("User-Agent", ""))
            shop.cookies.add(self.headers.get("Cookie", ""))
            reply = shop.reply(self.path, self.headers.get("If-None-Match"))
            if reply.act:
                self.close_connection = True
                reply.act(self)
                return
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            stated = {"Content-Type": "text/html; charset=utf-8", **reply.headers}
            stated["Set-Cookie"] = "visitor=1"
            for name, value in stated.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if reply.status == 304 else body)
            shop.statuses[reply.status] += 1
            if self.path.startswith("/product/"):
                shop.body_bytes += 0 if reply.status == 304 else len(body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shop.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()


def crawl_of(shop: Shop, folder: Path, **more: object) -> Job:
    """Return a quick crawl of a shop."""
    stated = Job(
        platform="web",
        source="rival",
        run="20260101T060000",
        as_of="2026-01-01T06:00:00+00:00",
        work=str(folder / "work"),
        urls=(f"{shop.address}/",),
        pages=str(folder / "pages"),
        allow_private=True,
        delay=0,
        concurrency=4,
        timeout=2,
        retries=1,
    )
    return replace(stated, **more)  # type: ignore[arg-type]


def outcomes(summary: dict) -> dict[str, int]:
    """Return how many requests came out how, over all hosts."""
    found: dict[str, int] = {}
    for row in summary["outcomes"]:
        found[row["outcome"]] = found.get(row["outcome"], 0) + row["requests"]
    return found


def found(job: Job) -> list[dict]:
    """Return the records that a crawl left."""
    return [orjson.loads(line) for name, line in crawl.lines(job) if name != "!"]
