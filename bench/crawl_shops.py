"""Shops for crawl benchmarks, in a process of their own: simulated ones, real pages."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.gateways.exchange import Reply, Request
from sandbox.storefronts import server, truth
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.stores import open_stores, small_market
from sandbox.storefronts.street import Street, open_street
from sandbox.storefronts.walls import HTML

REAL = Path(__file__).resolve().parents[2] / "shared/data/product_pages"
_SMALLEST, _LARGEST = 150_000, 215_000


@dataclass(frozen=True)
class Shops:
    """Running shops: their addresses, and the product pages of each."""

    addresses: dict[str, str]
    pages: dict[str, list[str]]

    def ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Change what the shops show, or just hear what they remember."""
        address = next(iter(self.addresses.values()))
        return httpx.post(f"{address}/_sandbox/x", json=wish, timeout=60).json()


class Replay(Street):
    """A street whose first shop shows saved pages of real shops, each told apart."""

    def receive(self, name: str, ask: Request) -> tuple[Reply, str]:
        """Return a saved page at `/r/N`; everything else as the shop has it."""
        if not ask.path.startswith("/r/"):
            return super().receive(name, ask)
        number = int(ask.path.removeprefix("/r/"))
        # Kept pages are named by content: no two are to be the same.
        mark = f"<!-- {number} -->".encode()
        return Reply(REAL_PAGES[number % len(REAL_PAGES)] + mark, 200, HTML), ""


def real_pages() -> list[bytes]:
    """Return the saved product pages of real shops, of about the size of most."""
    found = []
    for path in sorted(REAL.glob("*.html*")) if REAL.exists() else []:
        content = path.read_bytes()
        body = gzip.decompress(content) if path.suffix == ".gz" else content
        if _SMALLEST <= len(body) <= _LARGEST:
            found.append(body)
    return found


REAL_PAGES: list[bytes] = []


@contextmanager
def opened(
    names: tuple[str, ...], count: int, plans: dict[str, Any] | None = None
) -> Iterator[Shops]:
    """Serve shops of so many articles each until the block ends."""
    stated = {"names": names, "count": count, "plans": plans or {}}
    command = [sys.executable, "-m", "bench.crawl_shops", json.dumps(stated)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        try:
            told = json.loads(process.stdout.readline())
            yield Shops(told["addresses"], told["pages"])
        finally:
            process.stdin.close()
            process.wait(20)


def main(stated: str) -> None:
    """Serve what is stated until standard input ends."""
    asked = json.loads(stated)
    REAL_PAGES.extend(real_pages())
    plans = {name: Plan.of(plan) for name, plan in asked["plans"].items()}
    stores = open_stores(small_market(), asked["count"], tuple(asked["names"]), plans)
    street = open_street(stores)
    place = Replay(street.stores, street.instant, street.memories)
    with server.served(place) as addresses:
        pages = {
            store.name: sorted(truth.addresses_shown(store, street.instant.now))
            for store in stores
        }
        print(json.dumps({"addresses": addresses, "pages": pages}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
