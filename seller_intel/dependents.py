"""Dependents: views that others keep on a mart, and how to make them anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seller_intel.warehouse import Session, sql


@dataclass(frozen=True)
class Dependent:
    """Something that reads a mart, directly or through another view."""

    full_name: str
    depth: int
    is_plain_view: bool
    statements: tuple[sql.Composed, ...]  # what makes it anew


def of(session: Session, relation_oid: int) -> list[Dependent]:
    """Return all that reads a view, the nearest first."""
    rows = session.rows_of_file(
        "publish/dependents.sql", {"relation_oid": relation_oid}
    )
    return [
        Dependent(
            row["full_name"],
            row["depth"],
            row["is_plain_view"],
            tuple(_statements(session, row)) if row["is_plain_view"] else (),
        )
        for row in rows
    ]


def grants(
    session: Session, relation_oid: int, relation: sql.Identifier
) -> list[sql.Composed]:
    """Return the statements that grant on a view what is granted on it now."""
    rows = session.rows_of_file("publish/grants.sql", {"relation_oid": relation_oid})
    return [
        sql.SQL("grant {}{} on {} to {}{}").format(
            sql.SQL(row["privilege_type"]),
            sql.SQL(" ({})").format(sql.Identifier(row["column_name"]))
            if row["column_name"]
            else sql.SQL(""),
            relation,
            sql.Identifier(row["grantee"]) if row["grantee"] else sql.SQL("public"),
            sql.SQL(" with grant option" if row["is_grantable"] else ""),
        )
        for row in rows
    ]


def _statements(session: Session, row: dict[str, Any]) -> list[sql.Composed]:
    relation = sql.Identifier(row["schema_name"], row["name"])
    options = sql.SQL(f" with ({row['options']})" if row["options"] else "")
    made = sql.SQL("create view {}{} as ").format(relation, options)
    return [
        made + sql.SQL(row["definition"]),
        *grants(session, row["relation_oid"], relation),
        sql.SQL("comment on view {} is {}").format(
            relation, sql.Literal(row["comment"])
        ),
        sql.SQL("alter view {} owner to {}").format(
            relation, sql.Identifier(row["owner"])
        ),
    ]
