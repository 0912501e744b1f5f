"""The thread beside or below the queue: who it is and why it is here, then the conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from listeners.clock import Clock
from listeners.model import MINUTE
from tui.theme import Palette
from tui.widgets.paint import Line, palette_of, strip
from tui.widgets.thread_lines import Laid, Thread, head, messages

_HEAD_SHARE = 0.45
_ALERT_SHARE = 0.65
"""How much of the pane its head may take; an alert is mostly its explanation."""


class ThreadHead(Widget):
    """The lines above the messages, as high as they need."""

    DEFAULT_CSS = "ThreadHead { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        """Draw these lines."""
        if lines != self._lines:
            again = len(lines) != len(self._lines)
            self._lines = lines
            self.refresh(layout=again)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one row for each line."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        return strip(
            self._lines[y] if y < len(self._lines) else [],
            self.size.width,
            palette_of(self).ground,
        )


class ThreadMessages(ScrollView, can_focus=True, inherit_bindings=False):
    """The messages, scrolled line by line; it stays at the end if it was there."""

    DEFAULT_CSS = "ThreadMessages { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._laid = Laid([])

    @property
    def view(self) -> Size:
        """The room for lines, without the scrollbar."""
        return self.scrollable_content_region.size

    def show(self, laid: Laid, *, again: bool) -> None:
        """Draw these lines; ``again``: it is the same thread as before, so keep the place."""
        at_end = self.scroll_offset.y >= self.virtual_size.height - self.view.height
        kept = self.scroll_offset.y
        self._laid = laid
        self.virtual_size = Size(self.view.width, len(laid.lines))
        end = max(0, len(laid.lines) - self.view.height)
        target = (end if at_end else kept) if again else min(end, laid.focus)
        self.scroll_to(y=min(target, end), animate=False, immediate=True, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        place = self.scroll_offset.y + y
        line = self._laid.lines[place] if place < len(self._laid.lines) else []
        return strip(line, self.view.width, palette_of(self).ground)

    def scroll_lines(self, lines: int) -> None:
        """Scroll by some lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True, force=True)

    @property
    def page(self) -> int:
        """Lines on one page, one of them kept in sight."""
        return max(1, self.view.height - 1)


class ThreadPane(Vertical):
    """One conversation, whole."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:  # noqa: A002 - as above
        super().__init__(id=id)
        self._clock = clock
        self._thread = Thread()
        self._drawn: tuple[Thread, int, int, Palette, int] | None = None
        self.head = ThreadHead()
        self.messages = ThreadMessages()

    def compose(self) -> ComposeResult:
        """Lay the head above the messages."""
        yield self.head
        yield self.messages

    @property
    def thread(self) -> Thread:
        """What is shown."""
        return self._thread

    def show(self, thread: Thread) -> None:
        """Show this thread; the place is kept if it is the one shown already."""
        before, self._thread = self._thread, thread
        self._draw(again=_subject(before) == _subject(thread))

    async def show_weighed(
        self, thread: Thread, weigh: Callable[[Thread], Awaitable[Thread]]
    ) -> None:
        """Show a thread at once, and the words that made its mood as soon as they are known."""
        if _subject(thread) == _subject(self._thread) and thread.focus == self._thread.focus:
            thread = thread._replace(weights=self._thread.weights)
        self.show(thread)
        if thread.weights is None:
            self.show(await weigh(thread))

    def redraw(self) -> None:
        """Draw anew: another theme or minute."""
        self._draw(again=True)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._draw, again=True)

    def _draw(self, *, again: bool) -> None:
        width = self.messages.view.width or self.size.width
        height, now, styles = self.size.height, self._clock(), palette_of(self)
        asked = (self._thread, width, height, styles, now // MINUTE)
        if width < 2 or asked == self._drawn:
            return
        self._drawn = asked
        lines = head(self._thread, width, now, styles)
        share = _HEAD_SHARE if self._thread.alert is None else _ALERT_SHARE
        room = max(2, int(height * share))
        if lines:
            rule: Line = [("─" * width, styles.ghost)]
            lines = [*lines[: room - 1], rule]
        self.head.show(lines)
        self.messages.show(messages(self._thread, width, now, styles), again=again)


def _subject(thread: Thread) -> tuple[str, int] | None:
    if thread.alert is not None:
        return ("alert", thread.alert.id)
    if thread.at is not None:
        return ("mention", thread.at)
    if thread.conversation is not None:
        return ("conversation", thread.conversation.id)
    return ("mention", thread.mentions[0].id) if thread.mentions else None
