"""Entries laid on the days they fall on, and moved among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta, tzinfo

from listeners.model import DAY, Micros
from listeners.planning.calendar import day_of, floating, floating_day, shifted
from listeners.planning.entry import Planned


def days_of(one: Planned, zone: tzinfo | None) -> tuple[date, date]:
    """Return the first and the last day of an entry; what ends at midnight ends the day before."""
    if one.all_day:
        first = floating_day(one.at)
        return first, floating_day(Micros((one.end_at or one.at + DAY) - 1))
    first = day_of(one.at, zone)
    if one.end_at is None:
        return first, first
    return first, max(first, day_of(Micros(one.end_at - 1), zone))


def day_order(one: Planned) -> tuple[bool, int, int]:
    """Return the order of a day: what takes all of it first, then by time."""
    return (not one.all_day, one.at, one.id)


def by_day(
    entries: Iterable[Planned], first: date, last: date, zone: tzinfo | None
) -> dict[date, list[Planned]]:
    """Return the entries of each day from ``first`` to ``last``; empty days are left out."""
    days: dict[date, list[Planned]] = {}
    for one in entries:
        begin, end = days_of(one, zone)
        day, until = max(begin, first), min(end, last)
        while day <= until:
            days.setdefault(day, []).append(one)
            day += timedelta(days=1)
    return {day: sorted(days[day], key=day_order) for day in sorted(days)}


def moved(one: Planned, zone: tzinfo | None, *, days: int = 0, minutes: int = 0) -> Planned:
    """Return an entry some days or minutes later (or earlier), as long as before.

    Its time of day stays what it is when the clocks change between. What takes the whole day is
    moved by days only.
    """
    if one.all_day:
        at = floating(floating_day(one.at) + timedelta(days=days))
        length = 0 if one.end_at is None else one.end_at - one.at
        return replace(one, at=at, end_at=Micros(at + length) if one.end_at is not None else None)
    end = one.end_at
    return replace(
        one,
        at=shifted(one.at, zone, days=days, minutes=minutes),
        end_at=None if end is None else shifted(end, zone, days=days, minutes=minutes),
    )
