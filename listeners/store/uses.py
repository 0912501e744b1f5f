"""The rhythm of a source and what it lives on: kept for its next start, and for the screen."""

from __future__ import annotations

from collections.abc import Collection

from listeners.model import Micros
from listeners.store.codec import micros, storable
from listeners.store.connection import Connection
from listeners.store.database import Store


async def kept_rhythm(store: Store, source_id: int) -> tuple[float | None, Micros | None]:
    """Return a source's pace in seconds, and when its last round began; ``None`` for never."""
    rows = await store.fetch("SELECT pace, asked_at FROM source WHERE id = ?", (source_id,))
    return (rows[0]["pace"], micros(rows[0]["asked_at"])) if rows else (None, None)


async def keep_asked(connection: Connection, source_id: int, at: Micros) -> None:
    """Say that a round of a source begins."""
    await connection.fetch("UPDATE source SET asked_at = ? WHERE id = ?", (at, source_id))


async def keep_pace(connection: Connection, source_id: int, seconds: float) -> None:
    """Remember how often a source is asked now, jitter apart."""
    await connection.fetch("UPDATE source SET pace = ? WHERE id = ?", (seconds, source_id))


async def keep_next(connection: Connection, source_id: int, at: Micros) -> None:
    """Say when a source is asked next, whatever its state."""
    await connection.fetch("UPDATE source SET next_at = ? WHERE id = ?", (at, source_id))


async def keep_uses(connection: Connection, source_id: int, keys: Collection[str]) -> None:
    """Remember which budgets, allowances and turns a source lives on, in place of the former."""
    await connection.fetch("DELETE FROM source_use WHERE source_id = ?", (source_id,))
    await connection.many(
        "INSERT OR IGNORE INTO source_use (source_id, key) VALUES (?, ?)",
        [(source_id, storable(key)) for key in sorted(keys)],
    )
