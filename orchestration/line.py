"""The line driven through Airflow's own DAGs in one process, without a scheduler."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration import place, standalone
from seller_intel import clock, settings

log = logging.getLogger(__name__)

BUILD = "build_marts"


@dataclass(frozen=True)
class Driven:
    """How one DAG run went."""

    dag_id: str
    state: str
    failed: tuple[str, ...]
    seconds: float


def open_airflow() -> None:
    """Load Airflow into this process and bring its database up to date.

    Must come before anything else here imports Airflow, which reads its settings then.
    """
    settings.state(place.prepare() | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"})
    from airflow.utils import db

    with _quietly():
        try:
            db.check_migrations(0)
        except TimeoutError:
            db.initdb()
    _refuse_rival()


def _refuse_rival() -> None:
    """Refuse to drive DAGs that a running scheduler would drive at the same time."""
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    if not standalone.status().get("scheduler"):
        return
    with create_session() as session:
        on = session.scalars(select(DagModel.dag_id).where(~DagModel.is_paused)).all()
    if on:
        raise RuntimeError(
            f"Airflow is up and drives {', '.join(sorted(on))}: start them on its page,"
            " switch them off there, or `make down` first"
        )


def drive(run: str, only: list[str] | None = None) -> list[Driven]:
    """Run every land_* DAG, or those of some sources, and then build_marts.

    A DAG that fails does not stop the others; what failed is in what comes back.
    """
    dags = _dags()
    landing = sorted(name for name in dags if name.startswith("land_"))
    if only is not None:
        landing = [f"land_{source}" for source in only]
    return [_drive(dags[name], run) for name in [*landing, BUILD]]


def _drive(dag: Any, run: str) -> Driven:
    """Run one DAG as of a run, each of its tasks once."""
    for task in dag.tasks:
        task.retries = 0
    began = time.monotonic()
    done = dag.test(
        logical_date=clock.as_of(run), run_after=clock.as_of(run), run_conf={"run": run}
    )
    seconds = round(time.monotonic() - began, 3)
    return Driven(dag.dag_id, str(done.state), _settle(done), seconds)


def _settle(done: Any) -> tuple[str, ...]:
    """State when the run really began, for the page; return the tasks that failed."""
    from airflow.utils.session import create_session

    with create_session() as session:
        kept = session.merge(done)
        instances = kept.get_task_instances(session=session)
        kept.start_date = min(each.start_date for each in instances if each.start_date)
        return tuple(each.task_id for each in instances if each.state == "failed")


def _dags() -> dict[str, Any]:
    from airflow.dag_processing.dagbag import BundleDagBag

    folder = settings.current().root / "dags"
    with _quietly():
        bag = BundleDagBag(folder, bundle_path=folder, bundle_name="dags-folder")
    if bag.import_errors:
        path, error = next(iter(bag.import_errors.items()))
        raise RuntimeError(f"{Path(path).name} cannot be read:\n{error}")
    return bag.dags


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what Airflow says of itself below a warning out of the log."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(before)
