"""Candidates: the schema in which the marts of a run are built, made and given away."""

from __future__ import annotations

from itertools import count
from typing import Any

from seller_intel import clock
from seller_intel.warehouse import Session, sql

SCHEMA = "marts_build"
LEFT = "marts_left_"
_NAME = sql.Identifier(SCHEMA)


def make(session: Session) -> None:
    """Put what the last build left aside, and end queries of a dead one that still run.

    It is not dropped here: somebody may hold a lock on it, and after a publication that
    could not be finished a view may read it.
    """
    session.execute("set local role none")
    for row in session.rows_of_file("publish/other_builders.sql"):
        session.execute("select pg_terminate_backend(%s, 5000)", [row["pid"]])
    session.execute("set local role owner")
    _move_aside(session)
    for statement in (
        "create schema {}",
        "grant usage, create on schema {} to transformer",
    ):
        session.execute(sql.SQL(statement).format(_NAME))


def adopt(session: Session) -> None:
    """Make the candidates the owner's, who alone may change them from now on.

    This takes locks that readers would wait for: it comes before any view reads them.
    """
    statements = [
        sql.SQL("alter {} {} owner to owner").format(
            sql.SQL(row["kind"]), sql.Identifier(SCHEMA, row["name"])
        )
        for row in relations(session, SCHEMA)
        if not row["is_adopted"]
    ]
    if statements:
        session.execute(sql.SQL("; ").join(statements))


def make_version(session: Session, run: str) -> str:
    """Turn the candidates into the version of a run; return its schema."""
    adopt(session)
    version = clock.schema_of(run)
    schema = sql.Identifier(version)
    for statement in (
        sql.SQL("alter schema {} rename to {}").format(_NAME, schema),
        sql.SQL("revoke all on schema {} from transformer").format(schema),
    ):
        session.execute(statement)
    _open_version(session, version)
    return version


def relations(session: Session, schema: str) -> list[dict[str, Any]]:
    """Return the names and kinds of what a schema holds."""
    return session.rows_of_file("publish/relations.sql", {"schema": schema})


def _open_version(session: Session, schema: str) -> None:
    """Let readers read a version by its own name."""
    for statement in (
        "grant usage on schema {} to reader, transformer",
        "grant select on all tables in schema {} to reader, transformer",
    ):
        session.execute(sql.SQL(statement).format(sql.Identifier(schema)))


def _move_aside(session: Session) -> None:
    rows = session.rows(
        "select nspname from pg_namespace where starts_with(nspname, 'marts_')"
    )
    taken = {row["nspname"] for row in rows}
    if SCHEMA in taken:
        number = next(each for each in count(1) if f"{LEFT}{each}" not in taken)
        left = sql.Identifier(f"{LEFT}{number}")
        session.execute(sql.SQL("alter schema {} rename to {}").format(_NAME, left))
        session.execute(
            sql.SQL("revoke all on schema {} from transformer").format(left)
        )
