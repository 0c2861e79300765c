"""Drive the DAGs with verbs that only remember being called; print what happened."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from orchestration import line
from seller_intel import extraction, steps

calls: list[list[Any]] = []


def remembered(name: str, failing: str | None) -> Any:
    """Return a verb that remembers its arguments and may fail for one source."""

    def verb(*args: Any, **options: Any) -> Any:
        calls.append([name, *args, options] if options else [name, *args])
        if failing and [name, args[0]] == failing.split("/"):
            raise extraction.LandingIncomplete("no answer, password=s3cret")
        return True

    return verb


def main() -> None:
    """Run each scenario named as RUN or RUN=verb/source, which then fails."""
    out = os.dup(1)
    os.dup2(2, 1)
    steps.init()
    line.open_airflow()
    for scenario in sys.argv[1:]:
        run, _, failing = scenario.partition("=")
        calls.clear()
        for verb in (
            *("land", "load", "audit_raw", "build_core", "fit", "build_marts"),
            *("audit_marts", "publish", "is_behind"),
        ):
            setattr(steps, verb, remembered(verb, failing))
        driven = line.drive(run)
        facts = {
            "driven": {each.dag_id: [each.state, *each.failed] for each in driven},
            "calls": calls,
            **kept(),
        }
        os.write(out, json.dumps(facts, default=str).encode() + b"\n")


def kept() -> dict[str, Any]:
    """Return what Airflow's own database holds of the runs."""
    from airflow.models.dagrun import DagRun
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        runs = session.scalars(select(DagRun)).all()
        return {
            "runs": [[run.dag_id, run.run_id] for run in runs],
            "took": [(run.end_date - run.start_date).total_seconds() for run in runs],
            "handed_on": [
                [found.task_id, found.key]
                for found in session.scalars(select(XComModel)).all()
            ],
            "rendered": [
                found.rendered_fields
                for found in session.scalars(select(RenderedTaskInstanceFields)).all()
            ],
        }


if __name__ == "__main__":
    main()
