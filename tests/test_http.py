"""The session with a platform: what it retries, refuses, bounds and never shows."""

from __future__ import annotations

import contextlib
import gzip
import logging
import socket
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from seller_intel.ingestors import calls, replies
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Limiter, Manners
from seller_intel.ingestors.replies import Bounds
from seller_intel.ingestors.tokens import Token, Tokens

BASE = "https://api.example.com"
SECRET = "s3cr&t-of-the-app"
QUICK = Manners(rate=100_000, first_pause=0.001, tries=4, read_seconds=5)


def judge(reply: replies.Reply) -> ApiFault | None:
    """Faults as {"fault": kind, "wait": seconds}."""
    if isinstance(reply.json, dict) and "fault" in reply.json:
        said = f"said {SECRET}"
        return ApiFault(Kind[reply.json["fault"]], said, "7", reply.json.get("wait"))
    return None


def session(handler: Callable, **more) -> Session:
    stated = {"judge": judge, "manners": QUICK, "secrets": [SECRET], "name": "shop"}
    if "transport" not in more:
        more["transport"] = httpx.MockTransport(handler)
    return Session(BASE, **stated | more)


def ask(opened: Session, path: str = "orders"):
    return opened.call(lambda token: calls.get(opened.url(path), {"token": token}))


def ask_in_vain(opened: Session) -> None:
    with contextlib.suppress(ApiFault):
        ask(opened)


def answers(*given):
    """Return a handler that gives one answer after another, then an empty object."""
    left = list(given)

    def handle(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if left else {}
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    return handle


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(503),
        httpx.Response(429, headers={"retry-after": "0"}),
        httpx.Response(200, content=b'{"orders": [{"id'),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ConnectError("refused"),
        {"fault": "RETRY"},
        {"fault": "THROTTLED"},
    ],
    ids=["5xx", "429", "truncated", "time-out", "cut", "refused", "own", "throttled"],
)
def test_what_passes_is_tried_again(first):
    opened = session(answers(first, {"fine": True}))

    assert ask(opened).json == {"fine": True}
    assert opened.outcomes["ok"] == 1
    assert sum(opened.outcomes.values()) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400), Kind.BAD_REQUEST),
        (httpx.Response(401), Kind.CREDENTIAL_REFUSED),
        (httpx.Response(403), Kind.PERMISSION_MISSING),
        ({"fault": "BAD_REQUEST"}, Kind.BAD_REQUEST),
        ({"fault": "QUOTA_USED_UP"}, Kind.QUOTA_USED_UP),
        ({"fault": "TOKEN_EXPIRED"}, Kind.CREDENTIAL_REFUSED),
        ({"fault": "THROTTLED", "wait": 4000}, Kind.QUOTA_USED_UP),
    ],
)
def test_what_stays_is_not_tried_again(answer, kind):
    opened = session(answers(answer, {"fine": True}))

    with pytest.raises(ApiFault) as caught:
        ask(opened)

    assert caught.value.kind is kind
    assert sum(opened.outcomes.values()) == 1


def test_tries_come_to_an_end():
    opened = session(answers(*[httpx.Response(500)] * 9))

    with pytest.raises(ApiFault):
        ask(opened)

    assert opened.outcomes["retry"] == QUICK.tries


def test_who_is_throttled_to_the_end_has_used_up_what_there_is():
    opened = session(answers(*[{"fault": "THROTTLED"}] * 9))

    with pytest.raises(ApiFault) as caught:
        ask(opened)

    assert caught.value.kind is Kind.QUOTA_USED_UP


def test_the_seconds_a_platform_names_are_kept_by_every_request_of_the_credential():
    opened = session(answers({"fault": "THROTTLED", "wait": 0.3}, {"fine": True}))

    began = time.monotonic()
    ask(opened)
    ask(opened)

    assert time.monotonic() - began >= 0.3
    assert opened.outcomes["throttled"] == 1


def test_every_try_is_made_anew():
    stamps = iter("abc")
    sent = []

    def handle(request):
        sent.append(request.url.params["at"])
        return httpx.Response(500 if len(sent) < 3 else 200, json={})

    opened = session(handle)
    opened.call(lambda _: calls.get(opened.url("orders"), {"at": next(stamps)}))

    assert sent == ["a", "b", "c"]


def test_a_token_is_renewed_before_it_runs_out_and_once_when_it_has():
    fetched = []

    def fetch(old):
        fetched.append(old.value)
        return Token(f"token-{len(fetched)}-of-the-shop", time.time() + 3600)

    def handle(request):
        token = request.url.params["token"]
        if token == "token-1-of-the-shop":
            return httpx.Response(200, json={"fault": "TOKEN_EXPIRED"})
        return httpx.Response(200, json={"token": token})

    tokens = Tokens(Token("first-token", time.time() + 60), fetch)
    opened = session(handle, tokens=tokens)

    assert ask(opened).json == {"token": "token-2-of-the-shop"}
    assert ask(opened).json == {"token": "token-2-of-the-shop"}
    assert fetched == ["first-token", "token-1-of-the-shop"]


