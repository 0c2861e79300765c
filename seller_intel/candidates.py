"""Candidates: the schema in which the marts of a run are built, made and given away."""

from __future__ import annotations

from itertools import count
from typing import Any

from seller_intel import clock
from seller_intel.warehouse import Session, sql

SCHEMA = "marts_build"
_NAME = sql.Identifier(SCHEMA)


def make(session: Session) -> None:
    """Replace what the last build left, ending queries of a dead one that still run."""
    session.execute("set local role none")
    for row in session.rows_of_file("publish/other_builders.sql"):
        session.execute("select pg_terminate_backend(%s, 5000)", [row["pid"]])
    session.execute("set local role owner")
    session.execute("set local lock_timeout = '30s'")
    for statement in (
        "drop schema if exists {} cascade",
        "create schema {}",
        "grant usage, create on schema {} to transformer",
    ):
        session.execute(sql.SQL(statement).format(_NAME))


def schema_of(session: Session, run: str) -> str:
    """Return where the complete marts of the claimed run are: an earlier try may have
    made them a version already.
    """
    is_there = "select 1 as found from pg_namespace where nspname = %s"
    return SCHEMA if session.value(is_there, [SCHEMA]) else clock.schema_of(run)


def make_version(session: Session, run: str) -> str:
    """Turn the candidates into the version of a run, the owner's; return its schema."""
    version = clock.schema_of(run)
    if schema_of(session, run) == version:
        return version
    _move_aside(session, version)
    schema = sql.Identifier(version)
    statements = [
        sql.SQL("alter schema {} rename to {}").format(_NAME, schema),
        sql.SQL("revoke all on schema {} from transformer").format(schema),
        *(
            sql.SQL("alter {} {} owner to owner").format(
                sql.SQL(row["kind"]), sql.Identifier(version, row["name"])
            )
            for row in relations(session, SCHEMA)
        ),
    ]
    session.execute(sql.SQL("; ").join(statements))
    return version


def open_version(session: Session, schema: str) -> None:
    """Let readers read a version by its own name."""
    for statement in (
        "grant usage on schema {} to reader, transformer",
        "grant select on all tables in schema {} to reader, transformer",
    ):
        session.execute(sql.SQL(statement).format(sql.Identifier(schema)))


def relations(session: Session, schema: str) -> list[dict[str, Any]]:
    """Return the names and kinds of what a schema holds."""
    return session.rows_of_file("publish/relations.sql", {"schema": schema})


def _move_aside(session: Session, version: str) -> None:
    """Rename what an earlier build of the same run left, until it can be dropped."""
    taken = {
        row["nspname"]
        for row in session.rows(
            "select nspname from pg_namespace where starts_with(nspname, %s)", [version]
        )
    }
    if version in taken:
        number = next(each for each in count(1) if f"{version}_{each}" not in taken)
        session.execute(
            sql.SQL("alter schema {} rename to {}").format(
                sql.Identifier(version), sql.Identifier(f"{version}_{number}")
            )
        )
