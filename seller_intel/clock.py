"""The run is the only clock: text of its UTC instant, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = "%Y%m%dT%H%M%S"
_RUN = re.compile(r"^\d{8}T\d{6}$")


def run_of(instant: datetime) -> str:
    """Return the run that starts at an aware instant."""
    if instant.tzinfo is None:
        raise ValueError(f"a run needs an instant with a time zone, not {instant!r}")
    return instant.astimezone(UTC).strftime(_FORM)


def as_of(run: str) -> datetime:
    """Return the UTC instant of a run."""
    if not _RUN.match(run):
        raise ValueError(f"a run looks like 20260131T060000, not {run!r}")
    return datetime.strptime(run, _FORM).replace(tzinfo=UTC)


def schema_of(run: str) -> str:
    """Return the name of the published schema of a run."""
    return f"marts_{run.lower()}"


def wall() -> datetime:
    """Return the wall clock, for records of when work was done, never for figures."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Return an ISO 8601 text as an aware instant; a bare date is midnight UTC."""
    stated = datetime.fromisoformat(text)
    return stated if stated.tzinfo else stated.replace(tzinfo=UTC)
