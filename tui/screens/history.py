"""The history of one subject: who did what to it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from listeners.store import reads
from tui.desk import Desk
from tui.i18n import _
from tui.screens.triage import Kind
from tui.widgets.log_lines import log_lines
from tui.widgets.paint import content, palette_of
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

if TYPE_CHECKING:
    from tui.app import Hubbub


class HistoryScreen(ModalScreen[None]):
    """The log of a conversation, an alert or a mention, newest first."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape,q,H,h,left,enter", "dismiss(None)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, desk: Desk, kind: Kind, subject: int) -> None:
        super().__init__()
        self._desk = desk
        self._kind = kind
        self._subject = subject
        self._lines = ThreadMessages()

    def compose(self) -> ComposeResult:
        """Lay the log in a box."""
        with Vertical(id="box", classes="wide"):
            yield self._lines

    def on_mount(self) -> None:
        """Name the box and read the log."""
        styles = palette_of(self)
        box = self.query_one("#box")
        box.border_title = content([(" " + _("What was done") + " ", styles.strong)])
        box.border_subtitle = content([(" " + _("esc leaves") + " ", styles.faint)])
        self._lines.focus()
        cast("Hubbub", self.app).work(self._read(), "look")

    async def _read(self) -> None:
        events = await reads.events(self._desk.store, self._kind, self._subject)
        width, now = self._lines.view.width, self._desk.clock()
        lines = log_lines(events, width, now, palette_of(self))
        self._lines.show(Laid(lines), again=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self._lines.scroll_lines(lines)
