"""The gateways behind HTTP, and transfers that go wrong on purpose."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from sandbox.gateways.exchange import Reply, Request
from sandbox.gateways.house import House

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_DROPS = 8


class Cut(Exception):
    """The connection ends here."""


def application(house: House) -> Callable[..., Awaitable[None]]:
    """Return the gateways as an ASGI application."""

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = await _body(receive)
        # The path is taken raw: a signature covers what was sent.
        path = scope["path"]
        ask = Request(
            method=scope["method"],
            path=path,
            query_text=scope["query_string"].decode("latin-1"),
            headers={
                name.decode("latin-1"): text.decode("latin-1")
                for name, text in scope["headers"]
            },
            body=body,
        )
        reply, fault = house.receive(ask)
        await _transfer(reply, fault, house.faults.seconds, send)

    return answer


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _transfer(
    reply: Reply, fault: str | None, seconds: float, send: Send
) -> None:
    body = reply.body
    if fault == "truncated":
        body = body[: len(body) // 2]
    if fault == "hanging":
        await asyncio.sleep(seconds)
    headers = [(name.encode(), text.encode()) for name, text in reply.headers]
    headers.append((b"content-length", str(len(body)).encode()))
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": headers}
    )
    if fault == "hanging":
        raise Cut
    if fault == "cut":
        await send(
            {
                "type": "http.response.body",
                "body": body[: len(body) // 2],
                "more_body": True,
            }
        )
        raise Cut
    if fault == "dripping":
        size = len(body) // _DROPS + 1
        for start in range(0, len(body), size):
            drop = body[start : start + size]
            more = start + size < len(body)
            await send({"type": "http.response.body", "body": drop, "more_body": more})
            await asyncio.sleep(seconds / _DROPS)
        return
    await send({"type": "http.response.body", "body": body})


def listening(port: int = 0) -> socket.socket:
    """Return a socket on a free port of this machine, or on the one named."""
    found = socket.create_server(("127.0.0.1", port), backlog=512)
    found.set_inheritable(True)
    return found


def server(house: House) -> uvicorn.Server:
    """Return a server of the gateways that says nothing."""
    return uvicorn.Server(
        uvicorn.Config(
            application(house),
            lifespan="off",
            access_log=False,
            log_level="critical",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
            server_header=False,
            date_header=False,
        )
    )


@contextmanager
def served(house: House) -> Iterator[str]:
    """Serve the gateways from a thread; give their address."""
    place = listening()
    one = server(house)
    thread = threading.Thread(target=one.run, args=([place],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        one.should_exit = True
        thread.join(10)
        place.close()
