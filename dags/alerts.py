"""What people are told: a task that failed for good, and what the checks found."""

from collections.abc import Mapping
from typing import Any

Context = Mapping[str, Any]


def task_failed(context: Context) -> None:
    """Tell that a task failed and will not be tried again."""
    from seller_intel import notices

    instance = context["ti"]
    notices.send(
        f"Seller Intel: {instance.dag_id}, {instance.task_id} failed",
        f"{context.get('exception')}\n\nDAG run {instance.run_id}\n{instance.log_url}",
    )


def door_judged(context: Context) -> None:
    """Tell which deliveries the door refused or wondered at."""
    _tell_findings(context, "door")


def gate_passed(context: Context) -> None:
    """Tell what the gate wondered at in marts that it let through."""
    _tell_findings(context, "gate")


def _tell_findings(context: Context, stage: str) -> None:
    from seller_intel import notices

    run = context["task"].op_args[0]
    notices.send_findings(run, stage)
