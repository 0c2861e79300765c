"""Changeover: from the version that readers see to another, all marts at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from seller_intel import bridges, candidates, claims, clock, mart_views, publications
from seller_intel.claims import Claim, ClaimLost
from seller_intel.mart_views import Permission
from seller_intel.patience import Patience, ReadersTooSlow, ViewBusy
from seller_intel.publications import Action
from seller_intel.warehouse import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """What readers are to see next, and what will be written about it.

    With a claim it is made of the candidates, without one it is a kept version.
    """

    run: str
    claim: Claim | None
    action: Action
    passport: dict[str, Any]
    permission: Permission

    @property
    def source(self) -> str:
        """Return where the marts are until they are shown."""
        return candidates.SCHEMA if self.claim else clock.schema_of(self.run)


def show(session: Session, version: Version, patience: Patience) -> None:
    """Show a version in one transaction, over bridges where readers hold the views.

    The session is one that commits each statement.
    """
    trial = patience.begin()
    at_once = partial(_show_once, session, version, patience.lock_ms)
    try:
        trial.until_done(at_once, and_views=False)
    except ViewBusy as busy:
        log.info("%s: going over bridges", busy)
        for name in trial.until_done(partial(_prepare, session, version, busy.name)):
            bridge = partial(bridges.bridge, session, name, version.run)
            trial.until_done(partial(bridge, version.source, patience.lock_ms))
        trial.until_done(at_once)
    settle(session, patience)


def settle(session: Session, patience: Patience) -> None:
    """Make plain the views that are bridges; one that has to stay reads the same."""
    trial = patience.begin()
    for name in sorted(bridges.bridged(session)):
        try:
            trial.until_done(partial(bridges.settle, session, name, patience.lock_ms))
        except ReadersTooSlow as error:
            log.warning("marts.%s stays a bridge for now: %s", name, error)


def _show_once(session: Session, version: Version, lock_ms: float) -> None:
    """Do all of it in one transaction, the views last: readers wait for them."""
    with session.connection.transaction():
        mart_views.lock(session)
        schema = version.source
        if version.claim:
            _check(session, version.claim)
            schema = candidates.make_version(session, version.run)
            claims.finish_within(session, version.run, "marts", "published")
        publications.write(
            session, version.run, version.action, version.passport, schema
        )
        ready = bridges.bridged(session, schema)
        pending = mart_views.names(session, schema) - ready if ready else None
        mart_views.point(session, schema, version.permission, lock_ms, pending)


def _prepare(session: Session, version: Version, busy: str) -> list[str]:
    """Make a version fit to be read; return the views that can bridge to it."""
    with session.connection.transaction():
        mart_views.lock(session)
        if version.claim:
            _check(session, version.claim)
            candidates.adopt(session)
        losing = mart_views.losing(session, version.source, version.permission)
        ready = mart_views.names(session) - losing
    return sorted(ready, key=lambda name: (name != busy, name))


def _check(session: Session, claim: Claim) -> None:
    """Make sure that the claim is still this process's, and stays so to the end."""
    mine = session.value(
        "select 1 as mine from ops.builds where run = %s and part = 'marts'"
        " and claimed_by = %s for update",
        [claim.run, claim.claimed_by],
    )
    if not mine:
        raise ClaimLost(f"run {claim.run} lost its claim to another process")
