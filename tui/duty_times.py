"""The times of a shift as a person types them, in two languages.

``mon 18:00 - fri 9:00``, ``now - 22:00``, ``tomorrow 9:00 17:00``, ``2026-12-24 18:00 - 26``...
with ``x8`` for eight weeks. Pure: the present and the zone are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from listeners.clock import to_datetime
from listeners.duty import MOST_WEEKS, Pattern, Shift, shifts_of, wall
from listeners.model import Micros

_TOKEN = re.compile(
    r"""(?P<date>\d{4}-\d{2}-\d{2})
      | x\s*(?P<times>\d{1,3})\b | (?P<weeks>\d{1,3})\s*(?:x|w|weeks?|sem|semaines?)\b
      | (?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2})?)?(?!\d)
      | (?P<word>[^\W\d]+(?:['’][^\W\d]+)*)
      | (?P<dash>[-–—→])
      | (?P<space>[\s,;]+)""",
    re.VERBOSE,
)
_BETWEEN = ("to", "until", "till", "à", "au", "jusque", "jusqu'à", "jusqu'au")
_NOW = ("now", "maintenant")
_RELATIVE = {"today": 0, "aujourd'hui": 0, "tomorrow": 1, "demain": 1}
_WEEKDAYS = (
    ("monday", "lundi"),
    ("tuesday", "mardi"),
    ("wednesday", "mercredi"),
    ("thursday", "jeudi"),
    ("friday", "vendredi"),
    ("saturday", "samedi"),
    ("sunday", "dimanche"),
)
MIDNIGHT = time(0)
_FARTHEST = timedelta(days=5 * 366)


class _Moment(NamedTuple):
    """One end of a stretch: a weekday from 0 for Monday, or a date, or neither; and a time."""

    weekday: int | None = None
    day: date | None = None
    clock: time | None = None


def shifts_meant(
    text: str,
    members: Sequence[str],
    now: Micros,
    zone: tzinfo | None = None,
    *,
    brand: str = "",
    note: str = "",
    weeks: int = 0,
) -> list[Shift] | None:
    """Return the shifts that a text means for members who take turns, ``None`` if it means none.

    ``weeks`` repeats it week by week, as ``x8`` in the text does. Without a day, today is meant,
    or tomorrow where that time is over.
    """
    read = _read(text, now, zone)
    if read is None or not members:
        return None
    first, second, times = read
    times = weeks or times
    if not 1 <= times <= MOST_WEEKS:
        return None
    start = first.clock or MIDNIGHT
    if first.weekday is not None:
        ends = second.weekday
        if second.day is not None:
            return None
        if ends is None:
            ends = first.weekday + int((second.clock or MIDNIGHT) <= start)
        return shifts_of(
            Pattern(
                members=tuple(members),
                from_day=first.weekday,
                from_clock=start,
                to_day=ends % 7,
                to_clock=second.clock or MIDNIGHT,
                weeks=times,
            ),
            now,
            zone,
            brand=brand,
            note=note,
        )
    return _dated(first, second, times, members, now, zone, brand=brand, note=note)


def _dated(
    first: _Moment,
    second: _Moment,
    times: int,
    members: Sequence[str],
    now: Micros,
    zone: tzinfo | None,
    *,
    brand: str,
    note: str,
) -> list[Shift] | None:
    here = to_datetime(now).astimezone(zone)
    begins = first.day or here.date()
    start = first.clock or MIDNIGHT
    end = second.clock or MIDNIGHT
    ends = _end_day(begins, start, second, end)
    if first.day is None and second.day is None and wall(ends, end, zone, last=True) <= now:
        begins, ends = begins + timedelta(days=1), ends + timedelta(days=1)
    made: list[Shift] = []
    for week in range(times):
        on = timedelta(days=7 * week)
        made.append(
            Shift(
                brand=brand,
                member=members[week % len(members)],
                from_at=wall(begins + on, start, zone),
                to_at=wall(ends + on, end, zone, last=True),
                note=note,
            )
        )
    return made if all(one.from_at < one.to_at for one in made) else None


def _end_day(begins: date, start: time, second: _Moment, end: time) -> date:
    """Return the day a stretch ends: as it was said, else that day or the night after."""
    if second.day is not None:
        return second.day
    if second.weekday is not None:
        ahead = (second.weekday - begins.weekday()) % 7
        return begins + timedelta(days=ahead or (7 if end <= start else 0))
    return begins + timedelta(days=int(end <= start))


def _read(text: str, now: Micros, zone: tzinfo | None) -> tuple[_Moment, _Moment, int] | None:
    """Return both ends of a stretch and how often it is meant, ``None`` for anything else."""
    here = to_datetime(now).astimezone(zone)
    times, moments = 1, [_NOTHING]
    place, words = 0, text.casefold().replace("’", "'").strip()
    while place < len(words):
        found = _TOKEN.match(words, place)
        if found is None:
            return None
        place = found.end()
        if found["times"] or found["weeks"]:
            times = int(found["times"] or found["weeks"])
        elif found["dash"] or found["word"] in _BETWEEN:
            moments.append(_NOTHING)
        elif found["hour"]:
            clock = _clock(found)
            if clock is None:
                return None
            if moments[-1].clock is not None:
                moments.append(_NOTHING)
            moments[-1] = moments[-1]._replace(clock=clock)
        elif not found["space"]:
            day = _day(found, here)
            if day is None:
                return None
            if moments[-1] != _NOTHING:
                moments.append(_NOTHING)
            moments[-1] = day
    if len(moments) != 2 or _NOTHING in moments:
        return None
    return moments[0], moments[1], times


_NOTHING = _Moment()


def _day(found: re.Match[str], here: datetime) -> _Moment | None:
    if found["date"]:
        try:
            day = date.fromisoformat(found["date"])
        except ValueError:
            return None
        return _Moment(day=day) if abs(day - here.date()) < _FARTHEST else None
    word = found["word"]
    if word in _NOW:
        return _Moment(day=here.date(), clock=here.time().replace(microsecond=0, tzinfo=None))
    if word in _RELATIVE:
        return _Moment(day=here.date() + timedelta(days=_RELATIVE[word]))
    for number, names in enumerate(_WEEKDAYS):
        if len(word) >= 3 and any(name.startswith(word) for name in names):
            return _Moment(weekday=number)
    return None


def _clock(found: re.Match[str]) -> time | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
