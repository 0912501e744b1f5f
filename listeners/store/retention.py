"""Forgetting what is older than the user keeps; who asked to be forgotten: ``forgetting``.

Deleting touches every index and the full text, 42 µs a row and more, so it goes in chunks of 50
with pauses between them: nobody waits for the lock longer than a few milliseconds. Counts stay
when old mentions go; they are about nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from listeners.model import DAY, Micros
from listeners.store.codec import dumps
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.fulltext import begin_merge, go_on_merging, unindex_text
from listeners.store.places import forget_places
from listeners.store.settings import put_setting, setting

CHUNK = 50
PAUSE_SECONDS = 0.05
MINUTES_KEPT = 29 * DAY
"""Counts by minute are kept as long as a detector looks back; those by hour for ever."""
GRAVES_KEPT = 30 * DAY
"""A deletion heard before its post is remembered this long; a forgotten person for ever."""

_MERGING = "retention.merging"
"""Set while the full-text index still holds deleted words: a process may end before it is done."""

_Place = tuple[int, int]

_CLOSED = """
(m.conversation_id IS NULL OR EXISTS (
    SELECT 1 FROM conversation c WHERE c.id = m.conversation_id
      AND (c.state IN ('resolved', 'ignored') OR (c.state = 'open' AND c.in_queue = 0))))
"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted."""

    mentions: int
    conversations: int


async def forget_old(
    store: Store,
    before: Micros,
    now: Micros,
    *,
    sources: Iterable[int] | None = None,
    pause: float = PAUSE_SECONDS,
) -> Forgotten:
    """Delete mentions from before then, unless their conversation is not closed.

    With them go their edits, the conversations and accounts nothing is left of, old dead letters
    and counts by minute. ``sources`` are those that brought them, all by default. ``pause`` is in
    seconds, after each chunk. At the end the full-text index holds none of the words.
    """
    if sources is None:
        sources = [row["id"] for row in await store.fetch("SELECT id FROM source")]
    these = dumps(list(sources))
    mentions = conversations = 0
    for row in await store.fetch("SELECT id FROM brand"):
        place: _Place | None = (0, 0)
        while place is not None:
            deleted, closed, place = await store.write(
                partial(_forget_chunk, brand=row["id"], sources=these, before=before, after=place)
            )
            mentions += deleted
            conversations += closed
            await asyncio.sleep(pause)
    await store.write(lambda c: _forget_leftovers(c, these, before, now))
    if mentions or await setting(store, _MERGING):
        await merge_all(store, pause)
    return Forgotten(mentions, conversations)


async def merge_all(store: Store, pause: float = PAUSE_SECONDS) -> None:
    """Merge the full-text index, in short steps, until nothing deleted is left in it."""
    step = begin_merge
    while await store.write(step):
        step = go_on_merging
        await asyncio.sleep(pause)
    await store.write(lambda c: put_setting(c, _MERGING, ""))


async def _forget_chunk(
    connection: Connection, brand: int, sources: str, before: Micros, after: _Place
) -> tuple[int, int, _Place | None]:
    """Delete the next chunk of a brand and return (mentions, conversations, where to go on)."""
    seen = await connection.fetch(
        f"""SELECT m.id, m.sort_at, {_CLOSED} AS closed FROM mention m
            WHERE m.brand_id = ? AND m.sort_at < ? AND (m.sort_at, m.id) > (?, ?)
              AND m.source_id IN (SELECT value FROM json_each(?))
            ORDER BY m.sort_at, m.id LIMIT {CHUNK}""",
        (brand, before, *after, sources),
    )
    ids = [row["id"] for row in seen if row["closed"]]
    conversations = await delete_mentions(connection, ids)
    if ids:
        await put_setting(connection, _MERGING, "1")
    last = (seen[-1]["sort_at"], seen[-1]["id"]) if len(seen) == CHUNK else None
    return len(ids), conversations, last


async def delete_mentions(connection: Connection, ids: list[int]) -> int:
    """Delete mentions for good, and what only they held; return how many conversations went too."""
    if not ids:
        return 0
    these = dumps(ids)
    rows = await connection.fetch(
        """SELECT id, conversation_id, account_id FROM mention
           WHERE id IN (SELECT value FROM json_each(?))""",
        (these,),
    )
    await _never_again(connection, rows)
    await unindex_text(connection, ids)
    await forget_places(connection, ids)
    for table, column in (
        ("edit", "mention_id"),
        ("correction", "mention_id"),
        ("alert_mention", "mention_id"),
        ("mention", "id"),
    ):
        await connection.fetch(
            f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (these,)
        )
    empty = await _delete_empty(
        connection, {row["conversation_id"] for row in rows if row["conversation_id"]}
    )
    await _delete_strangers(connection, {row["account_id"] for row in rows})
    return empty


