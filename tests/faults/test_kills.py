"""Kill -9 anything, at any moment, and say it again: core and marts end the same."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seller_intel import embedded, installation, steps, warehouse
from tests import market as small_market
from tests.conftest import environment, open_home

DAYS = 3
KILLS = 42
SERVER_KILLS = 8
SEED = 20261111
# Children are forked from a server that has imported all and done nothing, so that a
# killed child had only its own work to do and inherits no thread's lock.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["dbt.cli.main", "great_expectations", "seller_intel.audit", "seller_intel.steps"]
)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_kills_at_random_points_change_no_figure():
    with market("seller-intel-calm-") as home:
        for run in days(home):
            for verb, *arguments in line(run):
                verb(*arguments)
        expected = digests()

    with market("seller-intel-storm-") as home:
        storm = Storm(home, KILLS, SERVER_KILLS, random.Random(SEED))
        for run in days(home):
            for verb, *arguments in line(run):
                storm.weather(verb, *arguments)
        found = digests()

    assert storm.kills >= KILLS
    assert storm.server_kills >= SERVER_KILLS
    assert found == expected


def days(home: Path) -> Iterator[str]:
    """Write the files of one day after another; yield the run that sees them."""
    yield small_market.write_history(home)
    for number in range(1, DAYS + 1):
        yield small_market.write_day(home, number)


def line(run: str) -> Iterator[tuple]:
    """Yield the verbs of one run with their arguments."""
    for source in ("shop", "rivals", "reference"):
        yield steps.land, source, run
        yield steps.load, source, run
    yield steps.audit_raw, run
    yield steps.build_core, run
    yield steps.fit, run
    yield steps.build_marts, run
    yield steps.audit_marts, run
    yield steps.publish, run


class Storm:
    """Kills children and servers at random moments until it has killed enough."""

    def __init__(self, home: Path, kills: int, server_kills: int, draw: random.Random):
        self.home, self.draw = home, draw
        self.wanted, self.server_wanted = kills, server_kills
        self.kills = self.server_kills = 0
        self.seconds: dict[str, float] = {}

    @property
    def is_over(self) -> bool:
        return self.kills >= self.wanted and self.server_kills >= self.server_wanted

    def weather(self, verb: Callable, *arguments: str) -> None:
        """Call a verb until it has ended well, killing it now and then before that."""
        for attempt in range(12):
            strikes = attempt < 4 and not self.is_over and self.draw.random() < 0.8
            if self._call(verb, arguments, strikes):
                return
        log = (self.home / "postgres" / "server.log").read_text(errors="replace")
        raise AssertionError(
            f"{verb.__name__}{arguments} does not end well; the server:\n{log[-2000:]}"
        )

    def _call(self, verb: Callable, arguments: tuple, strikes: bool) -> bool:
        child = _context.Process(
            target=_obey, args=(verb, arguments, stated_in(self.home))
        )
        began = time.monotonic()
        child.start()
        if strikes:
            usual = self.seconds.get(verb.__name__, 2.0)
            child.join(self.draw.uniform(0, usual))
            if child.is_alive():
                self._strike(child)
        child.join()
        if child.exitcode == 0:
            self.seconds[verb.__name__] = time.monotonic() - began
        return child.exitcode == 0

    def _strike(self, child) -> None:
        server = self._server()
        wants_server = self.server_kills < self.server_wanted
        if server and wants_server and self.draw.random() < 0.25:
            os.kill(server, signal.SIGKILL)
            self.server_kills += 1
        else:
            os.kill(child.pid, signal.SIGKILL)
        self.kills += 1

    def _server(self) -> int | None:
        """Return the server's process; none while a killed one is not up again."""
        try:
            said = (self.home / "postgres" / "data" / "postmaster.pid").read_text()
            pid = int(said.splitlines()[0])
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError, IndexError):
            return None
        return pid if name == "postgres" else None


def _obey(verb: Callable, arguments: tuple, stated: dict[str, str]) -> None:
    os.environ.update(stated)
    verb(*arguments)


def stated_in(home: Path) -> dict[str, str]:
    """Return what the environment says of a market."""
    return {
        "SELLER_INTEL_HOME": str(home),
        "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
        "SELLER_INTEL_PII_KEY": "the-same-key-in-both-markets-0123",
    }


@contextmanager
def market(prefix: str) -> Iterator[Path]:
    """Open a small market in a home of its own, with its own server."""
    with open_home(prefix) as home:
        small_market.write_registry(home)
        with environment(stated_in(home)):
            installation.init()
            yield home
            embedded.stop(home)


def digests() -> dict[str, str]:
    """Return a digest of the rows of every core table and mart.

    Load numbers are left out: an attempt that was killed has used some up.
    """
    with warehouse.as_role("owner") as session:
        tables = session.rows(
            "select schemaname as schema, tablename as name from pg_tables"
            " where schemaname = 'core' and (tablename like 'fct%%'"
            " or tablename like 'dim%%' or tablename like 'agg%%')"
            " union all select schemaname, viewname from pg_views"
            " where schemaname = 'marts' and viewname not in ('run_passports',"
            " 'run_passport_sources', 'data_status', 'crawl_health_daily',"
            " 'crawl_fields_daily')"
        )
        return {
            f"{table['schema']}.{table['name']}": session.value(
                warehouse.sql.SQL(
                    "select md5(coalesce(string_agg(line, '|' order by line), ''))"
                    " from (select (to_jsonb(t) - 'load_id' - 'load_seq')::text as line"
                    " from {} as t) as lines"
                ).format(warehouse.sql.Identifier(table["schema"], table["name"]))
            )
            for table in tables
        }
