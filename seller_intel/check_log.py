"""The record of every check: what was expected, what was seen, in ops.checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seller_intel import clock
from seller_intel.answers import Finding
from seller_intel.suites import CRITICAL
from seller_intel.warehouse import Jsonb, Session

_NAMED = 5


@dataclass(frozen=True)
class Told:
    """All findings on one table, or on one load of it."""

    table: str
    load_id: int | None
    findings: list[Finding] = field(hash=False)


def write(session: Session, run: str, stage: str, told: Iterable[Told]) -> None:
    """Replace what an earlier try recorded of the same tables with these findings."""
    told = list(told)
    if stage == "door":
        session.execute(
            "delete from ops.checks where stage = 'door' and load_id = any(%s)",
            [[each.load_id for each in told]],
        )
    else:
        session.execute(
            "delete from ops.checks where stage = %s and run = %s", [stage, run]
        )
    at = clock.wall()
    rows = [
        (
            run,
            stage,
            each.table,
            each.load_id,
            finding.check.type,
            finding.check.column,
            finding.check.severity,
            finding.is_passed,
            finding.error or finding.observed,
            Jsonb(finding.samples),
            Jsonb(finding.check.kwargs),
            finding.check.notes,
            at,
        )
        for each in told
        for finding in each.findings
    ]
    session.connection.cursor().executemany(
        "insert into ops.checks (run, stage, table_name, load_id, expectation,"
        " column_name, severity, is_passed, observed_value, sample_keys, arguments,"
        " notes, checked_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        rows,
    )


def critical(findings: Iterable[Finding]) -> list[str]:
    """Return a sentence for each critical check that failed."""
    return [
        sentence(finding)
        for finding in findings
        if not finding.is_passed and finding.check.severity == CRITICAL
    ]


def sentence(finding: Finding) -> str:
    """Return what was expected and what was seen, as a person would say it."""
    asked = " ".join(filter(None, [finding.check.column, finding.check.sentence()]))
    return f"{asked}: {finding.error or finding.observed}"


def line(error: BaseException) -> str:
    """Return the first line of an error, which says what is wrong."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def summary(sentences: Sequence[str]) -> str:
    """Return the first few sentences, and how many more there are."""
    named = "; ".join(sentences[:_NAMED])
    rest = len(sentences) - _NAMED
    return f"{named}; and {rest} more" if rest > 0 else named
