"""What the screens of a list and its details share: how the two lie, and who has the focus."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Container

from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import VirtualList
from tui.widgets.status import StatusBar
from tui.widgets.thread import ThreadMessages
from tui.widgets.too_small import TooSmall

Listed = TypeVar("Listed", bound=VirtualList[Any])


class TwoPanes(Generic[Listed]):
    """A list, and all about the row under its cursor; named before the screen's own base."""

    status: StatusBar
    keys: KeyLine
    list: Listed
    about: ThreadMessages

    def compose(self) -> ComposeResult:
        """Lay the list and what is known of one of its rows."""
        yield self.status
        with Container(id="body"):
            yield self.list
            yield self.about
        yield TooSmall()
        yield self.keys

    @property
    def rows(self) -> Listed:
        """The list."""
        return self.list

    def on_mount(self) -> None:
        """Take the focus to the list."""
        for pane in (self.list, self.about):
            pane.add_class("pane")
        self.list.focus()

    def do_detail_down(self) -> None:
        """Scroll the details, without leaving the list."""
        self.about.scroll_lines(3)

    def do_detail_up(self) -> None:
        """Scroll them back up."""
        self.about.scroll_lines(-3)
