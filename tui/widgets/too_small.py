"""What a terminal too small for the dashboard shows instead of it."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tui.i18n import _
from tui.widgets.paint import Line, cut, palette_of, strip, width_of

LEAST_WIDTH = 60
LEAST_HEIGHT = 16


class TooSmall(Widget):
    """Says how much room is needed, in whatever room there is."""

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        styles, width, height = palette_of(self), self.size.width, self.size.height
        here = f"{self.app.size.width}×{self.app.size.height}"
        lines: list[Line] = [
            [(_("hubbub needs more room"), styles.strong)],
            [(f"{here} → {LEAST_WIDTH}×{LEAST_HEIGHT}", styles.accent)],
        ]
        place = y - max(0, (height - len(lines)) // 2)
        line = cut(lines[place], width) if 0 <= place < len(lines) else []
        left = max(0, (width - width_of(line)) // 2)
        return strip([(" " * left, styles.ink), *line], width, styles.ground)
