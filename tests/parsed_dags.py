"""Parse each DAG file as Airflow's processor does, and print what it made, as JSON."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

_began = time.process_time()
import airflow.sdk  # noqa: E402, F401 - what a DAG file may count on

SDK_SECONDS = time.process_time() - _began

import pendulum  # noqa: E402
from airflow.dag_processing.dagbag import BundleDagBag  # noqa: E402
from airflow.serialization.decoders import decode_timetable  # noqa: E402
from airflow.serialization.encoders import encode_timetable  # noqa: E402
from airflow.timetables import trigger  # noqa: E402
from airflow.timetables.base import TimeRestriction  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "dags"
HEAVY = ("dbt", "great_expectations", "pandas", "scrapy", "numpy", "pyarrow", "apprise")


def main() -> None:
    """Parse each file three times, each time anew; the fastest counts."""
    logging.disable(logging.ERROR)
    sys.path.append(str(FOLDER))
    for name in sys.argv[1:]:
        tries = [json.loads(in_a_fork(name)) for _ in range(3)]
        fastest = min(tries, key=lambda facts: facts["seconds"])
        os.write(1, json.dumps(fastest).encode() + b"\n")


def in_a_fork(name: str) -> bytes:
    """Return the facts of a file, parsed by a process that parsed nothing before."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.dup2(2, 1)
            with os.fdopen(writing, "w") as out:
                out.write(json.dumps(parsed(name)) + "\n")
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        facts = said.read()
    os.waitpid(child, 0)
    return facts


def parsed(name: str) -> dict[str, Any]:
    """Return what a file costs and what it makes."""
    began = time.process_time()
    bag = BundleDagBag(FOLDER / name, bundle_path=FOLDER, bundle_name="dags-folder")
    return {
        "file": name,
        "seconds": time.process_time() - began,
        "sdk_seconds": SDK_SECONDS,
        "heavy": [module for module in HEAVY if module in sys.modules],
        "errors": list(bag.import_errors.values()),
        "dags": {dag.dag_id: facts_of(dag) for dag in bag.dags.values()},
    }


def facts_of(dag: Any) -> dict[str, Any]:
    return {
        "doc": dag.doc_md,
        "timetable": type(dag.timetable).__name__,
        "assets": assets_of(dag.timetable),
        "catchup": dag.catchup,
        "waits_for": waits_for(dag.timetable),
        "max_active_runs": dag.max_active_runs,
        "tasks": {task.task_id: facts_of_task(task) for task in dag.tasks},
    }


def waits_for(timetable: Any) -> float | None:
    """Return how many hours after its hour a DAG runs that is switched on half past."""
    kept = decode_timetable(encode_timetable(timetable))
    daily = getattr(kept, "timetable", kept)
    if not isinstance(daily, trigger.CronTriggerTimetable):
        return None
    hour = daily._align_to_next(pendulum.datetime(2026, 11, 23))
    with patch.object(trigger, "utcnow", lambda: hour.add(minutes=30)):
        info = kept.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(None, None, catchup=False),
        )
    return (info.run_after - hour).total_seconds() / 3600


def facts_of_task(task: Any) -> dict[str, Any]:
    return {
        "kind": type(task).__name__,
        "calls": getattr(getattr(task, "python_callable", None), "__name__", None),
        "upstream": sorted(task.upstream_task_ids),
        "arguments": list(map(str, getattr(task, "op_args", ()))),
        "named": {
            key: str(value) for key, value in getattr(task, "op_kwargs", {}).items()
        },
        "outlets": sorted(asset.name for asset in task.outlets),
        "trigger_rule": task.trigger_rule.value,
        "retries": task.retries,
        "backs_off": bool(task.retry_exponential_backoff),
        "timeout": task.execution_timeout.total_seconds()
        if task.execution_timeout
        else None,
        "tells": bool(task.on_failure_callback),
        "pushes": task.do_xcom_push,
    }


def assets_of(timetable: Any) -> list[str]:
    """Return the names of the assets that a DAG waits for."""
    condition = getattr(timetable, "asset_condition", None)
    return sorted(asset.name for asset in condition.objects) if condition else []


if __name__ == "__main__":
    main()
