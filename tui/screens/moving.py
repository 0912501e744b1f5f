"""Moving, marking, opening, copying: what every screen with a list or a thread does alike."""

from __future__ import annotations

from typing import Any, TypeVar

from tui.i18n import _
from tui.screens.base import HubScreen
from tui.terminal.opener import check_link, open_link
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages, ThreadPane

Result = TypeVar("Result")


class MovingScreen(HubScreen[Result]):
    """A screen with a list, a thread, or both."""

    @property
    def rows(self) -> VirtualList[Any] | None:
        """The list the movement keys move in, ``None`` where a thread has the focus."""
        return None

    @property
    def detail(self) -> ThreadPane | None:
        """The thread that the detail keys scroll."""
        return None

    @property
    def address(self) -> str:
        """The web address of what is under the cursor."""
        return ""

    @property
    def words(self) -> str:
        """The text of what is under the cursor."""
        return ""

    # --- moving ------------------------------------------------------------------------------

    def _move(self, rows: int, lines: int) -> None:
        focused = self.focused
        if isinstance(focused, ThreadMessages):
            focused.scroll_lines(lines)
        elif (listed := self.rows) is not None:
            listed.move(rows)

    def do_list_down(self) -> None:
        """One row down."""
        self._move(1, 1)

    def do_list_up(self) -> None:
        """One row up."""
        self._move(-1, -1)

    def do_list_first(self) -> None:
        """To the first row."""
        self._move(-(10**9), -(10**9))

    def do_list_last(self) -> None:
        """To the last row."""
        self._move(10**9, 10**9)

    def do_list_page_down(self) -> None:
        """One page down."""
        self._page(1)

    def do_list_page_up(self) -> None:
        """One page up."""
        self._page(-1)

    def _page(self, pages: int) -> None:
        focused, listed = self.focused, self.rows
        lines = focused.page if isinstance(focused, ThreadMessages) else 0
        self._move(pages * listed.page if listed is not None else 0, pages * lines)

    def do_detail_down(self) -> None:
        """Scroll the thread down without leaving the list."""
        if self.detail is not None:
            self.detail.messages.scroll_lines(3)

    def do_detail_up(self) -> None:
        """Scroll the thread up without leaving the list."""
        if self.detail is not None:
            self.detail.messages.scroll_lines(-3)

    def do_open(self) -> None:
        """Open what is under the cursor."""
        if self.rows is not None:
            self.rows.open()

    # --- marking -----------------------------------------------------------------------------

    def do_mark(self) -> None:
        """Mark the row, or unmark it, and go to the next."""
        if (listed := self.rows) is not None:
            listed.state.toggle_mark()
            listed.marks_changed()
            listed.move(1)
            self.marks_changed()

    def do_mark_range(self) -> None:
        """Begin a range of marks, or end it."""
        if (listed := self.rows) is not None:
            listed.state.toggle_range()
            listed.marks_changed()
            self.marks_changed()

    def do_mark_all(self) -> None:
        """Mark every row, or none."""
        if (listed := self.rows) is not None:
            listed.state.toggle_all()
            listed.marks_changed()
            self.marks_changed()

    def marks_changed(self) -> None:
        """Show how many rows are marked."""

    def do_back(self) -> None:
        """Drop the marks, or go one level up."""
        if (listed := self.rows) is not None and listed.state.clear_marks():
            listed.marks_changed()
            self.marks_changed()
            # Lists stand still while rows are marked.
            self.look_again()
        else:
            super().do_back()

    def do_arrivals(self) -> None:
        """Show what was held back."""
        if (listed := self.rows) is not None and not listed.arrivals():
            self.refuse(_("Nothing new is held back."))

    # --- looking elsewhere -------------------------------------------------------------------

    def do_browser(self) -> None:
        """Open the post in the browser, or copy its address where there is none."""
        self.visit(self.address)

    def visit(self, address: str) -> bool:
        """Open an address if it is safe and a browser can be seen; else say what was done."""
        link = check_link(address)
        if link is None:
            self.refuse(_("This post has no web address that can be opened."))
            return False
        if link.doubtful:
            self.app.copy_to_clipboard(link.url)
            self.refuse(
                _("{host} mixes alphabets, as false addresses do: copied, not opened.").format(
                    host=link.host
                )
            )
            return False
        if open_link(link):
            self.tell(_("Opened {host} in the browser.").format(host=link.host))
            return True
        self.app.copy_to_clipboard(link.url)
        self.tell(
            _("No browser can be seen here; the address is copied: {url}").format(url=link.url)
        )
        return False

    def do_copy_link(self) -> None:
        """Copy the address of the post."""
        self._copy(self.address, _("Address copied."), _("This post has no address."))

    def do_copy_text(self) -> None:
        """Copy the text of the post."""
        self._copy(self.words, _("Text copied."), _("There is no text to copy."))

    def _copy(self, text: str, done: str, refused: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
            self.tell(done)
        else:
            self.refuse(refused)
