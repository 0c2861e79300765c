"""Lineage: the canonical streams that each mart rests on, read from dbt's manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seller_intel import warehouse

WHOLE = "all"


def streams(manifest: Mapping[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Return the streams of each mart, and of its columns that state their own.

    A model states them as `config: {meta: {column_streams: {column: [stream]}}}`.
    """
    nodes = manifest["nodes"]
    sources = manifest["sources"]
    reached: dict[str, set[str]] = {}

    def upstream(unique_id: str) -> set[str]:
        if unique_id not in reached:
            reached[unique_id] = set()
            if unique_id in sources:
                source = sources[unique_id]
                if source["source_name"] == "raw":
                    reached[unique_id] = {source["name"].partition("__")[2]}
            elif unique_id in nodes:
                parents = nodes[unique_id].get("depends_on", {}).get("nodes", [])
                reached[unique_id] = set().union(*map(upstream, parents))
        return reached[unique_id]

    found = {}
    for unique_id, node in nodes.items():
        if node["resource_type"] != "model" or node["schema"] != "marts_build":
            continue
        name = node.get("alias") or node["name"]
        found[name, WHOLE] = upstream(unique_id)
        own = node.get("config", {}).get("meta", {}).get("column_streams", {})
        for column, listed in own.items():
            found[name, column] = set(listed)
    return found


def record(run: str, manifest: Mapping[str, Any]) -> None:
    """Write the lineage of a run's marts where its passport finds it."""
    rows = [
        (run, mart, group, stream)
        for (mart, group), listed in streams(manifest).items()
        for stream in sorted(listed)
    ]
    with warehouse.as_role("owner") as session:
        session.execute("delete from ops.mart_streams where run = %s", [run])
        with session.connection.cursor() as cursor:
            cursor.executemany(
                "insert into ops.mart_streams values (%s, %s, %s, %s)", rows
            )
