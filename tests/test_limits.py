"""Limits: the rate of a credential, and the pauses a platform names."""

from __future__ import annotations

import threading
import time

from seller_intel.ingestors.faults import ApiFault
from seller_intel.ingestors.limits import Limiter
from tests.api_sessions import (
    answers,
    ask,
    ask_in_vain,
    session,
)


def test_the_seconds_a_platform_names_are_kept_by_every_request_of_the_credential():
    opened = session(answers({"fault": "THROTTLED", "wait": 0.3}, {"fine": True}))

    began = time.monotonic()
    ask(opened)
    ask(opened)

    assert time.monotonic() - began >= 0.3
    assert opened.outcomes["throttled"] == 1


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
