"""The outbox: every reply sent from here, written down before the network is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listeners.model import MINUTE, Micros, SafeText, Sentence
from listeners.store.codec import dumps, from_sentence, micros, storable, to_sentence
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

SENDING = "sending"
SENT = "sent"
REFUSED = "refused"
UNKNOWN = "unknown"
BY_HAND = "by hand"
DELETED = "deleted"
STATES = (SENDING, SENT, REFUSED, UNKNOWN, BY_HAND, DELETED)

AROUND = 1_000
"""How many replies before another one may be taken for it."""
LATELY = 10 * MINUTE
"""Within this time a colleague's reply is worth a second look before sending one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One reply on its way, or what became of it. ``to`` names the person it answers.

    ``key`` is the network's idempotency key, the same for every attempt; ``instance`` the process
    that sends it; ``detail`` says what happened where the state alone does not.
    """

    id: int
    conversation: int
    source: str
    network: str
    in_reply_to: str
    root: str
    text: SafeText
    lang: str
    key: str
    state: str
    native_id: str
    url: str
    detail: Sentence | None
    author: SafeText
    to: SafeText
    created_at: Micros
    tried_at: Micros | None
    sent_at: Micros | None
    attempts: int
    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReply:
    """A reply that is about to be sent, or was sent by hand."""

    conversation: int
    source: str = ""
    network: str
    in_reply_to: str = ""
    root: str = ""
    text: str
    lang: str = ""
    key: str
    state: str
    author: str
    instance: str = ""
    sent_at: Micros | None = None


_SELECT = """
SELECT o.*, coalesce(
    (WITH RECURSIVE family(id) AS (
         SELECT o.conversation_id
         UNION SELECT c.id FROM family JOIN conversation c ON c.merged_into = family.id)
     SELECT coalesce(nullif(a.handle, ''), a.name) FROM family
         JOIN mention m ON m.conversation_id = family.id JOIN account a ON a.id = m.account_id
     WHERE m.native_id = o.in_reply_to LIMIT 1),
    (SELECT coalesce(nullif(a.handle, ''), a.name) FROM conversation c JOIN account a
         ON a.id = c.opener_id WHERE c.id = o.conversation_id), '') AS to_name
FROM outbox o
"""


async def outbox(
    store: Store,
    states: Sequence[str] = (),
    conversation: int | None = None,
    limit: int = 200,
) -> list[OutboxRow]:
    """Return replies, newest first: of these states (none: all), of this conversation."""
    condition, parameters = "1", list[object]()
    if conversation is not None:
        condition, parameters = "o.conversation_id = ?", [conversation]
    if states:
        condition += " AND o.state IN (SELECT value FROM json_each(?))"
        parameters.append(dumps(list(states)))
    rows = await store.fetch(
        f"{_SELECT} WHERE {condition} ORDER BY o.id DESC LIMIT ?", (*parameters, limit)
    )
    return [outbox_row(row) for row in rows]


async def reply(store: Store, id_: int) -> OutboxRow | None:
    """Return one reply, ``None`` if there is none of this number."""
    rows = await store.fetch(f"{_SELECT} WHERE o.id = ?", (id_,))
    return outbox_row(rows[0]) if rows else None


async def unsettled(store: Store) -> list[OutboxRow]:
    """Return the replies of which it is not known whether they are there, oldest first."""
    rows = await store.fetch(
        f"""{_SELECT} WHERE o.state IN ('sending', 'unknown') ORDER BY o.created_at, o.id"""
    )
    return [outbox_row(row) for row in rows]


async def of_numbers(store: Store, ids: Sequence[int]) -> list[OutboxRow]:
    """Return these replies, newest first."""
    rows = await store.fetch(
        f"{_SELECT} WHERE o.id IN (SELECT value FROM json_each(?)) ORDER BY o.id DESC",
        (dumps(list(ids)),),
    )
    return [outbox_row(row) for row in rows]


# --- inside a write ------------------------------------------------------------------------------


async def add_reply(connection: Connection, new: NewReply, now: Micros) -> int:
    """Write a reply down and return its number."""
    tried = now if new.state == SENDING else None
    (row,) = await connection.fetch(
        """INSERT INTO outbox (conversation_id, source, network, in_reply_to, root, text, lang,
               idempotency_key, state, author, created_at, tried_at, sent_at, attempts, instance)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            new.conversation,
            storable(new.source),
            new.network,
            storable(new.in_reply_to),
            storable(new.root),
            storable(new.text),
            storable(new.lang),
            storable(new.key),
            new.state,
            storable(new.author),
            now,
            tried,
            new.sent_at,
            0 if tried is None else 1,
            new.instance,
        ),
    )
    return int(row["id"])


