"""Roles handed out, in their table."""

from __future__ import annotations

from listeners.charges import Charge
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.text import clean_line

_ALL = """
SELECT r.*, coalesce(c.name, '') AS title FROM charge r
LEFT JOIN campaign c ON r.kind = 'campaign' AND c.id = CAST(r.what AS INTEGER) AND c.removed = 0
WHERE r.removed = 0
ORDER BY r.member, r.kind, r.what, r.brand, r.id
"""


async def charges(store: Store) -> list[Charge]:
    """Return every role handed out, by member."""
    return [_charge(row) for row in await store.fetch(_ALL)]


async def charges_in(connection: Connection) -> list[Charge]:
    """Return the same inside a write."""
    return [_charge(row) for row in await connection.fetch(_ALL)]


async def add_charge(connection: Connection, charge: Charge) -> Charge:
    """Keep a new role, and return it with its number."""
    (row,) = await connection.fetch(
        """INSERT INTO charge (brand, kind, what, member, author) VALUES (?, ?, ?, ?, ?)
           RETURNING *, '' AS title""",
        (
            storable(charge.brand),
            charge.kind,
            str(clean_line(charge.what, 100)),
            storable(charge.member),
            storable(charge.author),
        ),
    )
    return _charge(row)


async def remove_charge(connection: Connection, number: int) -> None:
    """Take a role back."""
    await connection.fetch("UPDATE charge SET removed = 1 WHERE id = ?", (number,))


async def give_charge(connection: Connection, number: int, member: str) -> None:
    """Give a role to somebody else."""
    await connection.fetch("UPDATE charge SET member = ? WHERE id = ?", (storable(member), number))


async def has_campaign(connection: Connection, number: int) -> bool:
    """Whether there is a campaign of this number."""
    rows = await connection.fetch("SELECT 1 FROM campaign WHERE id = ? AND removed = 0", (number,))
    return bool(rows)


async def planned_of(connection: Connection, member: str) -> list[int]:
    """Return the planned entries of a member that are not done yet."""
    rows = await connection.fetch(
        "SELECT id FROM planned WHERE owner = ? AND removed = 0 AND state != 'done' ORDER BY at",
        (storable(member),),
    )
    return [row["id"] for row in rows]


async def give_planned(connection: Connection, number: int, member: str) -> None:
    """Give a planned entry to somebody else."""
    await connection.fetch(
        "UPDATE planned SET owner = ?, version = version + 1 WHERE id = ?",
        (storable(member), number),
    )


def _charge(row: Row) -> Charge:
    return Charge(
        id=row["id"],
        brand=row["brand"],
        kind=row["kind"],
        what=row["what"],
        member=row["member"],
        author=row["author"],
        title=row["title"],
    )
