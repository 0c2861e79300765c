"""Published versions: put the marts of a run before the readers, or take them back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import yaml

from seller_intel import (
    bridges,
    candidates,
    claims,
    clock,
    mart_views,
    passports,
    readers,
    settings,
    warehouse,
)
from seller_intel.claims import Claim, ClaimLost, ClaimRefused
from seller_intel.mart_views import (
    FILLING_GAPS,
    BreakingChange,
    Permission,
    point_views,
)
from seller_intel.patience import Patience, ReadersTooSlow, Trial, ViewBusy
from seller_intel.retention import Version, prune, versions, versions_within
from seller_intel.warehouse import Session

__all__ = [
    "BreakingChange",
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
Action = Literal["published", "rolled_back", "refused", "failed"]


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
    with warehouse.as_role("owner") as session:
        claimed = session.value(
            "select run from ops.claims where %s in (run, asked_run)", [run]
        )
        current = session.one(
            "select publications.run, builds.asked_run from ops.publications"
            " left join ops.builds on builds.run = publications.run"
            " and builds.part = 'marts' where is_current"
        )
        kept = {version.run for version in versions_within(session)}
    if claimed:
        _publish_claimed(run, permission, patience)
    elif current and run in (current["run"], current["asked_run"]):
        log.info("run %s is what readers see already", run)
        _settle(patience.begin())
    elif run in kept:
        _show_again(run, patience)
    else:
        raise ClaimRefused(f"run {run} is neither claimed nor kept: build it first")
    prune()


def rollback(patience: Patience = PATIENCE) -> str:
    """Show readers the kept version before the current one; return its run.

    A version that a rollback left before is passed over.
    """
    listed = versions()
    current = next((each.run for each in listed if each.is_current), None)
    if current is None:
        raise NothingToRollBackTo("nothing is published")
    for version in listed:
        if version.run < current and not version.is_withdrawn:
            _show_again(version.run, patience)
            return version.run
    raise NothingToRollBackTo(f"no version before run {current} is kept")


def refuse(run: str, reason: str) -> None:
    """End a run that the gate found implausible; readers keep what they see."""
    claim = claims.require(run)
    with warehouse.as_role("owner") as session:
        claims.finish_within(session, claim.run, claim.part, "refused", reason)
        _write(session, claim.run, "refused", None, _told(session, claim.run, reason))


def failed(run: str, reason: str) -> None:
    """Record that a run could not be published; it may be tried again."""
    with warehouse.as_role("owner") as session:
        _write(session, run, "failed", None, _told(session, run, reason))


def _publish_claimed(run: str, permission: Permission, patience: Patience) -> None:
    with claims.kept(run, is_built=True) as claim:
        try:
            with warehouse.as_role("owner") as session:
                built = candidates.schema_of(session, claim.run)
                marts = [row["name"] for row in candidates.relations(session, built)]
                passport = passports.of(session, claim.run, marts)
            readers.wait(claim.run, patience.snapshot_seconds)
            _show(
                _Change(claim.run, claim, "published", passport, permission), patience
            )
        except (BreakingChange, ReadersTooSlow) as error:
            failed(claim.run, str(error))
            raise


def _show_again(run: str, patience: Patience) -> None:
    """Show a kept version, without a claim."""
    with warehouse.as_role("owner") as session:
        current = session.value("select run from ops.publications where is_current")
        passport = session.value(
            "select passport from ops.publications where run = %s"
            " and action = 'published' order by publication_id desc limit 1",
            [run],
        )
    readers.wait(run, patience.snapshot_seconds)
    action: Action = "rolled_back" if current and run < current else "published"
    _show(_Change(run, None, action, passport, FILLING_GAPS), patience)


@dataclass(frozen=True)
class _Change:
    """What readers are to see next, and what will be written about it."""

    run: str
    claim: Claim | None
    action: Action
    passport: dict[str, Any]
    permission: Permission

    def make(self, lock_ms: float) -> None:
        """Show the version: all of it in one transaction."""
        with warehouse.as_role("owner") as session:
            mart_views.lock(session)
            schema = self._version(session)
            candidates.open_version(session, schema)
            ready = bridges.bridged(session, schema)
            pending = None if not ready else mart_views.names(session, schema) - ready
            point_views(session, schema, self.permission, lock_ms, pending)
            _write(session, self.run, self.action, schema, self.passport)
            if self.claim:
                claims.finish_within(session, self.run, "marts", "published")

    def prepare(self) -> set[str]:
        """Make the version, unseen; return the views that can bridge to it."""
        with warehouse.as_role("owner") as session:
            mart_views.lock(session)
            schema = self._version(session)
            known = mart_views.names(session)
            return known - mart_views.losing(session, schema, self.permission)

    def _version(self, session: Session) -> str:
        """Return the schema of the version; a claimed run's is made of candidates."""
        if self.claim is None:
            return clock.schema_of(self.run)
        mine = session.value(
            "select 1 as mine from ops.builds where run = %s and part = 'marts'"
            " and claimed_by = %s for update",
            [self.run, self.claim.claimed_by],
        )
        if not mine:
            raise ClaimLost(f"run {self.run} lost its claim to another process")
        return candidates.make_version(session, self.run)


def _show(change: _Change, patience: Patience) -> None:
    """Show a version: at once, or over bridges where readers hold the views."""
    trial = patience.begin()
    make = partial(change.make, patience.lock_ms)
    try:
        trial.until_done(make, and_views=False)
    except ViewBusy as busy:
        log.info("%s: going over bridges", busy)
        ready = trial.until_done(change.prepare)
        first = {busy.name} & ready
        for name in [*first, *sorted(ready - first)]:
            trial.until_done(
                partial(bridges.bridge, name, change.run, patience.lock_ms)
            )
        trial.until_done(make)
    _settle(trial)


def _settle(trial: Trial) -> None:
    """Make plain the views that are bridges; a bridge that stays reads the same."""
    with warehouse.as_role("owner") as session:
        names = sorted(bridges.bridged(session))
    for name in names:
        try:
            trial.until_done(partial(bridges.settle, name, trial.patience.lock_ms))
        except ReadersTooSlow as error:
            log.warning("marts.%s stays a bridge for now: %s", name, error)


def _write(
    session: Session,
    run: str,
    action: Action,
    schema: str | None,
    passport: dict[str, Any],
) -> None:
    """Add a publications row, the current one where readers now see its run."""
    is_shown = action in ("published", "rolled_back")
    written = session.rows_of_file(
        "publish/publication.sql",
        {
            "run": run,
            "action": action,
            "schema_name": schema,
            "is_shown": is_shown,
            "at": clock.wall(),
            "passport": warehouse.Jsonb(passport),
        },
    )
    if is_shown:
        session.execute(
            "update ops.publications set is_current = false where is_current"
        )
        session.execute(
            "update ops.publications set is_current = true where publication_id = %s",
            [written[0]["publication_id"]],
        )


def _told(session: Session, run: str, reason: str) -> dict[str, Any]:
    return passports.of(session, run) | {"reason": reason}


def _declared() -> frozenset[str]:
    """Return the marts and mart.columns whose loss the project declares."""
    path = settings.current().project_dir / "dbt_project.yml"
    if not path.exists():
        return frozenset()
    project = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return frozenset((project.get("vars") or {}).get("breaking") or ())
