"""Replies: bounded in size, time and depth, read exactly."""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from seller_intel.ingestors import calls, replies
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Bounds
from tests.api_sessions import (
    answers,
    ask,
    judge,
    session,
)


def test_a_body_that_is_too_large_is_refused_before_it_is_read():
    answer = httpx.Response(
        200, headers={"content-length": str(1 << 30)}, stream=httpx.ByteStream(b"{}")
    )

    with pytest.raises(ApiFault, match="larger than 64 MB"):
        ask(session(answers(answer)))


def test_a_body_without_end_is_refused_when_it_grows_too_large():
    given = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                given.append(1)
                yield b"[" + b" " * (1 << 20)

    answer = httpx.Response(200, stream=Endless())

    with pytest.raises(ApiFault, match="larger than 64 MB"):
        ask(session(answers(answer)))
    assert len(given) <= 65


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_refused_without_filling_memory(encoding):
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = pack(b" " * (300 << 20), 9)
    answer = httpx.Response(
        200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(bomb)
    )
    manners = Manners(rate=100_000, bounds=Bounds(bytes=8 << 20))

    with pytest.raises(ApiFault, match="larger than 8 MB"):
        ask(session(answers(answer), manners=manners))


def test_a_packed_body_is_read():
    answer = httpx.Response(
        200,
        headers={"content-encoding": "gzip"},
        stream=httpx.ByteStream(gzip.compress(b'{"orders": []}')),
    )

    assert ask(session(answers(answer))).json == {"orders": []}


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_a_body_packed_as_nobody_asked_is_refused(encoding):
    answer = httpx.Response(
        200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(b"x")
    )

    with pytest.raises(ApiFault, match="packed as"):
        ask(session(answers(answer)))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 70 + b"]" * 70,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b"[[],[[],[" * 40 + b"]]]" * 40,
        b"[" * 1_000_000,
    ],
)
def test_a_body_that_nests_too_deep_is_refused(body):
    with pytest.raises(ApiFault, match="nests deeper"):
        replies.parsed(body)


@pytest.mark.parametrize(
    "value",
    [
        {"title": "[" * 500},
        {"note": 'a "quoted" {{{ brace \\'},
        [{"a": [{}] * 200}] * 50,
        {"deep": [[[[[[[[[[{"a": 1}]]]]]]]]]]},
    ],
)
def test_a_body_that_is_fine_is_read_whatever_its_texts_hold(value):
    import orjson

    assert replies.parsed(orjson.dumps(value)) == value


def test_a_reply_that_is_cut_off_is_no_deep_one():
    import orjson

    whole = orjson.dumps({"a": [{"b": [{"c": {}}] * 3, "t": "[{"}] * 200})

    for end in range(1, len(whole), 97):
        with pytest.raises(ValueError, match=r"JSON|expected|end|EOF|control"):
            replies.parsed(whole[:end])


def test_ids_beyond_the_precision_of_floats_stay_exact():
    told = replies.parsed(b'{"tid": 2853311223344556677, "fee": 51.8}')

    assert replies.identifier(told["tid"], "tid") == "2853311223344556677"
    assert told["fee"] == 51.8


@pytest.mark.parametrize("value", [None, "", 1.5, True, [], {}, 2**70 * 1.0])
def test_what_is_no_id_is_refused(value):
    with pytest.raises(ApiFault, match="should be an id"):
        replies.identifier(value, "tid")


@pytest.mark.parametrize("value", [{"a": 1}, "text", 5, [1], [[]]])
def test_what_is_no_list_of_objects_is_refused(value):
    with pytest.raises(ApiFault, match="should be"):
        replies.rows(value, "orders")


@pytest.mark.parametrize("value", [None, -1, True, "many", 1.5, "9" * 30])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ApiFault, match="should be a count"):
        replies.count(value, "total")


class Slow(BaseHTTPRequestHandler):
    """Sends one byte at a time, or cuts the connection in the middle."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        if "cut" in self.path:
            self.wfile.write(b'{"orders": [')
            return
        for _ in range(40):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


@pytest.mark.parametrize("path", ["drip", "cut"])
def test_a_slow_drip_and_a_cut_connection_are_given_up(path):
    manners = Manners(
        rate=1000, tries=2, first_pause=0.01, bounds=Bounds(bytes=5000, seconds=0.4)
    )
    with server(Slow) as base:
        opened = Session(
            base, name="shop", judge=judge, manners=manners, allow_private=True
        )
        began = time.monotonic()
        with pytest.raises(ApiFault) as caught:
            opened.call(lambda _: calls.get(f"{base}/{path}"))
        opened.close()

    assert caught.value.kind is Kind.RETRY
    assert time.monotonic() - began < 3
