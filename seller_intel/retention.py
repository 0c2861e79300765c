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
        return versions_within(session)


def versions_within(session: Session) -> list[Version]:
    """Return the versions that exist, as the caller's transaction sees them."""
    return [Version(**row) for row in session.rows_of_file("publish/versions.sql")]


def prune() -> list[str]:
    """Drop the versions beyond the last three, and what no publication finished.

    The version readers see is always kept, and one that a rollback left goes first. One
    that somebody reads or builds on stays until another time. Return the schemas gone.
    """
    ranked = sorted(
        versions(),
        key=lambda version: (version.is_current, not version.is_withdrawn),
        reverse=True,
    )  # stable: newest first among equals
    with warehouse.as_role("owner") as session:
        unfinished = session.rows_of_file("publish/orphans.sql")
    old = [version.schema_name for version in ranked[KEEP:]]
    old += [row["schema_name"] for row in unfinished]
    return [schema for schema in old if _drop(schema)]


def _drop(schema: str) -> bool:
    for attempt in range(_TRIES):
        try:
            with warehouse.as_role("owner") as session:
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
