"""The line at the bottom: the keys of the focused panel, or for a moment what was just done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.actions import Action
from tui.i18n import _
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, one_line, palette_of, strip, width_of

STAYS = 6.0
"""Seconds a message stays before the keys come back."""

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "full_stop": ".",
    "plus": "+",
    "asterisk": "*",
    "exclamation_mark": "!",
    "colon": ":",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def key_name(key: str) -> str:
    """Return a key as it is written on a keyboard: ``esc``, ``?``, ``^p``."""
    if key.startswith("ctrl+"):
        return "^" + key_name(key.removeprefix("ctrl+"))
    return _NAMES.get(key, key)


class Said(NamedTuple):
    """A message of the bottom line: what was done, or why it was not."""

    text: str
    refused: bool = False
    undo: str = ""
    """The key that takes it back, empty where there is nothing to take back."""


class KeyLine(Widget):
    """The keys that mean something now; a click on one presses it."""

    DEFAULT_CSS = "KeyLine { height: 1; dock: bottom; }"

    class Pressed(Message):
        """An action was chosen with the mouse."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(
        self,
        keys_of: Callable[[Action], Sequence[str]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._keys_of = keys_of
        self._entries: tuple[tuple[Action, str], ...] = ()
        self._said: Said | None = None
        self._places: list[tuple[int, int, str]] = []
        self._turn = 0

    def show_keys(self, entries: Sequence[tuple[Action, str]]) -> None:
        """Show these actions, each with its label, the most useful first."""
        shown = tuple(entries)
        if shown != self._entries:
            self._entries = shown
            self.refresh()

    def say(self, said: Said) -> None:
        """Show a message for a while."""
        self._said = said
        self._turn += 1
        turn = self._turn
        self.refresh()
        self.set_timer(STAYS, lambda: self._hush(turn))

    @property
    def said(self) -> Said | None:
        """The message shown now."""
        return self._said

    def _hush(self, turn: int) -> None:
        if turn == self._turn:
            self._said = None
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the keys that fit, behind the message if there is one."""
        styles, width = palette_of(self), self.size.width
        line: Line = [(" ", styles.ink)]
        if self._said is not None:
            line = [*self._message(self._said, styles), ("   ", styles.ink)]
        return strip(self._keys(line, width, styles), width, styles.bar)

    def _message(self, said: Said, styles: Palette) -> Line:
        mark = (" ✗ ", styles.negative + BOLD) if said.refused else (" ✓ ", styles.ours + BOLD)
        line: Line = [mark, (one_line(said.text), styles.strong)]
        if said.undo:
            line += [("  ·  ", styles.ghost), (said.undo, styles.key), (" ", styles.ink)]
            line.append((_("undo"), styles.faint))
        return line

    def _keys(self, before: Line, width: int, styles: Palette) -> Line:
        """Return the keys that fit; help stays in sight, since it leads to all the others."""
        line = [*before]
        self._places = []
        help_line = next((self._one(entry, styles) for entry in self._entries[-1:]), [])
        room = width - width_of(help_line) - 1
        for entry in self._entries[:-1]:
            piece = self._one(entry, styles)
            if width_of(line) + width_of(piece) + 2 > room:
                break
            self._place(line, piece, entry[0].id)
            line += [*piece, ("  ", styles.ink)]
        if self._entries:
            self._place(line, help_line, self._entries[-1][0].id)
        return [*line, *help_line]

    def _place(self, line: Line, piece: Line, action: str) -> None:
        start = width_of(line)
        self._places.append((start, start + width_of(piece), action))

    def _one(self, entry: tuple[Action, str], styles: Palette) -> Line:
        action, label = entry
        keys = self._keys_of(action)
        if not keys:
            return []
        return [(key_name(keys[0]), styles.key), (" " + label, styles.faint)]

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        for start, end, action in self._places:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))
