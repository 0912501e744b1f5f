"""A campaign day by day in block characters: what was said of the brand, and what is its own.

Its own mentions are blocks, the rest of the brand's lies on top of them in dots: told apart
without colours too. Long campaigns are drawn with several days to a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from textual.style import Style

from listeners.campaigns.campaign import Campaign
from tui.campaign_days import Daily
from tui.i18n import _, compact, day
from tui.theme import PLAIN, Palette
from tui.widgets.chart import BLOCKS, UNSCORED
from tui.widgets.paint import Line, padded

_GUTTER = 6
_LITTLE = "⣀"
_WIDEST = 3
"""Cells of a day at most."""


def day_chart(
    days: Sequence[Daily], campaign: Campaign, width: int, height: int, styles: Palette
) -> list[Line]:
    """Return ``height`` lines of bars, the axis with the campaign's days, the dates, the legend."""
    room = width - _GUTTER
    if not days or room < 8 or height < 1:
        return []
    columns = _columns(days, room)
    cells = min(_WIDEST, max(1, room // len(columns)))
    top = max(1, *(one.brand for one in columns))
    unit = top / height
    lines: list[Line] = []
    for level in reversed(range(height)):
        label = compact(top) if level == height - 1 else ""
        bars = [_cell(one, level * unit, unit, cells, styles) for one in columns]
        lines.append([(f"{padded(f'{label:>{_GUTTER - 2}}', _GUTTER - 2)} │", styles.faint)])
        lines[-1] += _merged(bars)
    inside = [campaign.from_at <= one.start < campaign.to_at for one in columns]
    axis = [("━" * cells, styles.accent) if on else ("─" * cells, styles.ghost) for on in inside]
    lines.append([(f"{'0':>{_GUTTER - 2}} ├", styles.faint), *_merged(axis)])
    lines.append([(" " * _GUTTER, styles.faint), (_dates(columns, inside, cells), styles.faint)])
    legend: Line = [
        (" " * _GUTTER, styles.faint),
        ("█ ", styles.accent),
        (_("its own"), styles.faint),
        (f"  {UNSCORED} ", styles.ghost),
        (_("the brand"), styles.faint),
        ("  ━ ", styles.accent),
        (_("its days"), styles.faint),
    ]
    return [*lines, legend]


def _columns(days: Sequence[Daily], room: int) -> list[Daily]:
    size = -(-len(days) // room)
    groups = [days[at : at + size] for at in range(0, len(days), size)]
    return [
        Daily(group[0].start, sum(one.brand for one in group), sum(one.campaign for one in group))
        for group in groups
    ]


def _cell(one: Daily, low: float, unit: float, cells: int, styles: Palette) -> tuple[str, Style]:
    own, every = _eighths(one.campaign, low, unit), _eighths(one.brand, low, unit)
    gap = " " if cells > 1 else ""
    wide = cells - len(gap)
    if own == 8 or (own and own >= every):
        return BLOCKS[own] * wide + gap, styles.accent
    if own:
        return BLOCKS[own] * wide + gap, styles.accent
    if every:
        return (UNSCORED if every >= 4 else _LITTLE) * wide + gap, styles.ghost
    return " " * cells, PLAIN


def _eighths(value: float, low: float, unit: float) -> int:
    filled = round((value - low) / unit * 8)
    return max(1 if value > low else 0, min(8, filled))


def _merged(cells: Sequence[tuple[str, Style]]) -> Line:
    return [
        ("".join(text for text, _style in group), style)
        for style, group in groupby(cells, key=lambda cell: cell[1])
    ]


def _dates(columns: Sequence[Daily], inside: Sequence[bool], cells: int) -> str:
    """Return the days at which the chart and the campaign begin, and the campaign ends."""
    wanted = [0, *(at for at in range(1, len(inside)) if inside[at] != inside[at - 1])]
    text = ""
    for at in wanted:
        label = day(columns[at].start).partition(" ")[2]
        place = at * cells
        if cell_len(text) < place or not text:
            room = len(columns) * cells - place
            if cell_len(label) <= max(room, 6):
                text = f"{text:<{place}}{label}"
    return text
