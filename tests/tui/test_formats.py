"""Numbers and dates against Babel, which is what French and English readers expect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from listeners.clock import from_datetime, from_iso
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros
from tui import formats
from tui.language import use_language

LOCALES = {"en": "en_GB", "fr": "fr"}


@pytest.fixture(params=["en", "fr"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    formats.use_zone(dt.UTC)
    yield request.param
    use_language("en")
    formats.use_zone(None)


@pytest.mark.parametrize("value", [0, 5, 999, 1234, 12345.6, -1234567.25])
def test_numbers(spoken: str, value: float) -> None:
    decimals = 0 if isinstance(value, int) else 2
    pattern = "#,##0" if decimals == 0 else "#,##0.00"
    expected = format_decimal(value, pattern, locale=LOCALES[spoken])
    assert formats.number(value, decimals) == expected


@pytest.mark.parametrize("value", [0.0, 0.125, 0.5, 1.0, 12.34])
def test_percentages(spoken: str, value: float) -> None:
    assert formats.percent(value) == format_percent(value, locale=LOCALES[spoken])


@pytest.mark.parametrize("value", [0, 7, 999, 1000, 1234, 12345, 99949, 1234567, 2.3e9])
def test_compact_counts(spoken: str, value: float) -> None:
    expected = format_compact_decimal(value, fraction_digits=1, locale=LOCALES[spoken])
    assert formats.compact(value) == expected
    assert len(formats.compact(value)) <= 7


def test_a_count_that_rounds_up_takes_the_next_unit() -> None:
    assert formats.compact(999_950) == "1M"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [(0.42, "+0.42", "+0,42"), (-0.1, "-0.10", "-0,10"), (0, "0.00", "0,00"),
     (-0.001, "0.00", "0,00")],
)  # fmt: skip
def test_signed(spoken: str, value: float, english: str, french: str) -> None:
    assert formats.signed(value) == {"en": english, "fr": french}[spoken]


MOMENTS = [dt.datetime(2026, month, month + 1, 14, 5, tzinfo=dt.UTC) for month in range(1, 13)]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_dates(spoken: str, moment: dt.datetime) -> None:
    at = from_datetime(moment)
    locale = LOCALES[spoken]
    assert formats.day(at) == format_datetime(moment, "EEE d MMM", locale=locale)
    assert formats.date(at) == format_datetime(moment, "d MMM y", locale=locale)
    assert formats.full_moment(at) == format_datetime(moment, "EEE d MMM y HH:mm", locale=locale)
    assert formats.clock_time(at) == format_time(moment, "HH:mm", locale=locale)


SPANS = [s * SECOND for s in (1, 45, 59)] + [MINUTE, 5 * MINUTE, HOUR, 2 * HOUR, DAY, 6 * DAY]


@pytest.mark.parametrize("span", SPANS)
def test_ages(spoken: str, span: int) -> None:
    locale = LOCALES[spoken]
    delta = dt.timedelta(microseconds=span)
    narrow = format_timedelta(delta, format="narrow", threshold=1, granularity="second",
                              locale=locale)  # fmt: skip
    assert formats.age(span) == narrow
    now = Micros(100 * DAY)
    in_words = {"format": "short", "threshold": 1, "add_direction": True, "locale": locale}
    # Weeks are left out: a queue is read in days.
    assert formats.ago(Micros(now - span), now) == format_timedelta(-delta, **in_words)
    assert formats.until(Micros(now + span), now) == format_timedelta(delta, **in_words)


def test_a_clock_that_jumped_gives_no_negative_age(spoken: str) -> None:
    now = Micros(100 * DAY)
    assert formats.ago(Micros(now + HOUR), now).replace("\u00a0", " ") in (
        "0 sec ago",
        "il y a 0 s",
    )
    assert formats.age(-5) == "0s"


def test_moments_are_as_short_as_they_stay_clear(spoken: str) -> None:
    now = from_iso("2026-11-22T10:00:00Z")
    assert formats.moment(from_iso("2026-11-22T08:30:00Z"), now) == "08:30"
    yesterday = formats.moment(from_iso("2026-11-21T08:30:00Z"), now)
    assert yesterday == {"en": "Sat 21 Nov 08:30", "fr": "sam. 21 nov. 08:30"}[spoken]
    long_ago = formats.moment(from_iso("2024-02-03T08:30:00Z"), now)
    assert long_ago == {"en": "3 Feb 2024", "fr": "3 févr. 2024"}[spoken]


def test_times_are_local() -> None:
    formats.use_zone(ZoneInfo("Europe/Paris"))
    try:
        assert formats.clock_time(from_iso("2026-07-01T22:30:00Z")) == "00:30"
        assert formats.date(from_iso("2026-07-01T22:30:00Z")) == "2 Jul 2026"
    finally:
        formats.use_zone(None)


@pytest.mark.parametrize("at", [Micros(10**18), Micros(-(10**18)), Micros(2**62)])
def test_a_time_no_calendar_holds_is_unknown(at: Micros) -> None:
    now = Micros(0)
    shown = [formats.clock_time(at), formats.day(at), formats.date(at), formats.moment(at, now),
             formats.full_moment(at)]  # fmt: skip
    assert shown == ["—"] * 5
