"""Keeping to a network's terms: words and names go when they say so, our own work stays.

What is withheld keeps its row: it still counts, and its conversation, our notes and answers stand
as they were. Text, title, links, the network's own record and the author's name are gone, from the
full text and from alerts too; its address stays, since it is how the post is found at its network.
Our own posts are ours to keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

from listeners.model import Micros
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.fulltext import begin_merge, go_on_merging, index_text, unindex_text
from listeners.store.settings import put_setting, remember, setting

CHUNK = 50
PAUSE_SECONDS = 0.05
_MERGING = "terms.merging"
"""Set while the full-text index still holds withheld words: a process may end before it is done."""

_DUE = f"""
SELECT m.id, m.conversation_id FROM mention m
WHERE m.source_id IN (SELECT value FROM json_each(?)) AND m.seen_at < ?
  AND m.withheld_at IS NULL AND m.part != 'ours'
ORDER BY m.seen_at, m.id LIMIT {CHUNK}
"""
_RAISED = "SELECT alert_id FROM alert_mention WHERE mention_id IN (SELECT value FROM json_each(?))"
_STATEMENTS = (
    "DELETE FROM edit WHERE mention_id IN (SELECT value FROM json_each(?))",
    # What a post alone raised quotes it, or names its author.
    f"""UPDATE alert SET explanation = '[]'
        WHERE (class IN ('leak', 'impersonation', 'hijack')
               OR rule IN ('boycott', 'legal', 'safety', 'threat', 'hack', 'press', 'abuse',
                           'press negative', 'spreading')) AND id IN ({_RAISED})""",
    f"""UPDATE alert SET title = json_set(title, '$.with.author', '…')
        WHERE json_type(title, '$.with.author') IS NOT NULL AND id IN ({_RAISED})""",
    f"""UPDATE alert SET title = json_set(title, '$.with.shown', '…')
        WHERE json_type(title, '$.with.shown') IS NOT NULL AND id IN ({_RAISED})""",
    # A title is its first post's: it stays as long as a post stands that has it.
    """UPDATE conversation SET title = '' WHERE title != '' AND id IN (
           SELECT conversation_id FROM mention WHERE id IN (SELECT value FROM json_each(?)))
         AND NOT EXISTS (SELECT 1 FROM mention k WHERE k.conversation_id = conversation.id
                         AND k.title = conversation.title)""",
)
_UNSHOWN = """
a.ours = 0 AND (a.handle != '' OR a.name != '' OR a.url != '' OR a.followers IS NOT NULL)
  AND (EXISTS (SELECT 1 FROM mention m WHERE m.account_id = a.id
               AND m.source_id IN (SELECT value FROM json_each(?1)))
       OR EXISTS (SELECT 1 FROM place p WHERE p.account_id = a.id
                  AND p.source_id IN (SELECT value FROM json_each(?1))))
  AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.account_id = a.id
                  AND m.withheld_at IS NULL AND m.deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM place p WHERE p.account_id = a.id AND p.state IN ('here', 'main')
                  AND (p.seen_at >= ?2
                       OR p.source_id NOT IN (SELECT value FROM json_each(?1))))
"""


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
    await _forget_names(store, these, before)
    if done or await setting(store, _MERGING):
        step = begin_merge
        while await store.write(step):
            step = go_on_merging
            await asyncio.sleep(pause)
        await remember(store, _MERGING, "")
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
    await put_setting(connection, _MERGING, "1")
    for statement in _STATEMENTS:
        await connection.fetch(statement, (dumps(ids),))
    return len(ids)


async def _forget_names(store: Store, sources: str, before: Micros) -> None:
    """Take the names off accounts of which nothing is shown any more.

    Not only those of the mentions withheld now: a network names an author again with each count.
    """
    rows = await store.fetch(f"SELECT a.id FROM account a WHERE {_UNSHOWN}", (sources, before))
    ids = [row["id"] for row in rows]
    for start in range(0, len(ids), CHUNK):
        these = dumps(ids[start : start + CHUNK])
        await store.write(partial(_forget_these, these=these, sources=sources, before=before))


async def _forget_these(connection: Connection, these: str, sources: str, before: Micros) -> None:
    # Asked once more under the lock: somebody may just have written again.
    await connection.fetch(
        f"""UPDATE account AS a SET handle = '', name = '', url = '', followers = NULL
            WHERE a.id IN (SELECT value FROM json_each(?3)) AND {_UNSHOWN}""",
        (sources, before, these),
    )


async def _letters(connection: Connection, sources: str, before: Micros) -> None:
    await connection.fetch(
        """DELETE FROM dead_letter
           WHERE source_id IN (SELECT value FROM json_each(?)) AND at < ?""",
        (sources, before),
    )
