"""How response times read: a row of figures for each group, a row for each answer or wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.style import Style

from listeners.model import Micros
from listeners.reports.responses import Figures, Response, Side
from listeners.rows import ConversationRow
from tui.i18n import _, moment
from tui.response_words import COLUMNS, HOW, figure_texts, member_name, plain_name, span
from tui.theme import PLAIN, Palette
from tui.widgets.paint import Line, network_name, one_line, padded
from tui.widgets.row_list import VirtualList

GOOD = 0.9
"""The share within target from which a group does what was promised."""

_NAME = 16
_COLUMN = 10
_WITH_TIME = 100
"""Cells from which a row has room for when it was asked."""


class Group(NamedTuple):
    """One row of figures: of a network, a member or a tier, or of all."""

    side: Side
    name: str
    figures: Figures


class Listed(NamedTuple):
    """One answer or wait with its conversation, where that is still there."""

    response: Response
    conversation: ConversationRow | None


def group_name(side: Side, name: str) -> str:
    """Return how a group is called on the screen."""
    return network_name(name) if side == "network" else plain_name(side, name)


def headings(width: int, styles: Palette) -> Line:
    """Return the names of the columns that have room."""
    line: Line = [(" " * (_NAME + 2), styles.faint)]
    shown = max(0, (width - _NAME - 2) // _COLUMN)
    for name in COLUMNS[:shown]:
        # Above figures, so flush right as they are; one that is too long is cut.
        line.append((f"{padded(_(name), _COLUMN - 1).rstrip():>{_COLUMN}}", styles.faint))
    return line


class GroupRows(VirtualList[Group]):
    """The figures of each group."""

    def lines(
        self, row: Group, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return name and figures; the share within target in its colour."""
        margin = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        line: Line = [
            (margin, styles.key),
            (padded(group_name(row.side, row.name), _NAME), styles.strong),
        ]
        shown = max(0, (width - _NAME - 2) // _COLUMN)
        looks = _looks(row.figures, styles)
        for place, text in enumerate(figure_texts(row.figures)[:shown]):
            line.append((f"{text:>{_COLUMN}}", looks.get(place, styles.ink)))
        return [line]


def _looks(figures: Figures, styles: Palette) -> Mapping[int, Style]:
    within = figures.within
    share = PLAIN
    if within is not None:
        share = styles.ours if within >= GOOD else styles.warn if within >= 0.5 else styles.negative
    return {
        1: share,
        6: styles.negative if figures.overdue else styles.faint,
        7: styles.warn if figures.overdue else styles.faint,
    }


class ResponseRows(VirtualList[Listed]):
    """The answers and waits behind the figures, what still waits first, then the slowest."""

    def row_height(self, width: int) -> int:
        """Return one line where there is room, else two."""
        return 1 if width >= 130 else 2

    def lines(
        self, row: Listed, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return how long it took against what was promised, by whom and how; then the words."""
        one = row.response
        margin = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        took = styles.negative if one.late else styles.ours if one.how else styles.ink
        mark = "!" if one.late else "✓" if one.how else "…"
        figures: Line = [
            (margin, styles.key),
            (f"{mark} {span(one.seconds):>6}", took),
            (f" / {span(one.target):<6}", styles.faint),
            (padded(_("first") if one.first else _("later"), 9), styles.ink),
            (padded(_(HOW[one.how]), 19), styles.ink),
            (padded(one_line(member_name(one.member)) or "—", 14) + " ", styles.accent),
            (padded(network_name(one.network), 11) + " ", styles.faint),
        ]
        if width >= _WITH_TIME:
            figures.append((f"{moment(one.asked_at, now):>17}  ", styles.faint))
        words = [(f"#{one.conversation} ", styles.faint), *_said(row.conversation, styles)]
        if self.row_height(width) == 1:
            return [[*figures, *words]]
        return [figures, [("    ", styles.ink), *words]]


def _said(row: ConversationRow | None, styles: Palette) -> Line:
    if row is None:
        return [(_("no longer stored"), styles.faint)]
    return [
        (f"{one_line(row.author or row.author_name)}  ", styles.strong),
        (one_line(row.excerpt or row.title), styles.ink),
    ]


def conversations_of(rows: Sequence[Response]) -> list[int]:
    """Return the conversations of responses, each once."""
    return list(dict.fromkeys(row.conversation for row in rows))
