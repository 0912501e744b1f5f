"""How the conductor's page reads: sections of members, late things, channels, turns, campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from listeners.conducting import Channel, Holding, Late, Running
from listeners.duty import Gap, Shift
from listeners.model import Micros
from tui.duty_words import (
    LATE,
    channel_words,
    charges_line,
    duty_words,
    late_words,
    stretch_words,
    week_words,
    who_words,
)
from tui.i18n import _, ago, date, ngettext, number
from tui.team_words import away_words, role_word
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, cut, joined, network_name, one_line, padded, width_of, wrapped
from tui.widgets.row_list import VirtualList

Section = Literal["members", "late", "channels", "turns", "campaigns"]
Thing = Holding | Late | Channel | Shift | Gap | Running

_NAME = 16
_WHAT = 16
_WHEN = 36
_FIRST = 72
"""Cells of the first half at most, where both stand on one line."""
_WIDE = 110


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a thing, or the title of a section, or what an empty one says."""

    section: Section
    thing: Thing | None = None
    title: str = ""
    beside: str = ""
    """What stands behind a title, smaller."""

    @property
    def is_title(self) -> bool:
        """Whether it is the title of its section."""
        return self.thing is None and bool(self.title)


class ConductorRows(VirtualList[Entry]):
    """One column of the page, with all of its sections or with some."""

    brands = True
    """Whether a row names its brand: not where there is one alone."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= _WIDE else 2

    def show_from(self, place: int) -> None:
        """Scroll so that the row at a place stands at the top."""
        height = self.row_height(self.scrollable_content_region.width)
        self.scroll_to(y=place * height, animate=False, immediate=True, force=True)

    def lines(
        self, row: Entry, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return the row: what it is, then what is known of it."""
        sign = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        margin: Line = [("● " if marked else sign, styles.key)]
        alone = self.row_height(width) == 1
        if row.thing is None:
            return _title(row, margin, width, styles, alone=alone)
        first, second = halves(row.thing, now, styles, brands=self.brands)
        if not alone:
            return [[*margin, *first], [("    ", styles.ink), *second]]
        half = min(_FIRST, width // 2 - 1)
        fitted = cut(first, half)
        room = max(2, half + 2 - width_of(fitted))
        return [[*margin, *fitted, (" " * room, styles.ink), *second]]


def _title(row: Entry, margin: Line, width: int, styles: Palette, *, alone: bool) -> list[Line]:
    if not row.is_title:
        said: Line = [(row.beside, styles.faint)]
        lines = [said] if alone else [*wrapped(said, width - 5), []]
        first, second = lines[0], lines[1:2]
        indent = ("  ", styles.ink)
        return [[*margin, indent, *first], *([margin[0], indent, *line] for line in second)]
    line: Line = [*margin, (row.title, styles.accent + BOLD)]
    if row.beside:
        line.append((f"  {row.beside}", styles.faint))
    return [line] if alone else [[], line]


def halves(thing: Thing, now: Micros, styles: Palette, *, brands: bool) -> tuple[Line, Line]:
    """Return what a row is, and what is known of it."""
    match thing:
        case Holding():
            return _member(thing, now, styles)
        case Late():
            (first, known), brand = _late(thing, now, styles), thing.brand
        case Channel():
            (first, known), brand = _channel(thing, now, styles), thing.brand
        case Running():
            (first, known), brand = _campaign(thing, now, styles), thing.campaign.brand
        case Shift() | Gap():
            (first, known), brand = _turn(thing, now, styles), thing.brand or _("all brands")
    named: list[Line] = [[(one_line(brand), styles.faint)]] if brands else []
    return first, joined([*known, *named], (" · ", styles.ghost))


def _member(one: Holding, now: Micros, styles: Palette) -> tuple[Line, Line]:
    between = (" · ", styles.ghost)
    first: Line = [(padded(one_line(one.name) or _("nobody's"), _NAME) + " ", styles.ink + BOLD)]
    parts: list[Line] = [[(role_word(one.role), styles.faint)]] if one.of_the_team else []
    if one.away is not None:
        parts.append([(away_words(one.away, now), styles.warn)])
    if said := duty_words(one, now):
        there = one.on_duty is not None and one.away is None
        parts.append([(said, styles.ours if there else styles.faint)])
    return [*first, *joined(parts, between)], joined(_has(one, styles), between)


def _has(one: Holding, styles: Palette) -> list[Line]:
    held: list[Line] = [
        [
            (
                _("{count} open").format(count=number(one.open)),
                styles.strong if one.open else styles.faint,
            )
        ]
    ]
    if one.overdue:
        text = ngettext("{count} overdue", "{count} overdue", one.overdue)
        held.append([(text.format(count=number(one.overdue)), styles.negative + BOLD)])
    if one.planned:
        text = _("planned: {count}").format(count=number(one.planned))
        held.append([(text, styles.ink)])
    if one.late:
        text = ngettext("{count} late", "{count} late", one.late)
        held.append([(text.format(count=number(one.late)), styles.negative + BOLD)])
    if one.charges:
        held.append([(one_line(charges_line(one.charges)), styles.accent)])
    return held


def _late(one: Late, now: Micros, styles: Palette) -> tuple[Line, list[Line]]:
    style = styles.accent if one.kind == "draft" else styles.negative
    first: Line = [
        (padded(_(LATE[one.kind]), _WHAT) + " ", style),
        (one_line(one.title), styles.ink),
    ]
    known: list[Line] = [
        [(late_words(one, now), styles.faint if one.kind == "draft" else style + BOLD)],
        [(one_line(one.owner), styles.ours)] if one.owner else [(_("nobody’s"), styles.warn)],
    ]
    if one.channel:
        known.append([(network_name(one.channel), styles.faint)])
    return first, known


def _channel(one: Channel, now: Micros, styles: Palette) -> tuple[Line, list[Line]]:
    looks = {
        "silent": styles.negative + BOLD,
        "behind": styles.negative,
        "over": styles.warn,
        "short": styles.warn,
        "on time": styles.positive,
        "no target": styles.faint,
    }
    cadence = one.cadence
    first: Line = [
        (padded(network_name(cadence.channel), _NAME) + " ", styles.ink + BOLD),
        (channel_words(one), looks[one.state]),
    ]
    parts: list[Line] = [[(_("this week {posts}").format(posts=week_words(one)), styles.ink)]]
    if before := cadence.posted[:-1]:
        weeks = " ".join(number(count) for count in before)
        parts.append([(_("before {weeks}").format(weeks=weeks), styles.faint)])
    if cadence.last_at is not None:
        last = _("last {ago}").format(ago=ago(cadence.last_at, now))
        parts.append([(last, styles.faint)])
    if one.members:
        parts.append([(one_line(", ".join(one.members)), styles.ours)])
    return first, parts


def _turn(one: Shift | Gap, now: Micros, styles: Palette) -> tuple[Line, list[Line]]:
    gap = isinstance(one, Gap)
    runs = one.from_at <= now < one.to_at
    first: Line = [
        (padded(stretch_words(one.from_at, one.to_at, now), _WHEN) + " ", styles.ink),
        (one_line(who_words(one)), styles.warn + BOLD if gap else styles.ink + BOLD),
    ]
    if runs:
        first.append(("  " + _("now"), styles.warn if gap else styles.ours))
    parts: list[Line] = []
    if gap:
        parts.append([(_("a gap: all phones of the rota ring"), styles.warn)])
    elif isinstance(one, Shift) and one.note:
        parts.append([(one_line(one.note), styles.ink)])
    return first, parts


def _campaign(one: Running, now: Micros, styles: Palette) -> tuple[Line, list[Line]]:
    campaign = one.campaign
    if campaign.phase(now) == "coming":
        when = _("begins {day}").format(day=date(campaign.from_at))
    else:
        when = _("day {day} of {days}").format(
            day=number(campaign.day(now)), days=number(campaign.days)
        )
    first: Line = [
        (padded(one_line(campaign.name), _WHEN) + " ", styles.ink + BOLD),
        (when, styles.faint),
    ]
    parts: list[Line] = []
    if one.members:
        parts.append([(one_line(", ".join(one.members)), styles.ours)])
    return first, parts
