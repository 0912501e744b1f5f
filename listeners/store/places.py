"""Places: where a mention stands besides where it was heard first, and how others are found there.

A cross-post or the same article in another feed is a row of ``place``, not a mention of its own.
When the mention's own place goes, another takes over: number, words and conversation stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from listeners.model import Engagement, Micros, Part
from listeners.store.codec import dumps, storable, whole
from listeners.store.connection import Connection, Row
from listeners.store.ingest import known_of_ids
from listeners.store.keys import dedupe_key
from listeners.store.mention_rows import uncounted
from listeners.store.records import KnownMention, MentionKey
from listeners.store.rollups import bump_rollups

PostKey = tuple[str, str]
"""A post: its network and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A post that is told with a mention. ``root`` is that of the thread it has at its place."""

    mention_id: int
    brand_id: int
    network: str
    native_id: str
    root: str
    source_id: int
    account_id: int
    url: str
    at: Micros
    seen_at: Micros
    engagement: Engagement
    fold: str


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place that is stored."""

    mention_id: int
    conversation_id: int | None
    part: Part
    source_id: int
    root: str
    fold: str
    state: str


async def add_places(connection: Connection, places: Iterable[NewPlace]) -> None:
    """Write places down; one heard again is counted anew and stands there."""
    await connection.many(
        """INSERT INTO place (mention_id, brand_id, network, key, native_id, root, source_id,
                              account_id, url, at, seen_at, likes, shares, replies, fold)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (network, key, brand_id, source_id) DO UPDATE SET
               likes = coalesce(excluded.likes, likes), shares = coalesce(excluded.shares, shares),
               replies = coalesce(excluded.replies, replies), url = excluded.url,
               fold = excluded.fold, state = iif(state = 'main', 'main', 'here')""",
        [
            (
                one.mention_id,
                one.brand_id,
                one.network,
                dedupe_key(one.network, one.native_id),
                storable(one.native_id),
                storable(one.root),
                one.source_id,
                one.account_id,
                storable(one.url),
                one.at,
                one.seen_at,
                whole(one.engagement.likes),
                whole(one.engagement.shares),
                whole(one.engagement.replies),
                one.fold,
            )
            for one in places
        ],
    )


async def add_articles(
    connection: Connection, articles: Iterable[tuple[int, str, int, Micros]]
) -> None:
    """Write down by what articles are recognised, as (brand, key, mention, written at)."""
    await connection.many(
        "INSERT OR IGNORE INTO article (brand_id, key, mention_id, at) VALUES (?, ?, ?, ?)",
        list(articles),
    )


async def known_places(
    connection: Connection, keys: Iterable[MentionKey]
) -> dict[MentionKey, list[KnownPlace]]:
    """Return those of these posts that are told with another mention."""
    asked = [[network, key, brand] for brand, network, key in keys]
    rows = await connection.fetch(
        """SELECT p.brand_id, p.network, p.key, p.mention_id, m.conversation_id, m.part,
                  p.source_id, p.root, p.fold, p.state
           FROM json_each(?) w JOIN place p ON p.network = json_extract(w.value, '$[0]')
            AND p.key = json_extract(w.value, '$[1]') AND p.brand_id = json_extract(w.value, '$[2]')
           JOIN mention m ON m.id = p.mention_id""",
        (dumps(asked),),
    )
    found: dict[MentionKey, list[KnownPlace]] = defaultdict(list)
    for row in rows:
        found[row["brand_id"], row["network"], row["key"]].append(
            KnownPlace(
                row["mention_id"],
                row["conversation_id"],
                Part(row["part"]),
                row["source_id"],
                row["root"],
                row["fold"],
                row["state"],
            )
        )
    return found


async def conversations_of_roots(
    connection: Connection, roots: Iterable[tuple[int, str, str]]
) -> dict[tuple[int, str, str], tuple[int, frozenset[str]]]:
    """Return the conversations in which threads elsewhere are told, by (brand, network, root).

    Each with the keys of whoever opened it, at all its places.
    """
    asked = list(roots)
    rows = await connection.fetch(
        """SELECT w.key AS place, m.conversation_id AS id, a.key AS opener
           FROM json_each(?) w JOIN place p ON p.network = json_extract(w.value, '$[1]')
            AND p.root = json_extract(w.value, '$[2]')
            AND p.brand_id = json_extract(w.value, '$[0]')
           JOIN mention m ON m.id = p.mention_id LEFT JOIN account a ON a.id = p.account_id
           WHERE m.conversation_id IS NOT NULL ORDER BY m.id DESC""",
        (dumps([[brand, network, storable(root)] for brand, network, root in asked]),),
    )
    found: dict[tuple[int, str, str], tuple[int, frozenset[str]]] = {}
    for row in rows:
        root = asked[row["place"]]
        openers = found[root][1] if root in found else frozenset()
        found[root] = (row["id"], openers | ({row["opener"]} if row["opener"] else set()))
    return found


