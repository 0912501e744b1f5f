"""The on-duty rota in its table."""

from __future__ import annotations

from listeners.duty import Rota, Shift
from listeners.model import HOUR, Micros
from listeners.store.absence import away_in
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.text import clean_line

LOOKED_BACK = 5 * HOUR
"""How far back the rota tells who was on duty when something rang."""
NOTE = 200
"""How long the note on a shift may be."""

_DURING = """
SELECT * FROM duty WHERE removed = 0 AND to_at > ? AND from_at < ? ORDER BY from_at, id
"""


async def shifts(store: Store, from_at: Micros, to_at: Micros) -> list[Shift]:
    """Return the shifts that run at some time in [from_at, to_at), the first to begin on top."""
    return [_shift(row) for row in await store.fetch(_DURING, (from_at, to_at))]


async def shifts_in(connection: Connection, from_at: Micros, to_at: Micros) -> list[Shift]:
    """Return the same inside a write."""
    return [_shift(row) for row in await connection.fetch(_DURING, (from_at, to_at))]


async def rota_now(connection: Connection, now: Micros) -> Rota:
    """Return who is on duty now, or was some hours ago, and who is away, inside a read or write."""
    return Rota(
        tuple(await shifts_in(connection, Micros(now - LOOKED_BACK), Micros(now + 1))),
        frozenset(await away_in(connection, now)),
    )


async def shifts_of_member(connection: Connection, member: str, since: Micros) -> list[Shift]:
    """Return the shifts of a member that are not over, inside a write."""
    rows = await connection.fetch(
        "SELECT * FROM duty WHERE removed = 0 AND to_at > ? AND member = ? ORDER BY from_at, id",
        (since, storable(member)),
    )
    return [_shift(row) for row in rows]


async def load_shift(connection: Connection, number: int) -> Shift | None:
    """Return a shift that was not removed, ``None`` where there is none."""
    rows = await connection.fetch("SELECT * FROM duty WHERE id = ? AND removed = 0", (number,))
    return _shift(rows[0]) if rows else None


async def add_shift(connection: Connection, shift: Shift) -> Shift:
    """Keep a new shift, and return it with its number."""
    (row,) = await connection.fetch(
        """INSERT INTO duty (brand, member, from_at, to_at, note, author)
           VALUES (?, ?, ?, ?, ?, ?) RETURNING *""",
        (*_columns(shift), storable(shift.author)),
    )
    return _shift(row)


async def save_shift(connection: Connection, shift: Shift) -> None:
    """Keep a shift as it is now."""
    await connection.fetch(
        """UPDATE duty SET brand = ?, member = ?, from_at = ?, to_at = ?, note = ?
           WHERE id = ?""",
        (*_columns(shift), shift.id),
    )


async def remove_shift(connection: Connection, number: int) -> None:
    """Take a shift off the rota."""
    await connection.fetch("UPDATE duty SET removed = 1 WHERE id = ?", (number,))


async def any_duty(store: Store) -> bool:
    """Whether a rota was ever kept here: without one, no time is a gap."""
    return bool(await store.fetch("SELECT 1 FROM duty WHERE removed = 0 LIMIT 1"))


def _columns(shift: Shift) -> tuple[str, str, int, int, str]:
    return (
        storable(shift.brand),
        storable(shift.member),
        shift.from_at,
        shift.to_at,
        str(clean_line(shift.note, NOTE)),
    )


def _shift(row: Row) -> Shift:
    return Shift(
        id=row["id"],
        brand=row["brand"],
        member=row["member"],
        from_at=Micros(row["from_at"]),
        to_at=Micros(row["to_at"]),
        note=row["note"],
        author=row["author"],
    )
