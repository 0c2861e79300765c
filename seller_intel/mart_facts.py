"""What the built marts are like, beside the version that readers see now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from seller_intel import warehouse
from seller_intel.suites import Suite, SuiteError
from seller_intel.warehouse import Session, sql

FACTS = (
    "row_count",
    "published_row_count",
    "row_count_ratio",
    "changed_row_share",
    "changed_key_share",
    "removed_key_share",
    "days_behind",
    "lowest_sum_ratio",
    "highest_sum_ratio",
    "taken_back_loads",
)
_BUILT, _PUBLISHED = "marts_build", "marts"
_NO_DATE = sql.SQL("cast(null as date)")


def built() -> list[str]:
    """Return the marts that were built, by name."""
    with warehouse.as_role("transformer") as session:
        rows = session.rows(
            "select tablename from pg_tables where schemaname = %s order by tablename",
            [_BUILT],
        )
    return [row["tablename"] for row in rows]


def measure(
    run: str, as_of: datetime, suites: Mapping[str, Suite | None]
) -> dict[str, dict[str, Any]]:
    """Write the facts of every mart of a run; return them by mart."""
    facts = {}
    with warehouse.as_role("transformer") as session:
        session.execute("set local work_mem = '64MB'")
        taken_back = session.rows_of_file("audit/taken_back.sql")[0]["taken_back_loads"]
        drop_table(session)
        session.run_file("audit/mart_table.sql")
        for mart, suite in suites.items():
            row = _facts(session, mart, suite, as_of)
            facts[mart] = {
                **row,
                "mart_name": mart,
                "taken_back_loads": taken_back,
            }
            session.run_file("audit/mart_row.sql", facts[mart])
            session.run_file("audit/mart_stats.sql", {**facts[mart], "run": run})
        if _has_coverage(session):
            session.run_file("audit/mart_coverage.sql", {"run": run})
    return facts


def _has_coverage(session: Session) -> bool:
    """Tell whether core says which days were delivered; it does once it was built."""
    found = session.value("select to_regclass('core.fct_coverage_daily') is not null")
    return bool(found)


def drop_table(session: Session) -> None:
    """Remove the gate's own table."""
    session.execute("drop table if exists staging.gate_marts")


def facts_query(marts: Sequence[str]) -> str:
    """Return the query of the facts of some marts."""
    return (
        sql.SQL("select * from staging.gate_marts where mart_name in ({})")
        .format(sql.SQL(", ").join(map(sql.Literal, marts)))
        .as_string()
    )


def rows_query(mart: str) -> str:
    """Return the query of the rows of a built mart."""
    return sql.SQL("select * from {}").format(sql.Identifier(_BUILT, mart)).as_string()


def _facts(
    session: Session, mart: str, suite: Suite | None, as_of: datetime
) -> dict[str, Any]:
    fresh = _columns(session, _BUILT, mart)
    _check_meta(suite, mart, fresh)
    standing = _columns(session, _PUBLISHED, mart)
    shared = sorted(set(fresh) & set(standing))
    key = list(suite.key) if suite and suite.key else shared
    parts: dict[str, Any] = {
        "mart": mart,
        "business_date": _reached(suite, fresh, as_of),
        "whole_row": _hash(sorted(fresh)),
    }
    if not shared or not set(key) <= set(shared):
        row = session.rows_of_file("audit/mart_alone.sql", **parts)[0]
        return _told(row, {}, as_of)
    sums = [name for name in (suite.sums if suite else ()) if name in shared]
    row = session.rows_of_file(
        "audit/mart_change.sql",
        **parts,
        key=_hash(key),
        shared_row=_hash(shared),
        measures=_each(", {name} as {sum}", sums),
        sums=_each(
            ", sum(fresh.{sum}) filter (where published.key_hash is not null)"
            " as {fresh}, sum(published.{sum})"
            " filter (where fresh.key_hash is not null) as {published}",
            sums,
        ),
    )[0]
    ratios = {
        name: _ratio(row.pop(f"fresh_{number}"), row.pop(f"published_{number}"))
        for number, name in enumerate(sums)
    }
    return _told(row, ratios, as_of)


def _reached(
    suite: Suite | None, columns: Iterable[str], as_of: datetime
) -> sql.Composable:
    """Return the day a row tells of; of a period that runs, not its end to come."""
    if not suite or not suite.business_date:
        return _NO_DATE
    day = sql.Identifier(suite.business_date)
    if "is_partial" not in columns:
        return day
    return sql.SQL(
        "case when is_partial then least({day}, {today}) else {day} end"
    ).format(day=day, today=sql.Literal(as_of.date()))


def _told(
    row: dict[str, Any], ratios: dict[str, Any], as_of: datetime
) -> dict[str, Any]:
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    latest = row["latest_business_date"]
    published = row.get("published_row_count")
    shared, all_keys = row.get("shared_count"), row.get("key_count")
    return {
        "row_count": row["row_count"],
        "published_row_count": published,
        "row_count_ratio": _ratio(row["row_count"], published),
        "changed_row_share": _ratio(row.get("differing_count"), all_keys),
        "changed_key_share": _ratio(row.get("changed_count"), shared),
        "removed_key_share": _ratio(row.get("removed_count"), published),
        "latest_business_date": latest,
        "days_behind": (as_of.date() - latest).days if latest else None,
        "lowest_sum_ratio": min(known.values(), default=None),
        "highest_sum_ratio": max(known.values(), default=None),
        "sum_ratios": ", ".join(f"{name} {ratio}" for name, ratio in known.items())
        or None,
        "digest": row["digest"],
    }


def _ratio(part: Any, whole: Any) -> float | None:
    """Return a ratio of two figures, null where there is nothing to compare with."""
    if not whole:
        return None
    return round(float((part or 0) / whole), 6)


def _columns(session: Session, schema: str, table: str) -> list[str]:
    rows = session.rows(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        [schema, table],
    )
    return [row["column_name"] for row in rows]


def _check_meta(suite: Suite | None, mart: str, columns: list[str]) -> None:
    if suite is None:
        return
    stated = [*suite.key, *suite.sums, *filter(None, [suite.business_date])]
    unknown = [name for name in stated if name not in columns]
    if unknown:
        raise SuiteError(
            f"{suite.path.name}: meta names {', '.join(unknown)}, which {mart} does not"
            " have"
        )


def _hash(columns: Sequence[str]) -> sql.Composed:
    """Return a 64-bit hash of some columns, equal where the values are equal."""
    return sql.SQL("hash_record_extended(row({}), 0)").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def _each(form: str, names: Sequence[str]) -> sql.Composed:
    return sql.SQL("").join(
        sql.SQL(form).format(
            name=sql.Identifier(name),
            sum=sql.Identifier(f"sum_{number}"),
            fresh=sql.Identifier(f"fresh_{number}"),
            published=sql.Identifier(f"published_{number}"),
        )
        for number, name in enumerate(names)
    )
