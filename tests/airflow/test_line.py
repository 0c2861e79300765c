"""The DAGs driven in one process: their order, their arguments, their failures."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.homes import open_home

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]
RUNS = ["20260131T060000", "20260201T060000=land/fx", "20260201T060000"]
REGISTRY = """\
reporting_currency: CNY
shops: [{shop_id: "taobao:1", name: Flagship, platform: taobao, owner_id: us}]
sources:
  - name: flagship
    platform: files
    shop: taobao:1
    folder: inbox/flagship
    files: [{pattern: "*.csv", contract: taobao_orders}]
  - name: fx
    platform: files
    folder: inbox/fx
    files: [{pattern: "*.csv", contract: fx_rates}]
  - name: rivals
    platform: jd
    split: true
    streams: [listings, shops]
"""
BUILD = ["audit_raw", "build_core", "fit", "build_marts", "audit_marts", "publish"]


@pytest.fixture(scope="module")
def told() -> Iterator[list[dict[str, Any]]]:
    """What arrived in the chat that alerts go to; its port comes first."""
    arrived: list[dict[str, Any]] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        arrived.append({"port": server.server_port})
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield arrived
        server.shutdown()


@pytest.fixture(scope="module")
def driven(told) -> Iterator[list[dict[str, Any]]]:
    """A day, a day on which one source fails, and that day again."""
    with open_home() as home:
        (home / "sources.yml").write_text(REGISTRY, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, ROOT / "tests/airflow/driven.py", *RUNS],
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "SELLER_INTEL_HOME": str(home),
                "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
                "SELLER_INTEL_ALERTS": f"json://127.0.0.1:{told[0]['port']}/",
            },
            stdout=subprocess.PIPE,
            check=True,
        )
        yield [json.loads(each) for each in done.stdout.splitlines()]


def test_every_source_is_landed_and_loaded_and_then_the_marts_are_built(driven):
    run = "20260131T060000"

    whole = [
        [verb, source, run, ""]
        for source in ("flagship", "fx")
        for verb in ("land", "load")
    ]
    split = [
        [verb, "rivals", run, "", {"stream": stream}]
        for verb in ("land", "load")
        for stream in ("jd__listings", "jd__shops")
    ]
    calls = driven[0]["calls"]
    assert calls[:4] == whole
    assert sorted(map(str, calls[4:8])) == sorted(map(str, split))
    assert calls[8:] == [[verb, run] for verb in BUILD]
    assert set(map(tuple, driven[0]["driven"].values())) == {("success",)}


def test_a_source_that_fails_fails_its_run_and_stops_nobody(driven):
    run = "20260201T060000"

    assert driven[1]["driven"]["land_fx"] == ["failed", "land"]
    assert driven[1]["driven"]["land_rivals"] == ["success"]
    assert driven[1]["driven"]["build_marts"] == ["success"]
    assert ["load", "fx", run, ""] in driven[1]["calls"]
    assert ["publish", run] in driven[1]["calls"]


def test_who_asked_is_told_of_the_failure_without_the_secret_in_it(driven, told):
    (notice,) = told[1:]

    assert notice["title"] == "Seller Intel: land_fx, land failed"
    assert "no answer" in notice["message"]
    assert "s3cret" not in notice["message"]


def test_a_run_driven_again_takes_the_place_of_the_first(driven):
    assert driven[2]["driven"]["land_fx"] == ["success"]
    assert len(driven[2]["runs"]) == 2 * len(driven[0]["runs"])


def test_the_page_shows_how_long_a_run_really_took(driven):
    assert max(driven[2]["took"]) < 600


def test_nothing_is_handed_from_task_to_task(driven):
    assert not driven[2]["handed_on"]


def test_what_the_page_shows_of_arguments_is_names_alone(driven):
    shown = {
        str(value)
        for fields in driven[2]["rendered"]
        for key in ("op_args", "op_kwargs")
        for value in flat(fields.get(key))
    }

    assert shown <= {
        *("20260131T060000", "20260201T060000", ""),
        *("flagship", "fx", "rivals", "jd__listings", "jd__shops"),
    }


def flat(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return list(found.values())
    return list(found or [])
