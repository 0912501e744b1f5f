"""The time of the event loop in a test's hands: a deadline ends when the test says so.

    with held() as time:
        asking = asyncio.ensure_future(fetch.get(url, timeout=0.5))
        await time.until(lambda: server.requests)
        await time.on(0.49)
        assert not asking.done()
        await time.on(0.02)

While it is held, nothing that waits for seconds goes on by itself, ``asyncio.sleep`` neither: a
machine that stops for a while changes nothing. What comes through sockets and threads comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 30.0
"""Real seconds after which a test gives up."""
TURNS = 20
"""Turns of the loop within which everything due has happened that waits for nothing else."""


class LoopTime:
    """The time of one loop, which stands until it is moved."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._now = loop.time()

    def __call__(self) -> float:
        """Return the time in seconds, as the loop reads it."""
        return self._now

    async def on(self, seconds: float) -> None:
        """Let so many seconds pass at once, and what was due in them happen."""
        self._now += seconds
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait, while the time stands, until something is true.

        Raises:
            AssertionError: it never came true.
        """
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it never came true"
            await asyncio.sleep(0)
            _breathe()


def _breathe() -> None:
    """Leave the processor to others: a loop that always has a next turn never rests."""
    time.sleep(0.0002)


@contextmanager
def held() -> Iterator[LoopTime]:
    """Hold the time of the running loop."""
    loop = asyncio.get_running_loop()
    usual = loop.time
    stands = LoopTime(loop)
    loop.time = stands  # type: ignore[method-assign]
    try:
        yield stands
    finally:
        loop.time = usual  # type: ignore[method-assign]
