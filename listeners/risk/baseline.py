"""What is usual: mentions an hour by time of day, weekday or weekend, and how unruly they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from listeners.clock import to_datetime
from listeners.model import HOUR, Micros

PROFILE_WEIGHT = 4.0
"""Hours' worth of "like any other hour" each cell of the profile starts from."""
FLOOR = 0.5 / 168
"""The least expected in an hour: half a mention a week."""
LEVEL_HOURS = 7 * 24
PROFILE_HOURS = 28 * 24


@dataclass(frozen=True, slots=True)
class History:
    """Fresh mentions by hour, oldest first, up to ``end`` (UTC microseconds, not included).

    ``None`` marks an hour to leave out: a confirmed episode, or a source that was down. ``zone``
    decides what the time of day is.
    """

    hours: Sequence[int | None]
    end: Micros
    zone: str = "UTC"

    @property
    def known(self) -> int:
        """How many hours count."""
        return sum(1 for hour in self.hours if hour is not None)

    def start_of(self, index: int) -> Micros:
        """Return when the hour at this index began."""
        return Micros(self.end - (len(self.hours) - index) * HOUR)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Level an hour (7-day mean), profile by cell, and dispersion of ``window`` hour sums."""

    level: float
    profile: tuple[float, ...]
    phi: float
    window: int
    zone: str

    def expected(self, since: Micros, until: Micros) -> float:
        """Return the mentions expected between two moments."""
        total = 0.0
        at = since
        while at < until:
            ends = min(until, at // HOUR * HOUR + HOUR)
            total += (ends - at) / HOUR * self.level * self.profile[_cell(Micros(at), self.zone)]
            at = Micros(ends)
        return max(total, FLOOR * (until - since) / HOUR)


def baseline(history: History, window: int = 1) -> Baseline:
    """Learn what is usual from up to 28 days of hours; ``window`` in hours.

    profile(cell) = (sum / mean + w) / (n + w), shrunk towards 1 with w = 4; phi = max(1,
    mean((n - mu)^2 / mu)) over sums of ``window`` hours.
    """
    hours = list(history.hours)[-PROFILE_HOURS:]
    start = Micros(history.end - len(hours) * HOUR)
    return learn(hours, cells(start, len(hours), history.zone), window, history.zone)


def cells(start: Micros, count: int, zone: str) -> list[int]:
    """Return the cell of each of ``count`` hours from ``start`` on."""
    return [_cell(Micros(start + index * HOUR), zone) for index in range(count)]


def learn(
    hours: Sequence[int | None], hour_cells: Sequence[int], window: int, zone: str
) -> Baseline:
    """Learn from hours whose cells are known: what ``baseline`` does, for who does it often."""
    sums = [0] * 48
    sizes = [0] * 48
    for count, cell in zip(hours, hour_cells, strict=True):
        if count is not None:
            sums[cell] += count
            sizes[cell] += 1
    size = sum(sizes)
    mean = max(sum(sums) / size if size else 0.0, FLOOR)
    profile = tuple(
        (total / mean + PROFILE_WEIGHT) / (number + PROFILE_WEIGHT)
        for total, number in zip(sums, sizes, strict=True)
    )
    recent = [count for count in hours[-LEVEL_HOURS:] if count is not None]
    level = max(sum(recent) / len(recent) if recent else 0.0, FLOOR)
    by_cell = [max(mean * share, FLOOR) for share in profile]
    expected = [by_cell[cell] for cell in hour_cells]
    return Baseline(level, profile, _dispersion(hours, expected, window), window, zone)


def _dispersion(hours: Sequence[int | None], expected: Sequence[float], window: int) -> float:
    known = [0, *accumulate(count is not None for count in hours)]
    heard = [0, *accumulate(count or 0 for count in hours)]
    usual = [0.0, *accumulate(expected)]
    total, size = 0.0, 0
    for end in range(len(hours), window - 1, -window):
        if known[end] - known[end - window] == window:
            mu = usual[end] - usual[end - window]
            total += (heard[end] - heard[end - window] - mu) ** 2 / mu
            size += 1
    return max(1.0, total / size) if size else 1.0


@lru_cache(maxsize=4096)
def _cell(at: Micros, zone: str) -> int:
    """Return the cell of a moment: 0 to 23 by hour on weekdays, 24 to 47 on weekends."""
    local = to_datetime(Micros(at // HOUR * HOUR)).astimezone(ZoneInfo(zone))
    # Half-hour zones: the hour belongs to where its middle lies.
    local += timedelta(minutes=30 if local.minute else 0)
    return local.hour + (24 if local.weekday() >= 5 else 0)
