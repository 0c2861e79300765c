"""Credentials of sources: Airflow's Connections, and so any of its backends."""

from airflow.sdk import Connection as Stored
from airflow.sdk.exceptions import AirflowNotFoundException

from seller_intel import connections


def register() -> None:
    """Let the library ask Airflow for the connections that sources name."""
    connections.resolve_with(from_airflow)


def from_airflow(name: str) -> connections.Connection | None:
    """Return an Airflow Connection, or None where there is none of this name."""
    try:
        found = Stored.get(name)
    except AirflowNotFoundException:
        return None
    return connections.Connection(
        kind=found.conn_type or "",
        host=found.host,
        port=found.port,
        login=found.login,
        password=found.password,
        schema=found.schema,
        extra=found.extra_dejson,
    )
