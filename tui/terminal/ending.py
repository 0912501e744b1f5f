"""Starting and ending the event loop so that the process really ends, whatever hangs.

SIGTERM, SIGHUP and SIGINT all mean "leave tidily". A name look-up that hangs in a thread, or a
connection nobody closed, must not keep a closed window's process alive.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.terminal.guard import GuardedApp

CLOSING_SECONDS = 8.0
"""How long a tidy end may take after a signal, before the process is ended hard."""
LINGER_SECONDS = 0.5
"""How long threads may linger after everything was closed."""

_SIGNALS = tuple(
    number
    for name in ("SIGTERM", "SIGHUP", "SIGINT")
    if (number := getattr(signal, name, None)) is not None
)
_log = logging.getLogger(__name__)


_leavers: list[Callable[[], object]] = []
_asked = False


@contextmanager
def leaving_on_signals(leave: Callable[[], object]) -> Iterator[None]:
    """Call ``leave`` at the first signal that asks to end, also where it was ignored (``nohup``).

    Blocks may be nested: the innermost is asked. The handlers stay until the outermost ends, and
    further signals are ignored, so that none breaks the closing; ``end_within`` sees to it.
    """
    global _asked
    loop = asyncio.get_running_loop()
    outermost = not _leavers
    _leavers.append(leave)
    try:
        if outermost:
            _asked = False
            _install(loop)
        yield
    finally:
        _leavers.remove(leave)
        if outermost:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)


def _install(loop: asyncio.AbstractEventLoop) -> None:
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, _on_signal, number)
        except (NotImplementedError, RuntimeError, ValueError):
            # Windows has no such handlers, and a loop off the main thread may not set them.
            _log.debug("signal %s cannot be handled here", number)


def _on_signal(number: int) -> None:
    global _asked
    if _asked:
        return
    _asked = True
    _log.info("signal %s: leaving", signal.Signals(number).name)
    end_within(CLOSING_SECONDS, 1)
    _leavers[-1]()


def signalled() -> bool:
    """Whether a signal has asked the process to end."""
    return _asked


def end_within(seconds: float, code: int) -> None:
    """End the process hard in this many seconds, unless it ended by itself before."""
    timer = threading.Timer(seconds, _end_hard, (code,))
    timer.daemon = True
    timer.start()


def _end_hard(code: int) -> None:
    logging.shutdown()
    os._exit(code)


def run_to_end(main: Coroutine[Any, Any, int], interrupted: int = 0) -> int:
    """Run the event loop for ``main`` and return its exit code; threads cannot hold it up.

    A signal cancels ``main``, whose ``async with`` blocks then close. ``interrupted`` is the exit
    code then: 0 for what runs until it is told to end.
    """
    return asyncio.run(_guarded(main, interrupted))


async def _guarded(main: Coroutine[Any, Any, int], interrupted: int) -> int:
    task = asyncio.current_task()
    assert task is not None
    with leaving_on_signals(task.cancel):
        try:
            code = await main
        except asyncio.CancelledError:
            if not signalled():
                raise
            code = interrupted
    _flush()
    end_within(LINGER_SECONDS, code)
    return code


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _log.debug("nobody reads the output any more")


async def run_screen(app: GuardedApp[Any]) -> int:
    """Show an application until it ends, and return its exit code; a signal is a tidy end.

    Open stores and start listeners around this call, never inside the application: only so does
    a crash on screen close them, and the process end.
    """
    with leaving_on_signals(app.exit):
        await app.run_async()
    return app.return_code or 0
