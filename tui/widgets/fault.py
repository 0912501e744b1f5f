"""A fault in what was typed, shown under the character it is at."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.theme import BOLD
from tui.widgets.paint import Line, one_line, palette_of, strip


class Fault(Widget):
    """A caret and a sentence under a field; nothing while there is no fault."""

    DEFAULT_CSS = "Fault { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._position = 0
        self._text = ""

    def show(self, position: int, text: str) -> None:
        """Point at a character, counted in cells from the field's left."""
        again = not self._text
        self._position, self._text = position, text
        self.refresh(layout=again)

    def clear(self) -> None:
        """Show nothing."""
        if self._text:
            self._text = ""
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return two lines while there is a fault."""
        return 2 if self._text else 0

    def render_line(self, y: int) -> Strip:
        """Draw the caret, then the sentence."""
        styles, width = palette_of(self), self.size.width
        if y == 0:
            at = min(self._position, max(0, width - 1))
            line: Line = [(" " * at, styles.ink), ("▲", styles.negative + BOLD)]
        else:
            line = [(one_line(self._text), styles.negative)]
        return strip(line, width, styles.ground)
