"""The warehouse: connect as a role, run SQL, stream COPY; nothing else drives it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from seller_intel import embedded, keys, settings

__all__ = [
    "DATABASE",
    "LOGIN",
    "ROLES",
    "Jsonb",
    "Session",
    "as_admin",
    "as_role",
    "at",
    "errors",
    "lock",
    "sql",
    "url",
]

ROLES = ("owner", "loader", "transformer", "reader")
LOGIN = "seller_intel"
DATABASE = "seller_intel"
SQL_DIR = Path(__file__).parent / "sql"
_APPLICATION = "seller-intel"

Params = Sequence[Any] | Mapping[str, Any] | None
Query = str | sql.Composable
Connection = psycopg.Connection[dict[str, Any]]


class Session:
    """One connection under one role: a transaction, unless opened in autocommit."""

    def __init__(self, connection: Connection):
        self.connection = connection

    def execute(self, query: Query, params: Params = None) -> int:
        """Run a statement; return how many rows it touched."""
        return self.connection.execute(_composed(query), params).rowcount

    def rows(self, query: Query, params: Params = None) -> list[dict[str, Any]]:
        """Return all rows as mappings."""
        return self.connection.execute(_composed(query), params).fetchall()

    def one(self, query: Query, params: Params = None) -> dict[str, Any] | None:
        """Return the first row, or None where there is none."""
        return self.connection.execute(_composed(query), params).fetchone()

    def value(self, query: Query, params: Params = None) -> Any:
        """Return the first column of the first row, or None where there is none."""
        row = self.one(query, params)
        return None if row is None else next(iter(row.values()))

    def run_file(
        self, name: str, params: Params = None, **identifiers: str | sql.Composable
    ) -> int:
        """Run a file of seller_intel/sql, its {names} composed as identifiers."""
        return self.execute(statement(name, **identifiers), params)

    def rows_of_file(
        self, name: str, params: Params = None, **identifiers: str | sql.Composable
    ) -> list[dict[str, Any]]:
        """Return the rows of the query in a file of seller_intel/sql."""
        return self.rows(statement(name, **identifiers), params)

    def copy_in(self, query: Query, chunks: Iterable[bytes]) -> int:
        """Stream chunks into COPY ... FROM STDIN; return the rows copied."""
        with self.connection.cursor() as cursor:
            with cursor.copy(_composed(query)) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            return cursor.rowcount

    def copy_out(self, query: Query) -> Iterator[bytes]:
        """Yield what COPY ... TO STDOUT sends, chunk by chunk."""
        with self.connection.cursor() as cursor, cursor.copy(_composed(query)) as copy:
            for chunk in copy:
                yield bytes(chunk)


def statement(name: str, **identifiers: str | sql.Composable) -> sql.Composed:
    """Return a .sql file with its {names} composed as identifiers, never formatted."""
    text = (SQL_DIR / name).read_text(encoding="utf-8")
    return sql.SQL(text).format(
        **{
            key: value if isinstance(value, sql.Composable) else sql.Identifier(value)
            for key, value in identifiers.items()
        }
    )


@contextmanager
def as_role(role: str, autocommit: bool = False) -> Iterator[Session]:
    """Open a session under a role: committed at the end, rolled back on an error."""
    if role not in ROLES:
        raise ValueError(f"no role {role!r}; roles: {', '.join(ROLES)}")
    with _open(lambda: url(role), autocommit) as session:
        yield session


@contextmanager
def as_admin(database: str | None = None, autocommit: bool = False) -> Iterator:
    """Open a session of who may create roles and databases: init alone needs it."""
    with _open(lambda: _admin_url(database), autocommit) as session:
        yield session


@contextmanager
def at(address: str, autocommit: bool = False) -> Iterator[Session]:
    """Open a session on a database beside the warehouse, by its URL."""
    with _dial(address, autocommit) as connection:
        yield Session(connection)


def url(role: str) -> str:
    """Return the connection URL of a role; the reader is a login of its own."""
    login = _login_url()
    if role == "reader":
        return _with_user(
            login, "reader", keys.keep(settings.current().secrets_dir, "reader")
        )
    separator = "&" if "?" in login else "?"
    return f"{login}{separator}options=-crole%3D{role}"


def lock(session: Session, name: str) -> None:
    """Wait for a lock that is held until the transaction ends."""
    session.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _login_url() -> str:
    config = settings.current()
    if config.dsn:
        return config.dsn
    server = embedded.address(config.home)
    password = quote(keys.keep(config.secrets_dir, LOGIN), safe="")
    return f"postgresql://{LOGIN}:{password}@{server.host}:{server.port}/{DATABASE}"


def _admin_url(database: str | None) -> str:
    config = settings.current()
    if not config.dsn:
        return embedded.start(config.home).superuser_url(database or DATABASE)
    if database is None:
        return config.dsn
    parts = urlsplit(config.dsn)
    return urlunsplit(parts._replace(path=f"/{database}"))


def _with_user(login: str, user: str, password: str) -> str:
    parts = urlsplit(login)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}")
    )


@contextmanager
def _open(address: Callable[[], str], autocommit: bool) -> Iterator[Session]:
    with _connect(address, autocommit) as connection:
        yield Session(connection)


def _connect(address: Callable[[], str], autocommit: bool) -> Connection:
    try:
        return _dial(address(), autocommit)
    except psycopg.OperationalError:
        config = settings.current()
        if config.dsn:
            raise
        embedded.start(config.home)
        return _dial(address(), autocommit)


def _dial(target: str, autocommit: bool) -> Connection:
    return psycopg.connect(
        target,
        autocommit=autocommit,
        row_factory=dict_row,
        application_name=_APPLICATION,
        connect_timeout=10,
    )


def _composed(query: Query) -> Any:
    return sql.SQL(query) if isinstance(query, str) else query
