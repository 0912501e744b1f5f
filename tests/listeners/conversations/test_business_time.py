"""Business time against a counter that looks at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_datetime, from_iso, to_iso
from listeners.conversations.clock import BusinessHours, business_seconds, due_at, is_open
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros

NINE_TO_FIVE: tuple[tuple[tuple[int, int], ...], ...] = (*[((540, 1020),)] * 5, (), ())
PARIS = BusinessHours("Europe/Paris", NINE_TO_FIVE)
SPLIT = BusinessHours(
    "Europe/Paris", (*[((14 * 60, 18 * 60), (9 * 60, 12 * 60 + 30))] * 5, ((600, 720),), ())
)

DUE: list[tuple[str, str, float, BusinessHours, str]] = [
    ("over the weekend", "2026-11-20T16:45+01:00", 30, PARIS, "2026-11-23T09:15+01:00"),
    ("to the minute of closing", "2026-11-20T16:30+01:00", 30, PARIS, "2026-11-20T17:00+01:00"),
    ("before opening", "2026-11-20T06:00+01:00", 60, PARIS, "2026-11-20T10:00+01:00"),
    ("on a Sunday", "2026-11-22T12:00+01:00", 1, PARIS, "2026-11-23T09:01+01:00"),
    ("over lunch", "2026-11-20T12:00+01:00", 45, SPLIT, "2026-11-20T14:15+01:00"),
    ("Saturday morning", "2026-11-20T17:30+01:00", 60, SPLIT, "2026-11-21T10:30+01:00"),
    ("nothing to wait", "2026-11-22T12:00+01:00", 0, PARIS, "2026-11-22T12:00+01:00"),
    (
        "a holiday in between",
        "2026-12-24T16:00+01:00",
        120,
        BusinessHours("Europe/Paris", NINE_TO_FIVE, frozenset({date(2026, 12, 25)})),
        "2026-12-28T10:00+01:00",
    ),
    ("always there", "2026-11-21T23:45Z", 30, BusinessHours(), "2026-11-22T00:15Z"),
    (
        "always there but on a holiday",
        "2026-12-24T23:30Z",
        60,
        BusinessHours(holidays=frozenset({date(2026, 12, 25)})),
        "2026-12-26T00:30Z",
    ),
    (
        "the night the clock goes forward",
        "2026-03-29T00:30+01:00",
        180,
        BusinessHours("Europe/Paris", ((), (), (), (), (), (), ((0, 1440),))),
        "2026-03-29T04:30+02:00",
    ),
    (
        "the night the clock goes back: 02:00 to 03:00 happens twice",
        "2026-10-25T01:30+02:00",
        120,
        BusinessHours("Europe/Paris", ((), (), (), (), (), (), ((60, 180),))),
        "2026-10-25T02:30+01:00",
    ),
]


@pytest.mark.parametrize(
    ("start", "minutes", "hours", "due"), [row[1:] for row in DUE], ids=[row[0] for row in DUE]
)
def test_due(start: str, minutes: float, hours: BusinessHours, due: str) -> None:
    assert to_iso(due_at(from_iso(start), 60 * minutes, hours)) == to_iso(from_iso(due))


@pytest.mark.parametrize(
    ("due", "minutes", "start"),
    [
        ("2026-11-23T09:15+01:00", 30, "2026-11-20T16:45+01:00"),
        ("2026-11-23T09:00+01:00", 30, "2026-11-20T16:30+01:00"),
        ("2026-11-22T12:00+01:00", 480, "2026-11-20T09:00+01:00"),
    ],
)
def test_backwards(due: str, minutes: float, start: str) -> None:
    assert to_iso(due_at(from_iso(due), -60 * minutes, PARIS)) == to_iso(from_iso(start))


def test_a_week_of_holidays_does_not_hang() -> None:
    closed = BusinessHours("UTC", NINE_TO_FIVE, frozenset(
        date(2026, 1, 1) + timedelta(days=n) for n in range(365)
    ))  # fmt: skip

    assert to_iso(due_at(from_iso("2026-01-01T10:00Z"), 3600, closed)) == to_iso(
        from_iso("2027-01-01T10:00Z")
    )


# --- against brute force -------------------------------------------------------------------------

ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
     "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"]
)  # fmt: skip
BLOCKS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda b: b[0] < b[1]), max_size=3
).map(tuple)
WEEKS = st.lists(BLOCKS, min_size=7, max_size=7).map(tuple)
# Around changes of the clock in every one of the zones, and a day that Samoa skipped.
DAYS = st.sampled_from(
    ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04",
     "2026-02-15", "2026-03-22", "2011-12-29", "2026-07-01"]
)  # fmt: skip


def open_minutes(hours: BusinessHours, start: datetime, minutes: int) -> list[bool]:
    """Whether each minute is open, by its wall clock alone."""
    zone = ZoneInfo(hours.zone)
    blocks_given = any(hours.week)
    found = []
    for number in range(minutes):
        wall = (start + timedelta(minutes=number)).astimezone(zone)
        minute = 60 * wall.hour + wall.minute
        blocks = hours.week[wall.weekday()] if blocks_given else ((0, 1440),)
        found.append(wall.date() not in hours.holidays and any(a <= minute < b for a, b in blocks))
    return found


@settings(max_examples=60, deadline=None)
@given(zone=ZONES, week=WEEKS, day=DAYS, offset=st.integers(-1440, 1440), data=st.data())
def test_every_minute_is_counted_once(
    zone: str,
    week: tuple[tuple[tuple[int, int], ...], ...],
    day: str,
    offset: int,
    data: st.DataObject,
) -> None:
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    holidays = frozenset(
        middle.date() + timedelta(days=n)
        for n in data.draw(st.lists(st.integers(-2, 2), max_size=2))
    )
    hours = BusinessHours(zone, week, holidays)
    start = middle + timedelta(minutes=offset)
    minutes = open_minutes(hours, start, 2 * 1440)
    begins = from_datetime(start)

    length = data.draw(st.integers(0, len(minutes)))
    ends = Micros(begins + length * MINUTE)
    assert business_seconds(begins, ends, hours) == 60 * sum(minutes[:length])
    assert business_seconds(ends, begins, hours) == -60 * sum(minutes[:length])
    assert is_open(begins, hours) is minutes[0]

    total = sum(minutes)
    if total:
        wanted = data.draw(st.integers(1, total))
        due = due_at(begins, 60 * wanted, hours)
        last = [number for number, is_it in enumerate(minutes) if is_it][wanted - 1]
        assert due == begins + (last + 1) * MINUTE
        assert business_seconds(begins, due, hours) == 60 * wanted
        back = due_at(due, -60 * wanted, hours)
        assert business_seconds(back, due, hours) == 60 * wanted
        assert back >= begins


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(from_iso("2020-01-01"), from_iso("2035-01-01")),
    a=st.integers(0, 10 * 86_400),
    b=st.integers(0, 10 * 86_400),
)
def test_targets_add_up_and_later_targets_are_never_due_earlier(start: int, a: int, b: int) -> None:
    first = due_at(Micros(start), a, SPLIT)
    assert due_at(first, b, SPLIT) == due_at(Micros(start), a + b, SPLIT) or a == 0 or b == 0
    assert due_at(Micros(start), a + 1, SPLIT) > first
    assert first - start >= a * SECOND
    assert first - start < a * SECOND * 10 + 4 * DAY + HOUR
