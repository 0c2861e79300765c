"""Answers: what Great Expectations says of an expectation, in our own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from seller_intel.suites import Check

SAMPLES = 10
# What the driver raises where the server, not the question, is at fault: it was
# stopped, or is out of room or time. Both are named in PEP 249.
_FAULTS_OF_THE_SERVER = ("OperationalError", "InterfaceError")


class Unanswered(RuntimeError):
    """The warehouse gave no answer: nothing is known of what was asked; ask again."""


@dataclass(frozen=True)
class Finding:
    """What came of one expectation, asked of one table or one row of it."""

    check: Check
    is_passed: bool
    observed: str | None
    samples: list[Any] = field(default_factory=list, hash=False)
    error: str | None = None


@dataclass(frozen=True)
class Answer:
    """All findings of one query, and the library's own result for its pages."""

    name: str
    label: str
    findings: list[Finding] = field(hash=False)
    result: Any = field(hash=False)


def by_position(result: Any) -> dict[int, Any]:
    """Return the outcomes of a result by the place of their check in the suite."""
    return {each.expectation_config.meta["position"]: each for each in result.results}


def put_in_place(result: Any, again: Any, sample_columns: Sequence[str]) -> None:
    """Take the samples of the second asking, keys only: a value may be personal."""
    newer = by_position(again)
    for each in newer.values():
        rows = (
            each.result.get("partial_unexpected_index_list")
            or (each.result.pop("details", None) or {}).get("unexpected_rows")
            or []
        )
        for values in ("partial_unexpected_list", "partial_unexpected_counts"):
            each.result.pop(values, None)
        each.result["partial_unexpected_index_list"] = [
            {column: _text(row.get(column)) for column in sample_columns}
            for row in rows[:SAMPLES]
        ]
    result.results = [
        newer.get(position, each) for position, each in by_position(result).items()
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def finding(check: Check, outcome: Any) -> Finding:
    """Return an outcome in our own words."""
    error = error_of(outcome)
    if error:
        return Finding(check, is_passed=False, observed=None, error=error)
    return Finding(
        check,
        is_passed=bool(outcome.success),
        observed=_observed(outcome.result),
        samples=outcome.result.get("partial_unexpected_index_list") or [],
    )


def _observed(result: dict[str, Any]) -> str | None:
    if "unexpected_count" in result:
        share = result.get("unexpected_percent") or 0
        return (
            f"{result['unexpected_count'] or 0} of {result['element_count']} unexpected"
            f" ({share:.4g} %)"
        )
    value = result.get("observed_value")
    return None if value is None else str(value)


def require_answers(result: Any) -> None:
    """Raise Unanswered where an expectation went unasked through the server's fault."""
    for each in result.results:
        for told in _raised(each):
            trace = f"{told.get('exception_traceback')} {told.get('exception_message')}"
            if any(fault in trace for fault in _FAULTS_OF_THE_SERVER):
                raise Unanswered(f"the warehouse did not answer: {error_of(each)}")


def error_of(outcome: Any) -> str | None:
    """Return why an expectation could not be asked."""
    messages = [str(each.get("exception_message")) for each in _raised(outcome)]
    return messages[0].strip().splitlines()[0] if messages else None


def _raised(outcome: Any) -> list[dict[str, Any]]:
    """Return what was raised for an expectation; it is told in two shapes."""
    told = outcome.exception_info or {}
    nested = [told] if "raised_exception" in told else list(told.values())
    return [
        each
        for each in nested
        if isinstance(each, dict) and each.get("raised_exception")
    ]
