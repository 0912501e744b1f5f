"""The base of hubbub's applications on screen: what keeps a terminal whole, in one place.

Whatever happens (a signal, a closed window, a mistake of our own), the terminal is given back as
it was, the log knows why, and nothing a stranger wrote is obeyed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeVar

from rich.text import Text
from textual import constants
from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.notifications import SeverityLevel

from listeners.model import Sentence
from listeners.text import clean
from tui import log
from tui.i18n import say
from tui.terminal.bell import notification
from tui.terminal.clipboard import copy_by_tool
from tui.terminal.linefilter import ControlFilter
from tui.terminal.opener import check_link, open_link

ReturnT = TypeVar("ReturnT")

WATCH_SECONDS = 0.5

_log = logging.getLogger(__name__)


class GuardedApp(App[ReturnT]):
    """An application that survives its terminal; run it by ``tui.terminal.ending.run_screen``."""

    _control_filter = ControlFilter()
    _odd_size: Size | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return the driver for a terminal that may stall or vanish; Textual's own on Windows."""
        usual = super().get_driver_class()
        if constants.DRIVER is not None or usual.__name__ != "LinuxDriver":
            return usual
        from tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters and the one that deletes control characters."""
        return [*super().get_line_filters(), self._control_filter]

    def on_mount(self) -> None:
        """Watch for a terminal that is gone, where there is a real one."""
        if hasattr(self._driver, "terminal_gone"):
            self.set_interval(WATCH_SECONDS, self._look_at_terminal)

    def _look_at_terminal(self) -> None:
        from tui.terminal.driver import TerminalDriver

        if not isinstance(self._driver, TerminalDriver):
            return
        if self._driver.terminal_gone:
            _log.warning("the terminal is gone; leaving")
            self.exit()
        elif self._driver.take_stall():
            self.screen.refresh(layout=True)
        else:
            self._look_at_size(self._driver.terminal_size)

    def _look_at_size(self, real: Size | None) -> None:
        """Lay the screen out anew if it has had another size than the terminal for two looks.

        A resize can be missed: while suspended, at the start, or when its signal and a redraw
        cross. Where the application missed it, it is the one to hear of it: told to its screen
        alone, the next screen would have the old size, and the two would resize each other for
        ever.
        """
        odd = real if real is not None and real != self.screen.size else None
        if odd is not None and odd == self._odd_size:
            missed = self if self.size != odd else self.screen
            missed.post_message(Resize(odd, odd))
        self._odd_size = odd

    def _handle_exception(self, error: Exception) -> None:
        """Log a mistake of our own with its traceback, before Textual ends the application."""
        _log.critical("the screen failed", exc_info=error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End with one plain sentence: Textual would print local variables, tokens among them."""
        self.panic(
            Text(
                say(
                    Sentence(
                        "hubbub stopped because of a mistake of its own. What was stored is "
                        "safe. The details are in {path}.",
                        {"path": str(log.default_path())},
                    )
                )
            )
        )

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a message; unlike Textual's, it is never read as markup unless asked for."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open a web address in the browser, or copy it where there is no browser."""
        link = check_link(url)
        if link is not None and (link.doubtful or not open_link(link)):
            self.copy_to_clipboard(link.url)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy cleaned text through the terminal, and by the desktop's tool if there is one."""
        safe = clean(text, 100_000)
        super().copy_to_clipboard(safe)
        copy_by_tool(safe)

    def call_person(self, title: str, body: str) -> None:
        """Ring once, and show a notification where the terminal knows how."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(notification(title, body))
