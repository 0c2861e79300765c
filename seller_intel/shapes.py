"""Shapes: the columns of views and versions, and how a view comes to read a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from seller_intel.warehouse import Session, sql

TEXT = 25


@dataclass(frozen=True)
class Column:
    """A column of a mart as the database types it."""

    name: str
    data_type: str
    type_oid: int
    modifier: int
    collation_name: str | None
    comment: str | None


@dataclass(frozen=True)
class Shape:
    """A view or table: its columns in order, and its comment."""

    name: str
    relation_oid: int
    comment: str | None
    columns: dict[str, Column]


@dataclass(frozen=True)
class Loss:
    """What readers would lose: a mart, a column, or the type they know it by."""

    mart_name: str
    column_name: str | None
    what: str

    @property
    def name(self) -> str:
        """The mart, or mart.column."""
        return (
            f"{self.mart_name}.{self.column_name}"
            if self.column_name
            else self.mart_name
        )

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


Fits = Callable[[Column, Column], bool]


def of(session: Session, schema: str) -> dict[str, Shape]:
    """Return every view and table of a schema by name."""
    rows = session.rows_of_file("publish/columns.sql", {"schema": schema})
    shapes = {}
    for name, group in groupby(rows, key=lambda row: row["mart_name"]):
        columns = list(group)
        shapes[name] = Shape(
            name=name,
            relation_oid=columns[0]["relation_oid"],
            comment=columns[0]["mart_comment"],
            columns={
                row["name"]: Column(
                    name=row["name"],
                    data_type=row["data_type"],
                    type_oid=row["type_oid"],
                    modifier=row["modifier"],
                    collation_name=row["collation_name"],
                    comment=row["comment"],
                )
                for row in columns
            },
        )
    return shapes


def fits(session: Session) -> Fits:
    """Return how to ask whether a column can be read as another without losing."""
    casts = {
        (row["source_oid"], row["target_oid"])
        for row in session.rows_of_file("publish/safe_casts.sql")
    }

    def answer(have: Column, want: Column) -> bool:
        if have.data_type == want.data_type:
            return True
        if want.modifier != -1:
            return False
        pair = (have.type_oid, want.type_oid)
        return want.type_oid in (have.type_oid, TEXT) or pair in casts

    return answer


def losses(views: dict[str, Shape], version: dict[str, Shape], fit: Fits) -> list[Loss]:
    """Return what readers of the views would lose in a version."""
    found = []
    for mart_name, view in sorted(views.items()):
        table = version.get(mart_name)
        if table is None:
            found.append(Loss(mart_name, None, "is removed"))
            continue
        for column in view.columns.values():
            new = table.columns.get(column.name)
            if new is None:
                found.append(Loss(mart_name, column.name, "is removed"))
            elif not fit(new, column):
                what = f"changes from {column.data_type} to {new.data_type}"
                found.append(Loss(mart_name, column.name, what))
    return found


def select(
    view: Shape | None,
    table: Shape | None,
    schema: str,
    fit: Fits,
    condition: sql.Composable | None = None,
) -> sql.Composed:
    """Return the query of a view: its columns as they were, then the new ones.

    What the version lacks, or holds in a type that cannot be read as the view's, is a
    null of the view's type; a mart it lacks is empty. Under a condition the new columns
    are left out, so that such queries of several versions can be united.
    """
    known = view.columns if view else {}
    have = table.columns if table else {}
    fields = [_field(have.get(name), column, fit) for name, column in known.items()]
    if condition is None:
        fields += [
            _field(column, column, fit)
            for name, column in have.items()
            if name not in known
        ]
    query = sql.SQL("select {}").format(sql.SQL(", ").join(fields))
    if table is None:
        return sql.SQL("{} where false").format(query)
    return sql.SQL("{} from {} as version{}").format(
        query,
        sql.Identifier(schema, table.name),
        sql.SQL("") if condition is None else sql.SQL(" where {}").format(condition),
    )


def _field(have: Column | None, want: Column, fit: Fits) -> sql.Composed:
    """Return one column of a view, always of the type and collation wanted."""
    value: sql.Composable = sql.SQL("null")
    collation = want.collation_name
    if have is not None and fit(have, want):
        value = sql.SQL("version.{}").format(sql.Identifier(have.name))
        collation = None if collation == have.collation_name else collation
    return sql.SQL("cast({} as {}){} as {}").format(
        value,
        _as_quoted(want.data_type),
        _as_quoted(f" collate {collation}" if collation else ""),
        sql.Identifier(want.name),
    )


def _as_quoted(text: str) -> sql.SQL:
    """Take text that the database's catalog has quoted already."""
    return sql.SQL(text)
