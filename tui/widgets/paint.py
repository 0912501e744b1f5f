"""Lines of styled words, cut to a width in cells: the one way rows and charts reach the screen.

No markup is ever parsed here, so no text of a stranger can be taken for an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.app import App
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from listeners.model import Label
from listeners.networks.titles import network_title
from tui.i18n import signed
from tui.theme import PLAIN, Palette, palette

Piece = tuple[str, Style]
Line = list[Piece]

GLYPHS = {Label.POSITIVE: "▲", Label.NEGATIVE: "▼", Label.NEUTRAL: "·", Label.UNSCORED: "○"}
MOOD_CELLS = 7
LABEL_CELLS = 8

_SHORT = {"stackexchange": "StackExch."}
_VARIATIONS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
# Wrapping takes a no-break space for a space: it sees a private character of one cell instead.
_BIND = {0xA0: 0xE000, 0x202F: 0xE001}
_UNBIND = {0xE000: 0xA0, 0xE001: 0x202F}
_plain_emoji = False


def use_plain_emoji(plain: bool) -> None:
    """Draw emoji without joiners, skin tones and variants, for terminals that misjudge them."""
    global _plain_emoji
    _plain_emoji = plain


def palette_of(widget: Widget | App[object]) -> Palette:
    """Return the styles of the theme a widget is shown in."""
    app = widget if isinstance(widget, App) else widget.app
    return palette(app.theme, app.no_color)


def one_line(text: str) -> str:
    """Return safe text on one line."""
    flat = " ".join(text.split())
    return _VARIATIONS.sub("", flat) if _plain_emoji else flat


def many_lines(text: str) -> str:
    """Return safe text as it is, with plain emoji if the terminal needs them."""
    return _VARIATIONS.sub("", text) if _plain_emoji else text


def network_name(network: str) -> str:
    """Return how people call a network, short enough for a column."""
    return _SHORT.get(network) or network_title(network)


def mood(label: Label, compound: float | None, styles: Palette) -> Piece:
    """Return glyph and signed number of a sentiment, seven cells wide."""
    figure = "—" if compound is None else signed(compound)
    return f"{GLYPHS[label]} {figure:>5}", styles.label(label)


def padded(text: str, width: int) -> str:
    """Return the text cut or filled to a width in cells; a cut is shown by "…"."""
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + ("…" if width else "")
    return set_cell_size(text, width)


def width_of(line: Iterable[Piece]) -> int:
    """Return the cells a line takes."""
    return sum(cell_len(text) for text, _ in line)


def text_of(line: Iterable[Piece]) -> str:
    """Return the words of a line without their styles."""
    return "".join(text for text, _ in line)


def joined(lines: Sequence[Line], separator: Piece) -> Line:
    """Return lines put one behind the other with a separator between."""
    whole: Line = []
    for line in lines:
        if line and whole:
            whole.append(separator)
        whole.extend(line)
    return whole


def cut(line: Line, width: int) -> Line:
    """Return a line that fits a width; what is cut is shown by "…"."""
    if width_of(line) <= width:
        return line
    kept: Line = []
    room = width
    for text, style in line:
        cells = cell_len(text)
        if cells >= room:
            # The ellipsis needs a cell of its own, since more words follow or these do not fit.
            kept.append((set_cell_size(text, max(0, room - 1)) + ("…" if room else ""), style))
            break
        kept.append((text, style))
        room -= cells
    return kept


def strip(line: Line, width: int, base: Style) -> Strip:
    """Return a line as cells, cut or filled to exactly a width, over a base style."""
    fitting = cut(line, width)
    segments = [Segment(text, (base + style).rich_style) for text, style in fitting if text]
    room = width - width_of(fitting)
    if room > 0:
        segments.append(Segment(" " * room, base.rich_style))
    return Strip(segments, width)


def content(line: Line) -> Content:
    """Return a line as content for a widget that wraps by itself."""
    return Content.assemble(*[(text, style) for text, style in line if text])


def wrapped(line: Line, width: int) -> list[Line]:
    """Return a line wrapped at words to a width; its line feeds are kept.

    Nothing is torn at a no-break space, which stands before “:” and inside « » in French.
    """
    made: list[Line] = []
    bound = [(text.translate(_BIND), style) for text, style in line]
    for part in content(bound).wrap(max(2, width)):
        pieces = part.render(PLAIN, end="")
        made.append([(text.translate(_UNBIND), style) for text, style in pieces if text])
    return made


def labelled(label: str, words: Line, width: int, styles: Palette) -> list[Line]:
    """Return a label in its column and the words beside it, wrapped under themselves."""
    return [
        [(padded("" if at else label, LABEL_CELLS) + " ", styles.faint), *line]
        for at, line in enumerate(wrapped(words, width - LABEL_CELLS - 1))
    ]
