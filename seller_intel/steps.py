"""The verbs of the line: each may be repeated, and writes down what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seller_intel import (
    audit,
    backfills,
    claims,
    clock,
    expiry,
    extraction,
    installation,
    landing,
    lineage,
    loading,
    published,
    quarantine,
    sources,
    step_log,
    transform,
    upkeep,
    warehouse,
)
from seller_intel.extraction import Window
from seller_intel.landing import Landed
from seller_intel.loading import LoadReport

if TYPE_CHECKING:
    from seller_intel.rereading import Reread


class StepFailed(RuntimeError):
    """A verb could not do all it was asked; the message says what and why."""


def init() -> list[str]:
    """Create or complete the warehouse; return the migrations applied."""
    return installation.init()


def land(
    source: str,
    run: str,
    window: str | None = None,
    again: bool = False,
    stream: str | None = None,
) -> list[str]:
    """Land one run of a source, or one stream of it; return the stream ids landed.

    `window` is 'FROM/TO' in ISO 8601 for a backfill; empty or None goes on from what
    is covered.
    """
    asked, stated = _asked(source, stream), _window(window)
    run = backfills.run_of(asked, run, stated)
    with step_log.recorded("land", run, source=source, stream_id=stream) as entry:
        landed = extraction.land(asked, run, stated, again)
        entry.rows = sum(each.manifest["records"] for each in landed)
        entry.is_skipped = not landed
        return [each.stream_id for each in landed]


def load(
    source: str, run: str, window: str | None = None, stream: str | None = None
) -> list[LoadReport]:
    """Put what one run landed into raw, once; return what was received and kept."""
    installation.make_raw_tables()
    asked = _asked(source, stream)
    run = backfills.run_of(asked, run, _window(window))
    there = (landing.of(each.stream_id, source, run) for each in asked.streams)
    return [_load(landed) for landed in there if landed]


def _load(landed: Landed) -> LoadReport:
    with step_log.recorded(
        "load", landed.run, landed.source, landed.stream_id
    ) as entry:
        report = loading.load(landed, clock.wall())
        entry.rows = report.loaded
        entry.is_skipped = not report.is_new
        return report


def ingest_file(path: Path, contract: str, source: str, run: str) -> list[LoadReport]:
    """Land and load one file by a contract, as a delivery of the source."""
    alone = sources.with_file(sources.get(source), path, contract)
    with step_log.recorded("land", run, source=source) as entry:
        landed = extraction.land(alone, run)
        entry.rows = sum(each.manifest["records"] for each in landed)
        entry.is_skipped = not landed
    return [_load(each) for each in landed]


def reread(
    stream_id: str, source: str, since: datetime, until: datetime | None = None
) -> list[Reread]:
    """Land and load anew the runs whose kept pages read otherwise now."""
    from seller_intel import rereading

    asked = sources.get(source)
    done = rereading.reread(asked, stream_id, since, until)
    for each in done:
        landed = landing.of(stream_id, source, each.run)
        if landed and each.is_changed:
            _load(landed)
    return done


def audit_raw(run: str) -> dict[str, int]:
    """Judge every pending load at the door; return how many were accepted, rejected."""
    with step_log.recorded("audit_raw", run) as entry:
        with warehouse.as_role("owner") as session:
            installation.sync_registry(session)
        transform.refresh_staging(run)
        verdicts = audit.door(run, clock.as_of(run))
        tally = Counter(verdict.status for verdict in verdicts)
        entry.rows = len(verdicts)
        entry.is_skipped = not verdicts
        waiting = [each for each in verdicts if each.status == "pending"]
        entry.detail = "; ".join(
            f"{each.stream_id} waits: {each.reason}" for each in waiting
        )
        return {state: tally[state] for state in ("accepted", "rejected", "pending")}


def build_core(run: str, full_refresh: bool = False) -> None:
    """Bring core up to the newest accepted load; the mark moves when its tests pass."""
    with step_log.recorded("build_core", run) as entry:
        with claims.held(run, "core", full_refresh) as claim:
            transform.build_core(claim.run, claim.from_seq, claim.to_seq, full_refresh)
        entry.detail = f"load_seq ({claim.from_seq}, {claim.to_seq}]"


def fit(run: str) -> None:
    """Fit the models that core gives data for; what did not change stands.

    The next build of core reads the matches.
    """
    from seller_intel import lifetime_fits, match_fits

    with step_log.recorded("fit", run) as entry:
        claim = claims.require(run)
        entry.rows = lifetime_fits.fit(claim.run) + match_fits.fit(claim.run)
        entry.is_skipped = not entry.rows


def build_marts(run: str) -> None:
    """Build every mart anew beside the published ones."""
    with step_log.recorded("build_marts", run), claims.held(run, "marts") as claim:
        transform.build_marts(claim.run)
        lineage.record(claim.run, transform.manifest())


def audit_marts(run: str) -> None:
    """Ask whether the built marts are believable; refuse the run where they are not."""
    with step_log.recorded("audit_marts", run):
        try:
            with claims.kept(run, is_built=True) as claim:
                audit.gate(claim.run, clock.as_of(claim.run))
        except audit.AuditFailed as failure:
            published.refuse(run, str(failure))
            raise


def publish(
    run: str, breaking: bool = False, recreate_dependents: bool = False
) -> None:
    """Put the marts of a run before the readers, all at once."""
    with step_log.recorded("publish", run):
        published.publish(run, breaking, recreate_dependents)


def rollback(run: str) -> str:
    """Put the version before the current one before the readers; return its run."""
    with step_log.recorded("rollback", run) as entry:
        target = published.rollback()
        entry.detail = target
        return target


def reject(load_id: int, reason: str) -> None:
    """Take an accepted load back; the next build removes it from core."""
    audit.reject(load_id, reason)


def replay(run: str, load_id: int | None = None) -> list[LoadReport]:
    """Put repaired rows through as new loads, for the door to judge."""
    with step_log.recorded("replay", run) as entry:
        transform.refresh_staging(run)
        reports = quarantine.replay(run, load_id)
        entry.rows = sum(report.loaded for report in reports)
        return reports


def expire(run: str) -> dict[str, int]:
    """Remove what is no longer needed; return how much of each kind went."""
    with step_log.recorded("expire", run) as entry:
        gone = expiry.expire(clock.as_of(run))
        gone["versions"] = len(published.prune())
        entry.rows = sum(gone.values())
        return gone


def vacuum(run: str) -> None:
    """Reclaim space and renew the statistics of raw, ops and core."""
    with step_log.recorded("vacuum", run):
        upkeep.vacuum()


def backup(run: str) -> str:
    """Dump the warehouse under HOME, keeping the last dumps; return where it is."""
    with step_log.recorded("backup", run) as entry:
        entry.detail = str(upkeep.backup(run))
        return entry.detail


def is_behind() -> bool:
    """Tell whether core has yet to follow a verdict of the door."""
    from_seq, to_seq = claims.core_range()
    return from_seq < to_seq


def build_and_publish(run: str) -> bool:
    """Run everything after landing; return whether a new version was published."""
    verdicts = audit_raw(run)
    build_core(run)
    fit(run)
    build_marts(run)
    audit_marts(run)
    publish(run)
    return verdicts["accepted"] > 0


def run_line(run: str, only: list[str] | None = None) -> dict[str, Any]:
    """Run the whole line; a source that fails does not stop the others."""
    failures = []
    reports = []
    for name in only or sources.registry().sources:
        try:
            land(name, run)
        except Exception as error:
            failures.append(f"{name}: {error}")
        reports += load(name, run)
    build_and_publish(run)
    if failures:
        raise StepFailed(
            "published, but not every source landed: " + "; ".join(failures)
        )
    return {"run": run, "loads": [asdict(report) for report in reports]}


def _asked(source: str, stream: str | None) -> sources.Source:
    known = sources.get(source)
    return sources.narrowed(known, stream) if stream else known


def _window(stated: str | None) -> Window | None:
    if not stated:
        return None
    start, _, end = stated.partition("/")
    return clock.instant(start), clock.instant(end)
