"""A whole Airflow: it lands, builds and publishes, and asks the past again."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from orchestration import place, processes, standalone
from seller_intel import warehouse
from tests import market
from tests.airflow.page import Person
from tests.homes import environment, open_home

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

LANDING = ("land_shop", "land_rivals", "land_reference")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home of its own with two weeks of a small market."""
    with open_home() as folder:
        registry = market.write_registry(folder)
        market.write_history(folder)
        stated = {
            "SELLER_INTEL_HOME": str(folder),
            "SELLER_INTEL_SOURCES": str(registry),
        }
        with environment(stated):
            yield folder


@pytest.fixture(scope="module")
def person(home) -> Iterator[Person]:
    """Somebody at the page of an Airflow that runs for this file alone."""
    with socket.socket() as probe:
        probe.bind((place.HOST, 0))
        port = probe.getsockname()[1]
    try:
        yield Person(standalone.up(port))
    finally:
        standalone.down()


@pytest.fixture(scope="module")
def published(person) -> dict[str, str | None]:
    """The states of the tasks of the first build that assets started."""
    for dag_id in LANDING:
        person.switch(dag_id, on=True)
    for dag_id in LANDING:
        (landed,) = person.ended(dag_id, "scheduled")
        assert landed["state"] == "success", person.states(landed)
    person.switch("build_marts", on=True)
    person.trigger("land_reference")
    (built,) = person.ended("build_marts", "asset_triggered")
    return person.states(built)


def test_the_page_is_for_who_has_the_password(person):
    with pytest.raises(AssertionError, match=r"Unauthorized|Invalid"):
        Person(standalone.Page(person._page.url, place.USER, "guessed"))


def test_every_dag_is_there_without_an_error(person):
    assert not person.get("/importErrors")["import_errors"]
    found = {dag["dag_id"]: dag for dag in person.get("/dags")["dags"]}
    assert set(found) == {*LANDING, "build_marts", "maintain"}


def test_the_page_says_what_a_dag_is_for(person):
    build = person.get("/dags/build_marts/details")
    shop = person.get("/dags/land_shop/details")

    assert "readers see all new marts at once" in build["doc_md"]
    assert "contract `taobao_orders`" in shop["doc_md"]


def test_switching_a_build_on_does_not_start_one(published, person):
    assert not person.runs("build_marts", "scheduled")


def test_what_is_landed_on_schedule_is_built_and_published(published):
    assert set(published.values()) == {"success"}


def test_readers_see_the_marts(published):
    with warehouse.as_role("reader") as session:
        sales = session.one(
            "select count(*) as days, sum(gmv) as gmv from marts.shop_sales_daily"
            " where channel = 'all'"
        )
        run = session.value("select run_id from marts.data_status limit 1")

    assert sales["days"] >= (market.LAST - market.FIRST).days
    assert sales["gmv"] > 0
    assert run[:8] == datetime.now(UTC).strftime("%Y%m%d")


def test_without_news_nothing_is_built(published, person):
    person.trigger("land_reference")

    again = person.ended("build_marts", "asset_triggered", number=2)[-1]

    assert again["state"] == "success"
    states = person.states(again)
    assert states.pop("audit_raw") == "success"
    assert set(states.values()) == {"skipped"}


def test_a_run_may_be_named_by_who_starts_it(published, person):
    person.switch("build_marts", on=False)

    person.trigger("land_rivals", "20261220T060000")

    (ended,) = person.ended("land_rivals", "manual")
    assert ended["state"] == "success"
    with warehouse.as_role("owner") as session:
        assert session.value(
            "select count(*) as runs from ops.steps where run = '20261220T060000'"
        )


def test_days_of_the_past_are_asked_for_again_each_as_its_own(published, person):
    person.switch("build_marts", on=False)
    first = datetime(2026, 11, 2, tzinfo=UTC)
    person.post(
        "/backfills",
        {
            "dag_id": "land_shop",
            "from_date": first.isoformat(),
            "to_date": (first + timedelta(days=3)).isoformat(),
        },
    )

    runs = person.ended("land_shop", "backfill", number=3)

    assert {run["state"] for run in runs} == {"success"}
    windows = sorted(
        (run["data_interval_start"], run["data_interval_end"]) for run in runs
    )
    assert len(set(windows)) == len(runs)
    with warehouse.as_role("owner") as session:
        loads = session.rows(
            "select run, window_from, window_to, loaded from ops.loads"
            " where source = 'shop' and stream_id = 'files__orders'"
            " and window_from is not null order by window_from"
        )
    assert len({load["run"] for load in loads}) == len(runs)
    assert [(load["window_from"], load["window_to"]) for load in loads] == [
        tuple(map(datetime.fromisoformat, window)) for window in windows
    ]
    assert all(load["loaded"] > 0 for load in loads)
    assert min(load["run"] for load in loads) > "20261109T000000"


def test_airflow_listens_to_this_machine_alone(person):
    mine = {
        process.pid
        for started in processes.read(place.folder() / "processes.json")
        for process in processes._members(started)
    }
    heard = [
        connection.laddr.ip
        for pid in mine
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]

    assert "127.0.0.1" in heard
    # each storefront of the sandbox has an address of its own
    assert all(ipaddress.ip_address(address).is_loopback for address in heard)


def test_what_is_up_already_is_left_as_it_is(person):
    before = processes.read(place.folder() / "processes.json")

    page = standalone.up()

    assert page.url == person._page.url
    assert processes.read(place.folder() / "processes.json") == before


def test_down_ends_everything_even_after_a_part_was_killed(person, home):
    started = processes.read(place.folder() / "processes.json")
    everybody = [each for one in started for each in processes._members(one)]
    os.kill(
        next(each.pid for each in started if each.name == "scheduler"), signal.SIGKILL
    )
    time.sleep(0.5)

    stopped = standalone.down()

    assert "postgresql" in stopped
    assert not [
        each for each in everybody if each.is_running() and each.status() != "zombie"
    ]
    assert standalone.down() == []
