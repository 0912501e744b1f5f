"""Keeping to a network's terms: words and names go when they say so, our own work stays.

What is withheld keeps its row: it still counts, and its conversation, our notes and answers stand
as they were. Text, title, links, the network's own record and the author's name are gone, from the
full text too. Our own posts are ours to keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from listeners.model import Micros
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.fulltext import begin_merge, go_on_merging, index_text, unindex_text

CHUNK = 50
PAUSE_SECONDS = 0.05

_DUE = f"""
SELECT m.id, m.conversation_id FROM mention m
WHERE m.source_id IN (SELECT value FROM json_each(?)) AND m.seen_at < ?
  AND m.withheld_at IS NULL AND m.deleted_at IS NULL AND m.part != 'ours'
ORDER BY m.seen_at, m.id LIMIT {CHUNK}
"""
_STATEMENTS = (
    "DELETE FROM edit WHERE mention_id IN (SELECT value FROM json_each(?))",
    # What a post alone raised quotes it, or names its author.
    """UPDATE alert SET explanation = '[]' WHERE class IN ('leak', 'impersonation', 'hijack')
         AND id IN (SELECT alert_id FROM alert_mention
                    WHERE mention_id IN (SELECT value FROM json_each(?)))""",
    """UPDATE conversation SET title = '' WHERE id IN (
           SELECT conversation_id FROM mention WHERE id IN (SELECT value FROM json_each(?)))
         AND NOT EXISTS (SELECT 1 FROM mention k WHERE k.conversation_id = conversation.id
                         AND k.part != 'ours' AND k.withheld_at IS NULL
                         AND k.deleted_at IS NULL)""",
    """UPDATE account SET handle = '', name = '', url = '', followers = NULL
       WHERE ours = 0 AND id IN (
           SELECT account_id FROM mention WHERE id IN (SELECT value FROM json_each(?)))
         AND NOT EXISTS (SELECT 1 FROM mention k WHERE k.account_id = account.id
                         AND k.withheld_at IS NULL AND k.deleted_at IS NULL)""",
)


async def withhold(
    store: Store,
    sources: Iterable[int],
    before: Micros,
    now: Micros,
    *,
    pause: float = PAUSE_SECONDS,
) -> int:
    """Remove the words that these sources brought before then; return how many mentions had some.

    In slices with ``pause`` seconds between them; at the end the full-text index is merged, so
    that the file holds none of the words.
    """
    these = dumps(list(sources))
    done = 0
    while taken := await store.write(lambda c: _slice(c, these, before, now)):
        done += taken
        await asyncio.sleep(pause)
    await store.write(lambda c: _letters(c, these, before))
    step = begin_merge
    while done and await store.write(step):
        step = go_on_merging
        await asyncio.sleep(pause)
    return done


async def sources_by_network(store: Store) -> dict[str, dict[str, int]]:
    """Return the ids of all sources that ever brought something, by network and key."""
    found: dict[str, dict[str, int]] = {}
    for row in await store.fetch("SELECT id, network, key FROM source"):
        found.setdefault(row["network"], {})[row["key"]] = row["id"]
    return found


async def _slice(connection: Connection, sources: str, before: Micros, now: Micros) -> int:
    rows = await connection.fetch(_DUE, (sources, before))
    if not rows:
        return 0
    ids = [row["id"] for row in rows]
    await unindex_text(connection, ids)
    await connection.many(
        """UPDATE mention SET withheld_at = ?, title = '', text = '', raw_text = NULL, raw = NULL,
               links = '[]', tags = '[]', risk = '[]', reasons = '[]', need = NULL, fold = ''
           WHERE id = ?""",
        [(now, id_) for id_ in ids],
    )
    await index_text(connection, ids)
    for statement in _STATEMENTS:
        await connection.fetch(statement, (dumps(ids),))
    return len(ids)


async def _letters(connection: Connection, sources: str, before: Micros) -> None:
    await connection.fetch(
        """DELETE FROM dead_letter
           WHERE source_id IN (SELECT value FROM json_each(?)) AND at < ?""",
        (sources, before),
    )
