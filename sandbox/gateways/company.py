"""Gateways and storefronts in a process of their own, while somebody needs them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.storefronts.stores import STYLES

_PATIENCE = 60


@dataclass(frozen=True)
class Company:
    """Running gateways: where they are, and how to get in; storefronts by name."""

    address: str
    connections: dict[str, dict[str, Any]]
    storefronts: dict[str, str]

    def variables(self) -> dict[str, str]:
        """Return the connections as environment variables Airflow and we read.

        Every storefront has one, and `sandbox_web_shops` all that have pages alone.
        """
        shops = {name: [address] for name, address in self.storefronts.items()}
        shops["web_shops"] = [
            address
            for name, address in self.storefronts.items()
            if STYLES[name.partition("-")[0]].template not in ("shopify", "woocommerce")
        ]
        stated = self.connections | {
            f"sandbox_{name}": {"conn_type": "http", "extra": {"urls": addresses}}
            for name, addresses in shops.items()
        }
        return {
            f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection)
            for name, connection in stated.items()
        }

    def move(self, now: int) -> None:
        """Let the gateways show another instant, in epoch seconds."""
        told = json.dumps({"now": now}).encode()
        request = urllib.request.Request(f"{self.address}/_sandbox/now", told)
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def kept(*arguments: str) -> Iterator[Company]:
    """Start `python -m sandbox serve` on a free port; stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="gateways-") as folder:
        told = Path(folder) / "gateways.json"
        command = [sys.executable, "-m", "sandbox", "serve", "--port", "0"]
        command += ["--while-fed", "--connections", str(told), *arguments]
        root = Path(__file__).resolve().parents[2]
        with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=root) as process:
            try:
                _wait(process, told)
                facts = json.loads(told.read_text(encoding="utf-8"))
                yield Company(
                    facts["address"], facts["connections"], facts["storefronts"]
                )
            finally:
                if process.stdin:
                    process.stdin.close()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _wait(process: subprocess.Popen, told: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while not told.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the gateways of the sandbox did not start")
        time.sleep(0.05)
