"""Noticing change, whoever made it: the one in this process at once, another's within 250 ms.

``PRAGMA data_version`` changes whenever another connection has committed, in this process or in
any other. It takes no lock and 4 µs, so it is asked on the event loop, through a connection that
does nothing else. A commit of our own only makes the question come early.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
import weakref
from pathlib import Path

from listeners.store.errors import Trouble, trouble_of
from listeners.store.prepare import location

POLL_SECONDS = 0.250


class Watch:
    """One onlooker's view of change; each onlooker has its own, and so misses nothing."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._seen = changes.version()
        self._early = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Wait until the store has changed since the last ``True``; ``False`` after ``seconds``."""
        end = time.monotonic() + seconds
        while True:
            self._early.clear()
            version = self._changes.version()
            if version != self._seen:
                self._seen = version
                return True
            rest = end - time.monotonic()
            if rest <= 0:
                return False
            await self._nap(min(rest, POLL_SECONDS))

    def hurry(self) -> None:
        """Look now."""
        self._early.set()

    async def _nap(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._early.wait()
        except TimeoutError:
            return


class Changes:
    """The one connection that asks, and all who want to know."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(
            location(path, "ro"), uri=True, isolation_level=None, timeout=0
        )
        self._watches: weakref.WeakSet[Watch] = weakref.WeakSet()
        self._last = 0

    def watch(self) -> Watch:
        """Return a new onlooker's watch, which sees changes from now on."""
        watch = Watch(self)
        self._watches.add(watch)
        return watch

    def hurry(self) -> None:
        """Make every watch look now: something was committed in this process."""
        for watch in self._watches:
            watch.hurry()

    def version(self) -> int:
        """Return a number that differs from before when somebody has committed."""
        try:
            (self._last,) = self._database.execute("PRAGMA data_version").fetchone()
        except sqlite3.OperationalError as error:
            # Another process recovers or removes the log at this very moment: ask again later.
            if trouble_of(error) is not Trouble.BUSY:
                raise
        return self._last

    def close(self) -> None:
        """Close the connection; watches must not be used any more."""
        self._database.close()
