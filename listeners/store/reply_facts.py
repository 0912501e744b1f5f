"""What the store knows around a reply: what we said before, what was said since, their record.

A conversation is taken here with all that was merged into it, as it is shown.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from listeners.model import Micros, SafeText
from listeners.store.codec import micros, storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_FAMILY = """
WITH RECURSIVE family(id) AS (
    SELECT ? UNION SELECT c.id FROM family JOIN conversation c ON c.merged_into = family.id)
"""


@dataclass(frozen=True, slots=True)
class OursSince:
    """A message of ours that a listener brought: who wrote it, and what."""

    name: SafeText
    text: SafeText


async def said_to(store: Store, network: str, person: str) -> list[int]:
    """Return the newest replies sent from here to a person, by the author key of their posts."""
    rows = await store.fetch(
        """WITH RECURSIVE theirs(native_id, place) AS (
               SELECT m.native_id, m.conversation_id FROM account a
                   JOIN mention m ON m.account_id = a.id
               WHERE a.network = ? AND a.key = ? AND m.conversation_id IS NOT NULL
               UNION SELECT t.native_id, c.merged_into FROM theirs t
                   JOIN conversation c ON c.id = t.place WHERE c.merged_into IS NOT NULL)
           SELECT o.id FROM theirs t
               JOIN outbox o ON o.conversation_id = t.place AND o.in_reply_to = t.native_id
           WHERE o.state IN ('sent', 'by hand')
           GROUP BY o.id ORDER BY o.id DESC LIMIT 5""",
        (network, storable(person)),
    )
    return [row["id"] for row in rows]


async def ours_to(store: Store, network: str, person: str) -> list[int]:
    """Return the newest messages of ours in threads a person began, by their author key."""
    rows = await store.fetch(
        """SELECT m.id FROM account a JOIN conversation c ON c.opener_id = a.id
           JOIN mention m ON m.conversation_id = c.id
           WHERE a.network = ? AND a.key = ? AND m.part = 'ours' AND m.deleted_at IS NULL
           ORDER BY m.sort_at DESC LIMIT 5""",
        (network, storable(person)),
    )
    return [row["id"] for row in rows]


async def ours_since(connection: Connection, conversation: int, since: Micros) -> OursSince | None:
    """Return our newest message in a thread after ``since`` that was not sent from here."""
    rows = await connection.fetch(
        f"""{_FAMILY} SELECT coalesce(nullif(a.handle, ''), a.name) AS name, m.text
            FROM family JOIN mention m ON m.conversation_id = family.id
                JOIN account a ON a.id = m.account_id
            WHERE m.sort_at > ? AND m.part = 'ours' AND m.deleted_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM outbox o WHERE o.network = m.network AND o.native_id = m.native_id)
            ORDER BY m.sort_at DESC LIMIT 1""",
        (conversation, since),
    )
    if not rows:
        return None
    return OursSince(SafeText(rows[0]["name"]), SafeText(rows[0]["text"]))


async def oldest_asking_after(
    connection: Connection, conversation: int, at: Micros
) -> Micros | None:
    """Return when the oldest message that asks was written after ``at``, ``None`` for none."""
    (row,) = await connection.fetch(
        f"""{_FAMILY} SELECT min(m.sort_at) AS at
            FROM family JOIN mention m ON m.conversation_id = family.id
            WHERE m.sort_at > ? AND m.asks = 1 AND m.part != 'ours' AND m.deleted_at IS NULL""",
        (conversation, at),
    )
    return micros(row["at"])


async def raw_of(store: Store, mention_id: int) -> bytes | None:
    """Return the network's own record of a mention, ``None`` where it was not kept."""
    rows = await store.fetch("SELECT raw FROM mention WHERE id = ?", (mention_id,))
    if not rows or rows[0]["raw"] is None:
        return None
    return zlib.decompress(rows[0]["raw"])
