"""What we did for the people of some conversations: answers, and conversations resolved.

An answer of ours is an answer to whoever wrote the post it is below, and, where that is not known,
to whoever had spoken last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from listeners.model import Micros, Part
from listeners.store.codec import dumps
from listeners.store.connection import Connection, Row
from listeners.store.keys import dedupe_key
from listeners.store.outbox import BY_HAND, SENT
from listeners.team import PROGRAM

PostKey = tuple[int, str, str]
"""A post by brand, network and key."""


class Answer(NamedTuple):
    """Something of ours in a conversation, and the account it went to, if that is known."""

    brand: int
    conversation: int
    at: Micros
    to: int | None


async def posts(connection: Connection, keys: Iterable[PostKey]) -> dict[PostKey, Row]:
    """Return those of these posts that are stored, each with whose it is and what it is below."""
    wanted = [[network, key, brand] for brand, network, key in keys]
    if not wanted:
        return {}
    rows = await connection.fetch(
        """SELECT m.brand_id, m.network, m.key, m.account_id, m.part, m.parent_id, m.private
           FROM json_each(?) w JOIN mention m ON m.network = json_extract(w.value, '$[0]')
             AND m.key = json_extract(w.value, '$[1]')
             AND m.brand_id = json_extract(w.value, '$[2]')""",
        (dumps(wanted),),
    )
    return {(row["brand_id"], row["network"], row["key"]): row for row in rows}


async def answers_in(
    connection: Connection, conversations: Iterable[int], brands: Collection[int]
) -> list[Answer]:
    """Return what we wrote, sent or marked as answered there, for these brands by their ids."""
    talks = dumps(sorted(conversations))
    written = await connection.fetch(
        """SELECT m.brand_id, m.conversation_id, m.network, m.sort_at AS at, m.parent_id AS below
           FROM json_each(?) w JOIN mention m ON m.conversation_id = w.value
           JOIN account a ON a.id = m.account_id
           WHERE m.part = ? AND m.deleted_at IS NULL AND a.automated = 0""",
        (talks, Part.OURS.value),
    )
    sent = await connection.fetch(
        """SELECT c.brand_id, o.conversation_id, o.network, coalesce(o.sent_at, o.created_at) AS at,
                  o.in_reply_to AS below
           FROM json_each(?) w JOIN outbox o ON o.conversation_id = w.value
           JOIN conversation c ON c.id = o.conversation_id WHERE o.state IN (?, ?)""",
        (talks, SENT, BY_HAND),
    )
    marked = await connection.fetch(
        """SELECT c.brand_id, e.subject_id AS conversation_id, c.network, e.at, '' AS below
           FROM json_each(?) w JOIN event e
             ON e.subject_kind = 'conversation' AND e.subject_id = w.value
           JOIN conversation c ON c.id = e.subject_id
           WHERE e.verb = 'answered' AND e.undone = 0""",
        (talks,),
    )
    ours = [row for row in (*written, *sent, *marked) if row["brand_id"] in brands]
    to = await addressed(connection, ours)
    return [
        Answer(row["brand_id"], row["conversation_id"], Micros(row["at"]), account)
        for row, account in zip(ours, to, strict=True)
    ]


async def addressed(connection: Connection, ours: Sequence[Row]) -> list[int | None]:
    """Return whose account each of these went to, ``None`` where it went to nobody.

    Each has ``brand_id``, ``conversation_id``, ``network``, ``at``, and ``below``: the native id
    of the post it answers, empty or ``None`` if that is not known.
    """
    known = await posts(connection, {_below(row) for row in ours if row["below"]})
    found: list[int | None] = []
    unsure: list[int] = []
    for place, row in enumerate(ours):
        parent = known.get(_below(row)) if row["below"] else None
        if parent is None:
            unsure.append(place)
        theirs = parent is not None and parent["part"] != Part.OURS.value
        found.append(parent["account_id"] if parent is not None and theirs else None)
    for place, account in zip(
        unsure, await _spoke_last(connection, [ours[place] for place in unsure]), strict=True
    ):
        found[place] = account
    return found


def _below(row: Row) -> PostKey:
    return row["brand_id"], row["network"], dedupe_key(row["network"], row["below"])


async def _spoke_last(connection: Connection, answers: Sequence[Row]) -> list[int | None]:
    """Return who had spoken last, of those outside, before each of these."""
    if not answers:
        return []
    rows = await connection.fetch(
        """SELECT w.key AS place, (SELECT m.account_id FROM mention m
               WHERE m.conversation_id = json_extract(w.value, '$[0]')
                 AND m.sort_at <= json_extract(w.value, '$[1]') AND m.part != ?
               ORDER BY m.sort_at DESC, m.id DESC LIMIT 1) AS account_id
           FROM json_each(?) w""",
        (Part.OURS.value, dumps([[row["conversation_id"], row["at"]] for row in answers])),
    )
    spoke = {row["place"]: row["account_id"] for row in rows}
    return [spoke[place] for place in range(len(answers))]


async def resolved_in(
    connection: Connection, conversations: Iterable[int]
) -> dict[int, list[Micros]]:
    """Return when one of us resolved each of these conversations."""
    resolved: dict[int, list[Micros]] = defaultdict(list)
    for row in await connection.fetch(
        """SELECT e.subject_id, e.at FROM json_each(?) w JOIN event e
             ON e.subject_kind = 'conversation' AND e.subject_id = w.value
           WHERE e.verb = 'resolve' AND e.undone = 0 AND e.actor != ?""",
        (dumps(sorted(conversations)), PROGRAM),
    ):
        resolved[row["subject_id"]].append(Micros(row["at"]))
    return resolved
