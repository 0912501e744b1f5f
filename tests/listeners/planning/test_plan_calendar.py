"""Days, weeks and months, where clocks change and years end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.model import DAY, HOUR, Micros
from listeners.planning.calendar import (
    at_wall,
    day_of,
    day_start,
    floating,
    floating_day,
    month_weeks,
    months_on,
    shifted,
    week_days,
    week_name,
    week_start,
)
from listeners.planning.days import by_day, days_of, moved
from listeners.planning.entry import Planned

PARIS = ZoneInfo("Europe/Paris")
ONE = Planned(id=1, brand="Acme", title="x", at=from_iso("2026-11-24T10:00:00Z"))


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59"),
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # skipped: counts on from the hour before
        ("2026-03-29T03:30", "2026-03-29T01:30"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # twice: the first
        ("2026-10-25T03:00", "2026-10-25T02:00"),
        ("2026-12-31T23:59", "2026-12-31T22:59"),
    ],
)
def test_a_wall_clock_names_one_moment(wall: str, moment: str) -> None:
    assert at_wall(datetime.fromisoformat(wall), PARIS) == from_iso(moment + ":00Z")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)]
)
def test_a_day_has_the_hours_it_has(day: str, hours: int) -> None:
    one = date.fromisoformat(day)
    length = day_start(one.replace(day=one.day + 1), PARIS) - day_start(one, PARIS)
    assert length == hours * HOUR


@pytest.mark.parametrize(
    ("at", "days", "minutes", "after"),
    [
        ("2026-03-28T10:00:00Z", 1, 0, "2026-03-29T09:00:00Z"),  # 11:00 stays 11:00
        ("2026-10-24T09:00:00Z", 1, 0, "2026-10-25T10:00:00Z"),
        ("2026-10-25T10:00:00Z", -1, 0, "2026-10-24T09:00:00Z"),
        ("2026-12-31T23:30:00Z", 1, 0, "2027-01-01T23:30:00Z"),
        ("2026-03-29T00:30:00Z", 0, 60, "2026-03-29T01:30:00Z"),
    ],
)
def test_moving_by_days_keeps_the_time_of_day(at: str, days: int, minutes: int, after: str) -> None:
    assert shifted(from_iso(at), PARIS, days=days, minutes=minutes) == from_iso(after)


def test_a_move_keeps_the_length_and_a_whole_day_stays_one() -> None:
    long = replace(ONE, end_at=Micros(ONE.at + 2 * HOUR))
    later = moved(long, PARIS, days=3, minutes=30)
    assert (later.end_at or 0) - later.at == 2 * HOUR
    whole = replace(ONE, at=floating(date(2026, 3, 28)), all_day=True)
    assert floating_day(moved(whole, PARIS, days=1, minutes=60).at) == date(2026, 3, 29)
    two = replace(whole, end_at=Micros(whole.at + 2 * DAY))
    assert days_of(moved(two, PARIS, days=1), PARIS) == (date(2026, 3, 29), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("day", "monday", "name"),
    [
        ("2026-11-24", "2026-11-23", "2026-W48"),
        ("2027-01-01", "2026-12-28", "2026-W53"),
        ("2027-01-04", "2027-01-04", "2027-W01"),
        ("2024-12-31", "2024-12-30", "2025-W01"),
        ("2026-11-29", "2026-11-23", "2026-W48"),
    ],
)
def test_weeks_begin_on_monday_and_have_iso_numbers(day: str, monday: str, name: str) -> None:
    one = date.fromisoformat(day)
    assert week_start(one) == date.fromisoformat(monday)
    assert week_name(one) == name
    assert week_days(one)[0] == date.fromisoformat(monday)
    assert len(week_days(one)) == 7


@pytest.mark.parametrize(
    ("day", "first", "last", "weeks"),
    [
        ("2026-11-24", "2026-10-26", "2026-12-06", 6),
        ("2026-12-31", "2026-11-30", "2027-01-03", 5),
        ("2027-02-01", "2027-02-01", "2027-02-28", 4),
    ],
)
def test_a_month_is_whole_weeks(day: str, first: str, last: str, weeks: int) -> None:
    found = month_weeks(date.fromisoformat(day))
    assert (found[0][0], found[-1][-1]) == (date.fromisoformat(first), date.fromisoformat(last))
    assert len(found) == weeks


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2026-11-24", 1, "2026-12-24"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2027-01-31", -2, "2026-11-30"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_on(day: str, months: int, after: str) -> None:
    assert months_on(date.fromisoformat(day), months) == date.fromisoformat(after)


@pytest.mark.parametrize(
    ("one", "days"),
    [
        (replace(ONE, at=from_iso("2026-11-24T22:59:00Z")), ("2026-11-24", "2026-11-24")),
        (replace(ONE, at=from_iso("2026-11-24T23:00:00Z")), ("2026-11-25", "2026-11-25")),
        (
            replace(ONE, end_at=from_iso("2026-11-25T23:00:00Z")),  # midnight of Paris
            ("2026-11-24", "2026-11-25"),
        ),
        (replace(ONE, at=floating(date(2026, 11, 24)), all_day=True), ("2026-11-24",) * 2),
    ],
)
def test_the_days_of_an_entry(one: Planned, days: tuple[str, str]) -> None:
    assert tuple(day.isoformat() for day in days_of(one, PARIS)) == days


def test_what_takes_the_day_stands_before_what_has_a_time() -> None:
    whole = replace(ONE, id=2, at=floating(date(2026, 11, 24)), all_day=True)
    early = replace(ONE, id=3, at=from_iso("2026-11-24T08:00:00Z"))
    long = replace(ONE, id=4, end_at=from_iso("2026-12-24T08:00:00Z"))
    laid = by_day([ONE, early, whole, long], date(2026, 11, 23), date(2026, 11, 25), UTC)
    assert {day.day: [one.id for one in found] for day, found in laid.items()} == {
        24: [2, 3, 1, 4],
        25: [4],
    }


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 120 * 365 * DAY).map(Micros),
    st.integers(-400, 400),
    st.sampled_from([UTC, PARIS, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")]),
)
def test_any_day_is_found_again(at: Micros, days: int, zone: ZoneInfo) -> None:
    day = day_of(at, zone)
    assert day_start(day, zone) <= at
    assert floating_day(floating(day)) == day
    assert day in month_weeks(day)[0] + sum(month_weeks(day)[1:], ())
    there = shifted(at, zone, days=days)
    # An hour skipped by the clocks may carry a late evening over midnight, never further.
    assert abs((day_of(there, zone) - day).days - days) <= 1, (to_iso(at), to_iso(there))
