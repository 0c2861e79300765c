"""Passports: what a published, refused or failed run rests on, frozen in one record."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from seller_intel import settings
from seller_intel.warehouse import Session

_PROJECT = ("*.yml", "*.sql", "*.csv")


def of(session: Session, run: str, marts: Iterable[str] = ()) -> dict[str, Any]:
    """Return the passport of a run whose version holds these marts."""
    build = session.rows_of_file("publish/build.sql", {"run": run})[0]
    sources = session.rows_of_file("publish/sources.sql", {"to_seq": build["to_seq"]})
    checks = session.rows_of_file(
        "publish/checks.sql", {"run": run, "asked_run": build["asked_run"]}
    )[0]
    config = settings.current()
    return {
        "run": run,
        "to_seq": build["to_seq"],
        "git_commit": git_commit(config.root),
        "project_hash": digest(config.project_dir, _PROJECT),
        "thresholds_version": thresholds_version(),
        "source_watermarks": _watermarks(sources),
        "sources": [_plain(row) for row in sources],
        **checks,
        "fit_ids": ", ".join(_fit_ids(session)),
        "marts": _marts(session, run, marts),
    }


def thresholds_version() -> str:
    """Return a digest of the check suites and of the dated rules that we ship."""
    config = settings.current()
    parts = (
        digest(config.expectations_dir, ("*.yml",)),
        digest(config.project_dir / "seeds", ("*.csv",)),
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def digest(folder: Path, patterns: tuple[str, ...]) -> str:
    """Return a digest of the names and contents of a folder's files."""
    hasher = hashlib.sha256()
    paths = {path for pattern in patterns for path in folder.rglob(pattern)}
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(("target/", "logs/")):
            hasher.update(f"{name}\n".encode())
            hasher.update(hashlib.sha256(path.read_bytes()).digest())
    return hasher.hexdigest()[:16]


def git_commit(root: Path) -> str:
    """Return the commit of the checkout, marked where it is changed, or the release."""
    if (root / ".git").exists():
        command = ["git", "-c", f"safe.directory={root}", "-C", str(root)]
        command += ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        try:
            return subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=20
            ).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            pass
    return f"seller-intel {version('seller-intel')}"


def _watermarks(sources: list[dict[str, Any]]) -> dict[str, str]:
    latest: dict[str, str] = {}
    for row in sources:
        if row["latest_source_at"]:
            at = row["latest_source_at"].isoformat()
            stream = row["stream_id"]
            latest[stream] = max(at, latest.get(stream, at))
    return latest


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    at = row["latest_source_at"]
    return row | {"latest_source_at": at.isoformat() if at else None}


def _fit_ids(session: Session) -> list[str]:
    """Return the lifetime models in use, where any have been fitted."""
    if session.value("select to_regclass('ops.clv_fits') as name") is None:
        return []
    rows = session.rows(
        "select fit_id from ops.clv_fits where is_published order by fit_id"
    )
    return [str(row["fit_id"]) for row in rows]


def _marts(session: Session, run: str, marts: Iterable[str]) -> list[dict[str, Any]]:
    """Return each mart with its streams, and each column with streams of its own."""
    listed = session.rows_of_file("publish/mart_streams.sql", {"run": run})
    told = {row["mart_name"] for row in listed if row["column_group"] == "all"}
    wanted = set(marts)
    return [row for row in listed if row["mart_name"] in wanted] + [
        {"mart_name": name, "column_group": "all", "streams": []}
        for name in sorted(wanted - told)
    ]
