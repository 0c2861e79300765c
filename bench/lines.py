"""The newcomer's `make run`, split by step, and what Airflow costs it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.place import environment
from bench.result import Result
from seller_intel import embedded, settings


def run() -> Iterator[Result]:
    """Yield the time of `make run` after installation and the price of Airflow."""
    orchestrated = _line("airflow")
    direct = _line("direct")
    split = ", ".join(f"{name} {took:.0f}" for name, took in orchestrated.items())
    total = sum(orchestrated.values())
    yield Result("make_run_seconds", total, "s", at_most=240, detail=split)
    yield Result(
        "orchestration_ratio",
        total / sum(direct.values()),
        "ratio",
        at_most=2,
        detail=f"{total:.0f} s through Airflow, {sum(direct.values()):.0f} s without",
    )


def _line(way: str) -> dict[str, float]:
    """Run the sandbox's whole line in a home of its own; return seconds by step."""
    with tempfile.TemporaryDirectory(prefix="seller-intel-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with environment({"SELLER_INTEL_HOME": folder}):
            try:
                subprocess.run(
                    [sys.executable, "-m", "sandbox.line", "--way", way, "--json"],
                    check=True,
                    cwd=settings.current().root,
                    stdout=(home / "said.json").open("w"),
                )
                return json.loads((home / "said.json").read_text())["seconds"]
            finally:
                embedded.stop(home)
