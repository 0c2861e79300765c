"""How platforms write money, moments and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

_BEIJING = datetime(1970, 1, 1, 8)  # noqa: DTZ001
_GREENWICH = datetime(1970, 1, 1)  # noqa: DTZ001


@lru_cache(maxsize=1 << 14)
def yuan(cents: int) -> str:
    """Return cents as a decimal text with two places."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole}.{part:02d}"


def beijing(moment: int, none: str = "") -> str:
    """Return `yyyy-MM-dd HH:mm:ss` in Beijing of epoch seconds."""
    return str(_BEIJING + timedelta(seconds=moment)) if moment else none


def from_beijing(text: str) -> int | None:
    """Return epoch seconds of a Beijing text; None where it is none."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except (ValueError, TypeError):
        return None
    return round((found - _BEIJING).total_seconds())


def greenwich(moment: int) -> str:
    """Return `yyyy-MM-ddTHH:mm:ss` in UTC of epoch seconds."""
    return (_GREENWICH + timedelta(seconds=moment)).isoformat()


def with_offset(moment: int, zone: ZoneInfo) -> str:
    """Return ISO 8601 with the offset of a zone."""
    return datetime.fromtimestamp(moment, zone).isoformat()


def from_iso(text: str) -> int | None:
    """Return epoch seconds of ISO 8601 text, UTC where it names no offset."""
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def in_zone(text: str, zone: ZoneInfo) -> int:
    """Return epoch seconds of a text in the time of a zone."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def number(text: object, usual: int) -> int | None:
    """Return a whole number; the usual one where there is none, None for nonsense."""
    if text is None or text == "":
        return usual
    try:
        return int(str(text))
    except ValueError:
        return None


def cut(rows: np.ndarray, start: int, size: int, repeats: bool) -> np.ndarray:
    """Return a page of rows; where it repeats, after the page before it."""
    page = rows[start : start + size]
    if not repeats:
        return page
    before = rows[max(0, start - size) : start] if start else page
    return np.concatenate([before, page])
