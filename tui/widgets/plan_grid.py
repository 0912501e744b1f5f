"""The calendar as a pane: a month or a week, one day of it under the cursor."""

from __future__ import annotations

from datetime import date

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from listeners.planning.calendar import month_weeks, week_days
from tui.widgets.paint import Line, palette_of, strip
from tui.widgets.plan_lines import (
    WEEK_CELLS,
    WITH_WEEKS,
    Calendar,
    columns,
    month_lines,
    week_height,
    week_lines,
)


class PlanGrid(Widget, can_focus=True, inherit_bindings=False):
    """Draws a ``Calendar``; a click puts the cursor on a day, a second one opens it."""

    class Pointed(Message):
        """A day was clicked; ``twice``: it is to be opened."""

        def __init__(self, day: date, *, twice: bool) -> None:
            super().__init__()
            self.day = day
            self.twice = twice

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._look: Calendar | None = None
        self._week = False
        self._lines: list[Line] = []
        self._drawn: object = None

    def show(self, look: Calendar, *, week: bool) -> None:
        """Draw these days."""
        self._look, self._week = look, week
        self._drawn = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        styles = palette_of(self)
        if self._look is None:
            return strip([], self.size.width, styles.ground)
        asked = (self.size, styles)
        if asked != self._drawn:
            self._drawn = asked
            draw = week_lines if self._week else month_lines
            self._lines = draw(self._look, self.size.width, self.size.height, styles)
        line = self._lines[y] if y < len(self._lines) else []
        return strip(line, self.size.width, styles.ground)

    def redraw(self) -> None:
        """Draw anew: another theme."""
        self._drawn = None
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; twice opens the day."""
        day = self.day_at(event.x, event.y)
        if day is not None:
            self.post_message(self.Pointed(day, twice=event.chain == 2))

    def day_at(self, x: int, y: int) -> date | None:
        """Return the day drawn at a place of the screen, ``None`` beside them."""
        offset = self.content_region.offset - self.region.offset
        x, y = x - offset.x, y - offset.y
        if self._look is None or y < 0:
            return None
        width = self.size.width
        side = 0 if self._week or width < WITH_WEEKS else WEEK_CELLS
        place, left = -1, side
        for number, cell in enumerate(columns(width - side)):
            if left <= x < left + cell:
                place = number
            left += cell
        if place < 0:
            return None
        if self._week:
            return week_days(self._look.day)[place]
        weeks = month_weeks(self._look.day)
        row = (y - 1) // week_height(self._look.day, self.size.height)
        return weeks[row][place] if y >= 1 and row < len(weeks) else None
