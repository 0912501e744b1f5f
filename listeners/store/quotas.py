"""The book of allowances and turns: one for all processes, kept over a restart.

Every verb is one transaction that reads before it writes, so of two processes one comes first.
"""

from __future__ import annotations

from listeners.http.ledger import turn_after
from listeners.model import DAY, Micros
from listeners.store.codec import micros, storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_KEPT = 7 * DAY
"""A day that ended is of no use; a week is left, since a clock may have been wrong."""


class StoredLedger:
    """The ``Ledger`` of ``listeners.http``, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, key: str, day: str, units: int, allowed: int, until: Micros) -> int | None:
        """Take units of a day's allowance; where it is spent, return how many were taken."""

        async def work(connection: Connection) -> int | None:
            taken = await _taken(connection, key, day)
            if taken + units > allowed:
                return taken
            await connection.fetch(
                """INSERT INTO quota (key, day, taken, allowed, until_at) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (key, day) DO UPDATE SET taken = taken + ?,
                       allowed = excluded.allowed, until_at = excluded.until_at""",
                (storable(key), day, units, allowed, until, units),
            )
            await connection.fetch("DELETE FROM quota WHERE until_at < ?", (until - _KEPT,))
            return None

        return await self._store.write(work, urgent=True)

    async def give_back(self, key: str, day: str, units: int) -> None:
        """Take back what was taken for a request that never left."""

        async def work(connection: Connection) -> None:
            await connection.fetch(
                "UPDATE quota SET taken = max(0, taken - ?) WHERE key = ? AND day = ?",
                (units, storable(key), day),
            )

        await self._store.write(work, urgent=True)

    async def claim(self, host: str, seconds: float, now: Micros) -> Micros:
        """Take a host's turn and return ``now``, or return when it will be."""

        async def work(connection: Connection) -> Micros:
            rows = await connection.fetch(
                "SELECT asked_at FROM turn WHERE host = ?", (storable(host),)
            )
            free = turn_after(micros(rows[0]["asked_at"]) if rows else None, seconds, now)
            if free <= now:
                await connection.fetch(
                    """INSERT INTO turn (host, seconds, asked_at) VALUES (?, ?, ?)
                       ON CONFLICT (host) DO UPDATE SET seconds = excluded.seconds,
                           asked_at = excluded.asked_at""",
                    (storable(host), seconds, now),
                )
            return free

        return await self._store.write(work, urgent=True)

    async def answered(self, host: str, now: Micros) -> None:
        """Count the spacing of a host from now."""

        async def work(connection: Connection) -> None:
            await connection.fetch(
                "UPDATE turn SET asked_at = max(asked_at, ?) WHERE host = ?", (now, storable(host))
            )

        await self._store.write(work, urgent=True)


async def _taken(connection: Connection, key: str, day: str) -> int:
    rows = await connection.fetch(
        "SELECT taken FROM quota WHERE key = ? AND day = ?", (storable(key), day)
    )
    return int(rows[0]["taken"]) if rows else 0
