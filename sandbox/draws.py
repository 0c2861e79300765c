"""Random draws that depend on the seed and on what they are for, on nothing else."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def of(seed: int, *subject: str) -> np.random.Generator:
    """Return the generator of one subject; drawing elsewhere never disturbs it."""
    return np.random.default_rng([seed, *(crc32(word.encode()) for word in subject)])


def among(draw: np.random.Generator, shares: list[float], count: int) -> np.ndarray:
    """Return `count` positions drawn with the given shares."""
    limits = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(limits, draw.random(count), side="right").clip(
        0, len(shares) - 1
    )
