"""Maintenance windows in their table."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.risk.maintenance import Window
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.text import clean_line

_NOW = "SELECT * FROM maintenance WHERE removed = 0 AND to_at > ? AND from_at <= ? ORDER BY id"


async def windows_now(connection: Connection, now: Micros) -> list[Window]:
    """Return the windows that are going on, inside a write."""
    return [window_of(row) for row in await connection.fetch(_NOW, (now, now))]


async def running(store: Store, now: Micros) -> list[Window]:
    """Return the windows that are going on."""
    return [window_of(row) for row in await store.fetch(_NOW, (now, now))]


async def windows(store: Store, since: Micros) -> list[Window]:
    """Return the windows that end after ``since``, in the order in which they begin."""
    rows = await store.fetch(
        "SELECT * FROM maintenance WHERE removed = 0 AND to_at > ? ORDER BY from_at, id", (since,)
    )
    return [window_of(row) for row in rows]


async def add_window(connection: Connection, window: Window) -> Window:
    """Keep a new window, and return it with its number."""
    (row,) = await connection.fetch(
        """INSERT INTO maintenance (brand, from_at, to_at, reason, author)
           VALUES (?, ?, ?, ?, ?) RETURNING *""",
        (
            storable(window.brand),
            window.from_at,
            window.to_at,
            clean_line(window.reason, 200),
            storable(window.author),
        ),
    )
    return window_of(row)


async def load_window(connection: Connection, number: int) -> Window | None:
    """Return a window that was not removed, ``None`` where there is none."""
    rows = await connection.fetch(
        "SELECT * FROM maintenance WHERE id = ? AND removed = 0", (number,)
    )
    return window_of(rows[0]) if rows else None


async def move_end(connection: Connection, number: int, to_at: Micros) -> None:
    """Let a window end at another time."""
    await connection.fetch("UPDATE maintenance SET to_at = ? WHERE id = ?", (to_at, number))


async def move_window(connection: Connection, number: int, from_at: Micros, to_at: Micros) -> None:
    """Let a window begin and end at other times."""
    await connection.fetch(
        "UPDATE maintenance SET from_at = ?, to_at = ? WHERE id = ?", (from_at, to_at, number)
    )


async def remove_window(connection: Connection, number: int) -> None:
    """Take a window away that has not begun."""
    await connection.fetch("UPDATE maintenance SET removed = 1 WHERE id = ?", (number,))


async def register_windows(connection: Connection, wanted: Sequence[Window]) -> None:
    """Bring the windows of the configuration into the store; those it no longer names go.

    One that a person ended early stays ended, as long as the configuration says the same of it.
    """
    rows = await connection.fetch("SELECT * FROM maintenance WHERE author = '' AND removed = 0")
    known = {(row["brand"], row["from_at"], row["reason"]): row for row in rows}
    named = {(storable(one.brand), one.from_at, str(clean_line(one.reason, 200))) for one in wanted}
    for one in wanted:
        if (storable(one.brand), one.from_at, str(clean_line(one.reason, 200))) not in known:
            await add_window(connection, one)
    gone = [row["id"] for key, row in known.items() if key not in named]
    await connection.many("UPDATE maintenance SET removed = 1 WHERE id = ?", [(n,) for n in gone])


def window_of(row: Row) -> Window:
    """Return the window a row of the table holds."""
    return Window(
        id=row["id"],
        brand=row["brand"],
        from_at=Micros(row["from_at"]),
        to_at=Micros(row["to_at"]),
        reason=row["reason"],
        author=row["author"],
    )
