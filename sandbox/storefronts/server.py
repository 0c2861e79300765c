"""Storefronts over HTTP/1.1: a small server that can also fail on purpose.

Each storefront has an address of its own (127.0.0.11, .12, ...), since crawlers keep
apart what they do by host; where a system has 127.0.0.1 alone, a port of its own.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import cast

from sandbox.gateways.exchange import Reply, Request
from sandbox.storefronts.street import Street

_MOST_HEAD = 65_536
_DROPS = 10
_FIRST_HOST = 11


class Visit(asyncio.Protocol):
    """One connection: requests one after the other, kept alive."""

    def __init__(self, street: Street, name: str):
        self._street, self._name = street, name
        self._held = b""
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._line = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        self._held += data
        while not self._busy and not self._line.is_closing():
            head, mark, rest = self._held.partition(b"\r\n\r\n")
            if not mark:
                if len(head) > _MOST_HEAD:
                    self._line.abort()
                return
            ask = _request(head)
            length = int(ask.headers.get("content-length", "0"))
            if len(rest) < length:
                return
            self._held = rest[length:]
            self._answer(_request(head, rest[:length]))

    def _answer(self, ask: Request) -> None:
        reply, way = self._street.receive(self._name, ask)
        seconds = self._street.stores[self._name].plan.seconds
        if seconds:
            self._busy = True
            loop = asyncio.get_running_loop()
            loop.call_later(seconds, self._late, ask, reply, way)
            return
        self._send(ask, reply, way)

    def _late(self, ask: Request, reply: Reply, way: str) -> None:
        self._busy = False
        if not self._line.is_closing():
            self._send(ask, reply, way)
            self.data_received(b"")

    def _send(self, ask: Request, reply: Reply, way: str) -> None:
        body = b"" if ask.method == "HEAD" else reply.body
        head = _head(reply)
        if way == "reset":
            self._line.abort()
        elif way == "cut":
            self._line.write(head + body[: len(body) // 2])
            self._line.close()
        elif way in ("drip", "hang"):
            self._busy = True
            self._line.write(head)
            drops = _DROPS if way == "drip" else 1
            pause = self._street.stores[self._name].plan.trouble_seconds / drops
            self._drip(body if way == "drip" else b"", drops, pause)
        else:
            self._line.write(head + body)

    def _drip(self, body: bytes, drops: int, pause: float) -> None:
        """Send the body in drops with pauses; without one left, hang up at the end."""
        if self._line.is_closing():
            return
        loop = asyncio.get_running_loop()
        if not body and drops == 0:
            self._busy = False
            self.data_received(b"")
            return
        if not body:
            loop.call_later(pause, self._line.abort)
            return
        size = -(-len(body) // drops)
        self._line.write(body[:size])
        loop.call_later(pause, self._drip, body[size:], drops - 1, pause)


def _request(head: bytes, body: bytes = b"") -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, *_ = [*first.split(" "), "/", ""]
    path, _, query = target.partition("?")
    headers = {}
    for line in lines:
        name, _, text = line.partition(":")
        headers[name.lower()] = text.strip()
    return Request(method, path, query, headers, body)


def _head(reply: Reply) -> bytes:
    phrase = HTTPStatus(reply.status).phrase
    lines = [f"HTTP/1.1 {reply.status} {phrase}"]
    lines += [f"{name}: {text}" for name, text in reply.headers]
    if reply.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"content-length: {len(reply.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def places(count: int, port: int = 0) -> list[socket.socket]:
    """Return listening sockets, each on an address of its own where there are such."""
    found: list[socket.socket] = []
    for number in range(count):
        try:
            address = (f"127.0.0.{_FIRST_HOST + number}", port)
            found.append(socket.create_server(address, backlog=512))
        except OSError:
            following = port + number if port else 0
            try:
                place = socket.create_server(("127.0.0.1", following), backlog=512)
            except OSError:
                place = socket.create_server(("127.0.0.1", 0), backlog=512)
            found.append(place)
    return found


def settle(street: Street, port: int = 0) -> dict[str, socket.socket]:
    """Give every storefront its address; return the sockets they listen on."""
    sockets = places(len(street.stores), port)
    for store, place in zip(street.stores.values(), sockets, strict=True):
        host, number = place.getsockname()
        store.address = f"http://{host}:{number}"
    return dict(zip(street.stores, sockets, strict=True))


async def run(
    street: Street, sockets: dict[str, socket.socket], ended: asyncio.Event
) -> None:
    """Serve the storefronts until the event is set."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(
            lambda name=name: Visit(street, name),  # type: ignore[misc]
            sock=place,
        )
        for name, place in sockets.items()
    ]
    await ended.wait()
    for server in servers:
        server.close()


def begin(street: Street, port: int = 0) -> tuple[dict[str, str], Callable[[], None]]:
    """Serve storefronts from a thread; return their addresses, and what ends it."""
    sockets = settle(street, port)
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=(run(street, sockets, ended),), daemon=True
    )
    thread.start()

    def end() -> None:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()

    return {name: store.address for name, store in street.stores.items()}, end


@contextmanager
def served(street: Street, port: int = 0) -> Iterator[dict[str, str]]:
    """Serve storefronts while a block runs; give the address of each by its name."""
    addresses, end = begin(street, port)
    try:
        yield addresses
    finally:
        end()
