"""The box a reply is written in."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from listeners.replying.way import LONGEST
from listeners.text import clean


class ReplyBox(TextArea):
    """A text that wraps at words. What is pasted is cleaned: a page may hide what it copies."""

    DEFAULT_CSS = """
    ReplyBox, ReplyBox:focus { padding: 0 1; background: transparent; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, soft_wrap=True, highlight_cursor_line=False)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.put(clean(event.text, LONGEST))

    def put(self, text: str) -> None:
        """Put text in place of what is selected, else where the cursor is, and go behind it."""
        made = self.replace(text, *self.selection, maintain_selection_offset=False)
        self.move_cursor(made.end_location)

    def set_all(self, text: str) -> None:
        """Put a whole text in place of everything, so that undo brings back what stood there."""
        made = self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(made.end_location)

    def begin_with(self, opening: str) -> None:
        """Put the names a network requires before everything, the cursor behind what was typed."""
        if opening and not self.text.startswith(opening.strip()):
            self.text = opening + self.text.lstrip()
            self.move_cursor(self.document.end)

    def select_first(self, words: str) -> bool:
        """Select the first place where ``words`` stand; return whether there is one."""
        for row, line in enumerate(self.text.split("\n")):
            place = line.find(words)
            if place >= 0:
                self.move_cursor((row, place))
                self.move_cursor((row, place + len(words)), select=True)
                return True
        return False
