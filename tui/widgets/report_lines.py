"""A report as lines on the screen: its tables fitted to the width, its charts as bars that lie."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.i18n import number
from tui.reporting.document import Block, Chart, Document, Grid, Points, Section, Text
from tui.theme import Palette
from tui.widgets.paint import Line, one_line, padded, wrapped

_GAP = "  "
_NARROW = 12
"""A column of words is never narrower, and the last one takes what is left."""
_BAR = 40


def report_lines(document: Document, width: int, styles: Palette) -> list[Line]:
    """Return the lines of a whole report but for its appendix."""
    lines: list[Line] = [[(one_line(document.title), styles.key)]]
    lines += wrapped([(" · ".join(document.about), styles.faint)], width)
    for section in document.first:
        lines += _section(section, width, styles)
    lines += [[], [(document.details_title, styles.key)]]
    for section in document.details:
        lines += _section(section, width, styles)
    return lines


def _section(section: Section, width: int, styles: Palette) -> list[Line]:
    lines: list[Line] = [[], [(section.title, styles.strong)]]
    for block in section.blocks:
        lines += _block(block, width, styles)
    return lines


def _block(block: Block, width: int, styles: Palette) -> list[Line]:
    match block:
        case Text(text, note):
            return wrapped([(one_line(text), styles.faint if note else styles.ink)], width)
        case Points(items):
            return [
                [("  " if at else "· ", styles.faint), *line]
                for item in items
                for at, line in enumerate(
                    wrapped([(one_line(" ".join(one.text for one in item)), styles.ink)], width - 2)
                )
            ]
        case Grid():
            return _table(block, width, styles)
        case Chart():
            return _bars(block, width, styles)


def _table(grid: Grid, width: int, styles: Palette) -> list[Line]:
    rows = [[one_line(cell.text) for cell in row] for row in grid.rows]
    widths = fitted([list(grid.head), *rows], width)
    right = [grid.is_figures(place) for place in range(len(widths))]

    def line(cells: Sequence[str], style_of: Sequence[bool]) -> Line:
        made: Line = []
        for place, (text, size) in enumerate(zip(cells, widths, strict=True)):
            spare = " " * max(0, size - cell_len(text)) if right[place] else ""
            style = styles.faint if style_of[place] else styles.ink
            made.append((padded(spare + text, size) + _GAP, style))
        return made

    head = [line(list(grid.head), [True] * len(widths))] if any(grid.head) else []
    return [*head, *(line(row, [False] * len(widths)) for row in rows)]


def fitted(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of columns so that all fit: the widest give way first."""
    widths = [min(width, max(map(cell_len, column))) for column in zip(*rows, strict=True)]
    room = width - len(_GAP) * len(widths)
    while sum(widths) > room and max(widths) > _NARROW:
        widths[widths.index(max(widths))] -= 1
    return widths


def _bars(chart: Chart, width: int, styles: Palette) -> list[Line]:
    totals = chart.totals
    top = max([1, *totals])
    label = max(map(cell_len, chart.labels))
    figure = max(len(number(one)) for one in totals)
    room = max(8, min(_BAR, width - label - figure - 4))
    tones = {
        "negative": styles.negative,
        "neutral": styles.neutral,
        "positive": styles.positive,
        "unscored": styles.faint,
        "plain": styles.ink,
    }
    marks = {"negative": "▓", "neutral": "░", "positive": "█", "unscored": "·", "plain": "█"}
    lines: list[Line] = []
    if len(chart.series) > 1:
        key: Line = []
        for one in chart.series:
            key.append((f"{marks[one.tone]} {one.name}  ", tones[one.tone]))
        lines.append(key)
    for place, name in enumerate(chart.labels):
        line: Line = [(padded(name, label) + " ", styles.faint)]
        drawn = reached = 0
        for one in chart.series:
            reached += one.values[place]
            cells = round(reached / top * room) - drawn
            drawn += cells
            line.append((marks[one.tone] * cells, tones[one.tone]))
        line.append((f" {number(totals[place])}", styles.ink))
        lines.append(line)
    return lines
