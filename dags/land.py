"""One DAG per source of the registry: land what it has, load what was landed."""

from datetime import UTC, datetime

import credentials
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, CronDataIntervalTimetable, TaskGroup, dag, task
from attempts import attempts, but_never_after
from runs import LANDING_RUN, WINDOW
from verbs import steps

from seller_intel import sources
from seller_intel.sources import Source

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


def land_dag(source: Source) -> None:
    """Register the DAG of one source."""

    @dag(
        f"land_{source.name}",
        schedule=CronDataIntervalTimetable(source.schedule, timezone="UTC"),
        start_date=EPOCH,
        catchup=False,
        max_active_runs=1,
        default_args=attempts(hours=3),
        tags=["land", source.platform],
        description=f"Land and load {source.name} ({source.platform})",
        doc_md=described(source),
    )
    def land() -> None:
        if source.split:
            parts = []
            for stream in source.streams:
                with TaskGroup(stream.stream_id):
                    parts += landed_and_loaded(source, stream.stream_id)
        else:
            parts = landed_and_loaded(source)
        # Loading goes on when landing failed; this mark, which costs no process, lets
        # the run fail all the same.
        parts >> EmptyOperator(task_id="complete")

    land()


def landed_and_loaded(source: Source, stream_id: str | None = None) -> list:
    """Add the two tasks of a source, or of one of its streams."""
    assets = [
        Asset(stream.table)
        for stream in source.streams
        if stream_id in (None, stream.stream_id)
    ]
    chosen = {"stream": stream_id} if stream_id else {}
    landed = task(
        # What was refused is refused again; what is missing, the next run asks for.
        retry_policy=but_never_after("extraction.LandingIncomplete"),
        # Windows of one backfill find their runs one after the other.
        max_active_tis_per_dag=1,
    )(steps.land)(source.name, LANDING_RUN, WINDOW, **chosen)
    loaded = task(outlets=assets, trigger_rule="all_done")(steps.load)(
        source.name, LANDING_RUN, WINDOW, **chosen
    )
    landed >> loaded
    return [landed, loaded]


def described(source: Source) -> str:
    """Return the page's text on one source, from the registry."""
    facts = {
        "Platform": source.platform,
        "Shop": f"{source.shop.name} ({source.shop.shop_id})" if source.shop else None,
        "Folder": f"`{source.folder}`" if source.folder else None,
        "Files": ", ".join(
            f"`{rule.pattern}` by contract `{rule.contract}`" for rule in source.files
        ),
        "Connection": f"`{source.connection}`" if source.connection else None,
        "Asked": f"`{source.schedule}` (UTC)",
        "Feeds": ", ".join(f"`{stream.table}`" for stream in source.streams),
    }
    lines = [f"* **{name}:** {fact}" for name, fact in facts.items() if fact]
    return f"""\
### {source.name}

`land` puts what the source has since the last time into one immutable file per
stream; `load` puts each file into its raw table, once. Both may be repeated. Where some
of it cannot be landed, the rest is loaded all the same and the run fails.

{chr(10).join(lines)}

A stretch of the past is asked for again by a backfill: its windows are the data
intervals. What is landed is judged and built by `build_marts`.
"""


credentials.register()
for known in sources.registry().sources.values():
    land_dag(known)
