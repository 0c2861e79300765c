"""Publications: what was shown to readers, refused or given up, with its passport."""

from __future__ import annotations

from typing import Any, Literal

from seller_intel import clock, warehouse
from seller_intel.warehouse import Session

Action = Literal["published", "rolled_back", "refused", "failed"]


def current(session: Session) -> str | None:
    """Return the run that readers see, or None before the first publication."""
    return session.value("select run from ops.publications where is_current")


def passport_of(session: Session, run: str) -> dict[str, Any]:
    """Return the passport with which a kept version was first shown."""
    return session.value(
        "select passport from ops.publications where run = %s"
        " and action = 'published' order by publication_id desc limit 1",
        [run],
    )


def write(
    session: Session,
    run: str,
    action: Action,
    passport: dict[str, Any],
    schema: str | None = None,
) -> None:
    """Add a row; it is the current one where readers are shown a version's schema."""
    previous = current(session)
    if schema:
        session.execute(
            "update ops.publications set is_current = false where is_current"
        )
    session.run_file(
        "publish/publication.sql",
        {
            "run": run,
            "action": action,
            "schema_name": schema,
            "previous_run": previous,
            "is_shown": schema is not None,
            "at": clock.wall(),
            "passport": warehouse.Jsonb(passport),
        },
    )
