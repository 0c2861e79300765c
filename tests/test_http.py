"""The session with a platform: what it retries, refuses and never shows."""

from __future__ import annotations

import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from seller_intel.ingestors import calls
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.tokens import Token, Tokens
from tests.api_sessions import (
    BASE,
    QUICK,
    SECRET,
    answers,
    ask,
    judge,
    session,
)


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


def test_every_try_is_made_anew():
    stamps = iter("abc")
    sent = []

    def handle(request):
        sent.append(request.url.params["at"])
        return httpx.Response(500 if len(sent) < 3 else 200, json={})

    opened = session(handle)
    opened.call(lambda _: calls.get(opened.url("orders"), {"at": next(stamps)}))

    assert sent == ["a", "b", "c"]


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
