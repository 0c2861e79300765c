"""A person at Airflow's page, who uses its REST API with a token."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from orchestration.standalone import Page

Found = TypeVar("Found")
ENDED = ("success", "failed")


class Person:
    """Somebody who signed in."""

    def __init__(self, page: Page):
        self._page = page
        self._token = self._call(
            "POST", "/auth/token", {"username": page.user, "password": page.password}
        )["access_token"]

    def get(self, path: str) -> dict[str, Any]:
        """Ask for something."""
        return self._call("GET", f"/api/v2{path}")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for something to be made."""
        return self._call("POST", f"/api/v2{path}", body)

    def switch(self, dag_id: str, on: bool) -> None:
        """Switch a DAG on or off."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": not on})

    def trigger(self, dag_id: str, run: str | None = None) -> str:
        """Start a DAG by hand; return the id of its run."""
        conf = {"run": run} if run else {}
        made = self.post(
            f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf}
        )
        return made["dag_run_id"]

    def runs(self, dag_id: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the runs of a DAG, oldest first."""
        found = self.get(f"/dags/{dag_id}/dagRuns?order_by=id")["dag_runs"]
        return [run for run in found if kind in (None, run["run_type"])]

    def states(self, run: dict[str, Any]) -> dict[str, str | None]:
        """Return the state of each task of a run."""
        path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
        return {
            task["task_id"]: task["state"] for task in self.get(path)["task_instances"]
        }

    def ended(
        self, dag_id: str, kind: str | None = None, number: int = 1
    ) -> list[dict[str, Any]]:
        """Wait until so many runs of a DAG have ended; return them."""
        return waited(
            lambda: [run for run in self.runs(dag_id, kind) if run["state"] in ENDED],
            lambda runs: len(runs) >= number,
            f"{number} runs of {dag_id} to end",
        )

    def _call(
        self, verb: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if path.startswith("/api"):
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(
            self._page.url + path,
            method=verb,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{verb} {path}: {error.read().decode()}") from error


def waited(
    ask: Callable[[], Found], is_enough: Callable[[Found], bool], what: str
) -> Found:
    """Ask until the answer is enough, but not for ever."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        found = ask()
        if is_enough(found):
            return found
        time.sleep(1)
    raise AssertionError(f"waited in vain for {what}")
