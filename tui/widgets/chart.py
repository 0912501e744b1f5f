"""Mentions over time in block characters: the good above the axis, the bad below it.

Pure functions from buckets to lines: eight levels a cell upwards by the lower blocks, and
downwards by the same blocks in reverse. Up and down share one scale, so heights compare. What has
no score is no neutral: it lies on top, in dots, here as in the bars of the networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from textual.style import Style

from listeners.model import HOUR, MINUTE, Micros
from listeners.rows import Bucket
from tui.i18n import _, clock_time, compact, day
from tui.theme import PLAIN, Palette
from tui.widgets.paint import Line, padded

BLOCKS = " ▁▂▃▄▅▆▇█"
UNSCORED = "░"
_LITTLE_UNSCORED = "⣀"
GUTTER = 5
"""Cells left of the chart, for its scale; more where the figures are longer."""
_LEAST = 4.0
"""Mentions the scale spans at least, so that a single one does not fill the chart."""


class Column(NamedTuple):
    """What one column of the chart stands for."""

    positive: float
    neutral: float
    negative: float
    start: Micros
    unscored: float = 0.0


def columns(buckets: Sequence[Bucket], width: int) -> list[Column]:
    """Return a column for each cell: buckets of equal width, or several of them summed to one.

    Wide buckets are stretched to fill the width, where a cell more or less does not show.
    """
    if not buckets or width < 1:
        return []
    size = -(-len(buckets) // width)
    groups = [buckets[at : at + size] for at in range(0, len(buckets), size)]
    made = [
        Column(
            sum(bucket.positive for bucket in group),
            sum(bucket.neutral for bucket in group),
            sum(bucket.negative for bucket in group),
            group[0].start,
            sum(bucket.unscored for bucket in group),
        )
        for group in groups
    ]
    if width // len(made) > 1:
        return [made[cell * len(made) // width] for cell in range(width)]
    return made


def mirrored(buckets: Sequence[Bucket], width: int, height: int, styles: Palette) -> list[Line]:
    """Return the chart: bars up, the axis, bars down and the times, ``height`` lines in all."""
    if height < 4:
        return []
    cells, gutter = columns(buckets, width - GUTTER), GUTTER
    if cells and (longest := cell_len(compact(max(_heights(cells))))) > GUTTER - 2:
        gutter = longest + 2
        cells = columns(buckets, width - gutter)
    if not cells:
        return []
    up, down = _heights(cells)
    rows = height - 2
    below = min(rows - 1, max(1, round(rows * down / (up + down)))) if down else 1
    above = rows - below
    unit = max(up / above, down / below)

    def scale(value: float, shown: bool) -> str:
        label = compact(round(value)) if shown else ""
        return padded(f"{label:>{gutter - 2}}", gutter - 2) + " │"

    lines: list[Line] = [
        [
            (scale(unit * above, row == above - 1), styles.faint),
            *_merged([_rising(cell, row * unit, unit, styles) for cell in cells]),
        ]
        for row in reversed(range(above))
    ]
    lines.append([(f"{'0':>{gutter - 2}} ├", styles.faint), *_axis(cells, styles)])
    lines.extend(
        [
            (scale(unit * below, row == below - 1 and bool(down)), styles.faint),
            *_merged([_falling(cell, row * unit, unit, styles) for cell in cells]),
        ]
        for row in range(below)
    )
    lines.append([(" " * gutter, styles.faint), *_times(cells, styles)])
    return lines


def _heights(cells: Sequence[Column]) -> tuple[float, float]:
    """Return how high the bars stand above the axis, and how deep below it."""
    up = max(_LEAST, *(cell.positive + cell.neutral + cell.unscored for cell in cells))
    return up, max(0.0, *(cell.negative for cell in cells))


def _merged(cells: Sequence[tuple[str, Style]]) -> Line:
    """Join neighbours of one style: a line is then a few words instead of a hundred."""
    return [
        ("".join(char for char, _ in group), style)
        for style, group in groupby(cells, key=lambda cell: cell[1])
    ]


def _eighths(value: float, low: float, unit: float) -> int:
    """Return how much of a cell is filled; what is there at all shows at least a sliver."""
    filled = round((value - low) / unit * 8)
    return max(1 if value > low else 0, min(8, filled))


def _rising(cell: Column, low: float, unit: float, styles: Palette) -> tuple[str, Style]:
    good = _eighths(cell.positive, low, unit)
    whole = _eighths(cell.positive + cell.neutral, low, unit)
    if good == 8 or (good and whole == good):
        return BLOCKS[good], styles.positive
    if not good:
        every = _eighths(cell.positive + cell.neutral + cell.unscored, low, unit)
        if every - whole > whole:
            return (UNSCORED if every >= 4 else _LITTLE_UNSCORED), styles.ghost
        return BLOCKS[whole], styles.ghost if whole else PLAIN
    # Two colours fit one cell as ink and paper only if the upper one reaches the cell's top.
    return BLOCKS[good], styles.positive + (styles.on_neutral if whole >= 6 else PLAIN)


def _falling(cell: Column, low: float, unit: float, styles: Palette) -> tuple[str, Style]:
    bad = _eighths(cell.negative, low, unit)
    if bad == 8:
        return BLOCKS[8], styles.negative
    if not bad:
        return " ", PLAIN
    return BLOCKS[8 - bad], styles.negative + Style(reverse=True)


def _step(cells: Sequence[Column]) -> int:
    """Return the distance of the times under the axis: 15 min, 6 h or 12 h."""
    span = cells[-1].start - cells[0].start
    if span <= 2 * HOUR:
        return 15 * MINUTE
    return 6 * HOUR if span <= 26 * HOUR else 12 * HOUR


def _ticks(cells: Sequence[Column]) -> list[int]:
    step = _step(cells)
    starts = [cell.start for cell in cells]
    return [
        place
        for place in range(1, len(starts))
        if starts[place] // step != starts[place - 1] // step
    ]


def _axis(cells: Sequence[Column], styles: Palette) -> Line:
    ticks = set(_ticks(cells))
    return [("".join("┼" if at in ticks else "─" for at in range(len(cells))), styles.ghost)]


def _times(cells: Sequence[Column], styles: Palette) -> Line:
    """Return the times under their ticks, those that would touch another one left out."""
    now = _("now")
    text = [" "] * len(cells)
    last = len(cells) - cell_len(now)
    if last < 0:
        return []
    step = _step(cells)
    for place in _ticks(cells):
        start = Micros(cells[place].start // step * step)
        label = clock_time(start)
        if label == "00:00":
            label = day(start).rsplit(" ", 1)[0]
        if place + len(label) < last and not "".join(text[max(0, place - 1) : place]).strip():
            text[place : place + len(label)] = label
    return [
        ("".join(text[: max(0, last)]), styles.faint),
        (now, styles.accent),
    ]


def split_bar(bucket: Bucket, width: int, styles: Palette) -> Line:
    """Return a bar split into negative, neutral, unscored and positive, by largest remainder."""
    parts = (bucket.negative, bucket.neutral, bucket.unscored, bucket.positive)
    whole = sum(parts)
    if not whole or width < 1:
        return [(" " * max(0, width), PLAIN)]
    shares = [part * width / whole for part in parts]
    cells = [int(share) for share in shares]
    by_rest = sorted(range(4), key=lambda at: shares[at] - cells[at], reverse=True)
    for at in by_rest[: width - sum(cells)]:
        cells[at] += 1
    return [
        ("▇" * cells[0], styles.negative),
        ("▇" * cells[1], styles.ghost),
        # What has no score is not neutral, and does not look so.
        (UNSCORED * cells[2], styles.ghost),
        ("▇" * cells[3], styles.positive),
    ]
