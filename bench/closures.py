"""The tree of a million members: who stands above whom, at most twelve levels deep."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bench.place import REGISTRY, warehouse_of_its_own
from bench.result import Result
from seller_intel import clock, dbt_process, landing, loading, steps, warehouse
from seller_intel.landing import Landed, Writer

MEMBERS = 1_000_000
DEEPEST = 12
# The first members were invited by nobody.
FIRST = 5
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
# What makes the closure of what the members' events say, in the order of its building.
MODELS = (
    "int_referral_edges_stated",
    "int_referral_cycles",
    "int_referral_edges_quarantined",
    "fct_referral_edges",
    "int_referral_paths_touched",
    "int_referral_paths",
)


def run() -> Iterator[Result]:
    """Yield how long edges, cycles and paths of the tree take to build."""
    with warehouse_of_its_own(
        REGISTRY.replace("contract: orders", "contract: members")
    ):
        run = clock.run_of(BEGAN + timedelta(days=40))
        parents = _parents()
        loading.load(_land(run, parents), clock.as_of(run))
        steps.audit_raw(run)
        with _kept() as seconds:
            began = time.perf_counter()
            steps.build_core(run, full_refresh=True)
            whole = time.perf_counter() - began
        with warehouse.as_role("transformer") as session:
            paths, depth = session.rows(
                "select count(*) as paths, max(depth) as depth"
                " from core.int_referral_paths"
            )[0].values()
    assert paths == _pairs(parents), "the closure is not that of the tree"
    yield Result(
        "closure_1m_members_s",
        sum(seconds[name] for name in MODELS),
        "s",
        at_most=60,
        detail=f"{paths:,} pairs, {depth} levels; all of core {whole:.0f} s; "
        + ", ".join(f"{name} {seconds[name]:.1f}" for name in MODELS),
    )


def _parents() -> np.ndarray:
    """Return who invited each member, an earlier one; -1 for nobody."""
    random = np.random.default_rng(7)
    parents = np.full(MEMBERS, -1, "int64")
    depth = np.zeros(MEMBERS, "int64")
    for start in range(FIRST, MEMBERS, 1_000):
        rows = np.arange(start, min(start + 1_000, MEMBERS))
        chosen = random.integers(rows * 2 // 5, rows // 2 + 1)
        chosen = np.minimum(chosen, start - 1)
        chosen = np.where(depth[chosen] < DEEPEST, chosen, 0)
        parents[rows] = chosen
        depth[rows] = depth[chosen] + 1
    return parents


def _pairs(parents: np.ndarray) -> int:
    """Return how many pairs of an ancestor and a descendant a tree holds."""
    pairs, above = 0, parents.copy()
    while (above >= 0).any():
        pairs += int((above >= 0).sum())
        above = np.where(above >= 0, parents[above], -1)
    return pairs


def _land(run: str, parents: np.ndarray) -> Landed:
    with landing.scratch() as scratch:
        writer = Writer("files__members", "bench", run, scratch)
        for number, parent in enumerate(parents.tolist()):
            joined = (BEGAN + timedelta(seconds=number * 3)).isoformat()
            writer.record(
                f"bench:{number}",
                joined,
                f"members.csv:{number}",
                {
                    "platform_id": "taobao",
                    "programme_id": "bench",
                    "shop_id": "taobao:1",
                    "member_ref": f"{number:064x}",
                    "event": "joined",
                    "occurred_at": joined,
                    "inviter_ref": f"{parent:064x}" if parent >= 0 else None,
                },
            )
        end = BEGAN + timedelta(seconds=len(parents) * 3)
        window = [BEGAN.isoformat(), end.isoformat()]
        return writer.finish({"streams": [], "windows_got": [window]})


@contextmanager
def _kept() -> Iterator[dict[str, float]]:
    """Keep how long dbt took for each model that is built meanwhile."""
    seconds: dict[str, float] = {}
    outcome = dbt_process._outcome

    def keep(result: Any, whole: float) -> dbt_process.Outcome:
        for each in getattr(result.result, "results", None) or []:
            seconds[each.node.name] = each.execution_time
        return outcome(result, whole)

    dbt_process._outcome = keep
    try:
        yield seconds
    finally:
        dbt_process._outcome = outcome
