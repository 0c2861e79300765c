"""The newcomer's run: the simulated market through the whole line, day after day."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import click

from sandbox import days, files, summary
from sandbox.gateways import company
from sandbox.market import Market
from sandbox.progress import failed as say_failed
from sandbox.progress import told
from sandbox.storefronts import opening
from seller_intel import clock, settings, sources, steps, warehouse
from seller_intel.sources import RegistryError

# When a day of the market is complete everywhere: the shop in New York closes last.
COMPLETE = clock_time(6, tzinfo=UTC)
DAYS = 2


@dataclass
class Split:
    """Where the time went: seconds by part, which add up to the whole."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add what happens inside to a part."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(part, time.monotonic() - began)

    def add(self, part: str, seconds: float) -> None:
        """Add seconds to a part."""
        self.seconds[part] = round(self.seconds.get(part, 0) + seconds, 3)


@click.command()
@click.option(
    "--way",
    type=click.Choice(["airflow", "direct"]),
    default="airflow",
    show_default=True,
    help="Through Airflow's DAGs, or the same steps without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(way: str, as_json: bool) -> None:
    """Run the sandbox market: the history and two days, later calls a day each."""
    split = Split()
    try:
        failed = _run(way, split)
    except Exception as error:
        say_failed(f"{error}\nmore in {_log()}")
        raise SystemExit(1) from error
    if as_json:
        click.echo(json.dumps({"seconds": split.seconds, "failed": failed}))
    elif not failed:
        summary.show(split.seconds)
    for line in failed:
        say_failed(line)
    raise SystemExit(1 if failed else 0)


def _run(way: str, split: Split) -> list[str]:
    """Run the days that are due until one fails; return what failed."""
    if not sources.registry().sandbox:
        raise RegistryError(
            f"{settings.current().sources_path} describes real shops: run those with"
            " `seller-intel run`, or unset SELLER_INTEL_SOURCES"
        )
    with told("opening gateways and storefronts", _log()), split.timed("gateways"):
        opened = ExitStack()
        shown = opening.arguments(settings.current().home)
        gateways = opened.enter_context(company.kept(*shown))
    with opened:
        settings.state(gateways.variables())
        drive = _prepared(way, split)
        market = Market()
        for run in _runs():
            with told(f"the market until {_day_of(run)}, run {run}", _log()):
                gateways.move(round(clock.as_of(run).timestamp()))
                failed = _day(market, run, drive, split)
            if failed:
                return failed + _causes(run)
    return []


def _prepared(way: str, split: Split) -> Callable[[str], list[str]]:
    """Make the warehouse ready, and Airflow where it is asked for."""
    with told("preparing the warehouse", _log()), split.timed("init"):
        steps.init()
    if way == "direct":
        return _directly
    from orchestration import line

    with told("preparing Airflow", _log()), split.timed("airflow"):
        line.open_airflow()
    return _through_airflow


def _directly(run: str) -> list[str]:
    try:
        steps.run_line(run)
    except steps.StepFailed as failure:
        return [str(failure)]
    return []


def _through_airflow(run: str) -> list[str]:
    from orchestration import line

    return [
        f"{each.dag_id}: {', '.join(each.failed) or each.state}"
        for each in line.drive(run)
        if each.state != "success"
    ]


def _day(
    market: Market, run: str, drive: Callable[[str], list[str]], split: Split
) -> list[str]:
    """Let the market write its files up to the day of a run, then run the line."""
    last = _day_of(run)
    first = _written_until() + timedelta(days=1)
    if first <= last:
        with split.timed("market files"):
            files.write(settings.current().home, market, first, last)
    began, known = time.monotonic(), _seconds_by_step(run)
    failed = drive(run)
    whole = time.monotonic() - began
    for step, seconds in _seconds_by_step(run).items():
        took = seconds - known.get(step, 0)
        split.add(step, took)
        whole -= took
    split.add("between steps", whole)
    return failed


def _runs() -> list[str]:
    """Return the runs that are due: at first the history and two days, then a day."""
    with warehouse.as_role("owner") as session:
        last = session.value(
            "select max(run) as run from ops.publications where action = 'published'"
        )
    if last is None:
        ends = [days.HISTORY_END + timedelta(days=number) for number in range(DAYS + 1)]
    else:
        ends = [_day_of(last) + timedelta(days=1)]
    return [
        clock.run_of(datetime.combine(end + timedelta(days=1), COMPLETE))
        for end in ends
    ]


def _day_of(run: str) -> date:
    """Return the last day of the market that a run can see whole."""
    return (clock.as_of(run) - timedelta(days=1)).date()


def _written_until() -> date:
    """Return the last day whose files are there, or the one before the first."""
    folder = settings.current().home / "inbox" / "rival_listings"
    ends = [path.name.split(".")[0].rpartition("_")[2] for path in folder.glob("*.gz")]
    return max(
        map(date.fromisoformat, ends),
        default=days.ORDERS_START - timedelta(days=1),
    )


def _seconds_by_step(run: str) -> dict[str, float]:
    with warehouse.as_role("owner") as session:
        rows = session.rows(summary.figures("steps"), [run])
    return {row["step"]: float(row["seconds"]) for row in rows}


def _causes(run: str) -> list[str]:
    """Return what the steps that failed said."""
    with warehouse.as_role("owner") as session:
        rows = session.rows(summary.figures("failures"), [run])
    return [*(f"{row['step']}: {row['detail']}" for row in rows), f"more in {_log()}"]


def _log() -> Path:
    return settings.current().home / "logs" / "line.log"


if __name__ == "__main__":
    main()
