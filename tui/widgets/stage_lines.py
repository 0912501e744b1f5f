"""How the funnel reads: a bar a stage, the share that came further, and who came in each week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.style import Style

from listeners.model import Micros
from listeners.stages.facts import STAGES, Stage
from listeners.stages.next_steps import NextStep
from listeners.store.stage_people import Stuck, Words
from listeners.store.stages import Funnel, MoveRow
from tui.i18n import _, ago, compact, moment, number, say, share_words
from tui.stage_words import GLYPHS, move_words, stage_word, week_day, week_number
from tui.theme import BOLD, Palette
from tui.widgets.paint import GLYPHS as MOODS
from tui.widgets.paint import (
    Line,
    joined,
    labelled,
    network_name,
    one_line,
    padded,
    wrapped,
)

_NAME: Final = 13
_SHORT: Final = 4
_LONG: Final = 8
"""Cells of a week: by its number, or by its day where there is room."""
_LEAST_BAR: Final = 8
_LONGEST_BAR: Final = 60


def stage_style(stage: str, styles: Palette) -> Style:
    """Return the colour of a stage; its glyph and word say the same."""
    looks: Mapping[str, Style] = {
        "connect": styles.faint,
        "convince": styles.accent,
        "convert": styles.ours,
    }
    return looks.get(stage, styles.faint)


def funnel_lines(
    funnel: Funnel, weeks: Sequence[Micros], width: int, styles: Palette
) -> list[Line]:
    """Return the funnel: a line of headings, then one a stage; weeks are left out from the past."""
    heads = _("people"), _("go on")
    counts, shares = (max(8, len(one) + 1) for one in heads)
    fixed = 1 + _NAME + counts + shares
    room = width - fixed - _LEAST_BAR - 2
    cells = _LONG if room >= _LONG * len(weeks) else _SHORT
    shown = list(weeks[max(0, len(weeks) - max(0, room) // cells) :]) if weeks else []
    bar = min(_LONGEST_BAR, width - fixed - 2 - cells * len(shown))
    named = week_day if cells == _LONG else week_number
    head: Line = [
        (" " * (1 + _NAME + max(0, bar)), styles.faint),
        (heads[0].rjust(counts), styles.faint),
        (heads[1].rjust(shares), styles.faint),
        ("  ", styles.faint),
        *((f"{named(week):>{cells}}", styles.faint) for week in shown),
    ]
    most = max([*funnel.now.values(), 1])
    lines = [head]
    for stage in STAGES:
        lines.append(_stage_line(funnel, stage, shown, bar, (counts, shares, cells), most, styles))
    return lines


def _stage_line(
    funnel: Funnel,
    stage: Stage,
    weeks: Sequence[Micros],
    bar: int,
    columns: tuple[int, int, int],
    most: int,
    styles: Palette,
) -> Line:
    counts, shares, cells = columns
    count, look = funnel.now.get(stage, 0), stage_style(stage, styles)
    full = max(1, round(count / most * bar)) if count and bar > 0 else 0
    share = "" if stage == STAGES[-1] else share_words(funnel.share(stage))
    line: Line = [
        (f" {GLYPHS[stage]} ", look),
        (padded(stage_word(stage), _NAME - 2), styles.strong),
        ("█" * full, look),
        ("░" * max(0, bar - full), styles.ghost),
        (f"{compact(count):>{counts}}", styles.strong),
        (f"{share:>{shares}}", styles.ink),
        ("  ", styles.ink),
    ]
    for week in weeks:
        came = funnel.entered(stage, week)
        line.append((f"{compact(came) if came else '·':>{cells}}", look if came else styles.ghost))
    return line


def page_lines(
    row: Stuck,
    step: NextStep | None,
    moves: Sequence[MoveRow],
    said: Sequence[Words],
    width: int,
    now: Micros,
    styles: Palette,
) -> list[Line]:
    """Return all about somebody's stage: what to do next, how they came there, their last words."""
    situation = row.situation
    lines = wrapped([(one_line(row.name), styles.strong + BOLD), *_where(row, styles)], width)
    if step is not None:
        lines += labelled(_("next"), [(say(step.step), styles.accent)], width, styles)
        lines += labelled(_("because"), [(say(step.reason), styles.ink)], width, styles)
    figures = _("mentions: {count}, positive: {positives}, negative: {negatives}").format(
        count=number(row.mentions),
        positives=number(situation.positives),
        negatives=number(situation.negatives),
    )
    lines += labelled(_("so far"), [(figures, styles.ink)], width, styles)
    for move in reversed(moves):
        told: Line = [
            (f"{GLYPHS.get(move.stage, ' ')} ", stage_style(move.stage, styles)),
            (move_words(move.was, move.stage), styles.strong),
            (f" · {moment(move.at, now)} · ", styles.faint),
            (say(move.reason), styles.ink),
        ]
        lines += wrapped(told, width)
    for words in said:
        head: Line = [
            (f"{MOODS[words.label]} ", styles.label(words.label)),
            (f"{network_name(words.network)}, {ago(words.at, now)}  ", styles.faint),
            (one_line(words.text), styles.ink),
        ]
        lines += wrapped(head, width)
    return lines


def _where(row: Stuck, styles: Palette) -> Line:
    parts: list[Line] = [
        [(one_line(row.handle), styles.faint)] if row.handle != row.name else [],
        [(network_name(row.network), styles.faint)],
        [(row.role and role_word(row.role), styles.accent)] if row.role else [],
    ]
    return [("  ", styles.faint), *joined([one for one in parts if one], (" · ", styles.ghost))]


def role_word(role: str) -> str:
    """Return what a role is called."""
    from tui.code_words import in_words

    return str(in_words("role", role))
