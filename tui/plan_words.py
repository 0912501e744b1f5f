"""The plan in words: states, kinds and days, and the day and time a person means by a few words.

Pure: the present, the day in front and the time zone are given, so that a test can stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from listeners.model import HOUR, MINUTE, Micros
from listeners.networks.titles import network_title
from listeners.planning.calendar import (
    at_wall,
    day_of,
    day_start,
    floating,
    floating_day,
    wall_of,
)
from listeners.planning.days import days_of
from listeners.planning.entry import EARLIEST, LATEST, Kind, Planned, State, is_late
from listeners.text import fold
from tui.i18n import _, clock_time, day, number
from tui.language import msgid

STATE_WORDS: Mapping[State, str] = {
    "idea": msgid("idea"),
    "draft": msgid("draft"),
    "approved": msgid("approved"),
    "scheduled": msgid("scheduled"),
    "done": msgid("done"),
}
STATE_GLYPHS: Mapping[State, str] = {
    "idea": "○",
    "draft": "◔",
    "approved": "◑",
    "scheduled": "◕",
    "done": "✓",
}
LATE_GLYPH = "!"
KIND_WORDS: Mapping[Kind, str] = {"post": msgid("post"), "action": msgid("action")}
ACTION_INITIALS = "··"
"""What stands in the place of the channel where an entry has none."""
_MONTHS = (
    msgid("January"), msgid("February"), msgid("March"), msgid("April"), msgid("May"),
    msgid("June"), msgid("July"), msgid("August"), msgid("September"), msgid("October"),
    msgid("November"), msgid("December"),
)  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_JOINED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}t\d")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?")
_ON = re.compile(r"\+(\d{1,3})")
_CLOCK = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")
_WEEKDAYS = ("mon lun", "tue mar", "wed mer", "thu jeu", "fri ven", "sat sam", "sun dim")
_TODAY = ("today", "aujourd'hui", "auj")
_TOMORROW = ("tomorrow", "demain")


class Meant(NamedTuple):
    """The moment a person means; ``all_day`` where only the day was said."""

    at: Micros
    all_day: bool


def meant(text: str, base: date, now: Micros, zone: tzinfo | None) -> Meant | None:
    """Return the moment a text means, ``None`` if it means none.

    ``2026-12-01 14:00``, ``1/12 9h30``, ``fri 14:00``, ``tomorrow 9h``, ``+3`` (days on), or a time
    alone, which is one of ``base``; a day alone is all of it.
    """
    words = text.strip().replace("’", "'").casefold()
    if _JOINED.match(words):
        words = words.replace("t", " ", 1)
    *front, last = words.split() or [""]
    clock = _clock(last)
    said = " ".join(front) if clock is not None else words
    chosen = base if not said and clock is not None else _day(said, day_of(now, zone), base)
    if chosen is None:
        return None
    if clock is None:
        found = Meant(floating(chosen), True)
    else:
        found = Meant(at_wall(datetime.combine(chosen, clock), zone), False)
    return found if EARLIEST <= found.at <= LATEST else None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(text: str, today: date, base: date) -> date | None:
    if found := _ISO.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        number_, month = int(found[1]), int(found[2])
        if found[3]:
            return _date(int(found[3]), month, number_)
        made = _date(today.year, month, number_)
        # A day and month that are past are those of next year.
        far = made is not None and made < today - timedelta(days=31)
        return _date(today.year + 1, month, number_) if far else made
    if found := _ON.fullmatch(text):
        return base + timedelta(days=int(found[1]))
    if len(text) >= 3:
        if any(name.startswith(text) for name in _TODAY):
            return today
        if any(name.startswith(text) for name in _TOMORROW):
            return today + timedelta(days=1)
        for weekday, names in enumerate(_WEEKDAYS):
            if any(text.startswith(name) for name in names.split()):
                return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None


def _date(year: int, month: int, number_: int) -> date | None:
    try:
        return date(year, month, number_)
    except ValueError:
        return None


# --- words ----------------------------------------------------------------------------------------


def state_words(one: Planned, now: Micros, zone: tzinfo | None) -> str:
    """Return the state in a word or two; late is said with it."""
    word = _(STATE_WORDS[one.state])
    return _("late: {state}").format(state=word) if is_late(one, now, zone) else word


def state_glyph(one: Planned, now: Micros, zone: tzinfo | None) -> str:
    """Return the sign of the state."""
    return LATE_GLYPH if is_late(one, now, zone) else STATE_GLYPHS[one.state]


def initials(channel: str) -> str:
    """Return two letters for a channel, which stand for it where colour alone would."""
    return " ".join(network_title(channel).split())[:2].ljust(2) if channel else ACTION_INITIALS


def channel_words(one: Planned) -> str:
    """Return the channel, or what an entry without one is."""
    return network_title(one.channel) if one.channel else _(KIND_WORDS[one.kind])


def time_words(one: Planned) -> str:
    """Return the time of day, or that it takes all of it."""
    return _("all day") if one.all_day else clock_time(one.at)


def day_words(one: date, zone: tzinfo | None) -> str:
    """Return a day as it stands in a list: ``Tue 24 Nov``."""
    return day(noon(one, zone))


def weekday_word(one: date, zone: tzinfo | None) -> str:
    """Return the short name of a weekday."""
    return day_words(one, zone).split()[0]


def month_words(one: date) -> str:
    """Return month and year."""
    return f"{_(_MONTHS[one.month - 1])} {one.year}"


def noon(one: date, zone: tzinfo | None) -> Micros:
    """Return the middle of a day, which is of that day in whatever the clocks do."""
    return Micros(day_start(one, zone) + 12 * HOUR)


def typed_when(at: Micros, *, all_day: bool, zone: tzinfo | None) -> str:
    """Return a moment as ``meant`` reads it again."""
    if all_day:
        return floating_day(at).isoformat()
    return wall_of(at, zone).strftime("%Y-%m-%d %H:%M")


def when_words(one: Planned, zone: tzinfo | None) -> str:
    """Return when an entry takes place, with its day and its end."""
    first, last = days_of(one, zone)
    until = "" if last == first else f" – {day_words(last, zone)}"
    if one.all_day:
        return f"{day_words(first, zone)}{until}" + (" · " + _("all day") if not until else "")
    begin = f"{day_words(first, zone)} {clock_time(one.at)}"
    if one.end_at is None:
        return begin
    return f"{begin}{until or ' –'} {clock_time(one.end_at)}"


def remind_words(seconds: int | None) -> str:
    """Return how long before its time a reminder comes."""
    if seconds is None:
        return _("none")
    if seconds == 0:
        return _("at its time")
    minutes = seconds * 1_000_000 // MINUTE
    if minutes % 1440 == 0:
        return _("{count} d before").format(count=number(minutes // 1440))
    if minutes % 60 == 0:
        return _("{count} h before").format(count=number(minutes // 60))
    return _("{count} min before").format(count=number(minutes))


def folded_has(one: Planned, wanted: str) -> bool:
    """Whether the words of an entry hold what is looked for, accents and case aside."""
    return wanted in fold(f"{one.title} {one.text} {one.channel} {one.owner}")
