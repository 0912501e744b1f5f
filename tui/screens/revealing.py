"""A masked secret, shown until the next key: in no log, no file and no frame after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from listeners.store import reads
from tui.i18n import _
from tui.widgets.paint import Line, content, many_lines, palette_of, strip, wrapped

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen

SECONDS = 15.0
"""How long it stays without a key: a person may be called away."""


async def reveal(screen: TriageScreen[Any], subjects: Subjects) -> None:
    """Show the newest evidence of an alert in which something is masked."""
    store = screen.desk.store
    row = (await reads.alerts(store, subjects.ids[:1])).get(subjects.ids[0])
    found = await reads.mentions(store, row.evidence) if row is not None else {}
    hidden = [one for one in found.values() if one.masked]
    text = await reads.revealed(store, max(one.id for one in hidden)) if hidden else None
    if text is None:
        screen.refuse(_("Nothing is masked in its evidence."))
        return
    screen.app.push_screen(Revealed(text))


class _Words(Widget):
    DEFAULT_CSS = "_Words { height: auto; max-height: 60vh; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def get_content_height(self, *_sizes: object) -> int:
        """Return a row for each line, at the width of the box."""
        return len(self._lines(max(20, self.app.size.width * 2 // 3)))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        lines = self._lines(self.size.width)
        return strip(lines[y] if y < len(lines) else [], self.size.width, palette_of(self).ground)

    def _lines(self, width: int) -> list[Line]:
        styles = palette_of(self)
        return [
            line
            for part in many_lines(self._text).splitlines()
            for line in wrapped([(part, styles.strong)], max(8, width))
        ]


class Revealed(ModalScreen[None]):
    """The text as it was written; any key, a click or some seconds put it away."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._words = _Words(text)

    def compose(self) -> ComposeResult:
        """Lay the text in a box."""
        with Vertical(id="box"):
            yield self._words

    def on_mount(self) -> None:
        """Say how it goes away."""
        styles = palette_of(self)
        box = self.query_one("#box")
        box.border_title = content([(" " + _("As it was written") + " ", styles.negative)])
        box.border_subtitle = content([(" " + _("any key hides it") + " ", styles.faint)])
        self.set_timer(SECONDS, self.dismiss)

    def on_key(self, event: events.Key) -> None:
        """Hide it."""
        event.stop()
        self.dismiss()

    def on_click(self) -> None:
        """Hide it."""
        self.dismiss()
