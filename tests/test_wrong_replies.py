"""Replies of the wrong shape are refused, or kept as errors; none is a crash."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import httpx
import pytest
from api_doubles import connected, landings
from test_shop_truth import AS_OF, PLATFORMS, STREAMS, gateway

from seller_intel import connections
from seller_intel.ingestors import faults

WRONG: tuple[Any, ...] = (None, 5, -1, 2.5, "x", "", True, [], {}, [[]], [5], {"a": {}})


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


class Spoiling(httpx.BaseTransport):
    """Hands requests on and puts a wrong value somewhere into some replies."""

    def __init__(self, seed: int):
        self._draw = random.Random(seed)
        self._real = httpx.HTTPTransport()
        self.calls = self.spoiled = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reply = self._real.handle_request(request)
        body = reply.read()
        self.calls += 1
        if reply.status_code == 200 and (self.calls == 2 or self._draw.random() < 0.5):
            body = json.dumps(self._with_wrong(json.loads(body))).encode()
            self.spoiled += 1
        headers = {
            name: value
            for name, value in reply.headers.items()
            if name.lower() in ("x-wp-total", "content-type", "date")
        }
        return httpx.Response(reply.status_code, headers=headers, content=body)

    def _with_wrong(self, value: Any, depth: int = 0) -> Any:
        """Return a value with one part of it, somewhere, of another type."""
        inner = isinstance(value, dict | list) and value
        if not inner or self._draw.random() < 0.1 * depth:
            return self._draw.choice(WRONG)
        if isinstance(value, dict):
            name = self._draw.choice(sorted(value))
            return {**value, name: self._with_wrong(value[name], depth + 1)}
        at = self._draw.randrange(len(value))
        return [*value[:at], self._with_wrong(value[at], depth + 1), *value[at + 1 :]]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_value_anywhere_is_refused_or_kept_as_an_error(platform, seed):
    transport = Spoiling(seed)
    made = landings(
        platform,
        STREAMS[platform],
        as_of=AS_OF,
        since=date(2026, 11, 13),
        tries=2,
        burst=1000,
        at_once=1,
    )
    with gateway(platform):
        stated = vars(connections.get("any"))
        with connected(**stated):
            module = __import__(f"seller_intel.ingestors.{platform}", fromlist=["x"])
            got = module.collect(made.asked, transport)

    assert transport.spoiled
    for failure in got.failures:
        assert any(kind.value in failure for kind in faults.Kind), failure
    for stream, spans in got.windows.items():
        assert all(start <= end for start, end in spans), stream
    for kept in made.kept.values():
        for _, reason, _, record in kept.problems:
            assert reason
            assert record.keys() == {"fields"}
