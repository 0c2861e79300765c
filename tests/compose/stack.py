"""The containers of docker-compose.yml as a test sees them: up, asked, killed, down."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
DONE = {"success", "failed"}


@dataclass
class Stack:
    """One project of containers with secrets and ports of its own."""

    folder: Path
    project: str
    ports: dict[str, int]
    settings: dict[str, str] = field(default_factory=dict)

    def up(self, *options: str, **settings: str) -> None:
        """Bring up what the settings ask for, and wait until it is healthy."""
        self.settings |= settings
        self.compose("build", "--quiet", "init", seconds=2400)
        try:
            self.compose("up", "--detach", *options, seconds=900)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.logs()}") from failure
        self.wait_until_healthy()

    def down(self) -> None:
        """Remove containers, networks and volumes."""
        self.settings["COMPOSE_PROFILES"] = "cluster"
        self.compose("down", "--volumes", "--remove-orphans", seconds=300)

    def compose(self, *arguments: str, seconds: int = 300) -> str:
        """Run docker compose on this project; return what it printed."""
        files = ("docker-compose.yml", "tests/compose/manual_runs.yml")
        return run(
            *compose_command(),
            *("--project-name", self.project, "--project-directory", str(ROOT)),
            *(part for file in files for part in ("--file", str(ROOT / file))),
            *("--env-file", str(self.folder / ".env")),
            *arguments,
            seconds=seconds,
            settings=self.settings,
        )

    def execute(self, service: str, *command: str) -> str:
        """Run a command in a container that is up; return what it printed."""
        return self.compose("exec", "-T", service, *command, seconds=600)

    def containers(self, service: str | None = None) -> list[dict[str, Any]]:
        """Return what the engine knows of each container of this project."""
        label = f"label=com.docker.compose.project={self.project}"
        ids = run("docker", "ps", "--all", "--quiet", "--filter", label).split()
        every = json.loads(run("docker", "inspect", *ids)) if ids else []
        return [each for each in every if service in (None, service_of(each))]

    def wait_until_healthy(self, seconds: int = 600) -> None:
        """Wait until every container that goes on is healthy and the rest is done."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            waiting = [service_of(one) for one in self.containers() if not is_fine(one)]
            if not waiting:
                return
            time.sleep(3)
        raise AssertionError(f"not healthy: {waiting}\n{self.logs(*waiting)}")

    def logs(self, *services: str) -> str:
        """Return the last words of some services."""
        return self.compose("logs", "--tail", "60", *services)

    def secret(self, name: str) -> str:
        """Return a value of the project's .env."""
        lines = (self.folder / ".env").read_text(encoding="utf-8").splitlines()
        return next(
            line.partition("=")[2] for line in lines if line.startswith(f"{name}=")
        )

    def reader_dsn(self) -> str:
        """Return the reader's URL as it is used from outside the containers."""
        inside = self.execute("scheduler", "seller-intel", "dsn", "--role", "reader")
        return inside.strip().replace(
            "@postgres/", f"@127.0.0.1:{self.ports['SELLER_INTEL_POSTGRES_PORT']}/"
        )


@dataclass(frozen=True)
class Airflow:
    """The REST API of one stack, as an administrator."""

    client: httpx.Client

    @classmethod
    def of(cls, stack: Stack) -> Airflow:
        """Log in with the generated password."""
        address = f"http://127.0.0.1:{stack.ports['SELLER_INTEL_AIRFLOW_PORT']}"
        asked = httpx.post(
            f"{address}/auth/token",
            json={
                "username": "admin",
                "password": stack.secret("AIRFLOW_ADMIN_PASSWORD"),
            },
            timeout=30,
        )
        asked.raise_for_status()
        token = {"Authorization": f"Bearer {asked.json()['access_token']}"}
        return cls(
            httpx.Client(base_url=f"{address}/api/v2", headers=token, timeout=60)
        )

    def dags(self) -> list[str]:
        """Return the ids of all DAGs."""
        return [each["dag_id"] for each in self._get("/dags?limit=100")["dags"]]

    def import_errors(self) -> list[str]:
        """Return what went wrong with DAG files."""
        errors = self._get("/importErrors")["import_errors"]
        return [each["stack_trace"] for each in errors]

    def start(self, dag: str, run: str) -> str:
        """Ask for a run of a DAG with the line's run in its configuration."""
        self.client.patch(f"/dags/{dag}", json={"is_paused": False}).raise_for_status()
        asked = self.client.post(
            f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": {"run": run}}
        )
        asked.raise_for_status()
        return asked.json()["dag_run_id"]

    def wait(self, dag: str, dag_run: str, seconds: int = 900) -> str:
        """Wait for the end of a DAG run; return how it ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self._get(f"/dags/{dag}/dagRuns/{dag_run}")["state"]
            if state in DONE:
                return state
            time.sleep(2)
        raise AssertionError(f"{dag} does not end: {self.tasks(dag, dag_run)}")

    def tasks(self, dag: str, dag_run: str) -> list[dict[str, Any]]:
        """Return the tasks of a DAG run: name, state, host, number of the try."""
        found = self._get(f"/dags/{dag}/dagRuns/{dag_run}/taskInstances")
        return [
            {key: each[key] for key in ("task_id", "state", "hostname", "try_number")}
            for each in found["task_instances"]
        ]

    def wait_for_task(self, dag: str, dag_run: str, task: str) -> dict[str, Any]:
        """Wait until a task runs on some host; return it."""
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            for each in self.tasks(dag, dag_run):
                if each["task_id"] == task and each["state"] == "running":
                    return each
            time.sleep(0.5)
        raise AssertionError(f"{task} never ran: {self.tasks(dag, dag_run)}")

    def _get(self, path: str) -> dict[str, Any]:
        asked = self.client.get(path)
        asked.raise_for_status()
        return asked.json()


def service_of(container: dict[str, Any]) -> str:
    """Return the service a container belongs to."""
    return container["Config"]["Labels"]["com.docker.compose.service"]


def is_fine(container: dict[str, Any]) -> bool:
    """Tell whether a container is healthy, or was to end and did so well."""
    state = container["State"]
    if "Health" in state and state["Running"]:
        return state["Health"]["Status"] == "healthy"
    return state["Status"] == "exited" and state["ExitCode"] == 0


def compose_command() -> list[str]:
    """Return how compose is called on this machine."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True)
    if plugin.returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise AssertionError("there is no docker compose on this machine")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(
    *command: str, seconds: int = 300, settings: dict[str, str] | None = None
) -> str:
    """Run a command; return what it printed, raise with its words where it failed."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(settings or {})},
    )
    if done.returncode:
        words = (done.stdout + done.stderr)[-4000:]
        raise AssertionError(f"{' '.join(command)} ended {done.returncode}:\n{words}")
    return done.stdout
