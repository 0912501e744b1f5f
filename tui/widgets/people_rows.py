"""How people read in a list: mood, name, role, where they are, how often and how lately heard."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Micros
from listeners.people.rows import PersonRow
from tui.i18n import _, age, ngettext, number
from tui.people_words import called, net_figure, person_name, reach_figure, role_word, stage_word
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, Piece, joined, network_name, one_line, padded
from tui.widgets.row_list import VirtualList

WIDE = 110
"""Cells from which a person needs one line alone."""
_NAME = 24
_ROLE = 12
_STAGE = 13
_NEUTRAL = 0.05
MAYBE = 0
"""The number of the row that leads to those who may be one person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a person, or how many pairs may be one person."""

    person: PersonRow | None = None
    maybe: int = 0


def net_piece(net: float | None, styles: Palette) -> Piece:
    """Return glyph and figure of a net sentiment, seven cells wide."""
    glyph, style = "○", styles.faint
    if net is not None:
        glyph, style = "·", styles.ink
        if abs(net) >= _NEUTRAL:
            glyph = "▲" if net > 0 else "▼"
            style = styles.positive if net > 0 else styles.negative
    return f"{glyph} {net_figure(net):>5}", style


class PeopleRows(VirtualList[Entry]):
    """The list of people."""

    def row_height(self, width: int) -> int:
        """Return two lines, one where there is room for everything side by side."""
        return 1 if width >= WIDE else 2

    def lines(
        self, row: Entry, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return who it is; then where they are and what is known of them."""
        sign = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        margin: Line = [("✓ ", styles.key)] if marked else [(sign, styles.key)]
        alone = self.row_height(width) == 1
        if row.person is None:
            first, second = _maybe(row.maybe, styles)
        else:
            first, second = _who(row.person, styles), facts_line(row.person, now, styles)
            beside = _beside(row.person, styles)
            first, second = (first, [*second, *beside]) if alone else ([*first, *beside], second)
        if alone:
            return [[*margin, *first, ("  ", styles.ink), *second]]
        return [[*margin, *first], [(" " * 11, styles.ink), *second]]


def _maybe(count: int, styles: Palette) -> tuple[Line, Line]:
    said = ngettext(
        "Maybe one person: {count} pair of accounts", "Maybe one person: {count} pairs", count
    )
    why = _("each with its proof; nothing is merged before you say so")
    return (
        [("⧉ ", styles.match), (said.format(count=number(count)), styles.match)],
        [(why, styles.faint)],
    )


def _who(row: PersonRow, styles: Palette) -> Line:
    line: Line = [
        net_piece(row.mood, styles),
        ("  ", styles.ink),
        (padded(one_line(person_name(row)), _NAME) + " ", styles.ink + BOLD),
        (padded(role_word(row.role), _ROLE), styles.accent),
        (padded(f" {stage_word(row.stage)}", _STAGE), styles.ours),
    ]
    return line


def _beside(row: PersonRow, styles: Palette) -> Line:
    line: Line = [(" " + _("muted"), styles.warn)] if row.muted else []
    return [*line, *((f" #{one_line(tag)}", styles.accent) for tag in row.tags)]


def facts_line(row: PersonRow, now: Micros, styles: Palette) -> Line:
    """Return where somebody is, for whom they write, how often and how lately they were heard."""
    parts: list[Line] = []
    if row.last_at is None:
        parts.append([(_("not heard yet"), styles.warn)])
    else:
        said = ngettext("{count} mention", "{count} mentions", row.mentions)
        heard = said.format(count=number(row.mentions))
        parts.append([(f"{age(now - row.last_at):>5}  ", styles.ink), (heard, styles.ink)])
    if row.accounts:
        reach = _("reach {figure}").format(figure=reach_figure(row.reach))
        parts.append([(reach, styles.faint)])
    if row.outlet:
        parts.append([(one_line(row.outlet), styles.strong)])
    for one in row.accounts[:3]:
        parts.append(
            [(f"{network_name(one.network)} ", styles.faint), (one_line(called(one)), styles.ink)]
        )
    if len(row.accounts) > 3:
        parts.append([(f"+{len(row.accounts) - 3}", styles.faint)])
    return joined(parts, (" · ", styles.ghost))
