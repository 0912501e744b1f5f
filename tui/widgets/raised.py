"""Lines inside a dialog, on the dialog's own ground."""

from __future__ import annotations

from textual.strip import Strip

from tui.widgets.paint import palette_of, strip
from tui.widgets.thread import ThreadHead


class DialogLines(ThreadHead):
    """As many lines as there are words."""

    DEFAULT_CSS = "DialogLines { height: auto; }"

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line = self._lines[y] if y < len(self._lines) else []
        return strip(line, self.size.width, palette_of(self).bar)
