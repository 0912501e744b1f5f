"""Days, weeks and months as the person in front of the screen has them.

Weeks begin on Monday (ISO 8601). Every function takes the time zone, ``None`` for the machine's
own, so that a test can stand in any place and on any night the clocks change.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from listeners.clock import from_datetime, to_datetime
from listeners.model import MINUTE, Micros

WEEK = 7


def at_wall(wall: datetime, zone: tzinfo | None) -> Micros:
    """Return the moment at which the clock of ``zone`` shows ``wall``.

    An hour that is skipped in spring counts on from the hour before; of one that comes twice in
    autumn, the first is meant.
    """
    bare = wall.replace(tzinfo=None, fold=0)
    return from_datetime(bare.replace(tzinfo=zone) if zone is not None else bare.astimezone())


def wall_of(at: Micros, zone: tzinfo | None) -> datetime:
    """Return what the clock of ``zone`` shows at a moment, without a zone."""
    return to_datetime(at).astimezone(zone).replace(tzinfo=None)


def day_of(at: Micros, zone: tzinfo | None) -> date:
    """Return the day a moment falls on."""
    return wall_of(at, zone).date()


def day_start(day: date, zone: tzinfo | None) -> Micros:
    """Return when a day begins."""
    return at_wall(datetime.combine(day, time()), zone)


def floating(day: date) -> Micros:
    """Return a date as it is stored: midnight UTC, whatever the zone."""
    return from_datetime(datetime.combine(day, time(), UTC))


def floating_day(at: Micros) -> date:
    """Return the date that is stored so."""
    return to_datetime(at).date()


def shifted(at: Micros, zone: tzinfo | None, *, days: int = 0, minutes: int = 0) -> Micros:
    """Return a moment some days later at the same time of day, then some minutes on."""
    moved = at_wall(wall_of(at, zone) + timedelta(days=days), zone) if days else at
    return Micros(moved + minutes * MINUTE)


def week_start(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(at: Micros, zone: tzinfo | None = None, weeks: int = 0) -> Micros:
    """Return when the week of a moment began, Monday at 0:00; ``weeks`` later, or before."""
    return day_start(week_start(day_of(at, zone)) + timedelta(days=WEEK * weeks), zone)


def week_days(day: date) -> tuple[date, ...]:
    """Return the seven days of a day's week."""
    monday = week_start(day)
    return tuple(monday + timedelta(days=number) for number in range(WEEK))


def month_weeks(day: date) -> tuple[tuple[date, ...], ...]:
    """Return the whole weeks in which a day's month lies."""
    monday = week_start(day.replace(day=1))
    weeks = []
    while True:
        weeks.append(week_days(monday))
        monday += timedelta(days=WEEK)
        if (monday.year, monday.month) != (day.year, day.month):
            return tuple(weeks)


def months_on(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month if it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    first = date(place // 12, place % 12 + 1, 1)
    after = date((place + 1) // 12, (place + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def week_name(day: date) -> str:
    """Return a day's week as ISO 8601 writes it: ``2026-W48``."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"
