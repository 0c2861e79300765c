"""Fixtures for every test: one PostgreSQL for the session, a fresh warehouse each."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from homes import environment, open_home

from seller_intel import embedded, installation, warehouse

EMPTY_REGISTRY = "reporting_currency: CNY\nshops: []\nsources: []\n"
TEMPLATE = "seller_intel_template"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """An initialised warehouse of one test, and the home that belongs to it."""

    home: Path
    database: str
    dsn: str = field(repr=False)

    @property
    def reader_dsn(self) -> str:
        """The URL that an analyst would connect with."""
        return warehouse.url("reader")

    def register(self, text: str) -> None:
        """Replace this home's sources.yml and tell the warehouse."""
        (self.home / "sources.yml").write_text(text, encoding="utf-8")
        installation.make_raw_tables()
        with warehouse.as_role("owner") as session:
            installation.sync_registry(session)

    def rows(self, query: str, params: Any = None) -> list[dict[str, Any]]:
        """Return the rows of a query, asked as owner."""
        with warehouse.as_role("owner") as session:
            return session.rows(query, params)

    def value(self, query: str, params: Any = None) -> Any:
        """Return the first column of the first row of a query."""
        with warehouse.as_role("owner") as session:
            return session.value(query, params)

    def execute(self, query: str, params: Any = None, role: str = "owner") -> int:
        """Run a statement and commit it; return how many rows it touched."""
        with warehouse.as_role(role) as session:
            return session.execute(query, params)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        schema, name = table.split(".")
        counted = warehouse.sql.SQL("select count(*) from {}").format(
            warehouse.sql.Identifier(schema, name)
        )
        with warehouse.as_role("owner") as session:
            return session.value(counted)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """The session's PostgreSQL, with one initialised database to copy from."""
    with open_home() as home:
        running = embedded.start(home)
        _make_template(running)
        yield running


@pytest.fixture
def postgres(server: embedded.Server, tmp_path: Path) -> Iterator[Postgres]:
    """A fresh warehouse for one test."""
    with _fresh(server, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_postgres(
    server: embedded.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Postgres]:
    """A fresh warehouse for all tests of one file."""
    with _fresh(server, tmp_path_factory.mktemp("home")) as made:
        yield made


def _make_template(server: embedded.Server) -> None:
    (server.home / "sources.yml").write_text(EMPTY_REGISTRY, encoding="utf-8")
    variables = {
        "SELLER_INTEL_HOME": str(server.home),
        "SELLER_INTEL_SOURCES": str(server.home / "sources.yml"),
    }
    with environment(variables):
        # No test pulls the plug, and each makes a database of its own.
        _administer("alter system set fsync = off")
        _administer("select pg_reload_conf()")
        installation.init()
        _administer(f"alter database {warehouse.DATABASE} rename to {TEMPLATE}")


@contextmanager
def _fresh(server: embedded.Server, home: Path) -> Iterator[Postgres]:
    """Copy the template; name it through SELLER_INTEL_DSN, as a child process would."""
    database = f"test_{next(_numbers)}"
    with environment({"SELLER_INTEL_HOME": str(server.home)}):
        _administer(f"create database {database} template {TEMPLATE}")
    dsn = server.login_url(database)
    shutil.copytree(server.home / "secrets", home / "secrets", dirs_exist_ok=True)
    (home / "sources.yml").write_text(EMPTY_REGISTRY, encoding="utf-8")
    variables = {
        "SELLER_INTEL_HOME": str(home),
        "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
    }
    with environment({**variables, "SELLER_INTEL_DSN": server.superuser_url(database)}):
        _grant(database)
    with environment({**variables, "SELLER_INTEL_DSN": dsn}):
        yield Postgres(home, database, dsn)
    with environment({"SELLER_INTEL_HOME": str(server.home)}):
        _administer(f"drop database {database} with (force)")


def _grant(database: str) -> None:
    """Repeat what belongs to a database and is not copied with it."""
    with warehouse.as_admin() as session:
        session.run_file("roles.sql", database=database)
        session.execute(
            warehouse.sql.SQL("grant connect on database {} to {}").format(
                warehouse.sql.Identifier(database),
                warehouse.sql.Identifier(warehouse.LOGIN),
            )
        )


def _administer(statement: str) -> None:
    with warehouse.as_admin(embedded.SUPERUSER, autocommit=True) as session:
        session.execute(statement)
