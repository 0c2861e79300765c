"""The door and the gate: what may be read further, and what may be published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from seller_intel import (
    check_log,
    clock,
    data_docs,
    deliveries,
    evaluation,
    hearing,
    mart_facts,
    questions,
    suites,
    verdicts,
    warehouse,
)
from seller_intel.answers import Answer, Finding
from seller_intel.check_log import Told
from seller_intel.evaluation import Evaluator
from seller_intel.hearing import Case
from seller_intel.suites import Suite, SuiteError
from seller_intel.verdicts import Verdict

__all__ = ["AuditFailed", "Verdict", "door", "gate", "reject"]


class AuditFailed(RuntimeError):
    """The marts of a run are not believable; the message names the critical checks."""


def door(run: str, as_of: datetime) -> list[Verdict]:
    """Judge every pending load; one that cannot be judged waits, the others go on."""
    with deliveries.turn():
        loads = deliveries.pending()
        if not loads:
            return []
        importing = evaluation.warm_up()
        cases = hearing.opened(loads, as_of)
        importing.join()
        with evaluation.opened(as_of) as evaluator:
            answers = hearing.held(evaluator, cases)
        said = _decide(run, cases)
        data_docs.write(run, as_of, answers)
        return said


def reject(load_id: int, reason: str) -> Verdict:
    """Take an accepted load back; the next build removes it from core."""
    return verdicts.take_back(load_id, reason, clock.wall())


def gate(run: str, as_of: datetime) -> None:
    """Record what the built marts are like; raise where a critical check fails."""
    importing = evaluation.warm_up()
    marts = mart_facts.built()
    try:
        stated = {mart: suites.of_mart(mart) for mart in suites.marts()}
        facts = mart_facts.measure(
            run, as_of, {mart: stated.get(mart) for mart in marts}
        )
        importing.join()
        with evaluation.opened(as_of) as evaluator:
            answers, told = _ask_of_marts(evaluator, stated, facts)
    except SuiteError as error:
        raise AuditFailed(str(error)) from error
    with warehouse.as_role("transformer") as session:
        check_log.write(
            session,
            run,
            "gate",
            [Told(f"marts_build.{mart}", None, told[mart]) for mart in marts],
        )
        mart_facts.drop_table(session)
    data_docs.write(run, as_of, answers)
    failed = [f"{mart} was not built" for mart in sorted(set(stated) - set(marts))]
    for mart in marts:
        failed += [f"{mart}: {said}" for said in check_log.critical(told[mart])]
    if failed:
        raise AuditFailed(check_log.summary(failed))


def _decide(run: str, cases: Sequence[Case]) -> list[Verdict]:
    """Write all verdicts and what they rest on, at once, in the order of the loads."""
    at = clock.wall()
    said, told = [], []
    with warehouse.as_role("transformer") as session:
        session.execute("set local work_mem = '64MB'")
        verdicts.lock_numbers(session)
        for case in cases:
            failed = check_log.critical(case.findings)
            verdict: Verdict | None
            if case.failure:
                verdict = verdicts.unjudged(case.load, case.failure)
            elif failed:
                verdict = verdicts.refuse(
                    session, case.load, check_log.summary(failed), at
                )
            else:
                verdict = verdicts.accept(session, case.load, at)
            if verdict:
                said.append(verdict)
                told.append(
                    Told(f"raw.{case.load.stream_id}", case.load.load_id, case.findings)
                )
        check_log.write(session, run, "door", told)
        deliveries.drop_tables(session)
    return said


def _ask_of_marts(
    evaluator: Evaluator,
    stated: dict[str, Suite],
    facts: dict[str, dict[str, object]],
) -> tuple[list[Answer], dict[str, list[Finding]]]:
    """Ask every mart how it changed, and its own suite of its rows."""
    asked = {
        mart: questions.split(stated[mart], mart_facts.FACTS)
        for mart in facts
        if mart in stated
    }
    answers, told, failures = questions.of_facts(
        evaluator,
        suites.shared("every_mart"),
        {mart: asked[mart][1] if mart in asked else [] for mart in facts},
        "mart_name",
        mart_facts.facts_query,
        facts,
    )
    if failures:
        raise SuiteError(check_log.summary(sorted(set(failures.values()))))
    for mart, (about_rows, _) in asked.items():
        if about_rows:
            answer = evaluator.of_rows(
                f"marts.{mart}",
                mart,
                mart_facts.rows_query(mart),
                about_rows,
                stated[mart].key,
            )
            answers.append(answer)
            told[mart] += answer.findings
    return answers, told