async def try_again(connection: Connection, id_: int, instance: str, now: Micros) -> None:
    """Write down that a refused reply is sent once more, with its key."""
    await connection.fetch(
        """UPDATE outbox SET state = 'sending', tried_at = ?, attempts = attempts + 1,
               instance = ?, detail = NULL WHERE id = ?""",
        (now, instance, id_),
    )


async def set_state(
    connection: Connection,
    id_: int,
    state: str,
    *,
    detail: Sentence | None = None,
    native_id: str | None = None,
    url: str | None = None,
    sent_at: Micros | None = None,
) -> None:
    """Write down what became of a reply; what is ``None`` (but ``detail``) stays as it was."""
    await connection.fetch(
        """UPDATE outbox SET state = ?, detail = ?, native_id = coalesce(?, native_id),
               url = coalesce(?, url), sent_at = coalesce(?, sent_at) WHERE id = ?""",
        (
            state,
            from_sentence(detail),
            None if native_id is None else storable(native_id),
            None if url is None else storable(url),
            sent_at,
            id_,
        ),
    )


async def reply_here(connection: Connection, id_: int) -> OutboxRow | None:
    """Return one reply as this write finds it."""
    rows = await connection.fetch(f"{_SELECT} WHERE o.id = ?", (id_,))
    return outbox_row(rows[0]) if rows else None


async def replies_here(
    connection: Connection, conversation: int, limit: int = 20
) -> list[OutboxRow]:
    """Return the newest replies to a conversation and to all that was merged into it.

    First come those that stand in the way of another, however old; the rest newest first.
    """
    rows = await connection.fetch(
        f"""WITH RECURSIVE family(id) AS (
                SELECT ?
                UNION SELECT c.id FROM family JOIN conversation c ON c.merged_into = family.id)
            {_SELECT} WHERE o.conversation_id IN (SELECT id FROM family)
            ORDER BY o.state IN ('sending', 'unknown') DESC, o.id DESC LIMIT ?""",
        (conversation, limit),
    )
    return [outbox_row(row) for row in rows]


async def known_around(store: Store, row: OutboxRow) -> frozenset[str]:
    """Return the native ids of the other replies that a look for this one might find instead."""
    rows = await store.fetch(
        """SELECT native_id FROM outbox
           WHERE id > ? AND id != ? AND network = ? AND native_id IS NOT NULL""",
        (row.id - AROUND, row.id, row.network),
    )
    return frozenset(row["native_id"] for row in rows)


async def sent_here(
    connection: Connection, posts: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return those of these posts, as (network, native id), that were sent from here."""
    if not posts:
        return set()
    rows = await connection.fetch(
        """SELECT w.key AS place FROM json_each(?) w JOIN outbox o
               ON o.network = json_extract(w.value, '$[0]')
              AND o.native_id = json_extract(w.value, '$[1]')""",
        (dumps([[network, storable(native_id)] for network, native_id in posts]),),
    )
    return {posts[row["place"]] for row in rows}


def outbox_row(row: Row) -> OutboxRow:
    """Return the reply a row of this module's SELECT holds."""
    return OutboxRow(
        id=row["id"],
        conversation=row["conversation_id"],
        source=row["source"],
        network=row["network"],
        in_reply_to=row["in_reply_to"],
        root=row["root"],
        text=SafeText(row["text"]),
        lang=row["lang"],
        key=row["idempotency_key"],
        state=row["state"],
        native_id=row["native_id"] or "",
        url=row["url"],
        detail=to_sentence(row["detail"]),
        author=SafeText(row["author"]),
        to=SafeText(row["to_name"]),
        created_at=Micros(row["created_at"]),
        tried_at=micros(row["tried_at"]),
        sent_at=micros(row["sent_at"]),
        attempts=row["attempts"],
        instance=row["instance"],
    )
