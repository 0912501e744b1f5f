"""Drafts: what each member is writing to a conversation, kept at every keystroke."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Micros, SafeText
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

_SAVE = """
INSERT INTO draft (conversation_id, author, text, lang, in_reply_to, begun_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (conversation_id, author) DO UPDATE SET text = excluded.text, lang = excluded.lang,
    in_reply_to = excluded.in_reply_to, updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply that is being written. ``in_reply_to`` is the native id of the post it answers."""

    conversation: int
    author: str
    text: str
    lang: str
    in_reply_to: str
    begun_at: Micros
    updated_at: Micros


async def save_draft(
    store: Store,
    conversation: int,
    author: str,
    text: str,
    lang: str,
    in_reply_to: str,
    now: Micros,
) -> None:
    """Keep what is written so far, in place of what was kept before; no words, no draft.

    The text is kept as it was typed: it is cleaned when it is sent.

    Raises:
        StoreError: it was not kept.
    """

    async def work(connection: Connection) -> None:
        if text.strip():
            await keep_draft(connection, conversation, author, text, lang, in_reply_to, now)
        else:
            await drop_draft(connection, conversation, author)

    await store.write(work, urgent=True)


async def draft(store: Store, conversation: int, author: str) -> Draft | None:
    """Return what ``author`` has written to this conversation, ``None`` for nothing."""
    rows = await store.fetch(
        "SELECT * FROM draft WHERE conversation_id = ? AND author = ?",
        (conversation, storable(author)),
    )
    return _draft(rows[0]) if rows else None


async def drafts(store: Store, author: str) -> list[Draft]:
    """Return everything ``author`` has begun to write, the last touched first."""
    rows = await store.fetch(
        "SELECT * FROM draft WHERE author = ? ORDER BY updated_at DESC", (storable(author),)
    )
    return [_draft(row) for row in rows]


async def keep_draft(
    connection: Connection,
    conversation: int,
    author: str,
    text: str,
    lang: str,
    in_reply_to: str,
    now: Micros,
) -> None:
    """Keep a draft, as a part of a larger write."""
    await connection.fetch(
        _SAVE,
        (conversation, storable(author), storable(text), lang, storable(in_reply_to), now, now),
    )


async def draft_here(connection: Connection, conversation: int, author: str) -> Draft | None:
    """Return a draft, as a part of a larger write."""
    rows = await connection.fetch(
        "SELECT * FROM draft WHERE conversation_id = ? AND author = ?",
        (conversation, storable(author)),
    )
    return _draft(rows[0]) if rows else None


async def drop_draft(connection: Connection, conversation: int, author: str) -> None:
    """Forget a draft, as a part of a larger write."""
    await connection.fetch(
        "DELETE FROM draft WHERE conversation_id = ? AND author = ?",
        (conversation, storable(author)),
    )


def _draft(row: Row) -> Draft:
    return Draft(
        conversation=row["conversation_id"],
        author=SafeText(row["author"]),
        text=row["text"],
        lang=row["lang"],
        in_reply_to=row["in_reply_to"],
        begun_at=Micros(row["begun_at"]),
        updated_at=Micros(row["updated_at"]),
    )