async def leave(connection: Connection, keys: Iterable[MentionKey]) -> None:
    """Say that these posts are no longer the same as their mentions: they are ones themselves."""
    await connection.many(
        "UPDATE place SET state = 'changed' WHERE network = ? AND key = ? AND brand_id = ?",
        [(network, key, brand) for brand, network, key in keys],
    )


async def gone(connection: Connection, posts: Iterable[PostKey]) -> None:
    """Say that these posts, given as (network, key), no longer stand where they stood."""
    await connection.many(
        """UPDATE place SET state = 'gone'
           WHERE network = ? AND key = ? AND state IN ('here', 'main')""",
        list(posts),
    )


async def author_gone(connection: Connection, network: str, author_key: str) -> None:
    """Say that nothing of an author stands anywhere any more."""
    await connection.fetch(
        """UPDATE place SET state = 'gone' WHERE state IN ('here', 'main') AND account_id =
               (SELECT id FROM account WHERE network = ? AND key = ?)""",
        (network, storable(author_key)),
    )


async def take_over(connection: Connection, known: Iterable[KnownMention]) -> list[KnownMention]:
    """Let another place take over for mentions whose own is gone; return those without another.

    The place heard first is next. The mention keeps its number, words, time and conversation; it
    counts for the network where it stands now.
    """
    left: list[KnownMention] = []
    for one in known:
        rows = await connection.fetch(
            """SELECT * FROM place WHERE mention_id = ? AND state = 'here'
                   AND NOT (network = ? AND key = ?)
                   AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.network = place.network
                       AND m.key = place.key AND m.brand_id = place.brand_id)
               ORDER BY seen_at, network, key LIMIT 1""",
            (one.id, one.network, one.key),
        )
        if one.deleted_at is not None or not rows:
            left.append(one)
            continue
        await _move(connection, one, rows[0])
    return left


async def _move(connection: Connection, one: KnownMention, there: Row) -> None:
    await connection.fetch(
        """INSERT INTO place (mention_id, brand_id, network, key, native_id, root, source_id,
                              account_id, url, at, seen_at, likes, shares, replies, fold, state)
           SELECT m.id, m.brand_id, m.network, m.key, m.native_id,
                  coalesce((SELECT c.root FROM conversation c WHERE c.id = m.conversation_id
                            AND c.network = m.network), m.native_id),
                  m.source_id, m.account_id, m.url, m.sort_at, m.seen_at, m.likes, m.shares,
                  m.replies, m.fold, 'gone' FROM mention m WHERE m.id = ?
           ON CONFLICT (network, key, brand_id, source_id) DO UPDATE SET state = 'gone'""",
        (one.id,),
    )
    await connection.fetch(
        """UPDATE mention SET network = ?, key = ?, native_id = ?, source_id = ?,
               account_id = coalesce(?, account_id), url = ?, likes = ?, shares = ?, replies = ?,
               parent_id = NULL, root_id = NULL, raw = NULL WHERE id = ?""",
        (
            there["network"],
            there["key"],
            there["native_id"],
            there["source_id"],
            there["account_id"],
            there["url"],
            there["likes"],
            there["shares"],
            there["replies"],
            one.id,
        ),
    )
    await connection.fetch(
        """UPDATE place SET state = 'main'
           WHERE network = ? AND key = ? AND brand_id = ? AND state = 'here'""",
        (there["network"], there["key"], one.brand_id),
    )
    (moved,) = await known_of_ids(connection, [one.id])
    out = uncounted(one)
    await bump_rollups(connection, [out, replace(uncounted(moved), sign=1)])


async def forget_places(connection: Connection, mention_ids: Iterable[int]) -> None:
    """Delete the places of mentions that are deleted for good."""
    these = dumps(list(mention_ids))
    for table in ("place", "article"):
        await connection.fetch(
            f"DELETE FROM {table} WHERE mention_id IN (SELECT value FROM json_each(?))", (these,)
        )


async def threads_elsewhere(
    connection: Connection, source_id: int, read_before: Micros, now: Micros, limit: int
) -> list[str]:
    """Return posts heard by a source that open conversations are told of elsewhere, as being read.

    Their threads were not read since ``read_before``; they are marked as read now.
    """
    rows = await connection.fetch(
        # From the open conversations, since of most places the conversation was closed long ago.
        """SELECT p.network, p.key, p.brand_id, p.source_id, p.native_id
           FROM brand b
           CROSS JOIN conversation c ON c.brand_id = b.id AND c.state = 'open' AND c.in_queue = 1
                AND c.merged_into IS NULL
           CROSS JOIN mention m ON m.conversation_id = c.id
           CROSS JOIN place p ON p.mention_id = m.id
           WHERE p.source_id = ? AND p.state = 'here' AND coalesce(p.read_at, 0) < ?
           ORDER BY p.read_at, p.seen_at LIMIT ?""",
        (source_id, read_before, limit),
    )
    await connection.many(
        """UPDATE place SET read_at = ?
           WHERE network = ? AND key = ? AND brand_id = ? AND source_id = ?""",
        [(now, *tuple(row)[:4]) for row in rows],
    )
    return [row["native_id"] for row in rows]
