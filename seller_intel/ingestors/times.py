"""Dates and times as exports write them, to ISO text in UTC or of a day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

# The year stands first, so that no order of day and month has to be guessed.
_YEAR_FIRST = re.compile(
    r"""^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))
    (?:[T\s]*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?)?[分秒]?)?
    \s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?:\s*UTC)?)?$""",
    re.VERBOSE | re.IGNORECASE,
)
_SECONDS = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}(:[0-5][0-9]){2}$")
_HOURS_KEPT = 20_000
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - local, the zone comes later
_EXCEL_RANGE = (1.0, 2_958_466.0)
_FIRST_YEAR = 1900


class NotATime(ValueError):
    """A text cannot be read as a date or a time."""


def reader(
    zone: tzinfo, formats: tuple[str, ...] = (), time_of_day: time = time.min
) -> Callable[[str], datetime | None]:
    """Return a function from text to aware time; None for the zero dates of exports.

    Without formats a text must put the year first. `formats` are those of strptime,
    or `excel` (serial days), `unix`, `unix_ms`.
    """
    readers = [_FORMS.get(form) or _strptime(form) for form in formats] or [_year_first]

    def read(cell: str) -> datetime | None:
        for attempt in readers:
            found = attempt(cell)
            if found is None:
                continue
            moment, has_time = found
            if moment.year < _FIRST_YEAR:
                return None
            if not has_time:
                moment = datetime.combine(moment.date(), time_of_day, moment.tzinfo)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        expected = " or ".join(formats) or "year-month-day"
        raise NotATime(f"{cell!r} is no time written as {expected}")

    return read


def timestamp(read: Callable[[str], datetime | None]) -> Callable[[str], str | None]:
    """Return a converter to ISO text in UTC."""

    def convert(cell: str) -> str | None:
        moment = read(cell)
        return None if moment is None else moment.astimezone(UTC).isoformat()

    return convert


def utc_hours(zone: tzinfo) -> Callable[[str], str | None]:
    """Return a fast converter of `2026-11-22 10:58:03` in a zone; None where it fails.

    An hour of local time moves as a whole where both its ends have one offset of full
    hours, so only its first thirteen letters need the calendar, once.
    """
    known: dict[str, str | None] = {}

    def convert(cell: str) -> str | None:
        if not _SECONDS.match(cell):
            return None
        hour = cell[:13]
        if hour not in known:
            if len(known) > _HOURS_KEPT:
                known.clear()
            known[hour] = utc_hour(hour, zone)
        moved = known[hour]
        return None if moved is None else f"{moved}{cell[13:]}+00:00"

    return convert


def utc_hour(hour: str, zone: tzinfo) -> str | None:
    """Return a local hour such as `2026-11-22 10` in UTC, None where it is none."""
    try:
        first = datetime.fromisoformat(f"{hour}:00:00").replace(tzinfo=zone)
    except ValueError:
        return None
    last = first.replace(minute=59, second=59)
    offset = first.utcoffset()
    if first.year < _FIRST_YEAR or offset is None or offset != last.utcoffset():
        return None
    if offset.total_seconds() % 3600:
        return None
    return first.astimezone(UTC).isoformat()[:13]


def day(
    read: Callable[[str], datetime | None], zone: tzinfo
) -> Callable[[str], str | None]:
    """Return a converter to the date in a zone."""

    def convert(cell: str) -> str | None:
        moment = read(cell)
        return None if moment is None else moment.astimezone(zone).date().isoformat()

    return convert


def local_date(moment: str, zone: tzinfo) -> date:
    """Return the date of landed text, a date or a time, in a zone."""
    if len(moment) == 10:
        return date.fromisoformat(moment)
    return datetime.fromisoformat(moment).astimezone(zone).date()


def _year_first(cell: str) -> tuple[datetime, bool] | None:
    if len(cell) == 19 and cell[4] == "-" and cell.isascii():
        try:
            return datetime.fromisoformat(cell), True
        except ValueError:
            pass
    match = _YEAR_FIRST.match(unicodedata.normalize("NFKC", cell))
    if not match:
        return None
    year, month, dom, month2, dom2, hour, minute, second, fraction, offset = (
        match.groups()
    )
    if year == "0000":
        return datetime.min, True  # noqa: DTZ901 - a mark, not a time
    try:
        moment = datetime(
            int(year),
            int(month or month2),
            int(dom or dom2),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "").ljust(6, "0")[:6]),
            _offset(offset),
        )
    except ValueError as error:
        raise NotATime(f"{cell!r} is no day of the calendar") from error
    return moment, hour is not None


def _offset(stated: str | None) -> tzinfo | None:
    if not stated:
        return None
    if stated.upper() in ("Z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(stated[:6].strip().replace(":", ""), "%z").tzinfo


def _strptime(form: str) -> Callable[[str], tuple[datetime, bool] | None]:
    has_time = any(code in form for code in ("%H", "%I", "%X", "%c"))

    def read(cell: str) -> tuple[datetime, bool] | None:
        try:
            return datetime.strptime(cell, form), has_time  # noqa: DTZ007 - local
        except ValueError:
            return None

    return read


def _excel(cell: str) -> tuple[datetime, bool] | None:
    try:
        days = float(cell)
    except ValueError:
        return None
    if not _EXCEL_RANGE[0] <= days < _EXCEL_RANGE[1]:
        return None
    moment = _EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
    return moment, not days.is_integer()


def _unix(scale: int) -> Callable[[str], tuple[datetime, bool] | None]:
    def read(cell: str) -> tuple[datetime, bool] | None:
        if not cell.removeprefix("-").isdecimal():
            return None
        if int(cell) == 0:
            return datetime.min, True  # noqa: DTZ901 - a mark, not a time
        try:
            return datetime.fromtimestamp(int(cell) / scale, UTC), True
        except (OverflowError, OSError, ValueError):
            return None

    return read


_FORMS = {"excel": _excel, "unix": _unix(1), "unix_ms": _unix(1000)}
