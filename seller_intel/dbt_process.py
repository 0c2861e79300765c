"""dbt in this process: profile, parsed project, calls and how they fail."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from seller_intel import settings, warehouse

log = logging.getLogger(__name__)

THREADS = 4
_GLOBAL_FLAGS = (
    "--quiet",
    "--no-print",
    "--no-version-check",
    "--no-use-colors",
    "--no-send-anonymous-usage-stats",
    "--log-level=none",
    "--log-level-file=info",
)
_NOISE = re.compile(r"^\s*(compiled code at |> |LINE \d+:|\^)")

_parsed: dict[tuple[str, str], Any] = {}


class BuildFailed(RuntimeError):
    """dbt could not build, or a test of what it built failed; it says which."""


@dataclass(frozen=True)
class Outcome:
    """What one call of dbt did: nodes by status, warnings in words, seconds."""

    statuses: Mapping[str, int]
    warnings: tuple[str, ...]
    seconds: float


def call(
    verb: str,
    digest: str,
    variables: Mapping[str, Any],
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    full_refresh: bool = False,
) -> Outcome:
    """Run one dbt verb on the selected nodes; raise BuildFailed where one fails.

    `digest` names the state of the project's files: while it stays the same they are
    parsed once per process, and from the parse kept under HOME by the next one.
    """
    from dbt.cli.main import dbtRunner

    started = time.monotonic()
    manifest = _manifest(digest)
    arguments = [
        verb,
        *_places(),
        *_GLOBAL_FLAGS,
        "--no-write-json",
        "--cache-selected-only",
        *(["--indirect-selection=buildable"] if verb == "build" else []),
        f"--threads={THREADS}",
        f"--vars={json.dumps(dict(variables))}",
    ]
    arguments += [f"--select={' '.join(select)}"] if select else []
    arguments += [f"--exclude={' '.join(exclude)}"] if exclude else []
    arguments += ["--full-refresh"] if full_refresh else []
    if verb == "build":
        arguments.append("--exclude-resource-type=unit_test")
    result = dbtRunner(manifest=manifest).invoke(arguments)
    outcome = _outcome(result, time.monotonic() - started)
    log.info("dbt %s: %s in %.1f s", verb, dict(outcome.statuses), outcome.seconds)
    return outcome


def _manifest(digest: str) -> Any:
    """Return the parsed project; what differs from call to call is no part of it."""
    from dbt.cli.main import dbtRunner

    key = (warehouse.url("transformer"), digest)
    if key not in _parsed:
        result = dbtRunner().invoke(["parse", *_places(), *_GLOBAL_FLAGS])
        if not result.success:
            raise BuildFailed(f"the dbt project cannot be read: {_cause(result)}")
        _parsed.clear()
        _parsed[key] = result.result
    return _parsed[key]


def described() -> dict[str, Any]:
    """Return dbt's own description of the project, written when it was parsed last."""
    path = settings.current().home / "dbt" / "target" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _places() -> list[str]:
    config = settings.current()
    return [
        f"--project-dir={config.project_dir}",
        f"--profiles-dir={_write_profile(config.home / 'dbt')}",
        f"--target-path={config.home / 'dbt' / 'target'}",
        f"--log-path={config.home / 'logs' / 'dbt'}",
    ]


def _write_profile(folder: Path) -> Path:
    """Keep the connection where dbt reads it, readable by the owner alone."""
    address = urlsplit(warehouse.url("transformer"))
    query = dict(parse_qsl(address.query))
    output: dict[str, Any] = {
        "type": "postgres",
        "host": address.hostname or query.get("host") or "127.0.0.1",
        "port": address.port or 5432,
        "user": unquote(address.username or ""),
        "password": unquote(address.password or ""),
        "dbname": address.path.lstrip("/"),
        "role": "transformer",
        "schema": "core",
        "threads": THREADS,
        "retries": 3,
    }
    output |= {key: query[key] for key in ("sslmode", "sslrootcert") if key in query}
    text = yaml.safe_dump(
        {"seller_intel": {"target": "warehouse", "outputs": {"warehouse": output}}}
    )
    path = folder / "profiles.yml"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"profiles.yml.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return folder


def _outcome(result: Any, seconds: float) -> Outcome:
    nodes = getattr(result.result, "results", None) or []
    statuses: dict[str, int] = {}
    for node in nodes:
        statuses[str(node.status)] = statuses.get(str(node.status), 0) + 1
    if not result.success:
        failed = [node for node in nodes if str(node.status) in ("error", "fail")]
        if failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            raise BuildFailed(_said(failed[0]) + more)
        raise BuildFailed(_cause(result))
    warnings = tuple(_said(node) for node in nodes if str(node.status) == "warn")
    for warning in warnings:
        log.warning("%s", warning)
    return Outcome(statuses, warnings, seconds)


def _said(node: Any) -> str:
    kind = str(node.node.resource_type)
    return f"{kind} {node.node.name}: {_one_line(str(node.message or node.status))}"


def _cause(result: Any) -> str:
    return _one_line(str(result.exception or "dbt gave no reason"))


def _one_line(message: str) -> str:
    lines = (line.strip() for line in message.splitlines() if not _NOISE.match(line))
    return " ".join(line for line in lines if line)[:1000]
