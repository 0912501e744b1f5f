"""What placing a batch needs to know of the threads it lands in, one statement a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from listeners.model import DAY, Micros
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.keys import dedupe_key

CROSS_POST_WINDOW = 3 * DAY


async def last_ours(connection: Connection, conversation_ids: Iterable[int]) -> dict[int, Micros]:
    """Return when one of our accounts last wrote in each conversation in which it did."""
    rows = await connection.fetch(
        """SELECT conversation_id AS id, max(sort_at) AS at FROM mention
           WHERE conversation_id IN (SELECT value FROM json_each(?)) AND part = 'ours'
           GROUP BY conversation_id""",
        (dumps(list(conversation_ids)),),
    )
    return {row["id"]: Micros(row["at"]) for row in rows}


async def asking_times(
    connection: Connection, conversation_ids: Iterable[int]
) -> dict[int, list[Micros]]:
    """Return the times of the messages that ask for a reply, by conversation."""
    rows = await connection.fetch(
        """SELECT conversation_id AS id, sort_at AS at FROM mention
           WHERE conversation_id IN (SELECT value FROM json_each(?)) AND asks = 1
             AND deleted_at IS NULL""",
        (dumps(list(conversation_ids)),),
    )
    found: dict[int, list[Micros]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(Micros(row["at"]))
    return dict(found)


async def queued_folds(
    connection: Connection, folds: Iterable[str], now: Micros
) -> set[tuple[str, str]]:
    """Return (handle or author key, fold) of what asks for a reply and said the same lately."""
    rows = await connection.fetch(
        """SELECT iif(a.handle = '', a.key, a.handle) AS handle, m.fold
           FROM mention m JOIN account a ON a.id = m.account_id
           WHERE m.fold IN (SELECT value FROM json_each(?)) AND m.fold != '' AND m.asks = 1
             AND m.sort_at > ?""",
        (dumps(list(folds)), now - CROSS_POST_WINDOW),
    )
    return {(row["handle"], row["fold"]) for row in rows}


async def roles(
    connection: Connection, accounts: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return the roles set for authors, given as (network, author key)."""
    asked = list(dict.fromkeys(accounts))
    rows = await connection.fetch(
        """SELECT w.key AS place, a.role FROM json_each(?) w JOIN account a
               ON a.network = json_extract(w.value, '$[0]')
              AND a.key = json_extract(w.value, '$[1]')
           WHERE a.role != ''""",
        (dumps([[network, storable(key)] for network, key in asked]),),
    )
    return {asked[row["place"]]: row["role"] for row in rows}


async def note_newest(connection: Connection, newest: Mapping[int, int]) -> None:
    """Write down each conversation's newest outside message, by conversation and mention id.

    One that was written before the one known so far changes nothing.
    """
    await connection.many(
        """UPDATE conversation SET last_outside_id = ?
           WHERE id = ? AND (last_outside_id IS NULL
               OR (SELECT sort_at FROM mention WHERE id = ?)
                  >= (SELECT sort_at FROM mention WHERE id = last_outside_id))""",
        [(mention, conversation, mention) for conversation, mention in newest.items()],
    )


async def followed(
    store: Store, network: str, native_ids: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return the brands that know these posts, by native id: as a thread's root, or as stored."""
    asked = list(dict.fromkeys(native_ids))
    if not asked:
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    roots = await store.fetch(
        """SELECT w.key AS place, b.name AS brand
           FROM json_each(?) w CROSS JOIN brand b JOIN conversation c
             ON c.brand_id = b.id AND c.network = ? AND c.root = w.value""",
        (dumps([storable(one) for one in asked]), network),
    )
    posts = await store.fetch(
        """SELECT w.key AS place, b.name AS brand
           FROM json_each(?) w JOIN mention m ON m.network = ? AND m.key = w.value
           JOIN brand b ON b.id = m.brand_id""",
        (dumps([dedupe_key(network, one) for one in asked]), network),
    )
    for row in (*roots, *posts):
        found[asked[row["place"]]].add(row["brand"])
    return {native_id: frozenset(brands) for native_id, brands in found.items()}
