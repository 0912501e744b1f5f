"""Small things to remember: one text a key, on this store."""

from __future__ import annotations

from listeners.store.codec import storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_PUT = """
INSERT INTO setting (key, value) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


async def setting(store: Store, key: str, default: str = "") -> str:
    """Return what is remembered under ``key``."""
    rows = await store.fetch("SELECT value FROM setting WHERE key = ?", (key,))
    return rows[0]["value"] if rows else default


async def remember(store: Store, key: str, value: str) -> None:
    """Remember a text under ``key``, in place of the former one."""

    async def work(connection: Connection) -> None:
        await put_setting(connection, key, value)

    await store.write(work, urgent=True)


async def put_setting(connection: Connection, key: str, value: str) -> None:
    """Remember a text, as a part of a larger write."""
    await connection.fetch(_PUT, (key, storable(value)))
