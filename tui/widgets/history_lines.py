"""How the reading of a source's past stands, in words: how far back, how much, what stopped it."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.store.backfills import BackfillRow, BackfillState
from tui.i18n import _
from tui.past_words import past_text
from tui.theme import Palette
from tui.widgets.paint import Line, one_line, padded, wrapped

_NAME = 9
"""Cells of the column of names."""


def past_lines(
    rows: Sequence[BackfillRow], width: int, styles: Palette, key: str = ""
) -> list[Line]:
    """Return the readings of one source, a brand each; ``key`` stops one, or lets it go on."""
    lines: list[Line] = []
    several = len({row.brand for row in rows}) > 1
    for at, row in enumerate(rows):
        text = past_text(row)
        if several:
            text = f"{one_line(row.brand)}: {text}"
        name = _("past") if at == 0 else ""
        for place, line in enumerate(wrapped([(text, styles.ink)], max(10, width - _NAME))):
            lines.append([(padded(name if place == 0 else "", _NAME), styles.faint), *line])
    if hint := _hint(rows, key):
        lines.append([(padded("", _NAME), styles.faint), (hint, styles.faint)])
    return lines


def _hint(rows: Sequence[BackfillRow], key: str) -> str:
    states = {row.state for row in rows}
    if not key:
        return ""
    if states & {BackfillState.WAITING, BackfillState.RUNNING}:
        return _("{key} stops it").format(key=key)
    if states & {BackfillState.STOPPED, BackfillState.FAILED}:
        return _("{key} lets it go on").format(key=key)
    return ""
