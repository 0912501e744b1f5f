"""The book of what paid networks cost: one for all processes, kept over a restart.

Every verb is one transaction that reads before it writes, so of two processes one comes first and
what a person allows is never passed by both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.model import Micros
from listeners.spending import (
    HELD,
    Bill,
    Ceiling,
    Forecast,
    Hold,
    Spent,
    affordable,
    day_of,
    forecast,
)
from listeners.store.codec import storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_ADD = """
INSERT INTO spend (account, day, kind, items, cost) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (account, day, kind) DO UPDATE SET items = items + ?4, cost = max(0, cost + ?5)
"""
_ALLOWED = """
INSERT INTO spend_account (account, a_day, a_month, said_at) VALUES (?, ?, ?, ?)
ON CONFLICT (account) DO UPDATE SET a_day = excluded.a_day, a_month = excluded.a_month,
    said_at = excluded.said_at
WHERE a_day != excluded.a_day OR a_month != excluded.a_month
"""
_SPENT = """
SELECT coalesce(sum(cost) FILTER (WHERE day = ?2), 0) AS day, coalesce(sum(cost), 0) AS month
FROM spend WHERE account = ?1 AND substr(day, 1, 7) = substr(?2, 1, 7)
"""
_USED = """
SELECT u.source_id, a.* FROM source_use u JOIN spend_account a ON a.account = u.key
ORDER BY u.source_id
"""


class StoredSpend:
    """The ``SpendBook`` of ``listeners.spending``, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def hold(
        self, account: str, each: int, least: int, most: int, ceiling: Ceiling, now: Micros
    ) -> Hold | Spent:
        """Hold the cost of as many things as fit; what was spent where too few do."""
        day = day_of(now)

        async def work(connection: Connection) -> Hold | Spent:
            await connection.fetch(_ALLOWED, (storable(account), ceiling.day, ceiling.month, now))
            (row,) = await connection.fetch(_SPENT, (storable(account), day))
            spent = Spent(row["day"], row["month"])
            count = affordable(spent.room(ceiling), each, least, most)
            if count is None:
                return spent
            await connection.fetch(_ADD, (storable(account), day, HELD, 1, count * each))
            await connection.fetch(
                "DELETE FROM spend_item WHERE account = ? AND day < ?", (storable(account), day)
            )
            return Hold(account, day, count, count * each)

        return await self._store.write(work, urgent=True)

    async def settle(self, hold: Hold, bills: Sequence[Bill]) -> int:
        """Replace a hold by what was charged; return that."""

        async def work(connection: Connection) -> int:
            account = storable(hold.account)
            await connection.fetch(_ADD, (account, hold.day, HELD, -1, -hold.cost))
            paid = 0
            for one in bills:
                fresh = await connection.fetch(
                    "INSERT INTO spend_item (account, day, kind, item) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT DO NOTHING RETURNING 1",
                    (account, hold.day, one.kind, storable(one.item)),
                )
                if fresh:
                    paid += one.price
                    await connection.fetch(_ADD, (account, hold.day, one.kind, 1, one.price))
            return paid

        return await self._store.write(work, urgent=True)

    async def unpaid(self, account: str, day: str, bills: Sequence[Bill]) -> Sequence[Bill]:
        """Return what of these was not yet charged on this day."""
        rows = await self._store.fetch(
            "SELECT kind, item FROM spend_item WHERE account = ? AND day = ?",
            (storable(account), day),
        )
        paid = {(row["kind"], row["item"]) for row in rows}
        once = {(one.kind, one.item): one for one in bills}
        return [one for key, one in once.items() if key not in paid]

    async def expect(self, account: str, a_day: int, now: Micros) -> None:
        """Keep what a day is likely to cost."""

        async def work(connection: Connection) -> None:
            await connection.fetch(
                "UPDATE spend_account SET expected = ?, said_at = ? WHERE account = ?",
                (a_day, now, storable(account)),
            )

        await self._store.write(work)


@dataclass(frozen=True, slots=True)
class SpendUse:
    """What an account spent and may spend, in millionths of a dollar, and what is to come.

    ``kinds`` is what this month's money went to: how many things of a kind, and their cost.
    """

    account: str
    day: int
    month: int
    ceiling: Ceiling
    forecast: Forecast | None
    kinds: Mapping[str, tuple[int, int]]


async def spend_uses(store: Store, now: Micros) -> Mapping[int, SpendUse]:
    """Return what every source that costs money spends, by the number of the source."""
    found: dict[int, SpendUse] = {}
    known: dict[str, SpendUse] = {}
    for row in await store.fetch(_USED):
        account = row["account"]
        if account not in known:
            ceiling = Ceiling(row["a_day"], row["a_month"])
            known[account] = await _use(store, account, ceiling, row["expected"], now)
        found[row["source_id"]] = known[account]
    return found


async def _use(
    store: Store, account: str, ceiling: Ceiling, expected: int | None, now: Micros
) -> SpendUse:
    days: dict[str, int] = {}
    kinds: dict[str, tuple[int, int]] = {}
    today = day_of(now)
    for row in await store.fetch("SELECT * FROM spend WHERE account = ?", (account,)):
        days[row["day"]] = days.get(row["day"], 0) + row["cost"]
        if row["day"][:7] == today[:7] and row["items"] > 0:
            items, cost = kinds.get(row["kind"], (0, 0))
            kinds[row["kind"]] = (items + row["items"], cost + row["cost"])
    month = sum(cost for day, cost in days.items() if day[:7] == today[:7])
    ahead = forecast(days, ceiling, expected, now)
    return SpendUse(account, days.get(today, 0), month, ceiling, ahead, kinds)
