"""Beijing time, as Chinese platforms write it: no zone in the text, no summer time."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Asia/Shanghai")
_FORM = "%Y-%m-%d %H:%M:%S"
_OFFSET = 8 * 3600


def text(instant: datetime) -> str:
    """Return an instant as 2026-11-22 12:00:00."""
    return instant.astimezone(_ZONE).strftime(_FORM)


def stamp() -> str:
    """Return the time of the wall clock, which requests are stamped with."""
    return time.strftime(_FORM, time.gmtime(time.time() + _OFFSET))
