"""Every task of hubbub is made here, so that none can fail silently or be lost.

A listener runs as a *service*: it is started again with full-jitter back-off whenever it raises
or returns, its neighbours never notice, and a key press wakes it at once. The back-off starts
over only after a minute of health, so a stream that flaps does not hammer its server.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

HEALTHY_SECONDS = 60.0
FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
"""Back-off never exceeds this, so that a network that comes back is met within a minute."""

_log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()


def spawn(name: str, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task and hold on to it: an unreferenced task may be collected while it runs."""
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


class ServiceEndedError(Exception):
    """A service returned although it should have gone on for ever."""


def backoff(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Return the seconds to wait before try number ``attempt`` (from 1): full jitter.

    Source: "Exponential Backoff and Jitter", AWS Architecture Blog, 2015. The floor of half the
    first delay keeps a lucky draw from becoming a hammer.
    """
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempt, 16))
    return float(max(FIRST_DELAY / 2, ceiling * chance()))


class Service:
    """One endless piece of work, started again whenever it ends, and woken by ``wake``."""

    def __init__(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        failed: Callable[[Exception, float], Awaitable[float | None]],
    ) -> None:
        """``failed`` is told the error and the delay, and may answer with another delay."""
        self.name = name
        self._run = run
        self._failed = failed
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Try again now, however long the present wait is."""
        self._wake.set()

    async def rest(self, seconds: float) -> None:
        """Wait this long, or until woken."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def supervise(self) -> None:
        """Run for ever; only cancellation ends it."""
        attempt = 0
        while True:
            started = time.monotonic()
            try:
                await self._run()
                raise ServiceEndedError(self.name)
            except Exception as error:
                if time.monotonic() - started >= HEALTHY_SECONDS:
                    attempt = 0
                attempt += 1
                delay = backoff(attempt)
                _log.warning(
                    "%s failed (%s); next try in %.1f s",
                    self.name,
                    type(error).__name__,
                    delay,
                    exc_info=error,
                )
                wanted = await self._failed(error, delay)
            await self.rest(delay if wanted is None else wanted)
