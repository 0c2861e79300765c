"""Retention: which published versions are kept, and how old ones go."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from seller_intel import candidates, warehouse
from seller_intel.warehouse import Session, errors, sql

log = logging.getLogger(__name__)

KEEP = 3
_TRIES = 3
_PAUSE_SECONDS = 0.3


@dataclass(frozen=True)
class Version:
    """A published version that still exists."""

    run: str
    schema_name: str
    published_at: datetime
    is_current: bool
    is_withdrawn: bool  # a rollback left it, and it has not been shown since


def versions() -> list[Version]:
    """Return the versions that exist, newest run first."""
    with warehouse.as_role("owner") as session:
        return listed(session)


def listed(session: Session) -> list[Version]:
    """Return the versions that exist as a session sees them, newest run first."""
    return [Version(**row) for row in session.rows_of_file("publish/versions.sql")]


def prune() -> list[str]:
    """Drop the versions beyond the last three, and what unfinished builds left.

    The version readers see is always kept, and one that a rollback left goes first. One
    that somebody reads or builds on stays until another time. Return the schemas gone.
    """
    with warehouse.as_role("owner", autocommit=True) as session:
        return drop_old(session) + drop_left(session)


def drop_old(session: Session) -> list[str]:
    """Drop the versions beyond the last three, with a session that commits each."""
    ranked = sorted(
        listed(session),
        key=lambda version: (version.is_current, not version.is_withdrawn),
        reverse=True,
    )  # stable: newest first among equals
    old = [version.schema_name for version in ranked[KEEP:]]
    return [schema for schema in old if _drop(session, schema)]


def drop_left(session: Session) -> list[str]:
    """Drop what builds left that were never published."""
    rows = session.rows(
        "select nspname from pg_namespace where starts_with(nspname, %s)",
        [candidates.LEFT],
    )
    return [row["nspname"] for row in rows if _drop(session, row["nspname"])]


def _drop(session: Session, schema: str) -> bool:
    for attempt in range(_TRIES):
        try:
            with session.connection.transaction():
                _drop_within(session, schema)
            return True
        except errors.LockNotAvailable:
            if attempt + 1 < _TRIES:
                time.sleep(_PAUSE_SECONDS)
        except errors.DependentObjectsStillExist as error:
            log.warning("%s is kept: somebody's views read it: %s", schema, error)
            return False
    log.info("%s is kept for now: somebody reads it", schema)
    return False


def _drop_within(session: Session, schema: str) -> None:
    """Drop a version without cascade, and without making its readers wait for long."""
    session.execute("set local lock_timeout = '200ms'")
    warehouse.lock(session, "publish")
    relations = candidates.relations(session, schema)
    for kind in ("view", "materialized view", "table"):
        names = [
            sql.Identifier(schema, row["name"])
            for row in relations
            if row["kind"] == kind
        ]
        if names:
            statement = sql.SQL(f"drop {kind} {{}}").format(sql.SQL(", ").join(names))
            session.execute(statement)
    session.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema)))
    session.execute(
        "delete from ops.mart_streams where run in"
        " (select run from ops.publications where schema_name = %s)",
        [schema],
    )
    session.execute(
        "update ops.publications set is_kept = false where schema_name = %s", [schema]
    )
