"""Access tokens: renewed when due, once, by whoever needs them."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.tokens import Token, Tokens
from tests.api_sessions import (
    answers,
    ask,
    session,
)


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


class Rotating:
    """A platform that takes each refresh token once; what holds is in a file."""

    def __init__(self, valid: Path):
        self.valid = valid

    def __call__(self, old: Token | None) -> Token:
        assert old is not None
        if self.valid.read_text() != old.refresh:
            raise ApiFault(Kind.CREDENTIAL_REFUSED, "this refresh token is used up")
        time.sleep(0.2)
        number = int(old.refresh.rpartition("-")[2]) + 1
        self.valid.write_text(f"refresh-{number}")
        return Token(f"access-{number}", time.time() + 3600, f"refresh-{number}")


def first_use(folder: Path, _: int) -> str:
    """Take the token of a connection as a process of its own does."""
    first = Token("", None, "refresh-0")
    return Tokens(first, Rotating(folder / "valid"), folder / "kept.json").current()


def test_processes_that_share_a_refresh_token_renew_it_once(tmp_path):
    (tmp_path / "valid").write_text("refresh-0")
    spawning = multiprocessing.get_context("spawn")

    with ProcessPoolExecutor(3, spawning) as pool:
        given = list(pool.map(partial(first_use, tmp_path), range(3)))

    assert given == ["access-1"] * 3
    assert (tmp_path / "valid").read_text() == "refresh-1"


def test_a_token_that_ran_out_for_two_sources_is_renewed_by_the_first(tmp_path):
    (tmp_path / "valid").write_text("refresh-0")
    rotating = Rotating(tmp_path / "valid")
    first = Token("access-0", None, "refresh-0")
    one, other = (Tokens(first, rotating, tmp_path / "kept.json") for _ in range(2))

    one.renew("access-0")
    other.renew("access-0")

    assert one.current() == other.current() == "access-1"
