"""Conversations and what was merged into them: who is shown where, and what each alone says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from listeners.conversations.merge import Said
from listeners.model import Micros, Part
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.thread_facts import heads

__all__ = ["Family", "absorbed", "heads", "said"]


@dataclass(frozen=True, slots=True)
class Family:
    """What the messages of a conversation and all merged into it say.

    ``asking`` are the times of its messages that ask, each with that of its last edit or 0;
    ``outside_at`` is when its newest outside message was written, 0 if there is none.
    """

    said: Said
    asking: tuple[tuple[Micros, int], ...]
    outside_at: int


async def absorbed(connection: Connection, conversation_id: int) -> list[int]:
    """Return what was merged into a conversation itself, the latest first."""
    rows = await connection.fetch(
        "SELECT id FROM conversation WHERE merged_into = ? ORDER BY id DESC", (conversation_id,)
    )
    return [row["id"] for row in rows]


async def said(
    connection: Connection, conversation_ids: Iterable[int], *, without: Iterable[int] = ()
) -> dict[int, Family]:
    """Return what the messages of each conversation say, those of what it absorbed included.

    ``without`` are absorbed conversations to leave out. One without messages is missing.
    """
    rows = await connection.fetch(
        """WITH RECURSIVE family(head, id) AS MATERIALIZED (
               SELECT value, value FROM json_each(?)
               UNION SELECT f.head, c.id FROM family f JOIN conversation c
                   ON c.merged_into = f.id
               WHERE c.id NOT IN (SELECT value FROM json_each(?)))
           SELECT f.head, m.id, m.sort_at, m.part, m.asks, m.deleted_at,
                  m.edited_at
           FROM family f JOIN mention m ON m.conversation_id = f.id
           ORDER BY m.sort_at, m.id""",
        (dumps(list(conversation_ids)), dumps(list(without))),
    )
    found: dict[int, list[_Message]] = defaultdict(list)
    for row in rows:
        asks = bool(row["asks"]) and row["deleted_at"] is None
        edited = row["edited_at"] or 0
        found[row["head"]].append(_Message(row["id"], row["sort_at"], row["part"], asks, edited))
    return {head: _family(messages) for head, messages in found.items()}


class _Message(NamedTuple):
    id: int
    at: int
    part: str
    asks: bool
    edited: int


def _family(messages: list[_Message]) -> Family:
    outside = [one for one in messages if one.part != Part.OURS.value]
    newest = outside[-1] if outside else None
    first, last = messages[0], messages[-1]
    return Family(
        Said(
            messages=len(messages),
            opened_at=Micros(first.at),
            last_at=Micros(last.at),
            last_part=Part(last.part),
            last_outside_id=newest.id if newest else None,
        ),
        tuple((Micros(one.at), one.edited) for one in messages if one.asks),
        newest.at if newest else 0,
    )
