"""The line runs in containers: with tasks in the scheduler, then on two workers."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterator

import httpx
import psycopg
import pytest
import yaml
from stack import ROOT, Airflow, Stack, free_port, run, service_of

pytestmark = [pytest.mark.compose, pytest.mark.timeout(3600)]

HISTORY = "20261113T060000"
NEXT_DAY = "20261114T060000"
NEXT_DATE = "2026-11-13"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, built and up, with secrets that `make env` drew."""
    found = subprocess.run(["docker", "info"], capture_output=True)
    assert found.returncode == 0, "no Docker engine answers: start one first"
    folder = tmp_path_factory.mktemp("compose")
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, folder / name)
    run("make", "--directory", str(folder), "env")
    ports = {
        "SELLER_INTEL_AIRFLOW_PORT": free_port(),
        "SELLER_INTEL_POSTGRES_PORT": free_port(),
    }
    made = Stack(
        folder=folder,
        project=f"sellerintel{secrets.token_hex(3)}",
        ports=ports,
        settings={name: str(port) for name, port in ports.items()},
    )
    try:
        made.up()
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def airflow(stack: Stack) -> Airflow:
    return Airflow.of(stack)


def test_no_container_runs_as_root_or_is_reached_from_outside(stack: Stack):
    for container in stack.containers():
        name = service_of(container)
        assert container["Config"]["User"] not in ("", "0", "root"), name
        if container["State"]["Running"]:
            top = run("docker", "top", container["Id"], "-eo", "pid,uid").splitlines()
            assert "0" not in [line.split()[1] for line in top[1:]], name
        for bound in (container["HostConfig"]["PortBindings"] or {}).values():
            assert [each["HostIp"] for each in bound] == ["127.0.0.1"], name


def test_a_wrong_password_opens_neither_page_nor_database(stack: Stack):
    page = f"http://127.0.0.1:{stack.ports['SELLER_INTEL_AIRFLOW_PORT']}"
    said = httpx.post(
        f"{page}/auth/token", json={"username": "admin", "password": "admin"}
    )

    assert said.status_code == 401
    for user in ("postgres", "seller_intel", "reader", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host="127.0.0.1",
                port=stack.ports["SELLER_INTEL_POSTGRES_PORT"],
                user=user,
                password=user,
                dbname="seller_intel",
            )


def test_every_dag_is_known_and_none_is_broken(airflow: Airflow):
    assert airflow.import_errors() == []
    assert {"build_marts", "maintain", "land_tmall_flagship"} <= set(airflow.dags())


def test_the_line_runs_through_the_api_and_its_marts_are_read_from_outside(
    stack: Stack, airflow: Airflow
):
    land_everything(airflow, HISTORY)
    build = airflow.start("build_marts", HISTORY)

    assert airflow.wait("build_marts", build) == "success", what_was_said(
        stack, airflow, build
    )
    assert published(stack) == [HISTORY]
    assert rows_of(stack, "select count(*) > 0 from shop_sales_daily") == [(True,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows_of(stack, "select * from raw.files__orders")


def test_a_day_goes_on_when_one_of_two_workers_is_killed(
    stack: Stack, airflow: Airflow
):
    before = rows_of(stack, "select sum(gmv) from shop_sales_daily")
    stack.up(
        *("--scale", "worker=2"),
        COMPOSE_PROFILES="cluster",
        SELLER_INTEL_EXECUTOR="CeleryExecutor",
    )
    workers = stack.containers("worker")
    stack.execute(
        *("scheduler", "python", "-m", "sandbox", "write"),
        *("--home", "/srv/seller-intel", "--from", NEXT_DATE, "--to", NEXT_DATE),
    )

    land_everything(airflow, NEXT_DAY)
    build = airflow.start("build_marts", NEXT_DAY)
    struck = airflow.wait_for_task("build_marts", build, "build_core")["hostname"]
    run("docker", "kill", "--signal", "KILL", struck)

    assert len(workers) == 2
    assert airflow.wait("build_marts", build, 1500) == "success", what_was_said(
        stack, airflow, build
    )
    core = next(
        each
        for each in airflow.tasks("build_marts", build)
        if each["task_id"] == "build_core"
    )
    assert core["try_number"] == 2
    assert core["hostname"] != struck
    assert published(stack) == [HISTORY, NEXT_DAY]
    assert rows_of(stack, "select sum(gmv) from shop_sales_daily") > before


def test_everything_is_taken_down(stack: Stack):
    stack.down()

    label = f"label=com.docker.compose.project={stack.project}"
    for kind in ("container", "volume", "network"):
        left = run("docker", kind, "ls", "--quiet", "--filter", label)
        assert not left.split(), kind


def land_everything(airflow: Airflow, run_of_line: str) -> None:
    """Land all files; in containers nobody serves the interfaces of the shops."""
    stated = yaml.safe_load((ROOT / "sources.yml").read_text(encoding="utf-8"))
    dags = [
        f"land_{source['name']}"
        for source in stated["sources"]
        if source["platform"] == "files"
    ]
    started = {dag: airflow.start(dag, run_of_line) for dag in dags}

    ended = {dag: airflow.wait(dag, dag_run) for dag, dag_run in started.items()}

    assert set(ended.values()) == {"success"}, ended


def published(stack: Stack) -> list[str]:
    query = "select run_id from run_passports where status = 'published' order by 1"
    return [each for (each,) in rows_of(stack, query)]


def rows_of(stack: Stack, query: str) -> list[tuple]:
    """Ask the marts as an analyst would, from outside the containers."""
    with psycopg.connect(stack.reader_dsn()) as connection:
        return connection.execute(query).fetchall()


def what_was_said(stack: Stack, airflow: Airflow, dag_run: str) -> str:
    return f"{airflow.tasks('build_marts', dag_run)}\n{stack.logs('scheduler')}"
