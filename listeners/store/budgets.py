"""What hosts told us of their limits, kept over a restart, so that none is asked too early."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.clock import Clock, utc_now
from listeners.http.budget import Budget
from listeners.store.codec import micros, storable, whole
from listeners.store.connection import Connection
from listeners.store.database import Store

_SAVE = """
INSERT INTO budget (key, remaining, reset_at, blocked_until, allowed, updated_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET remaining = excluded.remaining, reset_at = excluded.reset_at,
    blocked_until = excluded.blocked_until, allowed = excluded.allowed,
    updated_at = excluded.updated_at
"""


class StoredBudgets:
    """The ``BudgetStore`` of ``listeners.http``, in the store."""

    def __init__(self, store: Store, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    async def load(self) -> Mapping[str, Budget]:
        """Return every budget kept."""
        rows = await self._store.fetch("SELECT * FROM budget")
        return {
            row["key"]: Budget(
                remaining=row["remaining"],
                reset_at=micros(row["reset_at"]),
                blocked_until=micros(row["blocked_until"]),
                allowed=row["allowed"],
            )
            for row in rows
        }

    async def save(self, key: str, budget: Budget) -> None:
        """Keep one budget."""

        async def work(connection: Connection) -> None:
            await connection.fetch(
                _SAVE,
                (
                    storable(key),
                    whole(budget.remaining),
                    whole(budget.reset_at),
                    whole(budget.blocked_until),
                    whole(budget.allowed),
                    self._clock(),
                ),
            )

        await self._store.write(work)
