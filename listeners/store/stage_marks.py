"""Who is a customer, by what members said of them: a role, or a tag on them or what they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from listeners.model import Micros, Part
from listeners.store.codec import dumps, to_mapping
from listeners.store.connection import Connection


class TalkTag(NamedTuple):
    """A tag on a conversation, and whose account it speaks of; ``at`` is ``None`` if not told."""

    account: int
    brand: int
    tag: str
    at: Micros | None


async def person_tags(connection: Connection, persons: Iterable[int]) -> dict[int, list[str]]:
    """Return the tags of these persons."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in await connection.fetch(
        """SELECT t.person_id, t.tag FROM json_each(?) w
           JOIN person_tag t ON t.person_id = w.value ORDER BY t.tag""",
        (dumps(sorted(persons)),),
    ):
        found[row["person_id"]].append(row["tag"])
    return found


async def said_so(connection: Connection, persons: Iterable[int]) -> dict[tuple[int, str], Micros]:
    """Return when a role or tag was given to a person, by what the log says of it."""
    found: dict[tuple[int, str], Micros] = {}
    for row in await connection.fetch(
        """SELECT e.subject_id, e.at, e.before, e.after FROM json_each(?) w JOIN event e
             ON e.subject_kind = 'person' AND e.subject_id = w.value
           WHERE e.undone = 0 AND e.verb NOT IN ('undo', 'redo') ORDER BY e.id""",
        (dumps(sorted(persons)),),
    ):
        for tag in _given(to_mapping(row["after"])) - _given(to_mapping(row["before"])):
            found[row["subject_id"], tag] = Micros(row["at"])
    return found


def _given(fields: Mapping[str, object]) -> set[str]:
    """Return the role and the tags that a step on a person left, in small letters."""
    rows = fields.get("tag_rows")
    tags = [str(row[-1]) for row in rows if row] if isinstance(rows, list) else []
    return {one.casefold() for one in (*tags, str(fields.get("role") or "")) if one}


async def conversation_tags(connection: Connection, conversations: Iterable[int]) -> list[TalkTag]:
    """Return the tags of these conversations, with whom they speak of.

    A tag on a conversation speaks of whoever began it, or of the only one who wrote to us in it.
    """
    tagged = await connection.fetch(
        """SELECT c.id, c.brand_id, t.tag, o.id AS opener, o.ours,
                  min(m.account_id) AS one, max(m.account_id) AS other,
                  (SELECT max(e.at) FROM event e WHERE e.subject_kind = 'conversation'
                     AND e.subject_id = c.id AND e.verb = 'tag' AND e.undone = 0
                     AND EXISTS (SELECT 1 FROM json_each(e.after, '$.tags') j
                                 WHERE j.value = t.tag)
                     AND NOT EXISTS (SELECT 1 FROM json_each(e.before, '$.tags') j
                                     WHERE j.value = t.tag)) AS at
           FROM json_each(?) w JOIN conversation_tag t ON t.conversation_id = w.value
           JOIN conversation c ON c.id = t.conversation_id
           LEFT JOIN account o ON o.id = c.opener_id
           LEFT JOIN mention m ON m.conversation_id = c.id AND m.part != ?
           GROUP BY c.id, t.tag""",
        (dumps(sorted(conversations)), Part.OURS.value),
    )
    found: list[TalkTag] = []
    for row in tagged:
        account = row["one"] if row["one"] == row["other"] else None
        if account is None and row["opener"] is not None and not row["ours"]:
            account = row["opener"]
        if account is not None:
            at = None if row["at"] is None else Micros(row["at"])
            found.append(TalkTag(account, row["brand_id"], row["tag"], at))
    return found
