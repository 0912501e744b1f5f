"""How coverage reads: a network to a row, its verdict in a glyph and words, and its page."""

from __future__ import annotations

from collections.abc import Sequence

from textual.style import Style

from listeners.coverage.facts import Advice, Reached, against
from listeners.coverage.judging import Verdict, said, verdict
from listeners.model import Micros
from tui.coverage_words import GLYPHS, WORDS, against_words, figures_words, listening_words
from tui.i18n import _, number, say
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, one_line, padded, wrapped
from tui.widgets.row_list import VirtualList

_NAME = 15
_WORD = 16
_FIGURES = 26
_LABEL = 20


class CoverageRows(VirtualList[Reached]):
    """The networks of a brand, those of its audience first."""

    def row_height(self, width: int) -> int:
        """Return one line."""
        return 1

    def lines(
        self, row: Reached, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return how the network is covered, what was heard there, and who is on it."""
        sign = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        how = verdict(row)
        heard = _("{heard} heard").format(heard=number(row.mentions)) if row.mentions else ""
        asked = f"{number(row.answered)}/{number(row.asked)}" if row.asked else ""
        figures = " · ".join(part for part in (heard, asked) if part)
        line: Line = [
            (sign, styles.key),
            (f"{GLYPHS[how]} ", _style(how, styles)),
            (padded(one_line(row.title), _NAME) + " ", styles.ink + BOLD),
            (padded(_(WORDS[how]), _WORD) + " ", _style(how, styles)),
            (padded(figures, _FIGURES) + " ", styles.ink),
            (", ".join(one_line(group.name) for group in row.groups), styles.faint),
        ]
        return [line]


def _style(how: Verdict, styles: Palette) -> Style:
    if how in ("deaf", "unanswered"):
        return styles.negative
    if how == "unheard":
        return styles.warn
    return styles.positive if how == "answering" else styles.faint


def page_lines(
    one: Reached, suggestions: Sequence[Advice], width: int, styles: Palette
) -> list[Line]:
    """Return all about a network: the verdict, objectives, figures, sources, and what to do."""
    lines = wrapped([(say(said(one)), styles.strong)], width)
    for advised in suggestions:
        head = _("Worth adding:") if advised.what == "add" else _("Worth dropping:")
        lines += wrapped([(f"{head} ", styles.warn + BOLD), (advised.source, styles.ink)], width)
        for text in advised.evidence:
            lines += wrapped([("  · ", styles.ghost), (say(text), styles.ink)], width)
    held = against(one)
    if held:
        lines += [[], [(_("Objectives"), styles.strong)]]
        for each in held:
            glyph = "–" if each.met is None else "✓" if each.met else "✗"
            style = (
                styles.faint
                if each.met is None
                else (styles.positive if each.met else styles.negative)
            )
            lines += wrapped([(f"{glyph} ", style), (against_words(each), styles.ink)], width)
    lines += [[], [(_("In four weeks"), styles.strong)]]
    for label, figure in figures_words(one):
        lines += [[(padded(label, _LABEL) + " ", styles.faint), (figure, styles.ink)]]
    lines += [[], [(_("Where we listen"), styles.strong)]]
    if not one.sources:
        lines += [[(_("nowhere"), styles.faint)]]
        if one.needs is not None:
            lines += wrapped([(say(one.needs), styles.faint)], width)
    for source in one.sources:
        lines += wrapped([(one_line(listening_words(source)), styles.ink)], width)
        if source.detail is not None:
            lines += wrapped([("  ", styles.ink), (say(source.detail), styles.faint)], width)
    return lines
