"""Orders from a platform's interface into landing: speed, memory, requests, company."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.place import warehouse_of_its_own
from bench.result import Result
from seller_intel import settings

ORDERS = 100_000
MANY_ORDERS = 1_000_000
FEW_ORDERS = 20_000
# Calls a second that the throttled shop's platform allows.
THROTTLED = 2
REPEATS = 3
# The instant at which the gateways' market stands; the last minute of it is new to the
# run half an hour later, and nothing is to the one after that.
RUN, NEXT_RUN, IDLE_RUN = "20261113T060000", "20261113T063000", "20261113T070000"
REGISTRY = """\
reporting_currency: CNY
shops:
  - {shop_id: "taobao:1", name: Bench, platform: taobao, owner_id: bench}
sources:
  - name: bench
    platform: taobao
    shop: "taobao:1"
    since: 2026-11-05
    connection: bench_taobao
    allow_private: true
    streams: [orders, order_lines]
    options: {rate: 100000, details: none}
"""


def run() -> Iterator[Result]:
    """Yield the speed against bare httpx, peak memory, and what an idle run costs."""
    with warehouse_of_its_own(REGISTRY) as home, _gateway(home) as connection:
        _state("bench", connection)
        requests = home / "requests.json"
        # The first reading warms the gateway up and writes down what is asked.
        _child(_LAND, RUN, str(requests))
        bare, ours = [], []
        for _ in range(REPEATS):
            bare.append(_child(_BARE, connection["host"], str(requests)))
            ours.append(_child(_LAND, RUN))
        idle = _child(_IDLE, RUN, NEXT_RUN, IDLE_RUN)
    alone = min(each["seconds"] for each in bare)
    best = min(ours, key=lambda each: each["seconds"])
    yield Result(
        "api_orders_per_s",
        alone / best["seconds"],
        "of bare httpx",
        at_least=0.7,
        detail=f"{best['orders'] / best['seconds']:,.0f} orders a second into landing;"
        f" bare httpx {best['orders'] / alone:,.0f}, {bare[0]['requests']} requests",
    )
    yield Result(
        "api_peak_mb",
        max(each["peak_mb"] for each in ours),
        "MB",
        at_most=250,
        detail=f"{best['orders']:,} orders, {best['lines']:,} lines",
    )
    yield Result(
        "api_idle_requests",
        idle["requests"] - idle["windows"],
        "requests beyond one a window",
        at_most=1,
        detail=f"{idle['requests']} requests for {idle['windows']} windows",
    )


def run_many() -> Iterator[Result]:
    """Yield the peak memory of landing a million orders; the gateway takes 10 GB."""
    with (
        warehouse_of_its_own(REGISTRY) as home,
        _gateway(home, MANY_ORDERS) as connection,
    ):
        _state("bench", connection)
        found = _child(_LAND, RUN)
    yield Result(
        "api_million_peak_mb",
        found["peak_mb"],
        "MB",
        at_most=250,
        detail=f"{found['orders']:,} orders, {found['lines']:,} lines",
    )


def run_beside() -> Iterator[Result]:
    """Yield how fast a shop lands while another one is throttled by its platform."""
    registry = REGISTRY + REGISTRY[REGISTRY.index("  - name") :].replace(
        "bench", "slow"
    )
    with (
        warehouse_of_its_own(registry) as home,
        _gateway(home, FEW_ORDERS) as quick,
        _gateway(home / "inbox", FEW_ORDERS, "--rate", str(THROTTLED)) as slow,
    ):
        _state("bench", quick)
        _state("slow", slow)
        _child(_LAND, RUN)
        alone, beside = [], []
        for _ in range(REPEATS):
            alone.append(_child(_LAND, RUN)["seconds"])
            throttled = subprocess.Popen(
                [sys.executable, "-c", _SLOW, RUN], stdout=subprocess.PIPE, text=True
            )
            try:
                assert throttled.stdout and throttled.stdout.readline()
                beside.append(_child(_LAND, RUN)["seconds"])
                still = throttled.poll() is None
            finally:
                throttled.kill()
                throttled.wait()
            assert still, "the throttled shop was done before the other"
    yield Result(
        "api_beside_throttled",
        min(alone) / min(beside),
        "of its speed alone",
        at_least=0.85,
        detail=f"{min(alone):.2f} s alone, {min(beside):.2f} s beside a shop of"
        f" {THROTTLED} calls a second, a process each as in Airflow",
    )


def _state(source: str, connection: dict[str, Any]) -> None:
    """Let the connection of a source be found."""
    name = f"AIRFLOW_CONN_{source.upper()}_TAOBAO"
    settings.state({name: json.dumps(connection)})


_LAND = """
import json, resource, sys, time
import httpx
from seller_intel import extraction, sources
sent, send = [], httpx.HTTPTransport.handle_request
if len(sys.argv) > 2:
    def keep(transport, request):
        sent.append(request.content.decode())
        return send(transport, request)
    httpx.HTTPTransport.handle_request = keep
source = sources.get("bench")
began = time.perf_counter()
landed = extraction.land(source, sys.argv[1], again=True)
seconds = time.perf_counter() - began
assert not landed[0].manifest["failures"], landed
records = {each.stream_id: each.manifest["records"] for each in landed}
if len(sys.argv) > 2:
    open(sys.argv[2], "w").write(json.dumps(sent))
print(json.dumps({
    "seconds": seconds,
    "orders": records["taobao__orders"],
    "lines": records["taobao__order_lines"],
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""

# It says when its first request is on its way, and is throttled from then on.
_SLOW = """
import sys
import httpx
from seller_intel import extraction, sources
send, told = httpx.HTTPTransport.handle_request, []
def tell(transport, request):
    if not told:
        told.append(print("asking", flush=True))
    return send(transport, request)
httpx.HTTPTransport.handle_request = tell
extraction.land(sources.get("slow"), sys.argv[1], again=True)
"""

_BARE = """
import json, sys, time
import httpx
url, bodies = sys.argv[1] + "/router/rest", json.load(open(sys.argv[2]))
headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
with httpx.Client(trust_env=False) as client:
    began = time.perf_counter()
    for body in bodies:
        client.post(url, content=body, headers=headers)
    seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "requests": len(bodies)}))
"""

_IDLE = """
import json, sys
from seller_intel import extraction, sources, steps
steps.load("bench", sys.argv[1])
extraction.land(sources.get("bench"), sys.argv[2])
steps.load("bench", sys.argv[2])
landed = extraction.land(sources.get("bench"), sys.argv[3])
manifest = landed[0].manifest
assert not manifest["records"] and not manifest["failures"], manifest
print(json.dumps({
    "requests": sum(manifest["requests"].values()),
    "windows": sum(map(len, manifest["read"].values())),
}))
"""


def _child(code: str, *arguments: str) -> dict[str, Any]:
    """Run a measurement in a process of its own; return what it found."""
    said = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(said.stdout.splitlines()[-1])


@contextmanager
def _gateway(home: Path, orders: int = ORDERS, *more: str) -> Iterator[dict[str, Any]]:
    """Serve a shop of many orders; give the connection to it."""
    home.mkdir(exist_ok=True)
    told = home / "gateway.json"
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0"]
    command += ["--platforms", "taobao", "--orders", str(orders), *more]
    command += ["--storefronts", "none", "--connections", str(told)]
    serving = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not told.exists():
            if serving.poll() is not None:
                raise RuntimeError(f"the gateway ended with {serving.returncode}")
            time.sleep(0.2)
        yield json.loads(told.read_text())["connections"]["sandbox_taobao"]
    finally:
        serving.terminate()
        serving.wait(10)
