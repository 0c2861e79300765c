"""What a warehouse needs each day: expire, vacuum, backup.

| Task | What is true afterwards |
| --- | --- |
| `expire` | rows of refused and replaced deliveries, and old records, are gone |
| `vacuum` | their space is used again; the planner knows the tables as they are |
| `backup` | a dump of today stands under `backups` in HOME, with the last ones |

Nothing that core rests on is ever removed.
"""

import credentials
from airflow.sdk import chain, dag, task
from attempts import attempts
from daily import daily
from runs import RUN
from verbs import steps


@dag(
    schedule=daily(20),
    catchup=False,
    max_active_runs=1,
    default_args=attempts(hours=3),
    doc_md=__doc__,
    tags=["maintain"],
    description="Expire, vacuum, backup",
)
def maintain() -> None:
    """Chain the verbs of upkeep."""
    chain(task(steps.expire)(RUN), task(steps.vacuum)(RUN), task(steps.backup)(RUN))


credentials.register()
maintain()
