"""The hours around an episode: bars, the band of the usual, and the line where the rule fires."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from textual.style import Style

from listeners.model import HOUR, Micros
from listeners.risk.band import Band
from tui.i18n import _, clock_time, compact
from tui.theme import Palette
from tui.widgets.chart import BLOCKS
from tui.widgets.paint import Line

ROWS = 6
_GUTTER = 6
_LEAST = 4.0


def hour_chart(
    starts: Sequence[Micros],
    counts: Sequence[int],
    usual: Sequence[Band],
    began: Micros,
    width: int,
    styles: Palette,
    rows: int = ROWS,
) -> list[Line]:
    """Return the chart, its times and its legend; the oldest hours go where there is no room.

    A bar at or above the limit of its hour stands out, and so do the hours of the episode. Dots
    mark the upper edge of the usual, dashes where the rule fires; both stand beside the bars only.
    """
    room = max(0, width - _GUTTER)
    if not counts or room < 12:
        return []
    wide = max(1, room // len(counts))
    kept = min(len(counts), room // wide)
    starts, counts = starts[-kept:], counts[-kept:]
    usual = usual[-kept:] if usual else ()
    top = max(_LEAST, *counts, *(band.high for band in usual))
    limits = [band.fires_at for band in usual]
    top = max(top, min(max(limits, default=0), 1.5 * top))
    unit = top / rows
    lines: list[Line] = []
    for row in reversed(range(rows)):
        label = compact(round(top)) if row == rows - 1 else "0" if row == 0 else ""
        cells = [
            _cell(counts[place], usual[place] if usual else None, row * unit, unit,
                  began <= starts[place] + HOUR, styles)
            for place in range(len(counts))
        ]  # fmt: skip
        lines.append([(f"{label:>{_GUTTER - 2}} │", styles.faint), *_joined(cells, wide)])
    lines.append([(" " * _GUTTER, styles.faint), (_times(starts, wide), styles.faint)])
    lines.append(_legend(bool(usual), styles))
    return lines


def _cell(
    count: int, band: Band | None, low: float, unit: float, within: bool, styles: Palette
) -> tuple[str, Style]:
    filled = max(0, min(8, round((count - low) / unit * 8)))
    if count > low and not filled and low == 0:
        filled = 1
    if filled:
        over = band is not None and count >= band.fires_at
        style = styles.negative if over else styles.warn if within else styles.accent
        return BLOCKS[filled], style
    if band is not None and low <= band.fires_at < low + unit:
        return "╌", styles.negative
    if band is not None and low <= band.high < low + unit:
        return "·", styles.faint
    return " ", styles.ghost


def _joined(cells: Sequence[tuple[str, Style]], wide: int) -> Line:
    return [
        ("".join(char * wide for char, _style in group), style)
        for style, group in groupby(cells, key=lambda cell: cell[1])
    ]


def _times(starts: Sequence[Micros], wide: int) -> str:
    text = [" "] * (len(starts) * wide)
    for place, start in enumerate(starts):
        label = clock_time(start)
        at = place * wide
        if label.endswith("00") and int(label[:2]) % 6 == 0 and at + len(label) <= len(text):
            text[at : at + len(label)] = label
    return "".join(text)


def _legend(usual: bool, styles: Palette) -> Line:
    line: Line = [(" " * _GUTTER, styles.faint), ("█ ", styles.warn), (_("episode"), styles.faint)]
    if usual:
        line += [
            ("   · ", styles.faint),
            (_("usual at most"), styles.faint),
            ("   ╌ ", styles.negative),
            (_("the rule fires"), styles.faint),
        ]
    else:
        line.append(("   " + _("too little history for what is usual"), styles.faint))
    return line
