"""Textual's driver for a terminal that may stall, vanish, or send bytes that are not UTF-8.

Textual 8.2.8 ends on one invalid byte (its issue 6456), spins at full load once the terminal is
gone (6690), and waits for ever inside the event loop when a connection stalls. Here invalid
bytes become U+FFFD, the end of input is noticed, and output that nobody takes is dropped until
the terminal takes it again, when everything is drawn anew. What libraries and child processes
write to the error output is kept off the screen and goes to the log.
"""

from __future__ import annotations

import codecs
import logging
import os
import select
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO

from textual.app import App
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from listeners.text import clean

MOST_WAITING = 2 * 1024 * 1024
"""Characters that may wait for a stalled terminal before frames are dropped."""
LAST_WORDS = 8 * 1024
"""Bytes of stray error output that are kept for the log."""

_log = logging.getLogger(__name__)
_input_ended = threading.Event()


class TolerantDecoder:
    """Reads UTF-8 from a keyboard: invalid bytes become U+FFFD, and the end is noticed."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def decode(self, data: bytes, final: bool = False) -> str:
        """Return the text of these bytes. No bytes: the terminal is gone, so slow down."""
        if not data and not final:
            _input_ended.set()
            time.sleep(0.1)
        return self._decoder.decode(data, final)


class PatientWriter(WriterThread):
    """Writes to the terminal in the background, and never makes the screen wait for it."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._waiting: deque[str] = deque()
        self._size = 0
        self._news = threading.Condition()
        self._ending = False
        self.stalled = False
        self.gone = False

    @property
    def backlog(self) -> int:
        """Characters the terminal has not taken yet."""
        return self._size

    def write(self, text: str) -> None:
        """Take text to write; it is dropped while the terminal is stalled or gone."""
        with self._news:
            if self.gone or self._size > MOST_WAITING:
                self.stalled = True
                return
            self._waiting.append(text)
            self._size += len(text)
            self._news.notify()

    def flush(self) -> None:
        """Do nothing: the thread flushes when nothing waits."""

    def isatty(self) -> bool:
        """Say yes, as Textual's writer does."""
        return True

    def fileno(self) -> int:
        """Return the number of the terminal's file."""
        return self._file.fileno()

    def run(self) -> None:
        """Write what comes until ``stop``, or until the terminal is gone."""
        while True:
            with self._news:
                while not self._waiting:
                    if self._ending:
                        return
                    self._news.wait()
                text = "".join(self._waiting)
                self._waiting.clear()
            try:
                self._file.write(text)
                self._file.flush()
            except (OSError, ValueError):
                self.gone = True
                return
            with self._news:
                self._size -= len(text)

    def stop(self) -> None:
        """Write what is left and end; a terminal that takes nothing is given half a second."""
        with self._news:
            self._ending = True
            self._news.notify()
        self.join(0.5)


# These two names are read by LinuxDriver when it starts; a test tells when Textual renames them.
vars(linux_driver)["WriterThread"] = PatientWriter
vars(linux_driver)["getincrementaldecoder"] = lambda _encoding: TolerantDecoder


class TerminalDriver(LinuxDriver):
    """The driver of hubbub's screens."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._kept_error_output: int | None = None
        self._stray: IO[bytes] | None = None
        self._screen_file: IO[str] | None = None
        _input_ended.clear()

    @property
    def terminal_gone(self) -> bool:
        """Whether the terminal was closed under us."""
        writer = self._writer_thread
        if _input_ended.is_set() or (isinstance(writer, PatientWriter) and writer.gone):
            return True
        poll = select.poll()
        poll.register(self.fileno, select.POLLHUP | select.POLLERR)
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))

    @property
    def terminal_size(self) -> Size | None:
        """The size the terminal really has, ``None`` if it has none."""
        try:
            return Size(*os.get_terminal_size(self.fileno))
        except OSError:
            return None

    def take_stall(self) -> bool:
        """Whether frames were dropped and the terminal takes them again; asked once."""
        writer = self._writer_thread
        if not isinstance(writer, PatientWriter) or not writer.stalled or writer.gone:
            return False
        if writer.backlog:
            return False
        writer.stalled = False
        return True

    def start_application_mode(self) -> None:
        """Take the terminal; stray error output goes elsewhere from here on."""
        self._divert_error_output()
        start: Callable[[], None] = super().start_application_mode
        start()

    def close(self) -> None:
        """Give the terminal back, and the error output with it."""
        super().close()
        self._restore_error_output()

    def _divert_error_output(self) -> None:
        if self._kept_error_output is not None:
            return
        sys.stderr.flush()
        self._kept_error_output = os.dup(2)
        self._stray = tempfile.TemporaryFile()  # noqa: SIM115 - closed when given back
        os.dup2(self._stray.fileno(), 2)
        self._file = self._screen_file = os.fdopen(
            os.dup(self._kept_error_output), "w", encoding="utf-8", errors="replace", newline=""
        )

    def _restore_error_output(self) -> None:
        if self._kept_error_output is None or self._stray is None:
            return
        os.dup2(self._kept_error_output, 2)
        os.close(self._kept_error_output)
        self._kept_error_output = None
        writer = self._writer_thread
        # A thread still held by a stalled terminal goes on using the file.
        if self._screen_file is not None and (writer is None or not writer.is_alive()):
            try:
                self._screen_file.close()
            except OSError:
                _log.debug("the terminal was gone when it was given back")
        size = self._stray.seek(0, os.SEEK_END)
        self._stray.seek(max(0, size - LAST_WORDS))
        words = clean(self._stray.read().decode("utf-8", "replace"))
        self._stray.close()
        if words.strip():
            _log.warning("written to the error output while the screen was shown: %s", words)
