"""Upkeep of the warehouse: reclaim space, keep dumps of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from seller_intel import embedded, settings, warehouse

KEPT = 7
_FOLDER = "backups"


class BackupFailed(RuntimeError):
    """The warehouse could not be dumped; the message says why."""


def vacuum() -> None:
    """Reclaim the space of rows that are gone and renew the planner's statistics."""
    with warehouse.as_role("owner", autocommit=True) as session:
        for schema in ("raw", "ops", "core"):
            for row in session.rows(
                "select tablename from pg_tables where schemaname = %s", [schema]
            ):
                session.execute(
                    warehouse.sql.SQL("vacuum (analyze, skip_locked) {}").format(
                        warehouse.sql.Identifier(schema, row["tablename"])
                    )
                )


def backup(run: str) -> Path:
    """Dump the warehouse into HOME and keep the last dumps; return the new one.

    `pg_restore --no-owner --role=owner` puts one into a database made by `init`. What
    a dump does not hold is the folder of secrets: without the key of the personal-data
    hash, customers of before and after would not meet.
    """
    folder = settings.current().home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / f"{run}.dump"
    draft = place.with_suffix(".draft")
    try:
        _dump(draft)
        draft.chmod(0o600)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(folder.glob("*.dump"))[:-KEPT]:
        old.unlink()
    return place


def _dump(target: Path) -> None:
    """Run pg_dump, its password in the environment and not among its arguments."""
    address = urlsplit(warehouse.url("owner"))
    stated = {
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": unquote(address.username or ""),
        "PGPASSWORD": unquote(address.password or ""),
        "PGDATABASE": unquote(address.path.removeprefix("/")),
        "PGSSLMODE": parse_qs(address.query).get("sslmode", ["prefer"])[0],
    }
    said = subprocess.run(
        [
            *(_program(), "--format=custom", "--role=owner"),
            *("--exclude-schema=marts_build", "--exclude-schema=marts_left_*"),
            f"--file={target}",
        ],
        env=stated,
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise BackupFailed(f"the warehouse cannot be dumped: {said.stderr.strip()}")


def _program() -> Path | str:
    """Return the server's own pg_dump, or the system's where there is no such."""
    own = embedded.program("pg_dump")
    return own if own.exists() else shutil.which("pg_dump") or "pg_dump"
