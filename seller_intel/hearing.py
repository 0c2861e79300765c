"""The hearing at the door: what is asked of each pending load, and what is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from seller_intel import check_log, deliveries, questions, suites, warehouse
from seller_intel.answers import Answer, Finding
from seller_intel.deliveries import Pending
from seller_intel.evaluation import Evaluator
from seller_intel.suites import CRITICAL, Check, SuiteError

# What one broken stream may raise without keeping the others out.
BROKEN = (SuiteError, warehouse.errors.Error)
_SAMPLED = ("record_key", "source_ref")
# What stands in ops.checks for a load that could not be judged.
_ANSWERED = Check("expect_suite_to_be_answered", {}, CRITICAL)


@dataclass
class Case:
    """One load before the door: what it is asked, what came of it, what went wrong."""

    load: Pending
    about_rows: list[Check] = field(default_factory=list)
    about_facts: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failure: str | None = None

    def fail(self, reason: str) -> None:
        """Say that this load cannot be judged now, and why."""
        self.failure = reason
        self.findings.append(Finding(_ANSWERED, False, None, error=reason))


def opened(loads: Sequence[Pending], as_of: datetime) -> list[Case]:
    """Measure the loads stream by stream; a stream that cannot be read fails alone."""
    deliveries.make_tables()
    cases = [Case(load) for load in loads]
    for stream_id, group in _by_stream(cases).items():
        try:
            suite = suites.of_stream(stream_id)
            about_rows, about_facts = questions.split(suite, deliveries.FACTS)
            deliveries.prepare(
                stream_id,
                [case.load for case in group],
                suite.path.name,
                about_rows,
                as_of,
            )
        except BROKEN as error:
            for case in group:
                case.fail(check_log.line(error))
        else:
            for case in group:
                case.about_rows, case.about_facts = about_rows, about_facts
    return cases


def held(evaluator: Evaluator, cases: Sequence[Case]) -> list[Answer]:
    """Ask every load what it can be asked; return the library's answers."""
    fit = [case for case in cases if not case.failure]
    if not fit:
        return []
    facts = deliveries.facts()
    answers, told, failures = questions.of_facts(
        evaluator,
        suites.shared("every_load"),
        {case.load.load_id: case.about_facts for case in fit},
        "load_id",
        deliveries.facts_query,
        facts,
    )
    for case in fit:
        case.findings += told[case.load.load_id]
        if case.load.load_id in failures:
            case.fail(failures[case.load.load_id])
    fit = [case for case in fit if not case.failure]
    usable = {load_id: int(str(row["usable"])) for load_id, row in facts.items()}
    for group in _by_stream(fit).values():
        answers += _of_stream(evaluator, group, usable)
    return answers


def _of_stream(
    evaluator: Evaluator, cases: Sequence[Case], usable: dict[int, int]
) -> list[Answer]:
    """Ask a stream's suite of all its loads at once, then what is left of each alone.

    What no row of all loads contradicts holds for each; most deliveries need no more.
    """
    stream_id, checks = cases[0].load.stream_id, cases[0].about_rows
    answers: list[Answer] = []
    holding: list[Check] = []
    if checks and len(cases) > 1:
        try:
            answer, holding = evaluator.uncontradicted(
                f"raw.{stream_id}",
                f"{stream_id}-{len(cases)}-loads",
                deliveries.stream_query(stream_id),
                checks,
            )
            answers.append(answer)
        except Exception as error:
            # The library may raise anything; the loads of other streams go on.
            for case in cases:
                case.fail(check_log.line(error))
            return []
    for case in cases:
        if not usable[case.load.load_id]:
            continue
        case.findings += [
            Finding(check, True, f"0 of {usable[case.load.load_id]} unexpected (0 %)")
            for check in holding
        ]
        rest = [check for check in checks if check not in holding]
        if rest:
            answers += _of_load(evaluator, case, rest)
    return answers


def _of_load(evaluator: Evaluator, case: Case, checks: Sequence[Check]) -> list[Answer]:
    try:
        answer = evaluator.of_rows(
            f"raw.{case.load.stream_id}",
            f"{case.load.source}-{case.load.load_id}",
            deliveries.rows_query(case.load),
            checks,
            _SAMPLED,
        )
    except Exception as error:
        # The library may raise anything; the other loads go on.
        case.fail(check_log.line(error))
        return []
    case.findings += answer.findings
    unanswered = [check_log.sentence(each) for each in answer.findings if each.error]
    if unanswered:
        case.fail(check_log.summary(unanswered))
    return [answer]


def _by_stream(cases: Iterable[Case]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.load.stream_id].append(case)
    return groups
