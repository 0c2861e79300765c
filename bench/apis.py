"""Orders from a platform's interface into landing, against httpx asking the same."""

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
        settings.state({"AIRFLOW_CONN_BENCH_TAOBAO": json.dumps(connection)})
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
def _gateway(home: Path) -> Iterator[dict[str, Any]]:
    """Serve a shop of many orders; give the connection to it."""
    told = home / "gateway.json"
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0"]
    command += ["--platforms", "taobao", "--orders", str(ORDERS)]
    command += ["--connections", str(told)]
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
