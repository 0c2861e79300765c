"""Expectations asked of queries, in PostgreSQL, by Great Expectations."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from seller_intel import answers, warehouse
from seller_intel.answers import Answer
from seller_intel.suites import Check, SuiteError

_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


def warm_up() -> threading.Thread:
    """Start the import, which takes seconds, while the database has work of its own."""
    thread = threading.Thread(
        target=importlib.import_module, args=("great_expectations",), daemon=True
    )
    thread.start()
    return thread


def parameters(as_of: datetime) -> dict[str, str]:
    """Return what suites may compare with, as `$PARAMETER: tomorrow`."""
    ahead = {"today": 0, "tomorrow": 1, "in_two_days": 2, "in_two_years": 731}
    return {
        name: (as_of + timedelta(days=days)).date().isoformat()
        for name, days in ahead.items()
    }


@contextmanager
def opened(as_of: datetime) -> Iterator[Evaluator]:
    """Open the warehouse for questions; the connection is closed at the end."""
    import great_expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
    )

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars={"globally": False},  # type: ignore[arg-type]
    )
    context = great_expectations.get_context(mode="ephemeral", project_config=config)
    source = context.data_sources.add_postgres(
        "warehouse", connection_string=_address(), create_temp_table=False
    )
    try:
        yield Evaluator(source, parameters(as_of))
    finally:
        source.get_engine().dispose()


class Evaluator:
    """Asks suites of queries; each question is a few statements, whatever its size.

    What the warehouse does not answer raises Unanswered: it says nothing of the rows.
    """

    def __init__(self, source: Any, stated: dict[str, str]) -> None:
        self._source = source
        self._parameters = stated

    def of_rows(
        self,
        name: str,
        label: str,
        query: str,
        checks: Sequence[Check],
        sample_columns: Sequence[str],
    ) -> Answer:
        """Ask about the rows of a query; what fails is asked again for sample keys."""
        batch = self._batch(label, query)
        result = self._ask(batch, name, checks, _COUNTS_ONLY)
        failed = [
            position
            for position, each in answers.by_position(result).items()
            if not each.success and not answers.error_of(each)
        ]
        for only, terms in (
            (
                [at for at in failed if not checks[at].needs_every_column],
                {
                    "result_format": "SUMMARY",
                    "partial_unexpected_count": answers.SAMPLES,
                    "unexpected_index_column_names": list(sample_columns),
                },
            ),
            (
                [at for at in failed if checks[at].needs_every_column],
                {"result_format": "COMPLETE"},
            ),
        ):
            if only and sample_columns:
                again = self._ask(batch, name, checks, terms, only)
                answers.put_in_place(result, again, sample_columns)
        outcomes = answers.by_position(result)
        findings = [
            answers.finding(check, outcomes[position])
            for position, check in enumerate(checks)
        ]
        return Answer(name, label, findings, result)

    def uncontradicted(
        self, name: str, label: str, query: str, checks: Sequence[Check]
    ) -> tuple[Answer, list[Check]]:
        """Return the checks that not one row of a query contradicts.

        They hold for each part of the rows too, whatever share the check allows.
        """
        result = self._ask(self._batch(label, query), name, checks, _COUNTS_ONLY)
        outcomes = answers.by_position(result)
        holding = [
            check
            for position, check in enumerate(checks)
            if not answers.error_of(outcomes[position])
            and outcomes[position].result.get("unexpected_count") == 0
        ]
        return Answer(name, label, [], result), holding

    def of_subjects(
        self,
        name: str,
        label: str,
        query: str,
        checks: Sequence[Check],
        subject: str,
    ) -> tuple[Answer, list[tuple[Check, set[Any]]]]:
        """Ask about a table with one row per subject; return who fails each check.

        A check that could not be asked at all raises: it says nothing of any subject.
        """
        for check in checks:
            if not check.type.startswith("expect_column_values_"):
                raise SuiteError(
                    f"{name}: {check.type} cannot be asked of one row; use an"
                    " expect_column_values_* expectation"
                )
        result = self._ask(
            self._batch(label, query),
            name,
            checks,
            {
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [subject],
            },
        )
        failing = []
        outcomes = answers.by_position(result)
        for position, check in enumerate(checks):
            each = outcomes[position]
            error = answers.error_of(each)
            if error:
                raise SuiteError(f"{name}: {check.type} {check.column}: {error}")
            rows = each.result.get("unexpected_index_list") or []
            failing.append((check, {row[subject] for row in rows}))
        return Answer(name, label, [], result), failing

    def _batch(self, label: str, query: str) -> Any:
        asset = self._source.add_query_asset(label, query=query)
        return asset.add_batch_definition_whole_table("whole").get_batch()

    def _ask(
        self,
        batch: Any,
        name: str,
        checks: Sequence[Check],
        result_format: dict[str, Any],
        only: Sequence[int] | None = None,
    ) -> Any:
        positions = range(len(checks)) if only is None else only
        result = batch.validate(
            _suite(name, checks, positions),
            result_format=result_format,
            expectation_parameters=dict(self._parameters),
        )
        answers.require_answers(result)
        return result


def _suite(name: str, checks: Sequence[Check], positions: Sequence[int]) -> Any:
    from great_expectations.core.expectation_suite import ExpectationSuite

    suite = ExpectationSuite(name=name)
    suite.expectations = [
        expectation(name, position, checks[position]) for position in positions
    ]
    return suite


def expectation(name: str, position: int, check: Check) -> Any:
    """Return the library's own object for a check, or say what is wrong with it."""
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    configuration = ExpectationConfiguration(
        type=check.type,
        kwargs=deepcopy(check.kwargs),
        severity=check.severity,  # type: ignore[arg-type]
        notes=check.notes,
        meta={"position": position},
    )
    try:
        return configuration.to_domain_obj()
    except Exception as error:
        # The library raises what its validation library raises: there is no one class.
        raise SuiteError(
            f"{name}: expectation {position + 1} ({check.type}): {error}"
        ) from error


def _address() -> str:
    """Return the transformer's URL for the library, which reads `$` as a variable."""
    _, _, rest = warehouse.url("transformer").partition("://")
    return "postgresql+psycopg2://" + rest.replace("$", "%24")
