"""Mart views: what readers see, pointed from one version to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from seller_intel import dependents, shapes, warehouse
from seller_intel.dependents import Dependent
from seller_intel.patience import ViewBusy
from seller_intel.shapes import Loss, Shape
from seller_intel.warehouse import Session, errors, sql

STATUS_VIEWS = frozenset(
    {
        "crawl_fields_daily",
        "crawl_health_daily",
        "data_status",
        "run_passport_sources",
        "run_passports",
    }
)
SCHEMA = "marts"


class BreakingChange(RuntimeError):
    """A version would take from readers what they rely on, and nobody declared it."""


@dataclass(frozen=True)
class Permission:
    """What a publication may take from readers."""

    everything: bool = False
    declared: Callable[[], frozenset[str]] = frozenset
    recreate_dependents: bool = False
    fill_gaps: bool = False  # a kept version: what it lacks is null, nothing is lost

    def covers(self, loss: Loss) -> bool:
        """Return whether a loss is declared, by its own name or its mart's."""
        names = {loss.name, loss.mart_name}
        return self.everything or not names.isdisjoint(self.declared())


FILLING_GAPS = Permission(fill_gaps=True)


def lock(session: Session) -> None:
    """Let one publication happen at a time, and none of its locks wait for long.

    Longer than the deadlock time-out, so that an autovacuum of the candidates gives
    way; the views, which readers hold, get less.
    """
    session.execute("set local lock_timeout = '5s'")
    warehouse.lock(session, "publish")


def names(session: Session, version_schema: str = SCHEMA) -> set[str]:
    """Return the mart views there are, and those a version would add."""
    known = (
        shapes.of(session, SCHEMA).keys() | shapes.of(session, version_schema).keys()
    )
    return known - STATUS_VIEWS


def losing(session: Session, version_schema: str, permission: Permission) -> set[str]:
    """Return the views from which a version takes something: dropped and made anew."""
    if permission.fill_gaps:
        return set()
    views = shapes.of(session, SCHEMA)
    lost = shapes.losses(
        {name: views[name] for name in views.keys() - STATUS_VIEWS},
        shapes.of(session, version_schema),
        shapes.fits(session),
    )
    return {loss.mart_name for loss in lost}


def point(
    session: Session,
    version_schema: str,
    permission: Permission,
    lock_ms: float,
    only: Collection[str] | None = None,
) -> None:
    """Make mart views read a version, in name order, in the caller's transaction."""
    views = shapes.of(session, SCHEMA)
    version = shapes.of(session, version_schema)
    if version.keys() & STATUS_VIEWS:
        raise BreakingChange("a mart has the name of a status view")
    wanted = sorted((views.keys() | version.keys()) - STATUS_VIEWS)
    if only is not None:
        wanted = [name for name in wanted if name in only]
    views = {name: views[name] for name in wanted if name in views}
    version = {name: version[name] for name in wanted if name in version}
    fit = shapes.fits(session)
    lost = [] if permission.fill_gaps else shapes.losses(views, version, fit)
    remakes = _remakes(session, lost, views, permission)
    statements = []
    for name in wanted:
        relation = sql.Identifier(SCHEMA, name)
        if name in remakes:
            dropped = sql.SQL("drop view {} cascade").format(relation)
            statements.append((name, dropped))
        if name in version or name not in remakes:
            known = None if name in remakes else views.get(name)
            query = shapes.select(known, version.get(name), version_schema, fit)
            statements.append((name, replacement(name, query)))
    run(session, statements, lock_ms)
    _restore(session, remakes, version)
    kept = {name: view for name, view in views.items() if name not in remakes}
    _describe(session, kept, version)


def replacement(name: str, query: sql.Composable) -> sql.Composed:
    """Return the statement that makes a mart view read a query."""
    return sql.SQL("create or replace view {} as {}").format(
        sql.Identifier(SCHEMA, name), query
    )


def run(
    session: Session, statements: list[tuple[str, sql.Composed]], lock_ms: float
) -> None:
    """Run statements on views in one message; raise ViewBusy where readers hold one."""
    told = [
        {"name": name, "statement": statement.as_string(session.connection)}
        for name, statement in statements
    ]
    session.rows(
        "select set_config('seller_intel.statements', %s, true),"
        " set_config('seller_intel.lock_ms', %s, true)",
        [json.dumps(told), str(lock_ms)],
    )
    try:
        session.run_file("publish/point.sql")
    except errors.LockNotAvailable as error:
        raise ViewBusy(error.diag.table_name or "") from error


@dataclass(frozen=True)
class _Remake:
    """What a view takes with it when it is dropped."""

    grants: list[sql.Composed]
    dependents: list[Dependent]


def _remakes(
    session: Session, lost: list[Loss], views: dict[str, Shape], permission: Permission
) -> dict[str, _Remake]:
    """Return which views to drop and make anew, or refuse, naming all in the way."""
    remakes = {}
    for name in sorted({loss.mart_name for loss in lost}):
        oid = views[name].relation_oid
        remakes[name] = _Remake(
            dependents.grants(session, oid, sql.Identifier(SCHEMA, name)),
            dependents.of(session, oid),
        )
    undeclared = [loss for loss in lost if not permission.covers(loss)]
    found = [each for remake in remakes.values() for each in remake.dependents]
    in_the_way = [
        each
        for each in found
        if not (permission.recreate_dependents and each.is_plain_view)
    ]
    if undeclared or in_the_way:
        names = ", ".join(sorted({each.full_name for each in found})) or "nothing"
        wanted = ["a declaration as breaking"] if undeclared else []
        wanted += ["recreate-dependents"] if in_the_way else []
        raise BreakingChange(
            f"{'; '.join(map(str, lost))}. What reads them: {names}."
            f" This needs {' and '.join(wanted)}"
        )
    return remakes


def _restore(
    session: Session, remakes: dict[str, _Remake], version: dict[str, Shape]
) -> None:
    """Give views made anew their grants, and make anew the views on them."""
    for name, remake in remakes.items():
        for statement in remake.grants if name in version else ():
            session.execute(statement)
    found = [each for remake in remakes.values() for each in remake.dependents]
    deepest_last = {
        each.full_name: each for each in sorted(found, key=lambda each: each.depth)
    }
    for each in sorted(deepest_last.values(), key=lambda each: each.depth):
        try:
            for statement in each.statements:
                session.execute(statement)
        except errors.ProgrammingError as error:
            raise BreakingChange(
                f"{each.full_name} cannot be made anew: {error}"
            ) from error


def _describe(
    session: Session, views: dict[str, Shape], version: dict[str, Shape]
) -> None:
    """Copy the comments of tables and columns to the views, where they differ."""
    statements = []
    for name, table in version.items():
        relation = sql.Identifier(SCHEMA, name)
        view = views.get(name)
        if table.comment and (view is None or view.comment != table.comment):
            statements.append(
                sql.SQL("comment on view {} is {}").format(
                    relation, sql.Literal(table.comment)
                )
            )
        for column in table.columns.values():
            known = view.columns.get(column.name) if view else None
            if column.comment and (known is None or known.comment != column.comment):
                statements.append(
                    sql.SQL("comment on column {} is {}").format(
                        sql.Identifier(SCHEMA, name, column.name),
                        sql.Literal(column.comment),
                    )
                )
    if statements:
        session.execute(sql.SQL("; ").join(statements))
