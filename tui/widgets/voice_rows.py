"""How brands compared and rising words read, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from listeners.model import Micros
from listeners.voice.looking import WordsSaid
from listeners.voice.rising import Rising
from listeners.voice.share import Voice
from tui.i18n import _, number, percent, signed
from tui.theme import Palette
from tui.voice_words import COLUMNS, figure_texts, silence, times_text
from tui.widgets.paint import GLYPHS, MOOD_CELLS, Line, joined, one_line, padded, width_of
from tui.widgets.row_list import VirtualList
from tui.widgets.sentiment import label_of

_CELLS = (9, 7, 13, 9, 8, 8)
_LEAST_NAME, _MOST_NAME = 12, 24
_TERM, _COUNT, _TIMES = 22, 9, 23


def _name_cells(width: int) -> int:
    return max(_LEAST_NAME, min(_MOST_NAME, width - 2 - sum(_CELLS)))


def headings(width: int, styles: Palette) -> Line:
    """Return the names of the columns."""
    line: Line = [(" " * (2 + _name_cells(width)), styles.faint)]
    for name, cells in zip(COLUMNS, _CELLS, strict=True):
        line.append((f"{padded(_(name), cells - 1).rstrip():>{cells}}", styles.faint))
    return line


def share_bar(share: float, width: int) -> str:
    """Return a share as a bar of eighths of a cell, filled to the width."""
    eighths = round(share * width * 8)
    whole, rest = divmod(eighths, 8)
    bar = "█" * whole + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")
    return padded(bar, width)


class ShareRows(VirtualList[Voice]):
    """Brands compared."""

    def lines(
        self, row: Voice, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return name and figures; a bar of its share where there is room."""
        margin = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        name = padded(one_line(row.brand), _name_cells(width))
        line: Line = [(margin, styles.key), (name, styles.strong if row.ours else styles.ink)]
        quiet = silence(row)
        if quiet:
            return [[*line, (f"   {quiet}", styles.faint)]]
        mood = styles.label(label_of(row.whole.net_sentiment))
        looks = (styles.ink, styles.accent, mood, styles.ink, styles.ink, styles.faint)
        for text, cells, look in zip(figure_texts(row), _CELLS, looks, strict=True):
            line.append((f"{text:>{cells}}", look))
        room = width - width_of(line) - 2
        if row.share is not None and room >= 8:
            line.append(("  " + share_bar(row.share, min(room, 40)), styles.accent))
        return [line]


class Listed(NamedTuple):
    """A term in the list, and those of its theme."""

    one: Rising
    also: Sequence[Rising] = ()
    against: bool = False


def listed_of(found: WordsSaid, kind: str) -> list[Listed]:
    """Return the terms of a kind, or the themes where none is named."""
    against = bool(found.against)
    if kind:
        return [Listed(one, (), against) for one in found.risen if one.term.kind == kind]
    return [Listed(theme.name, theme.also, against) for theme in found.themes]


def word_headings(width: int, styles: Palette) -> Line:
    """Return the names of the columns of terms."""
    said = padded(_("mentions"), _COUNT - 1).rstrip()
    texts = (
        " " * (2 + _TERM),
        f"{said:>{_COUNT}} ",
        padded(_("how much more"), _TIMES),
        padded(_("mood"), MOOD_CELLS + 2),
        _("said with it"),
    )
    return [("".join(texts), styles.faint)]


class WordRows(VirtualList[Listed]):
    """Terms that rise: how many say it, how much that is, how it sounds, what is said with it."""

    def lines(
        self, row: Listed, width: int, now: Micros, styles: Palette, *, chosen: bool, marked: bool
    ) -> list[Line]:
        """Return one line."""
        one = row.one
        margin = "❯ " if chosen and self.has_focus else "› " if chosen else "  "
        label = label_of(one.net)
        net = "–" if one.net is None else signed(one.net)
        times = times_text(one, against=row.against)
        return [
            [
                (margin, styles.key),
                (padded(one_line(one.written), _TERM), styles.strong),
                (f"{number(one.now):>{_COUNT}} ", styles.accent),
                (padded(times, _TIMES), styles.ink),
                (f"{GLYPHS[label]} {net:>5}  ", styles.label(label)),
                (", ".join(one_line(other.written) for other in row.also), styles.faint),
            ]
        ]


def word_details(row: Listed, said: str, author: str, styles: Palette) -> Line:
    """Return who says a term, what is said with it, and the newest mention that does."""
    one = row.one
    parts: list[Line] = [
        [(_("{count} people").format(count=number(one.authors)), styles.ink)],
        [(_("{share} negative").format(share=percent(one.negative / one.now)), styles.ink)],
    ]
    if row.also:
        others = ", ".join(one_line(other.written) for other in row.also)
        parts.append([(_("also: {words}").format(words=others), styles.ink)])
    line = joined(parts, (" · ", styles.ghost))
    if said:
        line += [("\n" + one_line(author) + "  ", styles.strong), (one_line(said), styles.faint)]
    return line
