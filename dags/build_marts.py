"""From what was loaded to what readers see: judge, build, check, publish.

Runs when a source has loaded something, and every day at 06:00 UTC.

| Task | What is true afterwards |
| --- | --- |
| `audit_raw` | every delivery is accepted or refused; no news, no build |
| `build_core` | facts and dimensions follow all that was accepted; tested |
| `fit` | models fitted on core have their parameters and scores |
| `build_marts` | all marts stand anew beside the published ones; tested |
| `audit_marts` | the figures are believable, also against those published now |
| `publish` | readers see all new marts at once |

When a task fails, readers keep the version they have. What was checked, and why
something was refused: the marts `run_passports` and `data_status`, the table
`ops.checks`, the data docs, `seller-intel status`.
"""

from typing import Any

import alerts
import credentials
from airflow.sdk import (
    Asset,
    AssetAny,
    AssetOrTimeSchedule,
    chain,
    dag,
    task,
)
from attempts import attempts, but_never_after
from daily import daily
from runs import RUN
from verbs import steps

from seller_intel import sources

PUBLISHED = Asset("marts")


def audit_raw(run: str, dag_run: Any = None) -> bool:
    """Judge what was loaded; tell whether there is reason to build."""
    steps.audit_raw(run)
    return dag_run.run_type != "asset_triggered" or steps.is_behind()


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=daily(6),
        assets=AssetAny(
            *{
                stream.table: Asset(stream.table)
                for source in sources.registry().sources.values()
                for stream in source.streams
            }.values()
        ),
    ),
    catchup=False,
    max_active_runs=1,
    default_args=attempts(hours=6),
    doc_md=__doc__,
    tags=["build"],
    description="Judge what was loaded, build the marts, check and publish them",
)
def build_marts() -> None:
    """Chain the verbs from the door to the readers."""
    never = but_never_after("audit.AuditFailed", "mart_views.BreakingChange")
    chain(
        task.short_circuit(on_success_callback=alerts.door_judged)(audit_raw)(RUN),
        task(steps.build_core)(RUN),
        task(steps.fit)(RUN),
        task(steps.build_marts)(RUN),
        task(retry_policy=never, on_success_callback=alerts.gate_passed)(
            steps.audit_marts
        )(RUN),
        task(retry_policy=never, outlets=[PUBLISHED])(steps.publish)(RUN),
    )


credentials.register()
build_marts()
