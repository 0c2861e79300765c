"""Amazon against a gateway that no one here wrote: a mock server of its field layout.

Prism (npm @stoplight/prism-cli) holds every request against the extract of Amazon's
models and makes up replies from it, with fields that the models do not know. It is
taken from PATH or from .local/prism, or fetched with npm; where neither can be had the
tests are skipped and say so.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from api_doubles import AS_OF, REFRESH, connected, landings

from seller_intel.ingestors import amazon

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(__file__).with_name("fixtures") / "amazon_models/selling_partner.yaml"
KEPT = ROOT / ".local/prism"
PACKAGE = "@stoplight/prism-cli@5.16.0"
STREAMS = ("orders", "order_lines", "refunds")
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The address of a mock server, for as long as these tests run."""
    program = prism()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "mock", "--dynamic", "--errors", "--port", str(port), MODELS]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            time.sleep(0.5)
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.TransportError:
                assert server.poll() is None, "the mock server did not start"
        yield address
    finally:
        server.terminate()
        server.wait(30)


def prism() -> str:
    """Return the mock server's program, or skip saying what is lacking."""
    local = KEPT / "node_modules/.bin/prism"
    found = shutil.which("prism") or (str(local) if local.exists() else None)
    if found:
        return found
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here: amazon was not held against a mock server")
    order = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    patience = ["--fetch-timeout=20000", "--fetch-retries=1"]
    command = [*order, *patience, "--prefix", str(KEPT), PACKAGE]
    try:
        subprocess.run(command, capture_output=True, timeout=180, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        warnings.warn(f"npm: {error}", stacklevel=1)
    if not local.exists():
        pytest.skip("npm gave no Prism: amazon was not held against a mock server")
    return str(local)


def collected(address: str, *streams: str, **options):
    options = {"marketplace_ids": ["ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"], **options}
    made = landings("amazon", streams, covered=None, burst=1000, **options)
    made.asked = replace(
        made.asked,
        as_of=AS_OF,
        source=replace(made.asked.source, allow_private=True),
    )
    with connected(host=address, extra={"refresh_token": REFRESH}):
        return made, amazon.collect(made.asked)


@pytest.mark.parametrize("version", ["2026-01-01", "v0"])
def test_amazons_models_accept_what_we_ask_and_we_read_what_they_give(mock, version):
    landed, got = collected(mock, *STREAMS, orders_version=version)

    assert got.failures == []
    assert got.manifest["requests"].keys() == {"ok"}
    for stream in STREAMS:
        assert landed[stream].lines, f"no {stream}"
        assert landed[stream].problems == []
    orders = landed["orders"].newest
    for line in landed["order_lines"].newest.values():
        assert line["_source"]["parent_key"] in orders


@pytest.mark.parametrize("version", ["2026-01-01", "v0"])
def test_nobodys_name_lands_however_the_reply_is_made_up(mock, version):
    for _ in range(5):
        landed, _ = collected(mock, *STREAMS, orders_version=version)

        for personal in ("Personal", "personal.example", "555-123-4567"):
            assert personal not in landed.text


def test_the_mock_server_refuses_what_amazon_would(mock):
    _, got = collected(mock, "orders", marketplace_ids=["not one of Amazon's"])

    assert "orders" in got.failures[0]
