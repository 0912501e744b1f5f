"""The hours of the week in blocks: mentions, and our answers below or beside them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from textual.style import Style

from listeners.voice.hours import Cell, HeatMap
from tui.formats import weekday
from tui.i18n import _
from tui.theme import Palette
from tui.voice_words import hours_sentences
from tui.widgets.chart import BLOCKS
from tui.widgets.paint import Line, padded, width_of, wrapped

NEGATIVE = 1 / 3
"""The share of negative mentions from which an hour is marked."""
_LEAST_NEGATIVE = 3
_NAME = 5
_GAP = 3
_MARK_NEGATIVE, _MARK_ALONE = "▾", "×"


class _Week(NamedTuple):
    """One of the two grids: what it is called, how an hour looks, and its number."""

    name: str
    look: Callable[[Cell], tuple[str, str, Style]]
    count: Callable[[Cell], int]


def hours_lines(heat: HeatMap, chosen: int, width: int, styles: Palette) -> list[Line]:
    """Return the two grids of hours and the sentences; ``chosen`` is the weekday in numbers."""
    cells = 3 if width >= _NAME + 24 * 3 else 2
    said = _grid(_said(heat, styles), heat, chosen, cells, styles)
    said.append(_negative(heat, chosen, cells, styles))
    ours = _grid(_ours(heat, styles), heat, chosen, cells, styles)
    reach = _NAME + 24 * cells
    if width >= 2 * reach + _GAP:
        ours.append([])
        lines: list[Line] = [
            [*left, (" " * (reach - width_of(left) + _GAP), styles.ink), *right]
            for left, right in zip(said, ours, strict=True)
        ]
    else:
        lines = [*said, *ours]
    legend = _("▾ a third or more negative · × much said, no answer · clock of {zone}")
    told = [(one, styles.ink) for one in hours_sentences(heat)]
    told.append((legend.format(zone=heat.zone), styles.faint))
    return [*lines, *(part for one in told for part in wrapped([one], width))]


def _grid(week: _Week, heat: HeatMap, chosen: int, cells: int, styles: Palette) -> list[Line]:
    shown = [f"{hour:>2}" if cells > 2 or not hour % 2 else "" for hour in range(24)]
    head = "".join(f"{one:<{cells}}" for one in shown)
    lines: list[Line] = [[(padded(week.name, _NAME), styles.faint), (head, styles.faint)]]
    for day, row in enumerate(heat.cells):
        line: Line = [(padded(weekday(day), _NAME), styles.strong if day == chosen else styles.ink)]
        for hour, cell in enumerate(row):
            if day == chosen:
                # Two looks in turn, since numbers of three digits touch each other.
                look = styles.strong if hour % 2 else styles.accent
                line.append((_number(week.count(cell), cells), look))
            else:
                block, mark, look = week.look(cell)
                line.append((block * (cells - 1) + mark, look))
        lines.append(line)
    return lines


def _negative(heat: HeatMap, chosen: int, cells: int, styles: Palette) -> Line:
    """Return the share of negative mentions in the hours of the chosen weekday, in percent."""
    line: Line = [(padded(f"{_MARK_NEGATIVE} %", _NAME), styles.negative)]
    for hour, cell in enumerate(heat.cells[chosen]):
        share = cell.negative_share
        text = " " * cells if share is None else _number(round(share * 100), cells)
        line.append((text, styles.negative if hour % 2 else styles.faint))
    return line


def _said(heat: HeatMap, styles: Palette) -> _Week:
    most = max((cell.rate for row in heat.cells for cell in row), default=0.0)

    def look(cell: Cell) -> tuple[str, str, Style]:
        if not cell.total:
            return "·", " ", styles.ghost
        share = cell.negative_share or 0.0
        if share >= NEGATIVE and cell.negative >= _LEAST_NEGATIVE:
            return _block(cell.rate, most), _MARK_NEGATIVE, styles.negative
        return _block(cell.rate, most), " ", styles.positive

    return _Week(_("said"), look, lambda cell: cell.total)


def _ours(heat: HeatMap, styles: Palette) -> _Week:
    most = max((_answers(cell) for row in heat.cells for cell in row), default=0.0)

    def look(cell: Cell) -> tuple[str, str, Style]:
        if cell.answers:
            return _block(_answers(cell), most), " ", styles.ours
        if heat.is_busy(cell):
            return _MARK_ALONE, " ", styles.warn
        return "·", " ", styles.ghost

    return _Week(_("us"), look, lambda cell: cell.answers)


def _answers(cell: Cell) -> float:
    return cell.answers / cell.times if cell.times else 0.0


def _block(value: float, most: float) -> str:
    return BLOCKS[max(1, min(8, math.ceil(value / most * 8)))]


def _number(count: int, cells: int) -> str:
    """Return a count in as many cells, thousands shortened; what is beyond is a row of nines."""
    texts = (str(count) if count else "·", f"{count // 1000}k")
    text = next((one for one in texts if len(one) <= cells), "9" * cells)
    return f"{text:>2}".ljust(cells)
