"""Columns of cells as the platforms write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sandbox import days


def money(cents: np.ndarray) -> list[str]:
    """Return amounts with two decimals."""
    return [
        f"{cent // 100}.{cent % 100:02d}" if cent >= 0 else f"-{money([-cent])[0]}"
        for cent in np.asarray(cents).tolist()
    ]


def moments(seconds: np.ndarray, until: int, blank: str = "") -> list[str]:
    """Return wall-clock times, blank where the moment is not before `until`."""
    seconds = np.asarray(seconds)
    known = seconds < until
    shown = np.datetime_as_string(days.at(np.where(known, seconds, 0)), unit="s")
    return [
        f"{text[:10]} {text[11:]}" if is_known else blank
        for text, is_known in zip(shown.tolist(), known.tolist(), strict=True)
    ]


def offset_moments(
    seconds: np.ndarray, until: int, zone: str, gap: str = " "
) -> list[str]:
    """Return wall-clock times followed by the offset their zone has then."""
    seconds = np.asarray(seconds)
    hours, place = np.unique(seconds // 3_600, return_inverse=True)
    offsets = [gap + _offset(int(hour), zone) for hour in hours]
    return [
        text + offsets[number] if text else ""
        for text, number in zip(moments(seconds, until), place.tolist(), strict=True)
    ]


@lru_cache(maxsize=100_000)
def _offset(hour: int, zone: str) -> str:
    if hour * 3_600 >= days.NEVER // 2:
        return ""
    moment = (
        days.at(np.asarray([hour * 3_600]))[0].item().replace(tzinfo=ZoneInfo(zone))
    )
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def picked(choices: Sequence[str], positions: np.ndarray | pd.Series) -> list[str]:
    """Return the choice at each position."""
    return np.asarray(choices, dtype=object)[np.asarray(positions)].tolist()


def where(known: np.ndarray, cells: Iterable[str], blank: str = "") -> list[str]:
    """Return the cells, blank where not known."""
    return [
        cell if is_known else blank
        for cell, is_known in zip(cells, np.asarray(known).tolist(), strict=True)
    ]


def quoted(cells: Iterable[str]) -> list[str]:
    """Return cells quoted for CSV where they need it."""
    return [
        '"' + cell.replace('"', '""') + '"' if _is_awkward(cell) else cell
        for cell in cells
    ]


def _is_awkward(cell: str) -> bool:
    return "," in cell or '"' in cell or "\n" in cell
