"""The sales estimator written plainly, one sales unit at a time, to check the models.

It follows the rules of docs/estimates.md word for word, in fractions and loops, and
shares nothing with the SQL. Prices, reviews and listing dates are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction as F
from itertools import pairwise
from statistics import median


@dataclass(frozen=True)
class Reading:
    """What a counter said at the close of a day (a number of the day)."""

    day: int
    lo: int
    hi: int


@dataclass
class Day:
    """Units of one day with their bounds."""

    lo: F
    est: F
    hi: F
    basis: str


@dataclass
class Unit:
    """The readings of one lifetime counter, judged."""

    episodes: list[list[Reading]] = field(default_factory=list)
    events: list[tuple[int, str]] = field(default_factory=list)


def judge(readings: list[Reading], festivals: frozenset[int] = frozenset()) -> Unit:
    """Cut readings into episodes and name what broke them."""
    unit = Unit()
    kept = _without_falls(sorted(readings, key=lambda each: each.day), unit)
    pairs: list[tuple[int, F]] = []
    for stretch in kept:
        for number, reading in enumerate(stretch):
            if number == 0:
                unit.episodes.append([reading])
                continue
            before = stretch[number - 1]
            gap = reading.day - before.day
            if _leaps(before, reading, pairs) and not any(
                before.day < day <= reading.day for day in festivals
            ):
                unit.events.append((reading.day, "merge_jump"))
                unit.episodes.append([reading])
            else:
                unit.episodes[-1].append(reading)
            pairs.append((reading.day, F(reading.lo - before.lo, gap)))
    unit.events.sort()
    return unit


def _without_falls(readings: list[Reading], unit: Unit) -> list[list[Reading]]:
    stretches: list[list[Reading]] = []
    number = 0
    while number < len(readings):
        reading = readings[number]
        peak = max((each.lo for each in stretches[-1]), default=0) if stretches else 0
        if stretches and reading.hi < peak:
            back = [
                later
                for later in range(number + 1, len(readings))
                if readings[later].day <= reading.day + 3 and readings[later].hi >= peak
            ]
            if back:
                unit.events += [
                    (each.day, "glitch") for each in readings[number : back[0]]
                ]
                number = back[0]
                continue
            unit.events.append((reading.day, "fall"))
            stretches.append([reading])
        elif stretches:
            stretches[-1].append(reading)
        else:
            stretches.append([reading])
        number += 1
    return stretches


def _leaps(before: Reading, reading: Reading, pairs: list[tuple[int, F]]) -> bool:
    growth = F(reading.lo - before.hi, reading.day - before.day)
    lately = [rate for day, rate in pairs if reading.day - 28 <= day < reading.day]
    return len(lately) >= 7 and growth > max(1000, 20 * median(lately))


class Envelope:
    """What an episode says the counter stood at on any day."""

    def __init__(self, episode: list[Reading]) -> None:
        self.days = [each.day for each in episode]
        self.least = [
            max(each.lo for each in episode[: number + 1])
            for number in range(len(episode))
        ]
        self.most = [
            min(each.hi for each in episode[number:]) for number in range(len(episode))
        ]

    def lo(self, day: int) -> int:
        """Return the least the counter stood at as a day closed."""
        return [a for d, a in zip(self.days, self.least, strict=True) if d <= day][-1]

    def hi(self, day: int) -> int:
        """Return the most it stood at."""
        return next(b for d, b in zip(self.days, self.most, strict=True) if d >= day)

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """Return the bounds of units sold on the days first to last."""
        return (
            max(0, self.lo(last) - self.hi(first - 1)),
            self.hi(last) - self.lo(first - 1),
        )

    def knots(self) -> list[tuple[F, F, bool]]:
        """Return moments, levels and whether the reading was exact."""
        found = []
        for number, day in enumerate(self.days):
            exact = self.least[number] == self.most[number]
            if number:
                before = self.least[number - 1] == self.most[number - 1]
                if self.least[number] > self.most[number - 1] and not (exact or before):
                    level = F(self.most[number - 1] + 1 + self.least[number], 2)
                    found.append((F(self.days[number - 1] + day, 2), level, False))
            if exact:
                found.append((F(day), F(self.least[number]), True))
        return found

    def segments(self) -> list[tuple[F, F, F, str]]:
        """Return from, to, units a day and basis, end to end."""
        first, last = F(self.days[0]), F(self.days[-1])
        if first == last:
            return []
        knots = self.knots()
        if len(knots) < 2:
            lo, hi = self.bounds(self.days[0] + 1, self.days[-1])
            length = last - first
            units = lo + F(hi - lo, 3) * min(F(1), length / 30)
            return [(first, last, units / length, "prior")]
        found = []
        for (t0, v0, e0), (t1, v1, e1) in pairwise(knots):
            found.append(
                (t0, t1, (v1 - v0) / (t1 - t0), "exact" if e0 and e1 else "crossing")
            )
        t, v, _ = knots[0]
        if t > first:
            units = found[0][2] * (t - first)
            units = min(max(units, v - self.most[0]), v - self.least[0])
            found.insert(0, (first, t, units / (t - first), "extrapolated"))
        t, v, _ = knots[-1]
        if t < last:
            units = found[-1][2] * (last - t)
            units = min(max(units, self.least[-1] - v), self.most[-1] - v)
            found.append((t, last, units / (last - t), "extrapolated"))
        return found


def days_of(unit: Unit) -> dict[int, Day]:
    """Return the units of every day inside an episode."""
    found: dict[int, Day] = {}
    for episode in unit.episodes:
        envelope = Envelope(episode)
        segments = envelope.segments()
        for day in range(episode[0].day + 1, episode[-1].day + 1):
            lo, hi = envelope.bounds(day, day)
            est = F(0)
            basis = ""
            for start, end, rate, kind in segments:
                overlap = min(end, F(day)) - max(start, F(day - 1))
                if overlap > 0:
                    est += rate * overlap
                    basis = kind
            found[day] = Day(F(lo), min(max(est, F(lo)), F(hi)), F(hi), basis)
    return found
