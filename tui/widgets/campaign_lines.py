"""All about a campaign: what it is, before, during and after, day by day; and two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import BURSTS, Difference, mood_moved
from listeners.campaigns.figures import CampaignFigures, Period
from listeners.model import Micros
from listeners.rows import MentionRow
from tui.campaign_days import Daily
from tui.campaign_words import (
    FIGURES,
    MEASURES,
    PERIODS,
    aim_words,
    channels_words,
    days_words,
    difference_words,
    figure_words,
    phase_words,
    remarks,
    tags_words,
)
from tui.i18n import _, compact, percent, say
from tui.theme import BOLD, Palette
from tui.widgets.campaign_chart import day_chart
from tui.widgets.paint import (
    Line,
    joined,
    labelled,
    mood,
    network_name,
    one_line,
    padded,
    wrapped,
)

_NAME = 17
_COLUMN = 13
_NARROW = 9
_CHART = 5
_CAUGHT_UP = 0.9
"""Share of what is stored up to which a campaign that is held against it is still under way."""
_SAID = 24
"""Cells that a sentence beside its figures needs."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What is read of one campaign: figures, days, its best known mentions, how far it is read.

    ``quiet`` is until when its surges do not ring, ``None`` where they do. ``attributed`` is the
    share of what is stored that it was held against.
    """

    figures: CampaignFigures
    days: Sequence[Daily] = ()
    top: Sequence[MentionRow] = ()
    whys: Mapping[int, str] | None = None
    quiet: Micros | None = None
    attributed: float = 1.0


def about_campaign(detail: Detail, now: Micros, width: int, styles: Palette) -> list[Line]:
    """Return everything about one campaign."""
    one = detail.figures.campaign
    lines: list[Line] = _head(one, detail, now, width, styles)
    lines += [[], *_table(detail.figures, width, styles)]
    said: list[str] = [say(mood_moved(detail.figures.before, detail.figures.during))]
    if detail.attributed < _CAUGHT_UP:
        share = percent(detail.attributed)
        said.append(_("So far {share} of what is stored was looked at.").format(share=share))
    said += remarks(detail.figures, now)
    for text in said:
        lines += wrapped([("· ", styles.key), (text, styles.faint)], width)
    chart = day_chart(detail.days, one, width, _CHART, styles)
    if chart:
        lines += [[], *chart]
    if detail.top:
        lines += [[], [(_("Most liked, shared and answered"), styles.faint)]]
        lines += [_top(row, styles) for row in detail.top]
    return lines


def _head(one: Campaign, detail: Detail, now: Micros, width: int, styles: Palette) -> list[Line]:
    where = [f"{days_words(one)} ({phase_words(one, now)})", channels_words(one)]
    title: Line = [
        (one_line(one.name), styles.strong + BOLD),
        (f"  {aim_words(one)}", styles.accent),
        (f"  {one_line(one.brand)}", styles.faint),
    ]
    lines: list[Line] = [*wrapped(title, width)]
    lines += wrapped([(" · ".join(where), styles.ink)], width)
    if one.audience:
        lines += labelled(_("for"), [(one_line(one.audience), styles.ink)], width, styles)
    asks = [
        [(text, style)]
        for text, style in (
            (one_line(tags_words(one)), styles.accent),
            (one_line(one.terms), styles.ink),
        )
        if text
    ]
    if asks:
        lines += labelled(_("own by"), joined(asks, (" · ", styles.faint)), width, styles)
    else:
        lines += labelled(_("own by"), [(only_plans(), styles.faint)], width, styles)
    if detail.quiet is not None:
        lines += wrapped(
            [(_("Surges of these days are kept, and do not ring."), styles.warn)], width
        )
    return lines


def only_plans() -> str:
    """Return what a campaign without terms and tags has of its own, with the answers to it."""
    return _("no words, no tags: only planned posts are its own")


def _table(figures: CampaignFigures, width: int, styles: Palette) -> list[Line]:
    """Return the rows of figures, a column for each stretch and one of its own mentions."""
    columns: list[tuple[str, Period]] = [
        *((_(PERIODS[name]), period) for name, period in figures.periods),
        (_("its own"), figures.own),
    ]
    cells = [figure_words(period) for _title, period in columns]
    size = min(_COLUMN, max(_NARROW, (width - _NAME) // len(columns)))
    head: Line = [(" " * _NAME, styles.faint)]
    head += [(f"{_right(title, size)}", styles.faint) for title, _period in columns]
    lines: list[Line] = [head]
    for place, name in enumerate(FIGURES):
        line: Line = [(padded(_(name), _NAME), styles.faint)]
        for at, column in enumerate(cells):
            here = styles.strong if at == 1 else styles.accent if at == 3 else styles.ink
            line.append((_right(column[place], size), here))
        lines.append(line)
    return lines


def _right(text: str, size: int) -> str:
    short = padded(text, min(size - 1, cell_len(text)))
    return " " * (size - cell_len(short)) + short


def _top(row: MentionRow, styles: Palette) -> Line:
    counts = row.engagement
    known = sum(count or 0 for count in (counts.likes, counts.shares, counts.replies))
    return [
        mood(row.label, row.compound, styles),
        (f" {compact(known):>5} ", styles.accent),
        (f"{network_name(row.network)} ", styles.faint),
        (f"{one_line(row.author_name or row.author)}  ", styles.strong),
        (one_line(row.title or row.text), styles.ink),
    ]


def two_campaigns(
    first: Campaign,
    second: Campaign,
    rows: Sequence[Difference],
    width: int,
    styles: Palette,
) -> list[Line]:
    """Return two campaigns side by side, and what can be said of each difference."""
    name, size = _NAME + 8, _COLUMN if width >= 100 else 10
    room = width - name - 2 * size - 2
    lines: list[Line] = [
        [(_("Two campaigns, figures of their own mentions"), styles.strong + BOLD)],
        [],
        [
            (" " * name, styles.faint),
            (_right(one_line(first.name), size), styles.strong),
            (_right(one_line(second.name), size), styles.strong),
        ],
    ]
    for row in rows:
        here, there = difference_words(row)
        line: Line = [
            (padded(_(MEASURES[row.measure]), name), styles.faint),
            (_right(here, size), styles.ink),
            (_right(there, size), styles.ink),
        ]
        look = styles.accent if row.beyond_chance else styles.faint
        beside = room >= _SAID
        said = wrapped([(say(row.said), look)], room if beside else width - 2)
        indent = name + 2 * size + 2 if beside else 2
        if beside:
            lines.append([*line, ("  ", look), *said.pop(0)])
        else:
            lines.append(line)
        lines += [[(" " * indent, look), *rest] for rest in said]
    return [*lines, [], *wrapped([(say(BURSTS), styles.faint)], width)]
