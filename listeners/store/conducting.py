"""What the conductor's screen asks of the store beside what others read already."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Micros, SafeText
from listeners.store.codec import dumps
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids

_MOST = 100
"""Overdue conversations listed; the queue has them all."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """An open conversation past its due time, and what was written last."""

    id: int
    brand: str
    network: str
    title: SafeText
    owner: str
    due_at: Micros


async def overdue(store: Store, brand: str, now: Micros) -> list[Overdue]:
    """Return the conversations that should have been answered by now, the longest due first."""
    rows = await store.fetch(
        """SELECT c.id, b.name AS brand, c.network, c.assignee, c.due_at,
               substr(coalesce(nullif(m.text, ''), c.title), 1, 200) AS title
           FROM conversation c JOIN brand b ON b.id = c.brand_id
           LEFT JOIN mention m ON m.id = c.last_outside_id
           WHERE c.brand_id IN (SELECT value FROM json_each(?)) AND c.state = 'open'
             AND c.in_queue = 1 AND c.merged_into IS NULL AND c.due_at < ?
           ORDER BY c.due_at, c.id LIMIT ?""",
        (dumps(await brand_ids(store, brand)), now, _MOST),
    )
    return [
        Overdue(
            row["id"],
            row["brand"],
            row["network"],
            SafeText(row["title"]),
            row["assignee"],
            Micros(row["due_at"]),
        )
        for row in rows
    ]
