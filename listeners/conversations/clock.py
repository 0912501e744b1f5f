"""Business time: only the moments in which the team is there count towards a due time.

A moment is open when its wall-clock time, in the team's zone, lies in one of the weekday's blocks
and its date is no holiday. Everything else follows from that one sentence, daylight-saving nights
included: a wall-clock time that happens twice counts twice, one that never happens never counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from listeners.model import DAY, MINUTE, SECOND, Micros

Block = tuple[int, int]
"""Opening and closing time in minutes since midnight; 1440 is the end of the day."""

Stretch = tuple[int, int]
"""A stretch of open time in UTC microseconds, the end not included."""

_WHOLE_DAY: tuple[Block, ...] = ((0, 1440),)
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the team is there.

    ``zone`` is an IANA name. ``week`` holds the blocks of Monday to Sunday, in any order and
    several a day; a week without any block means always there. ``holidays`` are closed all day.
    """

    zone: str = "UTC"
    week: tuple[tuple[Block, ...], ...] = ()
    holidays: frozenset[date] = frozenset()

    @property
    def always(self) -> bool:
        """Whether every moment is open."""
        return not any(self.week) and not self.holidays

    def blocks(self, day: date) -> tuple[Block, ...]:
        """Return the blocks of this date, none on a holiday."""
        if day in self.holidays:
            return ()
        if not any(self.week):
            return _WHOLE_DAY
        weekday = day.weekday()
        return self.week[weekday] if weekday < len(self.week) else ()


def due_at(start: Micros, target_seconds: float, hours: BusinessHours) -> Micros:
    """Return the moment at which ``target_seconds`` of business time have passed since ``start``.

    A negative target walks back. A target that ends with a block is due at its closing time, not
    at the next opening (Friday 16:30 + 30 min with 9-17 is Friday 17:00; 16:45 + 30 min is Monday
    09:15). Where no open time is left in the calendar, the target passes in plain time.
    """
    wanted = round(target_seconds * SECOND)
    if hours.always or not wanted:
        return Micros(start + wanted)
    forward = wanted > 0
    left = abs(wanted)
    for begins, ends in _stretches(start, hours, forward=forward):
        length = ends - begins
        if length >= left:
            return Micros(begins + left if forward else ends - left)
        left -= length
    return Micros(start + wanted)


def business_seconds(a: Micros, b: Micros, hours: BusinessHours) -> float:
    """Return the business time from ``a`` to ``b`` in seconds, negative when ``b`` is earlier."""
    if b < a:
        return -business_seconds(b, a, hours)
    if hours.always:
        return (b - a) / SECOND
    total = 0
    for begins, ends in _stretches(a, hours, forward=True):
        if begins >= b:
            break
        total += min(ends, b) - begins
    return total / SECOND


def is_open(at: Micros, hours: BusinessHours) -> bool:
    """Return whether the team is there at this moment."""
    if hours.always:
        return True
    return any(begins <= at < ends for begins, ends in _open_in(hours, at // DAY))


def _stretches(start: Micros, hours: BusinessHours, *, forward: bool) -> Iterator[Stretch]:
    """Yield the open stretches after (or before) ``start``, nearest first, cut at ``start``."""
    day = start // DAY
    first, last = 8 - _EPOCH, date.max.toordinal() - _EPOCH - 8
    while first < day < last:
        open_time = _open_in(hours, day)
        for begins, ends in open_time if forward else reversed(open_time):
            if forward and ends > start:
                yield max(begins, start), ends
            elif not forward and begins < start:
                yield begins, min(ends, start)
        day += 1 if forward else -1


@lru_cache(maxsize=8192)
def _open_in(hours: BusinessHours, day: int) -> tuple[Stretch, ...]:
    """Return the open stretches of one UTC day (counted from 1970), in order and disjoint.

    Local dates reach into their neighbours' UTC days (zones lie up to 14 hours from UTC), and a
    clock put back over midnight makes them interleave: so all near dates are cut to the UTC day.
    """
    found: list[Stretch] = []
    begins, ends = day * DAY, (day + 1) * DAY
    for near in range(day - 2, day + 3):
        local = date.fromordinal(_EPOCH + near)
        blocks = hours.blocks(local)
        if not blocks:
            continue
        for since, until, offset in _offsets(hours.zone, near):
            for opens, closes in blocks:
                a = max(near * DAY + opens * MINUTE - offset, since, begins)
                b = min(near * DAY + closes * MINUTE - offset, until, ends)
                if a < b:
                    found.append((a, b))
    return _joined(found)


def _joined(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Return the stretches in order, touching and overlapping ones made one."""
    joined: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return tuple(joined)


@lru_cache(maxsize=8192)
def _offsets(zone: str, day: int) -> tuple[tuple[int, int, int], ...]:
    """Return (since, until, offset) in microseconds for the UTC days around ``day``.

    Python's zones answer only "which offset at this instant", so a change is found by halving
    each six-hour step whose ends differ; no zone changed twice within six hours.
    """
    step = DAY // 4
    info = ZoneInfo(zone)
    edges = range(day * DAY - 2 * DAY, day * DAY + 3 * DAY + 1, step)
    changes: list[int] = []
    for before, after in pairwise(edges):
        if _offset(info, before) != _offset(info, after):
            seconds = range(before // SECOND, after // SECOND + 1)
            old = _offset(info, before)
            at = bisect_right(seconds, False, key=lambda s: _offset(info, s * SECOND) != old)
            changes.append(seconds[at] * SECOND)
    bounds = [edges[0], *changes, edges[-1]]
    return tuple((since, until, _offset(info, since)) for since, until in pairwise(bounds))


def _offset(info: ZoneInfo, at: int) -> int:
    """Return the zone's distance from UTC at this instant, in microseconds."""
    moment = (_EPOCH_TIME + timedelta(microseconds=at)).astimezone(info)
    offset = moment.utcoffset()
    assert offset is not None, "a ZoneInfo always knows its offset"
    return offset // timedelta(microseconds=1)
