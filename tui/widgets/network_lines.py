"""What networks let hubbub do, as lines: one network's abilities, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Sentence
from listeners.networks.contract import Capability
from tui.i18n import _, say
from tui.sources import (
    ABILITIES,
    abilities,
    access,
    access_mark,
    marks_legend,
    numbers_legend,
    short_title,
)
from tui.theme import Palette
from tui.widgets.paint import Line, padded, width_of, wrapped

_CELLS = 3
"""Cells of a column that is headed by a number."""


def ability_lines(capability: Capability, width: int, styles: Palette) -> list[Line]:
    """Return what one network lets hubbub do, and what it does not, in words."""
    title = _("What {network} lets hubbub do").format(network=short_title(capability))
    return [*wrapped([(title, styles.faint)], width), *_marked(capability, width, styles)]


def _marked(capability: Capability, width: int, styles: Palette) -> list[Line]:
    line: Line = []
    lines: list[Line] = []
    for name, has in abilities(capability):
        piece: Line = [
            ("✓ " if has else "· ", styles.ours if has else styles.ghost),
            (f"{name}  ", styles.ink if has else styles.ghost),
        ]
        if line and width_of(line) + width_of(piece) > width:
            lines.append(line)
            line = []
        line += piece
    return [*lines, line]


def numbered(steps: Sequence[Sentence], width: int, styles: Palette) -> list[Line]:
    """Return steps one below the other, each wrapped under itself."""
    return [
        line
        for at, step in enumerate(steps, 1)
        for line in _hanging(f"{at:>2}. ", say(step), width, styles)
    ]


def points(said: Sequence[Sentence], width: int, styles: Palette) -> list[Line]:
    """Return sentences as points, each wrapped under itself."""
    return [line for one in said for line in _hanging("  · ", say(one), width, styles)]


def _hanging(mark: str, text: str, width: int, styles: Palette) -> list[Line]:
    return [
        [(" " * len(mark) if at else mark, styles.faint), *line]
        for at, line in enumerate(wrapped([(text, styles.ink)], max(10, width - len(mark))))
    ]


def network_table(offered: Sequence[Capability], width: int, styles: Palette) -> list[Line]:
    """Return what every network lets hubbub do: a row each, under words, or numbers, or in words.

    Where the names of the abilities do not fit above their columns, numbers stand for them; on the
    narrowest screens every network has its own lines.
    """
    title = _("What each network lets hubbub do")
    lines: list[Line] = [*wrapped([(title, styles.strong)], width), []]
    names = [_(name) for _field, name in ABILITIES]
    titles = max((len(short_title(one)) for one in offered), default=0) + 2
    if titles + sum(len(name) + 1 for name in names) + 14 <= width:
        return lines + _under_words(offered, names, titles, styles)
    if titles + _CELLS * (len(names) + 1) <= width:
        return lines + _under_numbers(offered, titles, width, styles)
    for one in offered:
        lines += [[(short_title(one), styles.strong), (f"  {access(one)}", styles.faint)]]
        lines += [[("  ", styles.ink), *line] for line in _marked(one, width - 2, styles)]
    return lines


def _under_words(
    offered: Sequence[Capability], names: Sequence[str], titles: int, styles: Palette
) -> list[Line]:
    lines: list[Line] = [
        [(" " * titles, styles.faint), *((f"{name} ", styles.faint) for name in names)]
    ]
    for one in offered:
        line: Line = [(padded(short_title(one), titles), styles.ink)]
        for (_name, has), name in zip(abilities(one), names, strict=True):
            mark = ("✓" if has else "·").center(len(name) + 1)
            line.append((mark, styles.ours if has else styles.ghost))
        lines.append([*line, (f" {access(one)}", styles.faint)])
    return lines


def _under_numbers(
    offered: Sequence[Capability], titles: int, width: int, styles: Palette
) -> list[Line]:
    said = f"{numbers_legend()} · {marks_legend()}"
    lines = [*wrapped([(said, styles.faint)], width), []]
    numbers = "".join(f"{at:>{_CELLS}}" for at in range(1, len(ABILITIES) + 1))
    lines.append([(" " * titles + numbers, styles.faint)])
    for one in offered:
        line: Line = [(padded(short_title(one), titles), styles.ink)]
        for _name, has in abilities(one):
            mark = ("✓" if has else "·").rjust(_CELLS)
            line.append((mark, styles.ours if has else styles.ghost))
        lines.append([*line, (access_mark(one).rjust(_CELLS), styles.warn)])
    return lines
