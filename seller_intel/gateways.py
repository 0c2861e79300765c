"""The sandbox's gateways in the background: where they were told to be, and who asks.

`make up` opens them and keeps where they are in HOME; whoever runs the line by hand
finds the connections of the simulated shops there.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seller_intel import connections, settings, sources
from seller_intel.connections import Connection, CredentialError

_PATIENCE = 2.0


def kept_at() -> Path:
    """Return the file that holds address and connections of open gateways, as JSON."""
    return settings.current().home / "gateways.json"


def variables() -> dict[str, str]:
    """Return the connections as environment variables, none where none are open."""
    return {
        f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection)
        for name, connection in _kept().get("connections", {}).items()
    }


def connection(name: str) -> Connection | None:
    """Return the connection of a simulated shop; None for any other name.

    CredentialError where the gateways are not open.
    """
    registry = sources.registry()
    if not registry.sandbox or all(
        source.connection != name for source in registry.sources.values()
    ):
        return None
    kept = _kept()
    found = kept.get("connections", {}).get(name)
    if found is None or not _answers(kept["address"]):
        raise CredentialError(
            f"{name}: the gateways of the sandbox are not open; `make up` opens them,"
            " and `make run` does while it runs"
        )
    return connections.read(name, json.dumps(found))


def _kept() -> dict[str, Any]:
    try:
        return json.loads(kept_at().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _answers(address: str) -> bool:
    place = urlsplit(address)
    where = (place.hostname or "", place.port or 0)
    try:
        socket.create_connection(where, _PATIENCE).close()
    except OSError:
        return False
    return True
