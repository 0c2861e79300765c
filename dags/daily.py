"""When a DAG of every day runs."""

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable


def daily(hour: int) -> CronTriggerTimetable:
    """Return the schedule of every day at an hour of UTC, from the next one on.

    Left to itself Airflow 3.3 also starts a DAG at once that is switched on within a
    tenth of the day after its hour, whatever `run_immediately=False` promises.
    """
    return CronTriggerTimetable(
        f"0 {hour} * * *", timezone="UTC", run_immediately=timedelta(0)
    )
