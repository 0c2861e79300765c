"""Agents of the distribution programme: their tree, levels and promotion links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox import days, draws

PLATFORM = "taobao"
PROGRAMME = "shiguang-agents"
COUNT = 60


@dataclass(frozen=True)
class Level:
    """A rank of agents and what it costs and pays."""

    code: str
    name: str
    rate: float
    fee: int
    purchase: int


LEVELS = (
    Level("gold", "金牌代理", 0.12, 0, 0),
    Level("silver", "银牌代理", 0.10, 0, 0),
    Level("bronze", "铜牌代理", 0.08, 0, 0),
)


def build(seed: int) -> pd.DataFrame:
    """Return agents in order of joining; a parent joined before its child."""
    draw = draws.of(seed, "agents")
    joined = np.sort(draw.integers(0, 420, COUNT))
    joined[:6] = 0
    parent = np.full(COUNT, -1)
    depth = np.zeros(COUNT, dtype=int)
    for number in range(6, COUNT):
        chosen = int(draw.integers(0, number))
        if depth[chosen] < 2 and draw.random() < 0.8:
            parent[number] = chosen
            depth[number] = depth[chosen] + 1
    left = np.where(
        draw.random(COUNT) < 0.15, joined + draw.integers(60, 400, COUNT), -1
    )
    return pd.DataFrame(
        {
            "ref": [f"agent{number:03d}" for number in range(COUNT)],
            "parent": parent,
            "level": depth,
            "joined_at": joined * days.SECONDS + 36_000,
            "left_at": np.where(left >= 0, left * days.SECONDS + 36_000, days.NEVER),
        }
    )
