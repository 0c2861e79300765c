"""Airflow in the background of this machine: start it, look at it, stop it."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration import place, processes
from seller_intel import embedded, gateways, installation, settings, sources

log = logging.getLogger(__name__)

# What `airflow standalone` starts, without the log servers that it opens to every
# network: here the page reads the logs from the folder they are written to.
COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
_PATIENCE = 240.0
_GATEWAYS_PATIENCE = 60.0
_TAIL = 15


class AirflowFailed(RuntimeError):
    """Airflow did not come up; the message says which part and what it said."""


@dataclass(frozen=True)
class Page:
    """Where a person finds Airflow."""

    url: str
    user: str
    password: str


def up(port: int = place.PORT, said: Callable[[str], None] = log.info) -> Page:
    """Start PostgreSQL, complete the warehouse, start Airflow and wait for it.

    Where the registry describes the sandbox its gateways are opened too.
    """
    running = processes.read(_kept())
    if running and all(map(processes.is_running, running)):
        return _awaited(running, _kept_port(port))
    processes.stop(running)
    _refuse_taken(port)
    said("preparing the warehouse")
    installation.init()
    environment = settings.environment(place.prepare(port))
    said("preparing Airflow's database")
    _logs().mkdir(parents=True, exist_ok=True)
    _migrate(environment)
    started: list[processes.Started] = []
    if sources.registry().sandbox:
        said("opening the platforms' gateways")
        started.append(_open_gateways(environment))
        environment |= gateways.variables()
    said("starting Airflow; this takes a minute")
    for name, options in COMPONENTS.items():
        command = [sys.executable, "-m", "airflow", name, *options]
        started.append(processes.start(name, command, environment, _log(name)))
        processes.write(_kept(), started)
    _port_file().write_text(f"{port}\n", encoding="utf-8")
    try:
        return _awaited(started, port)
    except AirflowFailed:
        processes.stop(started)
        raise


def down() -> list[str]:
    """Stop Airflow and the embedded PostgreSQL; return what was there to stop."""
    stopped = processes.stop(processes.read(_kept()))
    _kept().unlink(missing_ok=True)
    _port_file().unlink(missing_ok=True)
    gateways.kept_at().unlink(missing_ok=True)
    if embedded.stop(settings.current().home):
        stopped.append("postgresql")
    return stopped


def status() -> dict[str, bool]:
    """Return which parts run."""
    home = settings.current().home
    return {
        **{each.name: processes.is_running(each) for each in processes.read(_kept())},
        "postgresql": embedded.status(home) is not None,
    }


def _open_gateways(environment: dict[str, str]) -> processes.Started:
    """Open the simulated platforms, which show the time of day; wait for them."""
    name, told = "gateways", gateways.kept_at()
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--live"]
    command += ["--connections", str(told)]
    started = processes.start(name, command, environment, _log(name))
    processes.write(_kept(), [started])
    deadline = time.monotonic() + _GATEWAYS_PATIENCE
    while not told.exists():
        if not processes.is_running(started) or time.monotonic() > deadline:
            processes.stop([started])
            raise AirflowFailed(f"{name} did not open:\n{_last_words(name)}")
        time.sleep(0.1)
    return started


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    with _log("migrate").open("wb") as log_file:
        done = subprocess.run(
            command,
            env=environment,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise AirflowFailed(f"airflow db migrate failed:\n{_last_words('migrate')}")


def _awaited(started: list[processes.Started], port: int) -> Page:
    """Wait until every part says that it is well."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        ended = [each for each in started if not processes.is_running(each)]
        if ended:
            raise AirflowFailed(f"{ended[0].name} ended:\n{_last_words(ended[0].name)}")
        if _is_well(port):
            url = f"http://{place.HOST}:{port}"
            return Page(url, place.USER, place.password())
        time.sleep(1)
    raise AirflowFailed(
        f"Airflow is not well after {_PATIENCE:.0f} s; see {_logs()}:\n"
        f"{_last_words('scheduler')}"
    )


def _is_well(port: int) -> bool:
    url = f"http://{place.HOST}:{port}/api/v2/monitor/health"
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            parts = json.load(reply)
    except (OSError, ValueError):
        return False
    return all(
        (parts.get(name) or {}).get("status") == "healthy"
        for name in ("metadatabase", "scheduler", "triggerer", "dag_processor")
    )


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.HOST, port))
        except OSError as error:
            raise AirflowFailed(
                f"port {port} is taken: say another one, as in `make up PORT=8081`"
            ) from error


def _last_words(name: str) -> str:
    path = _log(name)
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return "\n".join(text.splitlines()[-_TAIL:])


def _kept_port(otherwise: int) -> int:
    path = _port_file()
    return int(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def _kept() -> Path:
    return place.folder() / "processes.json"


def _port_file() -> Path:
    return place.folder() / "port"


def _logs() -> Path:
    return settings.current().home / "logs" / "airflow"


def _log(name: str) -> Path:
    return _logs() / f"{name}.log"
