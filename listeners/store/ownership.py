"""Which process listens: one of all that have the store open, and another soon after it dies.

Two signs of life, each for what the other cannot see. A file lock is freed by the system the
moment its process dies, however it dies; but a process that was stopped keeps it for ever. So
there is a heartbeat in the store too: whoever finds it older than ``STALE`` takes over, and the
former owner finds another name there at its own next beat and leaves off. For one beat two
processes may listen at once; the store folds what comes twice.
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from dataclasses import dataclass

from listeners.clock import Clock, utc_now
from listeners.model import SECOND, Micros
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

BEAT_SECONDS = 5.0
"""How often ``claim`` is to be called, by owners and by those who wait."""
STALE = 20 * SECOND
"""An older heartbeat is that of a dead or stopped process; with the beat, 25 s at most."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that listens. ``instance`` tells two lives of one process number apart."""

    instance: str
    pid: int
    host: str
    heartbeat_at: Micros


class Ownership:
    """This process's claim to be the one that listens."""

    def __init__(self, store: Store, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock
        self._host = socket.gethostname()
        self._instance = f"{self._host}:{os.getpid()}:{uuid.uuid4().hex}"
        self._lock = _FileLock(f"{store.path}.lock")
        self._owned = False

    @property
    def owned(self) -> bool:
        """Whether this process was the owner at its last claim."""
        return self._owned

    async def owner(self) -> Owner | None:
        """Return who listens, or last did; ``None`` if nobody does."""
        return _owner(await self._store.fetch("SELECT * FROM owner"))

    async def claim(self) -> bool:
        """Become or stay the owner if nobody else lives; call it every ``BEAT_SECONDS``.

        Raises:
            StoreError: the store cannot be written; this process must not listen then.
        """
        # Only a lock that was free until now proves that its owner died: one that we have held
        # since we were owner ourselves proves nothing about who took over meanwhile.
        freed = not self._lock.held and self._lock.take()
        if self._claimable(await self.owner(), freed, self._clock()):
            self._owned = await self._store.write(lambda c: self._beat(c, freed), urgent=True)
        else:
            self._owned = False
        if not self._owned:
            self._lock.release()
        await self._store.checkpoint_here(self._owned)
        return self._owned

    async def release(self) -> None:
        """Leave the listening to others, at once."""

        async def work(connection: Connection) -> None:
            await connection.fetch("DELETE FROM owner WHERE instance = ?", (self._instance,))

        if self._owned:
            await self._store.write(work, urgent=True)
        self._owned = False
        self._lock.release()

    def _claimable(self, owner: Owner | None, freed: bool, now: Micros) -> bool:
        if owner is None or owner.instance == self._instance:
            return True
        # A heartbeat from the future is as dead as an old one: some clock was set.
        stale = abs(now - owner.heartbeat_at) > STALE
        return stale or (freed and owner.host == self._host)

    async def _beat(self, connection: Connection, freed: bool) -> bool:
        """Ask again under the write lock, then sign."""
        now = self._clock()
        if not self._claimable(_owner(await connection.fetch("SELECT * FROM owner")), freed, now):
            return False
        await connection.fetch(
            """INSERT OR REPLACE INTO owner (one, instance, pid, host, heartbeat_at)
               VALUES (1, ?, ?, ?, ?)""",
            (self._instance, os.getpid(), self._host, now),
        )
        return True


def _owner(rows: list[Row]) -> Owner | None:
    if not rows:
        return None
    row = rows[0]
    return Owner(row["instance"], row["pid"], row["host"], Micros(row["heartbeat_at"]))


class _FileLock:
    """An exclusive lock on a file of its own, freed by the system when the process ends.

    It is not on the store itself: closing any handle of a file drops SQLite's locks on it.
    Where there is no such lock (Windows), it is never taken, and the heartbeat alone decides.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process has it."""
        return self._handle is not None

    def take(self) -> bool:
        """Take it if it is free; return whether this process has it."""
        if sys.platform == "win32" or self._handle is not None:
            return self._handle is not None
        import fcntl

        handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Give it back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
