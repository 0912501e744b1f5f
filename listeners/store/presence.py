"""Who is here: a heartbeat a process, written over and over, and worth nothing once it is old.

What is read here may be of a process that died: ``listeners.team`` says what still counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from listeners.model import MINUTE, Micros
from listeners.rows import Presence
from listeners.store.codec import storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_KEPT = 10 * MINUTE
"""How long the row of a process that never said goodbye is kept."""

_BEAT = """
INSERT INTO presence (instance, member, conversation_id, doing, since, active_at, at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance) DO UPDATE SET member = excluded.member, since = excluded.since,
    conversation_id = excluded.conversation_id, doing = excluded.doing,
    active_at = excluded.active_at, at = excluded.at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One process's sign of life. ``conversation`` is what its member is on, if anything.

    ``doing`` is ``reading`` or ``drafting``, empty for whoever merely has hubbub open; ``since``
    is when that began, ``active_at`` the last key, ``at`` the beat.
    """

    instance: str
    member: str
    conversation: int | None = None
    doing: str = ""
    since: Micros
    active_at: Micros
    at: Micros


async def beat(store: Store, sign: Beat) -> None:
    """Write a sign of life in place of the former one of its process.

    Raises:
        StoreError: it could not be stored.
    """

    async def work(connection: Connection) -> None:
        await connection.fetch(
            _BEAT,
            (
                sign.instance,
                storable(sign.member),
                sign.conversation,
                sign.doing,
                sign.since,
                sign.active_at,
                sign.at,
            ),
        )
        await connection.fetch("DELETE FROM presence WHERE at < ?", (sign.at - _KEPT,))

    await store.write(work, urgent=True)


async def leave(store: Store, instance: str) -> None:
    """Say that a process ends.

    Raises:
        StoreError: it could not be stored.
    """

    async def work(connection: Connection) -> None:
        await connection.fetch("DELETE FROM presence WHERE instance = ?", (instance,))

    await store.write(work, urgent=True)


async def beats(store: Store) -> list[Beat]:
    """Return the last sign of life of every process that did not say goodbye."""
    rows = await store.fetch("SELECT * FROM presence ORDER BY member, instance")
    return [
        Beat(
            instance=row["instance"],
            member=row["member"],
            conversation=row["conversation_id"],
            doing=row["doing"],
            since=Micros(row["since"]),
            active_at=Micros(row["active_at"]),
            at=Micros(row["at"]),
        )
        for row in rows
    ]


def to_presence(text: str) -> tuple[Presence, ...]:
    """Return who is on a conversation, from the JSON list of a row's query."""
    if text == "[]":
        return ()
    return tuple(
        Presence(member=member, doing=doing, at=Micros(at))
        for member, doing, at in sorted(json.loads(text))
    )
