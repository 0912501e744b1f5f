"""How the team reads: a member to a row, then what is nobody's, the notes, and the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from listeners.model import Micros
from listeners.rows import ConversationRow
from listeners.store.named import NamedNote
from tui.colleagues import Member
from tui.i18n import _, age, ago, ngettext, number
from tui.team_words import away_words, doing_words, here_words, role_word
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, joined, network_name, one_line, padded, width_of, wrapped
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import due

_NAME = 16
_ROLE = 12
_FIRST = 62
"""Cells of who and where, where what they have stands beside it."""
_WIDE = 110


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the team screen; ``count`` is how many notes there are."""

    what: Literal["member", "notes", "sheet"]
    member: Member | None = None
    count: int = 0


class TeamRows(VirtualList[Entry]):
    """The list of the team screen."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= _WIDE else 2

    def lines(
        self, row: Entry, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return who it is and where, and what they have."""
        sign = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        margin: Line = [(sign, styles.key)]
        if row.member is None:
            first, second = _entry(row, styles)
        else:
            first, second = _who(row.member, now, styles), load_line(row.member, now, styles)
        if self.row_height(width) == 1:
            room = max(3, _FIRST - width_of(first))
            return [[*margin, *first, (" " * room, styles.ink), *second]]
        return [[*margin, *first], [("    ", styles.ink), *second]]


def _entry(row: Entry, styles: Palette) -> tuple[Line, Line]:
    if row.what == "sheet":
        return (
            [(_("Hand-over sheet"), styles.strong)],
            [(_("what is open, what was done, what waits: to copy or to read"), styles.faint)],
        )
    text = ngettext("{count} note for you", "{count} notes for you", row.count)
    style = styles.match if row.count else styles.faint
    why = _("notes that name you, and that you have not opened yet")
    return [(text.format(count=row.count), style)], [(why, styles.faint)]


def _who(member: Member, now: Micros, styles: Palette) -> Line:
    if not member.name:
        return [(padded(_("nobody's"), _NAME), styles.strong)]
    role = role_word(member.role) if member.of_the_team else _("no member")
    line: Line = [
        (padded(one_line(member.name), _NAME) + " ", styles.ink + BOLD),
        (padded(role, _ROLE) + " ", styles.faint),
    ]
    parts: list[Line] = []
    if member.away is not None:
        parts.append([(away_words(member.away, now), styles.warn)])
    if member.here or member.away is None:
        colour = styles.ours if member.here else styles.faint
        parts.append([(here_words(member.here, member.last_at, now), colour)])
    if doing := doing_words(member.here):
        parts.append([(f"◉ {doing}", styles.accent)])
    return [*line, *joined(parts, (" · ", styles.ghost))]


def load_line(member: Member, now: Micros, styles: Palette) -> Line:
    """Return what a member has open, how late it is, and what they answered today."""
    parts: list[Line] = [
        [
            (
                _("{count} open").format(count=number(member.open)),
                styles.strong if member.open else styles.faint,
            )
        ]
    ]
    if member.overdue:
        text = ngettext("{count} overdue", "{count} overdue", member.overdue)
        parts.append([(text.format(count=member.overdue), styles.negative + BOLD)])
    if member.due_soon:
        text = ngettext("{count} due soon", "{count} due soon", member.due_soon)
        parts.append([(text.format(count=member.due_soon), styles.warn)])
    if member.waiting_since is not None:
        oldest = _("oldest waits {span}").format(span=age(now - member.waiting_since))
        parts.append([(oldest, styles.ink)])
    if member.name:
        text = ngettext("{count} answered today", "{count} answered today", member.answered)
        parts.append([(text.format(count=member.answered), styles.faint)])
    return joined(parts, (" · ", styles.ghost))


def open_lines(
    rows: Sequence[ConversationRow], width: int, now: Micros, styles: Palette
) -> list[Line]:
    """Return what somebody has open, the one to answer first on top, each with its number."""
    lines: list[Line] = []
    for row in rows:
        head = joined(
            [
                [(f"#{row.id}", styles.key)],
                due(row.due_at, now, styles),
                [(network_name(row.network), styles.faint)],
                [(one_line(row.author_name or row.author), styles.ink + BOLD)],
            ],
            (" · ", styles.ghost),
        )
        lines += wrapped(head, width)
        lines += [
            [
                ("  ", styles.ink),
                (padded(one_line(row.excerpt or row.title), width - 2), styles.faint),
            ]
        ]
    return lines


def note_lines(notes: Sequence[NamedNote], width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the notes that name somebody, newest first, each with where it stands."""
    lines: list[Line] = []
    for note in notes:
        where = f"#{note.subject}"
        if note.kind == "alert":
            where = _("alert {number}").format(number=note.subject)
        lines += wrapped(
            [
                (f"{where} ", styles.key),
                (one_line(note.author), styles.ours + BOLD),
                (f" · {ago(note.at, now)}", styles.faint),
            ],
            width,
        )
        for line in wrapped([(note.text, styles.ink)], width - 2):
            lines.append([("  ", styles.ink), *line])
        lines.append([])
    return lines
