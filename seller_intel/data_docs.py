"""Data docs: what door and gate asked and were answered, as pages to click through."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from seller_intel import settings
from seller_intel.answers import Answer

log = logging.getLogger(__name__)

KEPT = 150
_RESULTS = "validation_results_store"


def write(run: str, as_of: datetime, answers: Iterable[Answer]) -> Path:
    """Add the answers of a run to the pages; keep the newest; return their index."""
    folder = settings.current().data_docs_dir
    try:
        _write(folder, run, as_of, list(answers))
    except OSError as error:
        # The verdicts are in ops.checks already: a full disk here must not undo them.
        log.warning("data docs could not be written to %s: %s", folder, error)
    return folder / "index.html"


def _write(folder: Path, run: str, as_of: datetime, answers: list[Answer]) -> None:
    import great_expectations
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.base import DataContextConfig
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    folder.mkdir(parents=True, exist_ok=True)
    context = great_expectations.get_context(
        mode="ephemeral", project_config=DataContextConfig(**_config(folder))
    )
    store: Any = context.stores[_RESULTS]
    named = RunIdentifier(run_name=run, run_time=as_of)
    written = []
    for answer in answers:
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(answer.name),
            run_id=named,
            batch_identifier=re.sub(r"[^\w.-]", "_", answer.label),
        )
        store.set(key, answer.result)
        written.append(key)
    by_age = sorted(
        store.list_keys(), key=lambda key: key.run_id.run_time, reverse=True
    )
    for key in by_age[KEPT:]:
        store.remove_key(key)
    context.build_data_docs(resource_identifiers=written)


def _config(folder: Path) -> dict[str, Any]:
    stores = {
        "expectations_store": {"class_name": "ExpectationsStore"},
        "checkpoint_store": {"class_name": "CheckpointStore"},
        "validation_definition_store": {"class_name": "ValidationDefinitionStore"},
        _RESULTS: {
            "class_name": "ValidationResultsStore",
            "store_backend": _files(folder / "results"),
        },
    }
    return {
        "stores": stores,
        "expectations_store_name": "expectations_store",
        "checkpoint_store_name": "checkpoint_store",
        "validation_results_store_name": _RESULTS,
        "data_docs_sites": {
            "checks": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": _files(folder),
                "site_section_builders": {"expectations": "None", "profiling": "None"},
            }
        },
        "analytics_enabled": False,
        "progress_bars": {"globally": False},
    }


def _files(folder: Path) -> dict[str, str]:
    return {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": str(folder),
    }
