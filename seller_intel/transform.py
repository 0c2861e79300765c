"""The transformer: dbt builds staging, core and marts, and this says what it built."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seller_intel import (
    clock,
    dbt_process,
    installation,
    settings,
    sources,
    warehouse,
)
from seller_intel.dbt_process import BuildFailed, Outcome

__all__ = [
    "BuildFailed",
    "Built",
    "build_core",
    "build_marts",
    "project_hash",
    "refresh_staging",
]

log = logging.getLogger(__name__)

_STAGING = "dbt_staging"
_CORE = "dbt_core"
_CURRENCY = "reporting_currency"
_STREAM = "dbt_staging/"
_STATUSES = "platform_statuses"


@dataclass(frozen=True)
class Built:
    """What a build did: nodes by outcome, warnings, whether all was made anew."""

    statuses: dict[str, int]
    warnings: tuple[str, ...]
    is_full_refresh: bool
    seconds: float


def project_hash() -> str:
    """Return a digest of everything dbt reads: another digest, another project."""
    return _digest("dbt_project.yml", "macros", "models", "seeds", "tests")


def refresh_staging(run: str) -> bool:
    """Make the staging views anew if their files changed; return whether they did.

    What they read from is made before them, and the words of the platforms too, since
    the views have them written out.
    """
    digest = _staging_digest()
    if _kept(_STAGING).get(_STAGING) == digest:
        return False
    installation.make_raw_tables()
    dbt_process.call(
        "build",
        project_hash(),
        _variables(run, 0, 0),
        select=["path:models/staging", _STATUSES],
    )
    _keep({_STAGING: digest})
    return True


def build_core(
    run: str, from_seq: int, to_seq: int, full_refresh: bool = False
) -> Built:
    """Bring core from one verdict on the loads to another, with its tests.

    Everything is made anew where that is asked for, where core was made by other
    models than today's, and where the last attempt to make it anew did not end.
    """
    refresh_staging(run)
    kept = _kept(_CORE, _CURRENCY, _STREAM)
    digest = _digest("dbt_project.yml", "macros", "models/core", "seeds")
    currency = sources.registry().reporting_currency
    if kept.get(_CURRENCY, currency) != currency and not full_refresh:
        raise BuildFailed(
            f"core is kept in {kept[_CURRENCY]}, the registry now says {currency}:"
            " run `seller-intel build core --full-refresh`"
        )
    is_full = full_refresh or kept.get(_CORE) != digest
    streams = _digests_of_streams()
    reread = sorted(
        {
            stream_id.partition("__")[2]
            for stream_id, each in streams.items()
            if kept.get(_STREAM + stream_id, each) != each
        }
    )
    if is_full:
        _forget(_CORE)
        from_seq, reread = 0, []
    elif reread:
        log.info("staging changed, all loads are read again of: %s", ", ".join(reread))
    outcome = dbt_process.call(
        "build",
        project_hash(),
        _variables(run, from_seq, to_seq) | {"reread_streams": reread},
        select=["path:models/core", *(["resource_type:seed"] if is_full else [])],
        exclude=[] if is_full else _untouched(from_seq, to_seq, reread),
        full_refresh=is_full,
    )
    _keep(
        {_CORE: digest, _CURRENCY: currency}
        | {_STREAM + stream_id: each for stream_id, each in streams.items()}
    )
    return _built(outcome, is_full)


def build_marts(run: str) -> Built:
    """Build every mart anew in marts_build from core, with its tests."""
    outcome = dbt_process.call(
        "build", project_hash(), _variables(run, 0, 0), select=["path:models/marts"]
    )
    return _built(outcome, True)


def manifest() -> dict[str, Any]:
    """Return the project as dbt described it when it was parsed last."""
    return dbt_process.described()


def _untouched(from_seq: int, to_seq: int, reread: list[str]) -> list[str]:
    """Return the unions that would read nothing: no load of theirs is in the range."""
    with warehouse.as_role("transformer") as session:
        rows = session.rows(
            "select distinct stream_id from ops.loads"
            " where load_seq > %s and load_seq <= %s",
            [from_seq, to_seq],
        )
    touched = {row["stream_id"].partition("__")[2] for row in rows} | set(reread)
    names = (
        path.stem.removeprefix("int_").removesuffix("_unioned")
        for path in _files("models/core/unioned")
        if path.stem.endswith("_unioned") and path.suffix == ".sql"
    )
    return [f"int_{name}_unioned" for name in names if name not in touched]


def _variables(run: str, from_seq: int, to_seq: int) -> dict[str, object]:
    return {
        "run": run,
        "as_of": clock.as_of(run).isoformat(),
        "from_seq": from_seq,
        "to_seq": to_seq,
        "reporting_currency": sources.registry().reporting_currency,
    }


def _built(outcome: Outcome, is_full: bool) -> Built:
    return Built(dict(outcome.statuses), outcome.warnings, is_full, outcome.seconds)


def _kept(*prefixes: str) -> dict[str, str]:
    """Return what ops.meta keeps of the last build under keys that begin so."""
    with warehouse.as_role("transformer") as session:
        rows = session.rows("select key, value from ops.meta")
    return {row["key"]: row["value"] for row in rows if row["key"].startswith(prefixes)}


def _keep(facts: dict[str, str]) -> None:
    with warehouse.as_role("transformer") as session:
        for key, value in facts.items():
            session.run_file("transform/keep_meta.sql", {"key": key, "value": value})


def _forget(key: str) -> None:
    with warehouse.as_role("transformer") as session:
        session.execute("delete from ops.meta where key = %s", [key])


def _staging_digest() -> str:
    return _digest(
        "dbt_project.yml", "macros", "models/staging", f"seeds/{_STATUSES}.csv"
    )


def _digests_of_streams() -> dict[str, str]:
    return {
        path.stem.removeprefix("stg_"): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in _files("models/staging")
        if path.suffix == ".sql"
    }


def _digest(*places: str) -> str:
    digest = hashlib.sha256()
    for path in _files(*places):
        digest.update(str(path.relative_to(settings.current().project_dir)).encode())
        digest.update(b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(*places: str) -> Iterable[Path]:
    root = settings.current().project_dir
    for place in places:
        path = root / place
        if path.is_file():
            yield path
        else:
            yield from sorted(each for each in path.rglob("*") if each.is_file())
