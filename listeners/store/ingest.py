"""What the pipeline does inside one write: each function is one statement, or a few, a batch.

``insert_mentions``, ``edit_mentions`` and ``delete_mentions`` keep four things in step by
themselves: the mention, the full-text index, the rollups and the log of edits. So the pipeline
cannot forget one. The order inside one write: ``buried`` and ``known_mentions`` to see what is
new, ``upsert_accounts``, ``conversations_for``, ``insert_mentions``, ``save_conversations``, and
``advance_source`` with the cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.model import BadRecord, Engagement, Gap, Micros
from listeners.store.accounts import upsert_accounts
from listeners.store.codec import dumps, from_sentence, storable, whole
from listeners.store.connection import Connection
from listeners.store.conversation_rows import conversations_for, save_conversations
from listeners.store.corrections import kept
from listeners.store.fulltext import index_new_text, index_text, unindex_text
from listeners.store.graves import buried, tombstones
from listeners.store.mention_rows import (
    INSERT,
    KNOWN,
    UPDATE,
    columns,
    counted,
    edited_columns,
    known_of,
    recounted,
    uncounted,
)
from listeners.store.records import (
    Counts,
    Edit,
    KnownMention,
    MentionKey,
    NewMention,
    SeenAccount,
)
from listeners.store.rollups import bump_rollups

__all__ = [
    "Counts",
    "Edit",
    "KnownMention",
    "NewMention",
    "SeenAccount",
    "add_gap",
    "advance_source",
    "buried",
    "bury",
    "conversations_for",
    "delete_mentions",
    "edit_mentions",
    "insert_mentions",
    "known_mentions",
    "known_of_ids",
    "mentions_of_account",
    "mentions_of_posts",
    "save_conversations",
    "tombstones",
    "update_engagement",
    "upsert_accounts",
]


async def known_mentions(
    connection: Connection, keys: Iterable[MentionKey]
) -> dict[MentionKey, KnownMention]:
    """Return those of ``keys`` that are stored already, deleted ones included."""
    wanted = dumps([[network, key, brand] for brand, network, key in keys])
    rows = await connection.fetch(
        f"""WITH wanted AS MATERIALIZED (
                SELECT json_extract(value, '$[0]') AS network, json_extract(value, '$[1]') AS key,
                       json_extract(value, '$[2]') AS brand_id FROM json_each(?))
            {KNOWN} JOIN wanted w
              ON m.network = w.network AND m.key = w.key AND m.brand_id = w.brand_id""",
        (wanted,),
    )
    return {(row["brand_id"], row["network"], row["key"]): known_of(row) for row in rows}


async def mentions_of_posts(
    connection: Connection, posts: Iterable[tuple[str, str]]
) -> list[KnownMention]:
    """Return every brand's mention of these posts, given as (network, key)."""
    rows = await connection.fetch(
        f"""WITH wanted AS MATERIALIZED (
                SELECT json_extract(value, '$[0]') AS network,
                       json_extract(value, '$[1]') AS key FROM json_each(?))
            {KNOWN} JOIN wanted w ON m.network = w.network AND m.key = w.key""",
        (dumps([list(post) for post in posts]),),
    )
    return [known_of(row) for row in rows]


async def mentions_of_account(
    connection: Connection, network: str, author_key: str
) -> list[KnownMention]:
    """Return every mention of one author that is not deleted."""
    rows = await connection.fetch(
        f"""{KNOWN} WHERE m.deleted_at IS NULL
            AND m.account_id = (SELECT id FROM account WHERE network = ? AND key = ?)""",
        (network, storable(author_key)),
    )
    return [known_of(row) for row in rows]


async def known_of_ids(connection: Connection, ids: Iterable[int]) -> list[KnownMention]:
    """Return mentions by id."""
    rows = await connection.fetch(
        f"{KNOWN} WHERE m.id IN (SELECT value FROM json_each(?))", (dumps(list(ids)),)
    )
    return [known_of(row) for row in rows]


async def insert_mentions(connection: Connection, mentions: Sequence[NewMention]) -> list[int]:
    """Store mentions none of which is known yet, and return their ids, in order.

    Raises:
        sqlite3.IntegrityError: one of them is stored already, or twice in the batch.
    """
    if not mentions:
        return []
    # The ids are chosen here: executemany gives none back, and reading them back costs more.
    # The write lock is held, so nobody else can choose the same ones.
    (row,) = await connection.fetch(
        """SELECT max(coalesce((SELECT max(id) FROM mention), 0), coalesce(
               (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'mention.highest'), 0))
           AS highest"""
    )
    first = row["highest"] + 1
    ids = list(range(first, first + len(mentions)))
    await connection.many(
        INSERT, [(id_, *columns(one)) for id_, one in zip(ids, mentions, strict=True)]
    )
    await index_new_text(connection, ids[0], ids[-1])
    await bump_rollups(connection, [counted(one) for one in mentions])
    return ids


