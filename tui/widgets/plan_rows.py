"""How planned entries and the cadence of channels read in lists, and one entry in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from textual.style import Style

from listeners.model import Micros
from listeners.planning.cadence import ChannelCadence
from listeners.planning.entry import Planned, is_late
from tui.cadence_words import Tone, bars, this_week, verdicts, weeks_before
from tui.i18n import _, ago, full_moment, ngettext, number, zone
from tui.plan_words import (
    KIND_WORDS,
    channel_words,
    day_words,
    initials,
    remind_words,
    state_glyph,
    state_words,
    time_words,
    when_words,
)
from tui.theme import BOLD, Palette
from tui.widgets.paint import (
    Line,
    joined,
    labelled,
    many_lines,
    network_name,
    one_line,
    padded,
    width_of,
    wrapped,
)
from tui.widgets.plan_lines import channel_style
from tui.widgets.row_list import VirtualList

_DAY = 13
_TIME = 10
_OWNER = 10
_STATE = 16
_CHANNEL = 14
_WIDE = 100
"""Cells from which a channel's row has its bars."""


class Listed(NamedTuple):
    """One row: an entry, or a day without any. ``first`` of its day says the day."""

    day: date
    first: bool
    entry: Planned | None = None
    dated: bool = True
    """Whether days stand in the list: it is of more than one."""


class PlanRows(VirtualList[Listed]):
    """Entries by their time."""

    channels: Sequence[str] = ()
    """All channels in sight, in the order of their colours."""

    def lines(
        self, row: Listed, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return day, state, channel, time, title, and who has it."""
        sign = "❯" if chosen and self.has_focus else "›" if chosen else " "
        line: Line = [(sign, styles.key), ("✓" if marked else " ", styles.accent)]
        one = row.entry
        if row.dated:
            name = day_words(row.day, zone()) if row.first else ""
            line.append((padded(name, _DAY), styles.strong if one else styles.faint))
        if one is None:
            return [[*line, (_("nothing planned"), styles.ghost)]]
        late = is_late(one, now, zone())
        line += [
            (
                state_glyph(one, now, zone()) + " ",
                styles.negative + BOLD if late else styles.faint if one.done else styles.key,
            ),
            (initials(one.channel) + " ", channel_style(one.channel, self.channels, styles)),
            (padded(time_words(one), _TIME), styles.faint),
        ]
        tail: Line = [
            (
                " " + padded(state_words(one, now, zone()), _STATE) + " ",
                styles.negative if late else styles.faint,
            )
        ]
        if width >= 72:
            owner = one_line(one.owner) or "—"
            tail.append((padded(owner, _OWNER), styles.ours if one.owner else styles.ghost))
        room = max(4, width - width_of(line) - width_of(tail))
        ink = styles.faint if one.done else styles.strong
        return [[*line, (padded(one_line(one.title), room), ink), *tail]]


def about_entry(
    one: Planned | None, campaign: str, width: int, now: Micros, styles: Palette
) -> list[Line]:
    """Return all that is known of one entry."""
    if one is None:
        return [[(_("Nothing is planned here."), styles.faint)]]
    late = is_late(one, now, zone())
    lines = wrapped([(one_line(one.title), styles.strong)], width)
    lines.append(
        [
            (state_glyph(one, now, zone()) + " ", styles.negative if late else styles.key),
            (state_words(one, now, zone()), styles.negative + BOLD if late else styles.ink),
            (f" · {_(KIND_WORDS[one.kind])}", styles.faint),
        ]
    )
    facts: list[tuple[str, str]] = [
        (_("When"), when_words(one, zone())),
        (_("Channel"), channel_words(one) if one.channel else ""),
        (_("Who"), one_line(one.owner) or _("nobody")),
        (_("Campaign"), one_line(campaign)),
        (_("Reminder"), remind_words(one.remind) if one.remind is not None else ""),
        (_("Brand"), one_line(one.brand)),
    ]
    for label, words in facts:
        if words:
            lines += labelled(label, [(words, styles.ink)], width, styles)
    if one.done_at is not None:
        done = _("heard from our account {when}") if one.mention_id else _("done {when}")
        lines += labelled(
            _("Done"), [(done.format(when=full_moment(one.done_at)), styles.ours)], width, styles
        )
    if one.text:
        lines.append([])
        lines += wrapped([(many_lines(one.text), styles.ink)], width)
    return lines


# --- cadence --------------------------------------------------------------------------------------


class CadenceRows(VirtualList[ChannelCadence]):
    """Channels, and how often they spoke."""

    def row_height(self, width: int) -> int:
        """Return two lines: the week, and the weeks before."""
        return 2

    def lines(
        self,
        row: ChannelCadence,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return the channel and its week, then what was before it and what is to come."""
        sign = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        name = padded(network_name(row.channel), _CHANNEL)
        first: Line = [(sign, styles.key), (name + " ", styles.strong)]
        first += [(this_week(row), styles.ink), ("  ", styles.ink)]
        parts: list[Line] = [[(one.text, _tone(one.tone, styles))] for one in verdicts(row)]
        first += joined(parts, (" · ", styles.ghost))
        second: Line = [(" " * (_CHANNEL + 3), styles.ink)]
        if width >= _WIDE:
            second += [(bars(row), styles.positive), ("  ", styles.ink)]
        before = _("weeks before: {counts}").format(counts=weeks_before(row))
        told: list[Line] = [[(before, styles.faint)]]
        if row.coming:
            text = ngettext("{count} planned this week", "{count} planned this week", row.coming)
            told.append([(text.format(count=number(row.coming)), styles.accent)])
        if row.last_at is not None:
            last = _("last post {ago}").format(ago=ago(row.last_at, now))
            told.append([(last, styles.faint)])
        return [first, [*second, *joined(told, (" · ", styles.ghost))]]


def _tone(tone: Tone, styles: Palette) -> Style:
    return {
        "good": styles.ours,
        "bad": styles.negative + BOLD,
        "warn": styles.warn,
        "plain": styles.faint,
    }[tone]
