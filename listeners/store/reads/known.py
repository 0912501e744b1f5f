"""The names under which the newest posts of a network may be spoken of."""

from __future__ import annotations

from listeners.store.database import Store


async def recent_names(store: Store, network: str, limit: int) -> list[str]:
    """Return native ids, thread roots and author keys of the newest ``limit`` mentions."""
    rows = await store.fetch(
        """SELECT m.native_id, m.root_id, a.key FROM mention m JOIN account a ON a.id = m.account_id
           WHERE m.id > (SELECT coalesce(max(id), 0) FROM mention) - ? AND m.network = ?""",
        (limit, network),
    )
    return [name for row in rows for name in row if name]
