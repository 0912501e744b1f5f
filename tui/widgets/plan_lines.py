"""How the calendar is painted: the squares of a month, the columns of a week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from textual.style import Style

from listeners.model import Micros
from listeners.planning.calendar import day_of, month_weeks, week_days, week_name
from listeners.planning.entry import Planned, is_late
from listeners.store.planned import Span
from tui.i18n import _
from tui.plan_words import initials, state_glyph, time_words, weekday_word
from tui.theme import BOLD, PLAIN, Palette
from tui.widgets.paint import Line, cut, one_line, padded, width_of

WEEK_CELLS = 4
"""The column with the number of the week."""
WITH_WEEKS = 92
"""Cells from which there is room for it."""
_HIGH = 3
"""Lines of a square from which a campaign is written in it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar shows: the day under the cursor, and what stands on the days around it."""

    day: date
    now: Micros
    zone: tzinfo | None = None
    days: Mapping[date, Sequence[Planned]] = field(default_factory=dict)
    spans: Sequence[Span] = ()
    channels: Sequence[str] = ()
    live: bool = True
    """Whether the keyboard is here."""

    @property
    def today(self) -> date:
        """The present day."""
        return day_of(self.now, self.zone)

    def on(self, day: date) -> Sequence[Planned]:
        """Return what stands on a day."""
        return self.days.get(day, ())

    def campaigns(self, day: date) -> list[Span]:
        """Return the campaigns that run on a day."""
        return [
            one
            for one in self.spans
            if day_of(one.from_at, self.zone) <= day <= day_of(Micros(one.to_at - 1), self.zone)
        ]


def channel_style(channel: str, channels: Sequence[str], styles: Palette) -> Style:
    """Return the colour of a channel; its letters always stand beside it."""
    colours = (styles.positive, styles.ours, styles.accent, styles.strong, styles.neutral)
    if channel not in channels:
        return styles.faint
    return colours[channels.index(channel) % len(colours)]


def entry_line(one: Planned, look: Calendar, styles: Palette, *, timed: bool = True) -> Line:
    """Return an entry as one short line: state, channel, time, title."""
    late = is_late(one, look.now, look.zone)
    sign = styles.negative + BOLD if late else styles.faint if one.done else styles.key
    line: Line = [
        (state_glyph(one, look.now, look.zone) + " ", sign),
        (initials(one.channel) + " ", channel_style(one.channel, look.channels, styles)),
    ]
    if timed and not one.all_day:
        line.append((time_words(one) + " ", styles.faint))
    line.append((one_line(one.title), styles.faint if one.done else styles.ink))
    return line


# --- the month ------------------------------------------------------------------------------------


def week_height(day: date, height: int) -> int:
    """Return how many lines a week of a day's month has, where ``height`` lines are to be had."""
    return max(1, (height - 1) // len(month_weeks(day)))


def month_lines(look: Calendar, width: int, height: int, styles: Palette) -> list[Line]:
    """Return the squares of a month, with the weekdays above them."""
    weeks = month_weeks(look.day)
    high = week_height(look.day, height)
    side = WEEK_CELLS if width >= WITH_WEEKS else 0
    cells = columns(width - side)
    head: Line = [(" " * side, styles.faint)]
    for place, cell in enumerate(cells):
        word = weekday_word(weeks[0][place], look.zone)
        head.append((padded(f" {word}", cell), styles.faint))
    lines = [head]
    for week in weeks:
        squares = [_square(day, look, cell, high, styles) for day, cell in
                   zip(week, cells, strict=True)]  # fmt: skip
        for number in range(high):
            name = week_name(week[0])[-3:] if number == 0 else ""
            line: Line = [(padded(name, side), styles.ghost)] if side else []
            for square in squares:
                line += square[number]
            lines.append(line)
    return lines


def columns(width: int) -> list[int]:
    """Return the widths of seven columns that fill a width."""
    least, more = divmod(max(7, width), 7)
    return [least + (place < more) for place in range(7)]


def _square(day: date, look: Calendar, width: int, height: int, styles: Palette) -> list[Line]:
    """Return the lines of one day of a month, each exactly as wide as its column."""
    entries, campaigns = look.on(day), look.campaigns(day)
    outside = day.month != look.day.month
    lines = [_head(day, look, outside, width, height, styles)]
    if campaigns and height >= _HIGH:
        lines.append(_span(day, campaigns, look, width, styles))
    room = height - len(lines)
    # In a single line the first of several stands for them; their number is in the head.
    shown = list(entries[: room if len(entries) <= room or room == 1 else max(0, room - 1)])
    for one in shown:
        line: Line = [(" ", PLAIN), *entry_line(one, look, styles, timed=width >= 18)]
        lines.append([(text, styles.ghost) for text, _ in line] if outside else line)
    if room > 1 and len(entries) > len(shown):
        rest = _("{count} more").format(count=f"+{len(entries) - len(shown)}")
        lines.append([(f" {rest}", styles.faint)])
    lines += [[] for _missing in range(height - len(lines))]
    base = PLAIN
    if day == look.day:
        base = styles.cursor if look.live else styles.resting
    return [_filled(line, width, base) for line in lines[:height]]


def _head(
    day: date, look: Calendar, outside: bool, width: int, height: int, styles: Palette
) -> Line:
    """Return the first line of a square: the day, what is late, how much there is."""
    entries = look.on(day)
    today = day == look.today
    number = f"{day.day:>2}"
    line: Line = [
        (
            f"[{number.strip()}]" if today else f" {number}",
            styles.key if today else styles.ghost if outside else styles.strong,
        )
    ]
    late = sum(is_late(one, look.now, look.zone) for one in entries)
    if late:
        line.append((f" {late}!", styles.negative + BOLD))
    open_ = len(entries) - late
    if open_:
        line.append((f" {open_}", styles.ghost if outside else styles.faint))
    if look.campaigns(day) and height < _HIGH:
        line.append((" " + "━" * max(0, width - width_of(line) - 1), styles.accent))
    return line


def _span(
    day: date, campaigns: Sequence[Span], look: Calendar, width: int, styles: Palette
) -> Line:
    """Return the names of the campaigns of a day: where they begin, and on each Monday."""
    first = campaigns[0]
    begins = day == day_of(first.from_at, look.zone) or day.weekday() == 0
    name = one_line(first.name) if begins else ""
    more = f" +{len(campaigns) - 1}" if len(campaigns) > 1 and begins else ""
    text = f"▌{name}{more} " if name else ""
    room = width - width_of([(text, PLAIN)])
    return [(text + "━" * room if room > 0 else padded(text, width), styles.accent)]


def _filled(line: Line, width: int, base: Style) -> Line:
    """Return a line cut and filled to a width, over a base."""
    kept = cut(line, width)
    room = width - width_of(kept)
    return [(text, base + style) for text, style in kept] + ([(" " * room, base)] if room else [])


# --- the week -------------------------------------------------------------------------------------


def week_lines(look: Calendar, width: int, height: int, styles: Palette) -> list[Line]:
    """Return the seven days of a week side by side."""
    cells = columns(width)
    squares = [_column(day, look, cell, height, styles) for day, cell in
               zip(week_days(look.day), cells, strict=True)]  # fmt: skip
    return [[piece for square in squares for piece in square[number]] for number in range(height)]


def _column(day: date, look: Calendar, width: int, height: int, styles: Palette) -> list[Line]:
    today = day == look.today
    name = f"{weekday_word(day, look.zone)} {day.day}"
    lines: list[Line] = [
        [(f"[{name}]" if today else f" {name}", styles.key if today else styles.strong)]
    ]
    for run in look.campaigns(day):
        lines.append([(f"▌{one_line(run.name)}", styles.accent)])
    entries = look.on(day)
    for place, one in enumerate(entries):
        first: Line = [
            (" ", PLAIN),
            *entry_line(one, look, styles, timed=True)[: 2 if one.all_day else 3],
        ]
        second: Line = [("   ", PLAIN), (one_line(one.title), styles.faint if one.done
                                          else styles.ink)]  # fmt: skip
        if len(lines) + 2 + (place < len(entries) - 1) > height:
            rest = _("{count} more").format(count=f"+{len(entries) - place}")
            lines.append([(f" {rest}", styles.faint)])
            break
        lines += [first, second]
    lines += [[] for _missing in range(height - len(lines))]
    base = PLAIN
    if day == look.day:
        base = styles.cursor if look.live else styles.resting
    return [_filled(line, width, base) for line in lines[:height]]