async def _never_again(connection: Connection, rows: list[Row]) -> None:
    """Remember the highest id that was ever used: events and screens may still name it."""
    (top,) = await connection.fetch("SELECT max(id) AS highest FROM mention")
    if any(row["id"] == top["highest"] for row in rows):
        await put_setting(connection, "mention.highest", str(top["highest"]))


async def _delete_empty(connection: Connection, ids: set[int]) -> int:
    """Delete those of these conversations that hold no mention, with what we wrote to them."""
    gone = await connection.fetch(
        """SELECT c.id FROM conversation c
           WHERE c.id IN (SELECT value FROM json_each(?))
             AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.conversation_id = c.id)
             AND NOT EXISTS (SELECT 1 FROM conversation k WHERE k.merged_into = c.id)
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.conversation_id = c.id
                             AND o.state IN ('sending', 'unknown'))""",
        (dumps(list(ids)),),
    )
    these = dumps([row["id"] for row in gone])
    for sql in (
        "UPDATE conversation SET linked_to = NULL WHERE linked_to IN ({ids})",
        "DELETE FROM conversation_tag WHERE conversation_id IN ({ids})",
        "DELETE FROM draft WHERE conversation_id IN ({ids})",
        "DELETE FROM outbox WHERE conversation_id IN ({ids})",
        """DELETE FROM note_mention WHERE note_id IN (SELECT id FROM note
           WHERE subject_kind = 'conversation' AND subject_id IN ({ids}))""",
        "DELETE FROM note WHERE subject_kind = 'conversation' AND subject_id IN ({ids})",
        """UPDATE event SET before = '{{}}', after = '{{}}'
           WHERE subject_kind = 'conversation' AND subject_id IN ({ids})""",
        "DELETE FROM conversation WHERE id IN ({ids})",
    ):
        if gone:
            await connection.fetch(sql.format(ids="SELECT value FROM json_each(?)"), (these,))
    return len(gone)


async def _delete_strangers(connection: Connection, ids: set[int]) -> None:
    """Delete those of these accounts that nothing refers to, with persons nobody wrote about."""
    gone = await connection.fetch(
        """DELETE FROM account WHERE id IN (SELECT value FROM json_each(?))
             AND ours = 0 AND role = ''
             AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.account_id = account.id)
             AND NOT EXISTS (SELECT 1 FROM place p WHERE p.account_id = account.id)
             AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.opener_id = account.id)
             AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = account.person_id AND (
                 p.name != '' OR p.role != '' OR p.outlet != '' OR p.beat != ''
                 OR EXISTS (SELECT 1 FROM contact t WHERE t.person_id = p.id)
                 OR EXISTS (SELECT 1 FROM person_tag t WHERE t.person_id = p.id)
                 OR EXISTS (SELECT 1 FROM person o WHERE o.merged_into = p.id)
                 OR EXISTS (SELECT 1 FROM note n
                            WHERE n.subject_kind = 'person' AND n.subject_id = p.id)))
           RETURNING person_id""",
        (dumps(list(ids)),),
    )
    # The highest number stays: the log may name it, and nobody else may get it.
    await connection.fetch(
        """DELETE FROM person WHERE id IN (SELECT value FROM json_each(?))
             AND id < (SELECT max(id) FROM person)
             AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_id = person.id)""",
        (dumps([row["person_id"] for row in gone]),),
    )


async def _forget_leftovers(
    connection: Connection, sources: str, before: Micros, now: Micros
) -> None:
    await connection.fetch(
        """DELETE FROM dead_letter
           WHERE at < ? AND source_id IN (SELECT value FROM json_each(?))""",
        (before, sources),
    )
    await connection.fetch(
        "DELETE FROM tombstone WHERE kind = 'post' AND at < ?", (now - GRAVES_KEPT,)
    )
    await connection.fetch("DELETE FROM rollup_minute WHERE start < ?", (now - MINUTES_KEPT,))
