"""What a person said before: one short block a mention, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.rows import MentionRow
from tui.i18n import _, moment
from tui.theme import Palette
from tui.widgets.paint import Line, cut, mood, network_name, one_line, wrapped

_LINES = 3


def said_before(rows: Sequence[MentionRow], width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the mentions of a person, each cut to a few lines."""
    if not rows:
        return wrapped([(_("Never heard before this."), styles.faint)], width)
    lines: list[Line] = []
    for row in rows:
        figure, style = mood(row.label, row.compound, styles)
        lines.append(
            cut(
                [
                    (" ".join(figure.split()), style),
                    (f"  {moment(row.sort_at, now)}", styles.faint),
                    (f"  {network_name(row.network)}", styles.faint),
                ],
                width,
            )
        )
        text = wrapped([(one_line(row.text), styles.ink)], width)
        lines += text[:_LINES]
        if len(text) > _LINES:
            lines[-1] = [*cut(text[_LINES - 1], width - 1), ("…", styles.faint)]
        lines.append([])
    return lines