async def edit_mentions(connection: Connection, edits: Sequence[Edit]) -> None:
    """Store what mentions say now, keep what they said before, and count them anew.

    Their place in time and in a conversation stays. A score alone may have changed: the log of
    edits then gets no line.
    """
    edits = await kept(connection, [edit for edit in edits if edit.known.deleted_at is None])
    if not edits:
        return
    retold = [edit for edit in edits if edit.known.text != edit.now.text]
    await connection.many(
        "INSERT INTO edit (mention_id, at, text) VALUES (?, ?, ?)",
        [(edit.known.id, edit.at, edit.known.text) for edit in retold],
    )
    ids = [edit.known.id for edit in edits]
    await unindex_text(connection, ids)
    await connection.many(UPDATE, [edited_columns(edit) for edit in edits])
    await index_text(connection, ids)
    await bump_rollups(
        connection,
        [count for edit in edits for count in (uncounted(edit.known), recounted(edit))],
    )


async def update_engagement(
    connection: Connection, counts: Iterable[tuple[int, Engagement]]
) -> None:
    """Store new counts of likes, shares and replies by mention id; unknown ones stay."""
    await connection.many(
        """UPDATE mention SET likes = coalesce(?, likes), shares = coalesce(?, shares),
               replies = coalesce(?, replies) WHERE id = ?""",
        [(whole(e.likes), whole(e.shares), whole(e.replies), id_) for id_, e in counts],
    )


async def delete_mentions(
    connection: Connection, known: Iterable[KnownMention], now: Micros
) -> None:
    """Blank mentions that are gone at their source: their row stays, their words do not."""
    known = [one for one in known if one.deleted_at is None]
    if not known:
        return
    ids = [one.id for one in known]
    await unindex_text(connection, ids)
    await connection.many(
        """UPDATE mention SET deleted_at = ?, title = '', text = '', raw_text = NULL, raw = NULL,
               links = '[]', tags = '[]', risk = '[]', reasons = '[]', fold = '' WHERE id = ?""",
        [(now, id_) for id_ in ids],
    )
    await index_text(connection, ids)
    await connection.fetch(
        "DELETE FROM edit WHERE mention_id IN (SELECT value FROM json_each(?))", (dumps(ids),)
    )
    # A conversation has its first post's title: it goes with the last post that says it.
    await connection.fetch(
        """UPDATE conversation SET title = '' WHERE title != '' AND id IN (
               SELECT conversation_id FROM mention WHERE id IN (SELECT value FROM json_each(?)))
             AND NOT EXISTS (SELECT 1 FROM mention k WHERE k.conversation_id = conversation.id
                             AND k.title = conversation.title)""",
        (dumps(ids),),
    )
    await bump_rollups(connection, [uncounted(one) for one in known])


async def advance_source(
    connection: Connection, source_id: int, cursor: str | None, counts: Counts, lag: float
) -> None:
    """Move a source's cursor (unless ``None``) and counters, in the write of its batch."""
    await connection.fetch(
        """UPDATE source SET cursor = coalesce(?, cursor), lag = ?, fetched = fetched + ?,
               new = new + ?, updated = updated + ?, deleted = deleted + ?, bad = bad + ?
           WHERE id = ?""",
        (
            cursor,
            lag,
            counts.fetched,
            counts.new,
            counts.updated,
            counts.deleted,
            counts.bad,
            source_id,
        ),
    )


async def bury(
    connection: Connection, source_id: int, bad: Iterable[BadRecord], now: Micros
) -> None:
    """Keep records that could not be read, with the reason, as dead letters."""
    await connection.many(
        "INSERT INTO dead_letter (source_id, at, reason, record) VALUES (?, ?, ?, ?)",
        [(source_id, now, from_sentence(one.reason), storable(one.record)) for one in bad],
    )


async def add_gap(connection: Connection, source_id: int, gap: Gap, now: Micros) -> None:
    """Record a stretch of time in which posts may have been missed.

    One that is open for the same reason from the same time on is made longer: a source that tries
    again and again has one gap, not one a try.
    """
    reason = from_sentence(gap.reason)
    longer = await connection.fetch(
        """UPDATE gap SET to_at = max(to_at, ?), seen_at = ?
           WHERE source_id = ? AND filled_at IS NULL AND from_at IS ? AND reason = ?
           RETURNING id""",
        (gap.to_at, now, source_id, gap.from_at, reason),
    )
    if longer:
        return
    await connection.fetch(
        "INSERT INTO gap (source_id, from_at, to_at, reason, seen_at) VALUES (?, ?, ?, ?, ?)",
        (source_id, gap.from_at, gap.to_at, reason, now),
    )
