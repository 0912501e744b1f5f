"""A real pseudo-terminal to run hubbub in: what is sent to it, raw, and what a reader would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

from tests.fake.running_time import RunningTime

ROOT = Path(__file__).parents[2]

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""Alternate screen left, cursor shown, mouse and bracketed paste off."""

# What Textual itself writes: colours, cursor moves, modes and their queries, pointer shape.
_OWN_CODES = re.compile(
    rb"\x1b\[[0-9;]*m|\x1b\[[0-9;]*H|\x1b\[[?><][0-9;]*\$?[a-z]|\x1b\[6n|\x1b\]22;[a-z]*\x07"
    rb"|\x1b\[[0-9]* q"
)


class Terminal:
    """One child process on its own terminal of a given size."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
        ignore: Sequence[int] = (),
    ) -> None:
        """``ignore`` names signals the child starts with ignored, as under ``nohup``."""
        self.raw = b""
        self.code: int | None = None
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        # The parser of pyte knows neither "CSI > u" nor "CSI $ p"; they would be shown as text.
        self._unparsed = re.compile(rb"\x1b\[[><][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[<u")
        self.process, self._file = pty.fork()
        if self.process == 0:
            os.environ.update(
                {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"},
            )
            os.environ.update(environment or {})
            for number in ignore:
                signal.signal(number, signal.SIG_IGN)
            os.execv(sys.executable, [sys.executable, *arguments])
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, as dragging its window does."""
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen.resize(lines, columns)

    def type(self, keys: bytes | str) -> None:
        """Type these bytes."""
        os.write(self._file, keys.encode() if isinstance(keys, str) else keys)

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.process, number)

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does."""
        os.close(self._file)
        self._file = -1

    def read(self, seconds: float = 0.05) -> None:
        """Take what the process writes for this long at most."""
        if self._file < 0:
            time.sleep(seconds)
            return
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return
        try:
            data = os.read(self._file, 65536)
        except OSError:
            data = b""
        self.raw += data
        self._stream.feed(self._unparsed.sub(b"", data))

    def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        """Read until something is true.

        Raises:
            AssertionError: it did not become true in time; the screen is in the message.
        """
        spent = RunningTime()
        while not true():
            assert spent.step() < seconds, f"not within {seconds} s; the screen is:\n{self.text}"
            assert not self.ended(), f"ended with {self.code}; the screen is:\n{self.text}"
            self.read()

    def shows(self, text: str, seconds: float = 30.0) -> None:
        """Read until the screen shows a text."""
        self.until(lambda: text in self.text, seconds)

    def settle(self, quiet: float = 0.25) -> None:
        """Read until nothing has been written for this long."""
        last = time.monotonic()
        while time.monotonic() - last < quiet:
            size = len(self.raw)
            self.read()
            if len(self.raw) > size:
                last = time.monotonic()

    @property
    def text(self) -> str:
        """What a reader sees now."""
        return "\n".join(self._screen.display)

    def ended(self) -> bool:
        """Whether the process ended; its exit code is then in ``code``."""
        if self.code is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def end(self, seconds: float = 30.0) -> float:
        """Wait until the process ends, read the rest, and return how long it took.

        Pauses of the whole machine are not counted.

        Raises:
            AssertionError: it did not end in time.
        """
        spent = RunningTime()
        while not self.ended():
            assert spent.step() < seconds, f"still running:\n{self.text}"
            self.read()
        took = spent.step()
        for _ in range(3):
            self.read(0.02)
        return took

    def processor_seconds(self) -> float:
        """Return the processor time the process has used so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the process if it still runs, and the terminal."""
        if not self.ended():
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        if self._file >= 0:
            os.close(self._file)


def strange_codes(raw: bytes) -> list[bytes]:
    """Return the control sequences and characters that a screen of ours never writes."""
    rest = _OWN_CODES.sub(b"", raw)
    text = rest.decode("utf-8", "replace")
    found = re.findall(
        r"\x1b.{0,12}|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f"
        r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]",
        text,
        re.DOTALL,
    )
    return [piece.encode("utf-8", "replace") for piece in found]


@contextlib.contextmanager
def terminal(
    arguments: Sequence[str],
    *,
    columns: int = 80,
    lines: int = 24,
    environment: Mapping[str, str] | None = None,
    ignore: Sequence[int] = (),
) -> Iterator[Terminal]:
    """Run a Python program on a terminal of its own, and end it whatever happens."""
    child = Terminal(
        arguments, columns=columns, lines=lines, environment=environment, ignore=ignore
    )
    try:
        yield child
    finally:
        child.close()
