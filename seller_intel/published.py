"""Published versions: put the marts of a run before the readers, or take them back."""

from __future__ import annotations

import logging

import yaml

from seller_intel import (
    candidates,
    changeover,
    claims,
    passports,
    publications,
    readers,
    retention,
    settings,
    warehouse,
)
from seller_intel.claims import ClaimRefused
from seller_intel.mart_views import FILLING_GAPS, BreakingChange, Permission
from seller_intel.patience import Patience, ReadersTooSlow
from seller_intel.publications import Action
from seller_intel.retention import Version, prune, versions
from seller_intel.warehouse import Session

__all__ = [
    "BreakingChange",
    "NothingToRollBackTo",
    "Patience",
    "ReadersTooSlow",
    "Version",
    "failed",
    "prune",
    "publish",
    "refuse",
    "rollback",
    "versions",
]

log = logging.getLogger(__name__)
PATIENCE = Patience()


class NothingToRollBackTo(RuntimeError):
    """No version before the current one is kept."""


def publish(
    run: str,
    breaking: bool = False,
    recreate_dependents: bool = False,
    patience: Patience = PATIENCE,
) -> None:
    """Show readers the marts of the claimed run, or of a kept version, all at once.

    What readers would lose must be declared: `breaking`, or by name in the dbt
    project's variable `breaking`. Publishing what they see already changes nothing.
    """
    permission = Permission(
        everything=breaking,
        declared=_declared,
        recreate_dependents=recreate_dependents,
    )
    with warehouse.as_role("owner", autocommit=True) as session:
        if _claimed(session, run):
            _publish_claimed(session, run, permission, patience)
        elif run in _current(session):
            log.info("run %s is what readers see already", run)
            changeover.settle(session, patience)
        elif run in [version.run for version in retention.listed(session)]:
            _show_again(session, run, patience)
        else:
            raise ClaimRefused(f"run {run} is neither claimed nor kept: build it first")
        retention.drop_old(session)


def rollback(patience: Patience = PATIENCE) -> str:
    """Show readers the kept version before the current one; return its run.

    A version that a rollback left before is passed over.
    """
    with warehouse.as_role("owner", autocommit=True) as session:
        current = publications.current(session)
        if current is None:
            raise NothingToRollBackTo("nothing is published")
        for version in retention.listed(session):
            if version.run < current and not version.is_withdrawn:
                _show_again(session, version.run, patience)
                return version.run
    raise NothingToRollBackTo(f"no version before run {current} is kept")


def refuse(run: str, reason: str) -> None:
    """End a run that the gate found implausible; readers keep what they see."""
    with warehouse.as_role("owner") as session:
        refused = _claimed(session, run) or run
        claims.finish_within(session, refused, "marts", "refused", reason)
        passport = passports.of(session, refused) | {"reason": reason}
        publications.write(session, refused, "refused", passport)


def failed(run: str, reason: str) -> None:
    """Record that a run could not be published; it may be tried again."""
    with warehouse.as_role("owner") as session:
        passport = passports.of(session, run) | {"reason": reason}
        publications.write(session, run, "failed", passport)


def _publish_claimed(
    session: Session, run: str, permission: Permission, patience: Patience
) -> None:
    with claims.kept(run, is_built=True) as claim:
        marts = candidates.relations(session, candidates.SCHEMA)
        passport = passports.of(session, claim.run, [row["name"] for row in marts])
        version = changeover.Version(
            claim.run, claim, "published", passport, permission
        )
        try:
            readers.wait(session, claim.run, patience.snapshot_seconds)
            changeover.show(session, version, patience)
        except (BreakingChange, ReadersTooSlow) as error:
            failed(claim.run, str(error))
            raise


def _show_again(session: Session, run: str, patience: Patience) -> None:
    """Show a kept version, without a claim."""
    current = publications.current(session)
    action: Action = "rolled_back" if current and run < current else "published"
    passport = publications.passport_of(session, run)
    version = changeover.Version(run, None, action, passport, FILLING_GAPS)
    readers.wait(session, run, patience.snapshot_seconds)
    changeover.show(session, version, patience)


def _claimed(session: Session, run: str) -> str | None:
    """Return the claimed run that a run asked for is, or None."""
    return session.value(
        "select run from ops.claims where %s in (run, asked_run)", [run]
    )


def _current(session: Session) -> set[str]:
    """Return the run that readers see, under both names if it was asked by another."""
    rows = session.rows(
        "select publications.run, builds.asked_run from ops.publications"
        " left join ops.builds on publications.run = builds.run where is_current"
    )
    return {run for row in rows for run in row.values() if run}


def _declared() -> frozenset[str]:
    """Return the marts and mart.columns whose loss the project declares."""
    path = settings.current().project_dir / "dbt_project.yml"
    if not path.exists():
        return frozenset()
    project = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return frozenset((project.get("vars") or {}).get("breaking") or ())
