"""How the warehouse stands: what was received, what readers see, what is open."""

from __future__ import annotations

from typing import Any

from seller_intel import warehouse


def parts() -> dict[str, list[dict[str, Any]]]:
    """Return the tables that `status` prints, by title."""
    with warehouse.as_role("owner") as session:
        return {
            title: session.rows_of_file(f"status/{name}.sql")
            for title, name in (
                ("Published", "published"),
                (
                    "Loads (received = loaded + quarantined; loaded = kept + rejected"
                    " + repeated)",
                    "loads",
                ),
                ("Open rows (see quarantine list)", "open"),
                ("Last steps", "steps"),
            )
        }
