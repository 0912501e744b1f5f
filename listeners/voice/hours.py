"""The hours of the week: when people speak, how it sounds, and when we answer.

Hours are those of the wall clock in a time zone. A stretch of weeks holds some of them more often
than others where the clock is changed, and at its ends; so rates are what is compared, counts by
the number of times an hour came. In a zone that is half an hour off, counts come by the half hour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo

from listeners.clock import to_datetime
from listeners.model import HOUR, MINUTE, Micros

WEEK = 7 * 24
TOLD = 3
"""Hours that a sentence names."""
LEAST = 5
"""Mentions, over all its times, that an hour needs to be a busy one."""
_MUCH, _SURE = 1.5, 2.0
"""How many times the mean makes an hour a busy one, and how many standard deviations (Poisson)
it must be above: a few mentions more than elsewhere are chance."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Counts of a part of an hour, from ``start``."""

    start: Micros
    total: int
    negative: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week over all its ``times``: mentions, the negative ones, our answers."""

    times: int = 0
    total: int = 0
    negative: int = 0
    answers: int = 0

    @property
    def rate(self) -> float:
        """Mentions each time it came; 0 where it never came."""
        return self.total / self.times if self.times else 0.0

    @property
    def negative_share(self) -> float | None:
        """The share of its mentions that is negative; ``None`` where nothing was said."""
        return self.negative / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The week: ``cells[weekday][hour]``, Monday first; ``zone`` as its clocks call it."""

    cells: tuple[tuple[Cell, ...], ...]
    since: Micros
    until: Micros
    zone: str

    @property
    def total(self) -> int:
        """All mentions."""
        return sum(cell.total for row in self.cells for cell in row)

    @property
    def answers(self) -> int:
        """All answers."""
        return sum(cell.answers for row in self.cells for cell in row)

    @property
    def mean(self) -> float:
        """Mentions an hour over the whole stretch."""
        times = sum(cell.times for row in self.cells for cell in row)
        return self.total / times if times else 0.0

    def is_busy(self, cell: Cell) -> bool:
        """Whether more is said in an hour than in most."""
        usual = self.mean * cell.times
        least = max(LEAST, _MUCH * usual, usual + _SURE * math.sqrt(usual))
        return cell.total >= least

    def busiest(self, count: int = TOLD) -> tuple[tuple[int, int], ...]:
        """Return weekday and hour of the hours people speak most at, the busiest first."""
        return self._first(count, self.is_busy)

    def unanswered(self, count: int = TOLD) -> tuple[tuple[int, int], ...]:
        """Return the busy hours in which nobody of ours answered, the busiest first."""
        return self._first(count, lambda cell: self.is_busy(cell) and not cell.answers)

    def _first(self, count: int, wanted: Callable[[Cell], bool]) -> tuple[tuple[int, int], ...]:
        found = [
            (-cell.rate, weekday, hour)
            for weekday, row in enumerate(self.cells)
            for hour, cell in enumerate(row)
            if wanted(cell)
        ]
        return tuple((weekday, hour) for _rate, weekday, hour in sorted(found)[:count])


def slot_width(now: Micros, zone: tzinfo | None) -> int:
    """Return how wide counts must be to fall into hours of a zone: an hour, or a part of it."""
    offset = to_datetime(now).astimezone(zone).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    return HOUR if minutes % 60 == 0 else 30 * MINUTE if minutes % 30 == 0 else 15 * MINUTE


def heat_map(
    slots: Iterable[Slot],
    answers: Iterable[Micros],
    since: Micros,
    until: Micros,
    zone: tzinfo | None,
) -> HeatMap:
    """Return the week of [since, until), two full hours; ``zone`` ``None`` is the machine's.

    What is outside the stretch is left out.
    """
    times: list[int] = [0] * WEEK
    for start in range(since, until, HOUR):
        times[place_of(Micros(start), zone)] += 1
    total, negative, answered = [0] * WEEK, [0] * WEEK, [0] * WEEK
    for slot in slots:
        if since <= slot.start < until:
            place = place_of(slot.start, zone)
            total[place] += slot.total
            negative[place] += slot.negative
    for at in answers:
        if since <= at < until:
            answered[place_of(at, zone)] += 1
    cells = [Cell(*one) for one in zip(times, total, negative, answered, strict=True)]
    rows = tuple(tuple(cells[day * 24 : day * 24 + 24]) for day in range(7))
    return HeatMap(rows, since, until, zone_name(until, zone))


def place_of(at: Micros, zone: tzinfo | None) -> int:
    """Return which hour of the week a time is in, 0 for Monday from midnight to one."""
    local = to_datetime(at).astimezone(zone)
    return local.weekday() * 24 + local.hour


def zone_name(at: Micros, zone: tzinfo | None) -> str:
    """Return how the clocks of a zone are called at a time: ``CET``, ``UTC``."""
    return to_datetime(at).astimezone(zone).tzname() or ""
