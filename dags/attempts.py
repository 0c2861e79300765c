"""How a task is tried: again after a while, not for ever, and telling who asked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import alerts
from airflow.sdk import RetryDecision, RetryPolicy


def attempts(hours: float, retries: int = 3) -> dict[str, Any]:
    """Return the default arguments of the tasks of a DAG."""
    return {
        "owner": "seller-intel",
        "retries": retries,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
        "execution_timeout": timedelta(hours=hours),
        "on_failure_callback": alerts.task_failed,
        # What a step returns is told by ops.steps; nothing of it is handed on.
        "do_xcom_push": False,
    }


@dataclass(frozen=True)
class NeverAfter(RetryPolicy):
    """Gives up at once on the errors that another try cannot mend, known by name."""

    errors: tuple[str, ...]

    def evaluate(self, exception: BaseException, *_: Any, **__: Any) -> RetryDecision:
        """Fail for good after one of the errors, else go by the retries of the task."""
        names = {
            f"{kind.__module__}.{kind.__qualname__}" for kind in type(exception).mro()
        }
        if names & set(self.errors):
            return RetryDecision.fail(f"{type(exception).__name__} would come again")
        return RetryDecision.default()


def but_never_after(*errors: str) -> NeverAfter:
    """Return the policy for errors of the library, named without loading them."""
    return NeverAfter(tuple(f"seller_intel.{error}" for error in errors))
