"""Days and times as people write them, the squares of a month, and the cadence in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from listeners.clock import from_iso, to_iso
from listeners.model import DAY, Micros, SafeText
from listeners.planning.cadence import ChannelCadence
from listeners.planning.calendar import floating
from listeners.planning.days import by_day
from listeners.planning.entry import Planned
from listeners.store.planned import Span
from tui.cadence_words import bars, this_week, verdicts
from tui.i18n import use_language, use_zone
from tui.plan_words import initials, meant, month_words, remind_words, state_words, when_words
from tui.reminding import forms, news_of, reminder_words
from tui.theme import DARK, palette
from tui.widgets.paint import text_of, width_of
from tui.widgets.plan_lines import Calendar, columns, month_lines, week_lines

PARIS = ZoneInfo("Europe/Paris")
NOW = from_iso("2026-11-25T12:00:00Z")
"""A Wednesday."""
BASE = date(2026, 12, 5)
ONE = Planned(
    id=1, brand="Acme", title="Winter sale", channel="mastodon", state="scheduled",
    at=from_iso("2026-11-27T13:00:00Z"),
)  # fmt: skip
STYLES = palette(DARK, False)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    use_zone(UTC)
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:30", "2026-12-05T13:30"),
        ("9h", "2026-12-05T08:00"),
        ("9h05", "2026-12-05T08:05"),
        ("today 14:00", "2026-11-25T13:00"),
        ("Tomorrow 9:00", "2026-11-26T08:00"),
        ("demain 9h", "2026-11-26T08:00"),
        ("fri 14:00", "2026-11-27T13:00"),
        ("mercredi 14h", "2026-12-02T13:00"),  # today's weekday is a week away
        ("2026-12-01 14:00", "2026-12-01T13:00"),
        ("2026-12-01T14:00", "2026-12-01T13:00"),
        ("2027-03-28 02:30", "2027-03-28T01:30"),  # an hour that is skipped
        ("1/12 10:00", "2026-12-01T09:00"),
        ("1.2 10:00", "2027-02-01T09:00"),  # past this year: next year
        ("20/11/2026 10:00", "2026-11-20T09:00"),
        ("+3 10:00", "2026-12-08T09:00"),
    ],
)
def test_times_are_understood(text: str, at: str) -> None:
    found = meant(text, BASE, NOW, PARIS)
    assert found is not None
    assert not found.all_day
    assert to_iso(found.at)[:16] == at


@pytest.mark.parametrize(
    ("text", "day"), [("fri", "2026-11-27"), ("1/12", "2026-12-01"), ("+1", "2026-12-06")]
)
def test_a_day_alone_is_all_of_it(text: str, day: str) -> None:
    assert meant(text, BASE, NOW, PARIS) == (floating(date.fromisoformat(day)), True)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "14:60", "30/2", "2026-13-01", "1969-01-01", "9999-01-01", "f 9h"]
)
def test_what_means_no_time_is_not_guessed(text: str) -> None:
    assert meant(text, BASE, NOW, PARIS) is None


def test_entries_in_words() -> None:
    assert state_words(ONE, NOW, UTC) == "scheduled"
    assert state_words(ONE, Micros(NOW + 9 * DAY), UTC) == "late: scheduled"
    assert when_words(replace(ONE, end_at=Micros(ONE.at + DAY)), UTC) == (
        "Fri 27 Nov 13:00 – Sat 28 Nov 13:00"
    )
    whole = replace(ONE, at=floating(BASE), all_day=True)
    assert when_words(whole, UTC) == "Sat 5 Dec · all day"
    assert [remind_words(one) for one in (None, 0, 900, 7200, 172_800)] == [
        "none", "at its time", "15 min before", "2 h before", "2 d before",
    ]  # fmt: skip
    assert (initials("hackernews"), initials("x"), initials("")) == ("Ha", "X ", "··")
    use_language("fr")
    assert month_words(BASE).endswith("2026")


def test_a_reminder_is_news_once() -> None:
    rung = replace(ONE, reminded_at=Micros(5))
    heard: set[tuple[int, int]] = set()
    assert news_of([rung], heard) == [rung]
    assert news_of([rung], heard) == []
    assert news_of([replace(rung, reminded_at=Micros(9))], heard) != []
    assert reminder_words(ONE, ONE.at) == "Reminder: Winter sale · 13:00"
    assert forms([rung, rung]) == ("◷ 13:00 and 1 more Winter sale", "◷ 13:00 and 1 more", "◷")


# --- the calendar ---------------------------------------------------------------------------------


def calendar(*entries: Planned, spans: tuple[Span, ...] = ()) -> Calendar:
    days = by_day(entries, date(2026, 10, 26), date(2026, 12, 6), UTC)
    return Calendar(day=date(2026, 11, 25), now=NOW, zone=UTC, days=days, spans=spans,
                    channels=("mastodon",))  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(78, 13), (76, 30), (118, 30), (50, 7), (7, 2)])
def test_the_month_fills_its_room_exactly(width: int, height: int) -> None:
    long = replace(ONE, title="漢字" * 40)
    lines = month_lines(calendar(ONE, long), width, height, STYLES)
    assert len(lines) <= max(height, 7)
    assert {width_of(line) for line in lines} == {width}
    assert {width_of(line) for line in week_lines(calendar(ONE, long), width, height, STYLES)} == {
        width
    }
    assert sum(columns(width)) == width


def test_the_month_marks_today_what_is_late_and_how_much_there_is() -> None:
    late = replace(ONE, id=2, at=Micros(NOW - DAY), title="Forgotten")
    lines = [text_of(line) for line in month_lines(
        calendar(ONE, late, replace(ONE, id=3, title="Second")), 78, 13, STYLES)]  # fmt: skip
    text = "\n".join(lines)
    assert "[25]" in text
    assert "24 1!" in text
    assert "! Ma Forg…" in text
    assert "27 2" in text
    assert "◕ Ma Wint…" in text


def test_campaigns_are_drawn_over_their_days() -> None:
    span = Span(
        1, "Acme", SafeText("Sale"), from_iso("2026-11-24T00:00:00Z"),
        from_iso("2026-11-27T00:00:00Z"),
    )  # fmt: skip
    flat = [text_of(line) for line in month_lines(calendar(spans=(span,)), 78, 13, STYLES)]
    [row] = [line for line in flat if "━" in line]
    assert row.startswith(" 23          24 ━━━━━━━[25] ━━━━━━ 26 ━━━━━━━ 27 ")
    high = [text_of(line) for line in month_lines(calendar(spans=(span,)), 78, 31, STYLES)]
    [row] = [line for line in high if "━" in line]
    assert row.index("▌Sale") == columns(78)[0]
    assert len(row.rstrip()) == sum(columns(78)[:4])
    assert any("▌Sale" in text_of(line) for line in week_lines(calendar(spans=(span,)), 118, 9,
                                                               STYLES))  # fmt: skip


def test_a_full_day_says_how_much_more_there_is() -> None:
    many = [replace(ONE, id=number, title=f"Post {number}") for number in range(9)]
    high = "\n".join(text_of(line) for line in month_lines(calendar(*many), 118, 31, STYLES))
    assert "+6 more" in high
    week = "\n".join(text_of(line) for line in week_lines(calendar(*many), 118, 8, STYLES))
    assert "+6 more" in week


# --- cadence --------------------------------------------------------------------------------------


def cadence(**changes: object) -> ChannelCadence:
    one = ChannelCadence(
        channel="mastodon", target=5.0, posted=(4, 5, 5, 6, 3), expected=2.5, behind=0, over=0,
        last_at=NOW, silent=None, usual=None, coming=2,
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (cadence(), ["on time"]),
        (cadence(posted=(0, 1), behind=1), ["1 behind", "2 still to plan"]),
        (cadence(over=3), ["3 more than planned"]),
        (cadence(silent=9 * DAY, coming=5), ["silent for 9d"]),
        (cadence(target=None), ["no target"]),
        (cadence(last_at=None, target=None), ["no post of ours heard", "no target"]),
    ],
)
def test_the_cadence_in_words(one: ChannelCadence, said: list[str]) -> None:
    assert [verdict.text for verdict in verdicts(one)] == said


def test_the_week_and_its_bars() -> None:
    assert this_week(cadence()) == "3 of 5 this week, 2.5 by now"
    assert this_week(cadence(target=None)) == "3 this week"
    assert bars(cadence()) == "▆▇▇█▅"
    assert bars(cadence(posted=(0, 0), target=None)) == "  "
