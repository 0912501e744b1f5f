"""Until when: the times a person may mean by "2h", "17:30", "tomorrow" or "fri", in two languages.

Pure: the present and the time zone are given, so that a test can stand on any evening.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

from listeners.clock import from_datetime, to_datetime
from listeners.model import DAY, HOUR, MINUTE, Micros

MORNING = time(9)
EVENING = time(18)
_SPAN = re.compile(r"(\d{1,3})\s*(m|min|mn|h|d|j|w|s?em)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})\s*[:hH.]\s*(\d{2})?")
_UNITS = {"m": MINUTE, "min": MINUTE, "mn": MINUTE, "h": HOUR, "d": DAY, "j": DAY}
_DAYS = ("mon lun", "tue mar", "wed mer", "thu jeu", "fri ven", "sat sam", "sun dim")
_LONGEST = 366 * DAY


def at_clock(now: Micros, clock: time, zone: tzinfo | None, days: int = 0) -> Micros:
    """Return a time of day some days from today, in the zone; ``None`` is the machine's."""
    here = to_datetime(now).astimezone(zone)
    # Built anew from its wall clock: adding days across a clock change would shift the hour.
    wall = datetime.combine(here.date() + timedelta(days=days), clock)
    aware = wall.replace(tzinfo=zone) if zone is not None else wall.astimezone()
    return from_datetime(aware)


def next_clock(now: Micros, clock: time, zone: tzinfo | None) -> Micros:
    """Return when a time of day comes next."""
    today = at_clock(now, clock, zone)
    return today if today > now else at_clock(now, clock, zone, 1)


def next_weekday(now: Micros, weekday: int, zone: tzinfo | None) -> Micros:
    """Return the morning of the next such day, 0 for Monday; today counts as a week away."""
    here = to_datetime(now).astimezone(zone)
    days = (weekday - here.weekday() - 1) % 7 + 1
    return at_clock(now, MORNING, zone, days)


def until_of(text: str, now: Micros, zone: tzinfo | None = None) -> Micros | None:
    """Return the time a text means, ``None`` if it means none or one beyond a year."""
    words = text.strip().casefold()
    if span := _SPAN.fullmatch(words):
        unit = _UNITS.get(span[2], 7 * DAY)
        length = int(span[1]) * unit
        return Micros(now + length) if 0 < length <= _LONGEST else None
    if clock := _CLOCK.fullmatch(words):
        hour, minute = int(clock[1]), int(clock[2] or 0)
        if hour < 24 and minute < 60:
            return next_clock(now, time(hour, minute), zone)
        return None
    if len(words) >= 3 and ("tomorrow".startswith(words) or "demain".startswith(words)):
        return at_clock(now, MORNING, zone, 1)
    for weekday, names in enumerate(_DAYS):
        if len(words) >= 3 and any(words.startswith(name) for name in names.split()):
            return next_weekday(now, weekday, zone)
    return None


def day_began(now: Micros, zone: tzinfo | None = None) -> Micros:
    """Return when today began, in the zone; ``None`` is the machine's."""
    return at_clock(now, time(0), zone)