def test_a_token_refused_after_its_renewal_is_a_refused_credential():
    tokens = Tokens(Token("first-token"), lambda old: Token("second-token"))
    opened = session(answers(*[{"fault": "TOKEN_EXPIRED"}] * 9), tokens=tokens)

    with pytest.raises(ApiFault) as caught:
        ask(opened)

    assert caught.value.kind is Kind.CREDENTIAL_REFUSED
    assert opened.outcomes["token_expired"] == 2


def test_many_threads_renew_a_token_once():
    fetched = []

    def fetch(old):
        fetched.append(old)
        time.sleep(0.05)
        return Token("second-token")

    def handle(request):
        is_new = request.url.params["token"] == "second-token"
        return httpx.Response(200, json={} if is_new else {"fault": "TOKEN_EXPIRED"})

    opened = session(handle, tokens=Tokens(Token("first-token"), fetch))
    threads = [threading.Thread(target=ask, args=(opened,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(fetched) == 1
    assert opened.outcomes["ok"] == 8


def test_no_secret_is_in_what_is_raised_logged_or_shown(caplog):
    caplog.set_level(logging.DEBUG)
    token = "token/with+signs=="
    opened = session(
        answers(
            {"fault": "RETRY"},
            httpx.ReadError(f"{SECRET} {token}"),
            httpx.Response(400),
        ),
        tokens=Tokens(Token(token, None, "refresh-of-the-shop"), lambda old: old),
    )

    with pytest.raises(ApiFault) as caught:
        ask(opened)

    shown = "".join(traceback.format_exception(caught.value))
    shown += caplog.text + repr(vars(caught.value)) + repr(opened.tokens)
    shown += repr(opened.outcomes) + repr(calls.get(BASE, {"token": token}))
    for secret in (SECRET, token, "token%2Fwith%2Bsigns%3D%3D", "refresh-of-the-shop"):
        assert secret not in shown
    assert caplog.records


def test_a_fault_of_the_platform_that_repeats_a_secret_is_blotted_out():
    opened = session(answers({"fault": "BAD_REQUEST"}))

    with pytest.raises(ApiFault, match=r"shop: said \*\*\*"):
        ask(opened)


def test_a_clock_that_is_off_is_told_in_minutes():
    late = format_datetime(datetime.now(UTC) + timedelta(minutes=17))
    answer = httpx.Response(200, json={"fault": "CLOCK_OFF"}, headers={"date": late})

    with pytest.raises(ApiFault, match="17 minutes behind"):
        ask(session(answers(answer)))


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/", "/elsewhere", "http://api.example.com/x"]
)
def test_a_redirect_is_refused(target):
    answer = httpx.Response(302, headers={"location": target})

    with pytest.raises(ApiFault, match="redirected") as caught:
        ask(session(answers(answer)))

    assert caught.value.kind is Kind.BAD_REPLY


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/orders?page=2",
        "//evil.example.com/orders",
        "https://api.example.com.evil.com/orders",
        "https://api.example.com@evil.com/orders",
        "https://api.example.com:8443/orders",
        "http://api.example.com/orders",
    ],
)
def test_a_link_to_another_host_is_refused(link):
    opened = session(answers())

    with pytest.raises(ApiFault, match="another host"):
        opened.same_host(link)
    with pytest.raises(ApiFault):
        opened.call(lambda _: calls.get(link if "://" in link else f"https:{link}"))
    assert not opened.outcomes["ok"]


def test_a_link_on_the_same_host_is_followed():
    opened = session(answers())

    assert opened.same_host("/orders?page=2") == f"{BASE}/orders?page=2"


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


def test_a_private_address_is_refused_unless_the_source_allows_it():
    local = "https://127.0.0.1:9"

    with pytest.raises(ApiFault, match="private address"):
        Session(local, name="shop", judge=judge, manners=QUICK)
    Session(local, name="shop", judge=judge, manners=QUICK, allow_private=True).close()


def test_a_public_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(ApiFault, match="private address"):
        Session(BASE, name="shop", judge=judge, manners=QUICK)


def test_a_platform_is_not_spoken_to_without_tls(monkeypatch):
    with pytest.raises(ApiFault, match="without TLS"):
        Session("http://api.example.com", name="shop", judge=judge)


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


def test_a_limiter_lets_a_burst_through_and_then_keeps_the_rate():
    now = [100.0]
    limiter = Limiter(rate=2, burst=3, monotonic=lambda: now[0])

    waits = [max(0, limiter.seconds_to_wait()) for _ in range(5)]
    now[0] += 10
    after = max(0, limiter.seconds_to_wait())

    assert waits == [0, 0, 0, 0.5, 1.0]
    assert after == 0


def test_a_pause_of_one_credential_does_not_slow_another():
    one = session(answers({"fault": "THROTTLED", "wait": 60}))
    other = session(answers({"fine": True}), secrets=["another-secret"])
    waiting = threading.Thread(target=ask_in_vain, args=(one,))
    waiting.start()
    time.sleep(0.1)

    began = time.monotonic()
    ask(other)

    assert time.monotonic() - began < 1
    assert waiting.is_alive()
    one.close()
    waiting.join()


def test_who_waits_gives_up_when_the_session_is_closed():
    opened = session(answers(*[{"fault": "THROTTLED", "wait": 60}] * 3))
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            ask(opened)
        except ApiFault as fault:
            raised.append(fault)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.1)
    opened.close()
    thread.join(2)

    assert not thread.is_alive()
    assert raised
