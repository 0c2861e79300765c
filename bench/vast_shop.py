"""A vast shop for crawl benchmarks: files of 50,000 addresses and small pages."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# As many as sitemaps.org lets one file hold.
ADDRESSES = 50_000
_WORDS = "A story about how the leaves are picked and dried. " * 20


class Visit(asyncio.Protocol):
    """One connection, kept alive; every request is answered at once."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        host, port = transport.get_extra_info("sockname")[:2]
        self._base = f"http://{host}:{port}"

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, self._held = self._held.partition(b"\r\n\r\n")
            body = self._page(head.split(b" ", 2)[1].decode("latin-1"))
            kind = "text/xml" if body.startswith("<?xml") else "text/html"
            sent = body.encode()
            status = "200 OK" if sent else "404 Not Found"
            self._line.write(
                f"HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\n"
                f"content-length: {len(sent)}\r\n\r\n".encode()
                + sent
            )

    def _page(self, path: str) -> str:
        """Return what stands at a path, empty where nothing does."""
        folder, _, name = path.removeprefix("/").partition("/")
        if path == "/sitemap.xml":
            places = (f"{self._base}/map/{each}" for each in range(self._files))
            entries = "".join(
                f"<sitemap><loc>{each}</loc></sitemap>" for each in places
            )
            return f"<?xml version='1.0'?><sitemapindex>{entries}</sitemapindex>"
        if folder == "map":
            entries = "".join(
                f"<url><loc>{self._base}/tea/{name}-{each}</loc>"
                f"<lastmod>2026-0{1 + each % 9}-1{each % 10}</lastmod></url>"
                for each in range(ADDRESSES)
            )
            return f"<?xml version='1.0'?><urlset>{entries}</urlset>"
        return _product(name) if folder == "tea" else ""


def _product(name: str) -> str:
    stated = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": f"Tea {name}",
        "sku": name,
        "offers": {"@type": "Offer", "price": "12.50", "priceCurrency": "CNY"},
    }
    return (
        f"<!doctype html><html lang='en'><head><title>Tea {name}</title>"
        f"<script type='application/ld+json'>{json.dumps(stated)}</script></head>"
        f"<body><h1>Tea {name}</h1><p>12.50 CNY</p><p>{_WORDS}</p></body></html>"
    )


@contextmanager
def opened(files: int) -> Iterator[str]:
    """Serve a shop of so many sitemaps in a process of its own; give its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.vast_shop", str(files)],
        cwd=Path(__file__).resolve().parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(20)


async def _serve(files: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Visit(files), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
