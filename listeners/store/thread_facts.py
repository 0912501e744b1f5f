"""What placing a batch needs to know of the threads it lands in, one statement a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from listeners.model import DAY, Author, Micros
from listeners.people.links import lowered
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.keys import dedupe_key
from listeners.store.records import RootKey

CROSS_POST_WINDOW = 3 * DAY


_FAMILY = """
WITH RECURSIVE family(head, id) AS MATERIALIZED (
    SELECT value, value FROM json_each(?)
    UNION SELECT f.head, c.id FROM family f JOIN conversation c ON c.merged_into = f.id)
"""
"""Conversations with all that was merged into them, ``head`` the one asked for."""


async def last_ours(connection: Connection, conversation_ids: Iterable[int]) -> dict[int, Micros]:
    """Return when one of our accounts last wrote in each conversation in which it did.

    What an account of ours writes that is a program's does not count as an answer.
    """
    rows = await connection.fetch(
        f"""{_FAMILY} SELECT f.head AS id, max(m.sort_at) AS at
            FROM family f JOIN mention m ON m.conversation_id = f.id
            JOIN account a ON a.id = m.account_id
            WHERE m.part = 'ours' AND a.automated = 0 GROUP BY f.head""",
        (dumps(list(conversation_ids)),),
    )
    return {row["id"]: Micros(row["at"]) for row in rows}


async def asking_times(
    connection: Connection, conversation_ids: Iterable[int], ours: Mapping[int, Micros]
) -> dict[int, list[Micros]]:
    """Return the times of the messages that ask for a reply, by conversation.

    ``ours`` is when we last wrote in each. What was edited after that asks since its edit.
    """
    rows = await connection.fetch(
        f"""{_FAMILY} SELECT f.head AS id, m.sort_at AS at, m.edited_at
            FROM family f JOIN mention m ON m.conversation_id = f.id
            WHERE m.asks = 1 AND m.deleted_at IS NULL""",
        (dumps(list(conversation_ids)),),
    )
    found: dict[int, list[Micros]] = defaultdict(list)
    for row in rows:
        at, edited = row["at"], row["edited_at"] or 0
        again = at <= ours.get(row["id"], Micros(0)) < edited
        found[row["id"]].append(Micros(edited if again else at))
    return dict(found)


async def unanswered_times(
    connection: Connection, conversation_ids: Iterable[int]
) -> dict[int, list[Micros]]:
    """Return the times of the asking messages that nothing in their own thread answers.

    A thread that was merged into another keeps its own answers: what we wrote there before the
    merger answered nobody else. What was edited after we last wrote asks since its edit.
    """
    rows = await connection.fetch(
        f"""{_FAMILY} SELECT f.head AS id, m.sort_at AS at, m.edited_at,
                   (SELECT max(o.sort_at) FROM mention o JOIN account a ON a.id = o.account_id
                    WHERE o.conversation_id = f.id AND o.part = 'ours' AND a.automated = 0)
                   AS ours
            FROM family f JOIN mention m ON m.conversation_id = f.id
            WHERE m.asks = 1 AND m.deleted_at IS NULL""",
        (dumps(list(conversation_ids)),),
    )
    found: dict[int, list[Micros]] = defaultdict(list)
    for row in rows:
        asked = (row["at"], row["edited_at"] or 0)
        unanswered = [at for at in asked if at > (row["ours"] or 0)]
        if unanswered:
            found[row["id"]].append(Micros(min(unanswered)))
    return dict(found)


async def other_openers(
    connection: Connection, conversation_ids: Iterable[int]
) -> dict[int, frozenset[str]]:
    """Return who began what was merged into each conversation, by author key."""
    rows = await connection.fetch(
        f"""{_FAMILY} SELECT f.head AS id, a.key FROM family f JOIN conversation c ON c.id = f.id
            JOIN account a ON a.id = c.opener_id WHERE f.id != f.head""",
        (dumps(list(conversation_ids)),),
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        found[row["id"]].add(row["key"])
    return {id_: frozenset(keys) for id_, keys in found.items()}


async def opened_by_us(connection: Connection, conversation_ids: Iterable[int]) -> set[int]:
    """Return those of the conversations that an account of ours began."""
    rows = await connection.fetch(
        """SELECT c.id FROM conversation c JOIN account a ON a.id = c.opener_id
           WHERE c.id IN (SELECT value FROM json_each(?)) AND a.ours = 1""",
        (dumps(list(conversation_ids)),),
    )
    return {row["id"] for row in rows}


async def homes(connection: Connection, roots: Iterable[RootKey]) -> dict[RootKey, tuple[int, int]]:
    """Return, for each root whose conversation was merged, that one's id and where it is shown.

    A message of such a thread stays with its own conversation, so that it can be split off again.
    """
    asked = list(dict.fromkeys(roots))
    rows = await connection.fetch(
        """SELECT w.key AS place, (SELECT n.id FROM conversation n JOIN brand b
                   ON b.id = n.brand_id AND b.name = json_extract(w.value, '$[0]')
               WHERE n.network = json_extract(w.value, '$[1]')
                 AND n.root = json_extract(w.value, '$[2]')
               ORDER BY n.generation DESC LIMIT 1) AS id
           FROM json_each(?) w""",
        (dumps([[brand, network, storable(root)] for brand, network, root in asked]),),
    )
    own = {asked[row["place"]]: row["id"] for row in rows if row["id"] is not None}
    shown = await heads(connection, own.values())
    return {root: (id_, shown[id_]) for root, id_ in own.items() if shown.get(id_, id_) != id_}


async def heads(connection: Connection, conversation_ids: Iterable[int]) -> dict[int, int]:
    """Return the conversation in which each of these is shown: itself, or what it went into."""
    rows = await connection.fetch(
        """WITH RECURSIVE up(id, head) AS (
               SELECT value, value FROM json_each(?)
               UNION SELECT up.id, c.merged_into FROM up JOIN conversation c ON c.id = up.head
               WHERE c.merged_into IS NOT NULL)
           SELECT up.id, up.head FROM up JOIN conversation c ON c.id = up.head
           WHERE c.merged_into IS NULL""",
        (dumps(list(conversation_ids)),),
    )
    return {row["id"]: row["head"] for row in rows}


async def queued_folds(
    connection: Connection, folds: Iterable[str], now: Micros
) -> set[tuple[str, str]]:
    """Return (handle or author key, fold) of what waits for a reply and said the same lately.

    What was answered or closed since is no longer queued: said again, it asks again.
    """
    rows = await connection.fetch(
        """SELECT iif(a.handle = '', a.key, a.handle) AS handle, m.fold
           FROM mention m JOIN account a ON a.id = m.account_id
           JOIN conversation c ON c.id = m.conversation_id
           LEFT JOIN conversation k ON k.id = c.merged_into
           WHERE m.fold IN (SELECT value FROM json_each(?)) AND m.fold != '' AND m.asks = 1
             AND m.sort_at > ? AND m.deleted_at IS NULL
             AND coalesce(k.state, c.state) IN ('open', 'snoozed')
             AND iif(k.id IS NULL, c.waiting_since, k.waiting_since) <= m.sort_at""",
        (dumps(list(folds)), now - CROSS_POST_WINDOW),
    )
    return {(row["handle"], row["fold"]) for row in rows}


async def roles(
    connection: Connection, authors: Iterable[tuple[str, Author]]
) -> dict[tuple[str, str], str]:
    """Return the roles set for authors by (network, author key), given with their networks.

    That of the person comes before that of the account. An author never heard before has the role
    of whoever is known by their handle.
    """
    asked = {(network, author.key): lowered(author.handle) for network, author in authors}
    rows = await connection.fetch(
        """SELECT w.key AS place, CASE WHEN a.id IS NULL THEN (
                   SELECT p.role FROM contact c JOIN person p ON p.id = c.person_id
                   WHERE c.kind = 'handle' AND c.network = json_extract(w.value, '$[0]')
                     AND c.value = json_extract(w.value, '$[2]') AND p.removed = 0 LIMIT 1)
               ELSE coalesce(nullif(p.role, ''), a.role) END AS role
           FROM json_each(?) w LEFT JOIN account a ON a.network = json_extract(w.value, '$[0]')
              AND a.key = json_extract(w.value, '$[1]')
           LEFT JOIN person p ON p.id = a.person_id""",
        (
            dumps(
                [
                    [network, storable(key), storable(handle)]
                    for (network, key), handle in asked.items()
                ]
            ),
        ),
    )
    found = list(asked)
    return {found[row["place"]]: row["role"] for row in rows if row["role"]}


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
    """Return the brands that know these posts, by native id.

    As a thread's root, as stored, or as the place of a mention that stands elsewhere too.
    """
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
    elsewhere = await store.fetch(
        """SELECT w.key AS place, b.name AS brand
           FROM json_each(?) w JOIN place p ON p.network = ?
            AND (p.key = json_extract(w.value, '$[0]') OR p.root = json_extract(w.value, '$[1]'))
           JOIN brand b ON b.id = p.brand_id""",
        (dumps([[dedupe_key(network, one), storable(one)] for one in asked]), network),
    )
    for row in (*roots, *posts, *elsewhere):
        found[asked[row["place"]]].add(row["brand"])
    return {native_id: frozenset(brands) for native_id, brands in found.items()}
