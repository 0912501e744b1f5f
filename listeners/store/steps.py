"""Several steps of a person made one, so that one undo takes them back together."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection


async def join_steps(connection: Connection, actor: str, steps: Sequence[int]) -> int:
    """Make a person's steps one, and return its number: that of the last of them."""
    last = max(steps)
    await connection.fetch(
        """UPDATE event SET step = ? WHERE actor = ?
             AND step IN (SELECT value FROM json_each(?))""",
        (last, storable(actor), dumps(list(steps))),
    )
    return last
