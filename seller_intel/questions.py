"""Questions about facts: one row per load or mart, asked together where they agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from seller_intel import suites
from seller_intel.answers import Answer, Finding
from seller_intel.evaluation import Evaluator
from seller_intel.suites import Check, Suite, SuiteError

# What is told beside a fact, so that a person understands the figure.
_BESIDE = {
    "rejected_share": "reject_reasons",
    "volume_ratio": "usual_count",
    "age_ratio": "latest_source_at",
    "lowest_sum_ratio": "sum_ratios",
    "highest_sum_ratio": "sum_ratios",
    "row_count_ratio": "published_row_count",
    "days_behind": "latest_business_date",
}


def split(suite: Suite, facts: Iterable[str]) -> tuple[list[Check], list[Check]]:
    """Return the checks of a suite that ask about rows, and those about the facts."""
    known = frozenset(facts)
    about_facts = [
        check
        for check in suite.checks
        if check.needed_columns and known.issuperset(check.needed_columns)
    ]
    return [check for check in suite.checks if check not in about_facts], about_facts


def of_facts(
    evaluator: Evaluator,
    common: Suite,
    own: Mapping[Any, list[Check]],
    column: str,
    query_of: Callable[[list[Any]], str],
    facts: Mapping[Any, Mapping[str, Any]],
) -> tuple[list[Answer], dict[Any, list[Finding]], dict[Any, str]]:
    """Ask of each row of facts a shared suite, with what its own suite restates.

    Returned last: who could not be asked, since what its own suite says means nothing.
    """
    alike: dict[tuple[Check, ...], list[Any]] = defaultdict(list)
    for subject, checks in own.items():
        alike[suites.merged(common, checks)].append(subject)
    answers: list[Answer] = []
    told: dict[Any, list[Finding]] = defaultdict(list)
    failures: dict[Any, str] = {}
    for number, (asked, subjects) in enumerate(alike.items(), 1):
        label, query = f"{common.name}_{number}", query_of(subjects)
        try:
            answer, failing = evaluator.of_subjects(
                common.name, label, query, asked, column
            )
        except SuiteError as error:
            failures |= dict.fromkeys(subjects, str(error))
            continue
        answers.append(answer)
        for check, failed in failing:
            for subject in subjects:
                told[subject].append(
                    Finding(
                        check,
                        is_passed=subject not in failed,
                        observed=_observed(check, facts[subject]),
                    )
                )
    return answers, told, failures


def _observed(check: Check, facts: Mapping[str, Any]) -> str | None:
    value = facts.get(check.kwargs.get("column", ""))
    if value is None:
        return None
    beside = _BESIDE.get(check.kwargs["column"])
    if beside and facts.get(beside) is not None:
        return f"{value} ({beside} {facts[beside]})"
    return str(value)
