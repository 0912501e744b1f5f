"""The lists of replies and of templates, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.store.outbox import OutboxRow
from listeners.store.templates import Template
from tui.i18n import _, age, full_moment, say
from tui.theme import BOLD, Palette
from tui.tongues import tongue
from tui.widgets.paint import Line, joined, many_lines, network_name, one_line, padded, wrapped
from tui.widgets.reply_state import reply_style, reply_word
from tui.widgets.row_list import VirtualList

_STATE = 14
_AGE = 5


class OutboxRows(VirtualList[OutboxRow]):
    """Replies, newest first: what became of it, when, whose, to whom, where; then the words."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= 130 else 2

    def lines(
        self,
        row: OutboxRow,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return the state and the people, then what was said."""
        cursor: Line = [("❯ " if chosen else "  ", styles.key)]
        state = padded(reply_word(row.state, short=True), _STATE)
        head: Line = [
            *cursor,
            (state, reply_style(row.state, styles)),
            (f"{age(now - (row.sent_at or row.created_at)):>{_AGE}}  ", styles.ink),
            (one_line(row.author), styles.ours + BOLD),
            (" → ", styles.ghost),
            (one_line(row.to), styles.strong),
            (f"  {network_name(row.network)}", styles.faint),
        ]
        words: Line = []
        if row.detail is not None and row.state in ("refused", "unknown"):
            words.append((one_line(say(row.detail)) + "  ", styles.warn))
        words.append((one_line(row.text), styles.faint))
        if self.row_height(width) == 1:
            return [[*head, ("   ", styles.ink), *words]]
        return [head, [("    ", styles.ink), *words]]


def reply_facts(row: OutboxRow, width: int, styles: Palette) -> list[Line]:
    """Return everything known of one reply."""
    lines: list[Line] = [
        [(reply_word(row.state, short=True), reply_style(row.state, styles) + BOLD)],
        [(full_moment(row.sent_at or row.created_at), styles.faint)],
    ]
    people = [[(one_line(row.author), styles.ours)], [(one_line(row.to), styles.strong)]]
    lines += wrapped(joined(people, (" → ", styles.ghost)), width)
    lines.append([(network_name(row.network), styles.ink)])
    if row.url:
        lines += wrapped([(one_line(row.url), styles.faint)], width)
    if row.attempts > 1:
        tried = _("tried {count} times").format(count=row.attempts)
        lines.append([(tried, styles.faint)])
    if row.detail is not None:
        lines += [[], *wrapped([(one_line(say(row.detail)), styles.warn)], width)]
    return [*lines, [], *wrapped([(many_lines(row.text), styles.ink)], width)]


class TemplateRows(VirtualList[Template]):
    """Templates by name: the language and brand they are for, and how they begin."""

    def row_height(self, width: int) -> int:
        """Return one line."""
        return 1

    def lines(
        self,
        row: Template,
        width: int,
        now: Micros,
        styles: Palette,
        *,
        chosen: bool,
        marked: bool,
    ) -> list[Line]:
        """Return the name and what it is for, then the words."""
        line: Line = [
            ("❯ " if chosen else "  ", styles.key),
            (one_line(row.name), styles.strong),
        ]
        meant = [tongue(row.lang) if row.lang else "", one_line(row.brand)]
        if used := " · ".join(word for word in meant if word):
            line.append((f"  {used}", styles.accent))
        line.append((f"  {one_line(row.text)}", styles.faint))
        return [line]


def template_facts(rows: Sequence[Template], width: int, styles: Palette) -> list[Line]:
    """Return one or more templates in full."""
    lines: list[Line] = []
    for row in rows:
        lines += wrapped([(one_line(row.name), styles.strong + BOLD)], width)
        lines += [*wrapped([(many_lines(row.text), styles.ink)], width), []]
    return lines
