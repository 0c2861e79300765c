"""Bridges: views that read the old or the new version, whichever is current.

A publication that replaces all views at once needs all their locks at once. Readers who
ask several marts without pause, in different orders, can make that impossible: each
holds one view while it waits for the next. Then each view is made a bridge alone, all
change sides in the instant the publication is written, and each is made plain alone.
"""

from __future__ import annotations

from seller_intel import clock, mart_views, publications, shapes
from seller_intel.mart_views import SCHEMA, STATUS_VIEWS
from seller_intel.warehouse import Session, sql


def bridged(session: Session, version_schema: str | None = None) -> set[str]:
    """Return the views that are bridges, to one version if it is named."""
    rows = session.rows_of_file(
        "publish/bridged.sql", {"status_views": sorted(STATUS_VIEWS)}
    )
    return {
        row["name"]
        for row in rows
        if version_schema is None or version_schema in row["schemas"]
    }


def bridge(session: Session, name: str, run: str, schema: str, lock_ms: float) -> None:
    """Make a view read the version of a run as soon as that is current, not before.

    The version is in `schema`, which may be renamed: a view knows its tables.
    """
    with session.connection.transaction():
        mart_views.lock(session)
        current = publications.current(session)
        view = shapes.of(session, SCHEMA).get(name)
        if current is None or view is None or name in bridged(session, schema):
            return
        fit = shapes.fits(session)
        sides = [
            shapes.select(
                view, shapes.of(session, side).get(name), side, fit, condition
            )
            for side, condition in (
                (clock.schema_of(current), _current("<>", run)),
                (schema, _current("=", run)),
            )
        ]
        query = sql.SQL(" union all ").join(sides)
        statements = [(name, mart_views.replacement(name, query))]
        mart_views.run(session, statements, lock_ms)


def settle(session: Session, name: str, lock_ms: float) -> None:
    """Make a bridge a plain view of the current version."""
    with session.connection.transaction():
        mart_views.lock(session)
        current = publications.current(session)
        if current is None or name not in bridged(session):
            return
        mart_views.point(
            session, clock.schema_of(current), mart_views.FILLING_GAPS, lock_ms, {name}
        )


def _current(comparison: str, run: str) -> sql.Composed:
    current = sql.SQL("(select run from ops.publications where is_current)")
    return sql.SQL("{} {} {}").format(current, sql.SQL(comparison), sql.Literal(run))
