"""Who of the team is away, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.model import Micros
from listeners.store.codec import micros, storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

_NOW = "SELECT * FROM away WHERE until_at IS NULL OR until_at > ? ORDER BY member"


@dataclass(frozen=True, slots=True)
class Away:
    """An absence; without ``until`` it lasts until somebody says that it is over."""

    member: str
    since: Micros
    until: Micros | None = None

    @property
    def fields(self) -> Mapping[str, object]:
        """The absence as the log keeps it."""
        return {"member": self.member, "since": self.since, "until_at": self.until}


async def away(store: Store, now: Micros) -> dict[str, Away]:
    """Return who is away now, by name."""
    return {row["member"]: _away(row) for row in await store.fetch(_NOW, (now,))}


async def away_in(connection: Connection, now: Micros) -> dict[str, Away]:
    """Return who is away now, inside a write."""
    return {row["member"]: _away(row) for row in await connection.fetch(_NOW, (now,))}


async def put_away(connection: Connection, one: Away) -> None:
    """Keep an absence in place of the member's former one."""
    await connection.fetch(
        "INSERT OR REPLACE INTO away (member, since, until_at) VALUES (?, ?, ?)",
        (storable(one.member), one.since, one.until),
    )


async def end_away(connection: Connection, member: str) -> None:
    """End an absence."""
    await connection.fetch("DELETE FROM away WHERE member = ?", (storable(member),))


async def over(connection: Connection, now: Micros) -> list[Away]:
    """Return the absences whose end has come."""
    rows = await connection.fetch("SELECT * FROM away WHERE until_at <= ?", (now,))
    return [_away(row) for row in rows]


def _away(row: Row) -> Away:
    return Away(row["member"], Micros(row["since"]), micros(row["until_at"]))
