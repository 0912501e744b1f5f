"""One question with a few answers, for what cannot be taken back or only she can know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.i18n import _
from tui.widgets.choices import Choice, Choices
from tui.widgets.key_line import key_name
from tui.widgets.paint import Line, content, palette_of, wrapped
from tui.widgets.raised import DialogLines


class Answer(NamedTuple):
    """One answer, and the key that gives it. ``stay`` is done without leaving the question."""

    value: str
    label: str
    key: str = ""
    stay: Callable[[], str] | None = None
    """Does something and returns what to say about it."""


class Ask(ModalScreen[str]):
    """Gives the value of the answer, empty where none was given. Enter takes the first one."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "dismiss('')", show=False),
        Binding("enter", "take", show=False),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._words = tuple(lines)
        self._answers = tuple(answers)
        # Enter and escape are shown with an answer, but follow the cursor.
        self._keys: Mapping[str, Answer] = {
            one.key: one for one in answers if one.key not in ("", "enter", "escape")
        }
        self._text = DialogLines()
        self.choices = Choices()

    def compose(self) -> ComposeResult:
        """Lay the words above the answers, in a box."""
        with Vertical(id="box"):
            yield self._text
            yield self.choices

    def on_mount(self) -> None:
        """Show the answers with their keys."""
        styles = palette_of(self)
        box = self.query_one("#box")
        box.border_title = content([(f" {self._title} ", styles.strong)])
        self._say(_("enter takes the answer · esc goes back"))
        self.choices.show(
            [Choice(one.value, one.label, key_name(one.key)) for one in self._answers]
        )
        self.call_after_refresh(self._lay)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._lay)

    def _lay(self) -> None:
        styles, width = palette_of(self), self.query_one("#box").content_region.width
        lines: list[Line] = []
        for place, words in enumerate(self._words):
            lines += wrapped([(words, styles.ink if place else styles.strong)], max(2, width))
        self._text.show([*lines, []])

    def _say(self, text: str) -> None:
        styles = palette_of(self)
        self.query_one("#box").border_subtitle = content([(f" {text} ", styles.faint)])

    def on_key(self, event: events.Key) -> None:
        """Give the answer of a key."""
        answer = self._keys.get(event.key)
        if answer is not None:
            event.stop()
            self._give(answer)

    @on(Choices.Chosen)
    def _clicked(self, event: Choices.Chosen) -> None:
        self._chosen(event.choice)

    def action_take(self) -> None:
        """Give the answer under the cursor."""
        if self.choices.choice is not None:
            self._chosen(self.choices.choice)

    def action_move(self, by: int) -> None:
        """Move among the answers."""
        self.choices.move(by)

    def _chosen(self, choice: Choice) -> None:
        self._give(next(one for one in self._answers if one.value == choice.value))

    def _give(self, answer: Answer) -> None:
        if answer.stay is None:
            self.dismiss(answer.value)
        else:
            self._say(answer.stay())
