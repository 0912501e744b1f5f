"""A short list of choices in a dialog: moved through by arrows, chosen by enter or the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.theme import PLAIN, Palette
from tui.widgets.paint import Line, one_line, palette_of, strip, text_of


class Choice(NamedTuple):
    """One thing to choose. ``on`` is ``None`` unless it is a switch; a heading cannot be chosen."""

    value: object
    label: str
    hint: str = ""
    on: bool | None = None
    heading: bool = False


class Choices(ScrollView, inherit_bindings=False):
    """The list under a dialog's field; it never has the focus itself."""

    DEFAULT_CSS = """
    Choices { height: auto; max-height: 60vh; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    class Chosen(Message):
        """A choice was made with the mouse."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._place = 0

    def show(self, choices: Sequence[Choice]) -> None:
        """Show these choices, the cursor on the one it was on if that is still there."""
        before = self.choice
        again = len(choices) != len(self._choices)
        self._choices = tuple(choices)
        values = [one.value for one in self._choices if not one.heading]
        kept = before is not None and before.value in values
        self._place = next(
            (
                place
                for place, one in enumerate(self._choices)
                if not one.heading and (not kept or before is None or one.value == before.value)
            ),
            0,
        )
        self.virtual_size = Size(self.size.width, len(self._choices))
        self.refresh(layout=again)

    @property
    def choice(self) -> Choice | None:
        """The choice under the cursor."""
        if self._place < len(self._choices) and not self._choices[self._place].heading:
            return self._choices[self._place]
        return None

    def move(self, by: int) -> None:
        """Move the cursor to the next choice, round the end."""
        for _step in self._choices:
            self._place = (self._place + by) % len(self._choices)
            if not self._choices[self._place].heading:
                break
        if self._place < self.scroll_offset.y:
            self.scroll_to(y=self._place, animate=False, immediate=True, force=True)
        elif self._place >= self.scroll_offset.y + self.size.height:
            self.scroll_to(
                y=self._place - self.size.height + 1, animate=False, immediate=True, force=True
            )
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line for each choice."""
        return max(1, len(self._choices))

    def render_line(self, y: int) -> Strip:
        """Draw one choice."""
        styles, width = palette_of(self), self.scrollable_content_region.width
        place = self.scroll_offset.y + y
        if place >= len(self._choices):
            return strip([], width, styles.bar)
        chosen = place == self._place and self.choice is not None
        line = self._line(self._choices[place], chosen, styles)
        return strip(
            [(text_of(line), PLAIN)] if chosen and styles.flat else line,
            width,
            styles.bar + (styles.cursor if chosen else PLAIN),
        )

    @staticmethod
    def _line(choice: Choice, chosen: bool, styles: Palette) -> Line:
        if choice.heading:
            return [(f" {one_line(choice.label)}", styles.faint)]
        line: Line = [("❯ " if chosen else "  ", styles.key)]
        if choice.on is not None:
            line.append(("✓ " if choice.on else "· ", styles.ours if choice.on else styles.ghost))
        line.append((one_line(choice.label), styles.strong if chosen else styles.ink))
        if choice.hint:
            line.append((f"  {one_line(choice.hint)}", styles.faint))
        return line

    def on_click(self, event: events.Click) -> None:
        """Choose what the mouse points at."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self.scroll_offset.y + offset.y
        if place < len(self._choices) and not self._choices[place].heading:
            self._place = place
            self.refresh()
            self.post_message(self.Chosen(self._choices[place]))
