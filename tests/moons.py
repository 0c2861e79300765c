"""New moons by astronomy, to check the lunar festivals that a seed states.

J. Meeus, Astronomical Algorithms, 2nd edition, chapter 49; the largest periodic terms,
right to about a minute. A Chinese month begins on the day of the new moon, UTC+8.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import radians, sin

_J2000 = datetime(2000, 1, 1, 12)
# terms of chapter 49: coefficient, then multiples of M (sun), M' (moon), F; E exponent
_TERMS = (
    (-0.40720, 0, 1, 0),
    (0.17241, 1, 0, 0),
    (0.01608, 0, 2, 0),
    (0.01039, 0, 0, 2),
    (0.00739, -1, 1, 0),
    (-0.00514, 1, 1, 0),
    (0.00208, 2, 0, 0),
    (-0.00111, 0, 1, -2),
    (-0.00057, 0, 1, 2),
    (0.00056, 1, 2, 0),
    (-0.00042, 0, 3, 0),
    (0.00042, 1, 0, 2),
    (0.00038, 1, 0, -2),
    (-0.00024, -1, 2, 0),
)
_DELTA_T = timedelta(seconds=70)


def new_moon_before(day: date) -> date:
    """Return the day in China of the last new moon at or before a day."""
    lunation = round((day.year + day.timetuple().tm_yday / 365.25 - 2000) * 12.3685) + 2
    while _day_in_china(lunation) > day:
        lunation -= 1
    return _day_in_china(lunation)


def lunar_day(day: date) -> int:
    """Return which day of its Chinese month a day is, from 1."""
    return (day - new_moon_before(day)).days + 1


def _day_in_china(lunation: int) -> date:
    return (_new_moon(lunation) + timedelta(hours=8)).date()


def _new_moon(lunation: int) -> datetime:
    k = lunation
    t = k / 1236.85
    days = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    eccentricity = 1 - 0.002516 * t
    sun = radians(2.5534 + 29.10535670 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    node = radians(124.7746 - 1.56375588 * k)
    days += sum(
        size * eccentricity ** abs(s) * sin(s * sun + m * moon + f * latitude)
        for size, s, m, f in _TERMS
    )
    days -= 0.00017 * sin(node)
    return _J2000 + timedelta(days=days - 2451545) - _DELTA_T
