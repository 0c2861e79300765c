"""Lineage: the canonical streams that each mart rests on, read from dbt's manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seller_intel import candidates, warehouse

WHOLE = "all"


def streams(manifest: Mapping[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Return the streams of each mart, and of its columns that state their own.

    A mart may state its streams, and those of a column, itself:
    `config: {meta: {streams: [...], column_streams: {column: [...]}}}`.
    """
    found = {}
    upstream = _Upstream(manifest)
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["schema"] == candidates.SCHEMA:
            name = node.get("alias") or node["name"]
            meta = node.get("config", {}).get("meta", {})
            found[name, WHOLE] = set(meta.get("streams") or upstream.of(unique_id))
            for column, listed in meta.get("column_streams", {}).items():
                found[name, column] = set(listed)
    return found


class _Upstream:
    """The raw streams from which the figures of a node come."""

    def __init__(self, manifest: Mapping[str, Any]):
        self._nodes = manifest["nodes"]
        self._sources = manifest["sources"]
        self._known: dict[str, set[str]] = {}

    def of(self, unique_id: str) -> set[str]:
        if unique_id not in self._known:
            self._known[unique_id] = set().union(*self._parts(unique_id))
        return self._known[unique_id]

    def _parts(self, unique_id: str) -> Iterator[set[str]]:
        if unique_id in self._sources:
            source = self._sources[unique_id]
            if source["source_name"] == "raw":
                yield {source["name"].partition("__")[2]}
        elif unique_id in self._nodes and _has_figures(self._nodes[unique_id]["name"]):
            for parent in self._nodes[unique_id].get("depends_on", {}).get("nodes", []):
                yield self.of(parent)


def _has_figures(name: str) -> bool:
    """Tell whether a model hands figures on: neither what things are called, nor which
    rows to build anew, nor what was delivered.
    """
    return not (
        name.startswith("dim_")
        or name.endswith("_touched")
        or name == "fct_coverage_daily"
    )


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
