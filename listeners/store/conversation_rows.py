"""Conversations between their table and the dataclass the rules work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, cast

from listeners.conversations.conversation import Conversation
from listeners.model import ConversationState, Micros, Part
from listeners.store.codec import (
    dumps,
    from_reason,
    from_sentences,
    micros,
    storable,
    to_reason,
    to_sentences,
    to_strings,
)
from listeners.store.connection import Connection, Row
from listeners.store.records import RootKey
from listeners.store.versions import check_versions

_SELECT = """
SELECT c.*, b.name AS brand, coalesce(a.key, '') AS opener_key,
       (SELECT json_group_array(tag) FROM (SELECT tag FROM conversation_tag
            WHERE conversation_id = c.id ORDER BY tag)) AS tag_list
FROM conversation c JOIN brand b ON b.id = c.brand_id LEFT JOIN account a ON a.id = c.opener_id
"""
_COLUMNS = (
    "state, in_queue, title, url, opener_id, waiting_since, due_at, tier, score, manual_priority, "
    "rank, reasons, need, assignee, snoozed_until, snooze_kind, reopened, messages, notes, "
    "opened_at, last_at, state_since, last_outside_id, last_part, first_response_at, "
    "answered_by_hand, linked_to, merged_into, template_id"
)
_OPENER = "(SELECT id FROM account WHERE network = ? AND key = ?)"
_VALUES = f"?, ?, ?, ?, {_OPENER}" + ", ?" * 24
_INSERT = f"""
INSERT INTO conversation (id, brand_id, network, root, generation, {_COLUMNS})
VALUES (?, (SELECT id FROM brand WHERE name = ?), ?, ?, ?, {_VALUES})
"""
_UPDATE = f"""
UPDATE conversation SET version = version + 1, ({_COLUMNS}) = ({_VALUES}) WHERE id = ?
"""


async def conversations_for(
    connection: Connection, roots: Iterable[RootKey]
) -> dict[RootKey, Conversation]:
    """Return the newest conversation of each (brand name, network, root) that has one.

    One that was merged is answered by the conversation it was merged into, or by the newest one
    that followed on that.
    """
    asked = list(dict.fromkeys(roots))
    rows = await connection.fetch(
        f"""WITH wanted AS MATERIALIZED (
                SELECT key AS place, json_extract(value, '$[0]') AS brand,
                       json_extract(value, '$[1]') AS network,
                       json_extract(value, '$[2]') AS root FROM json_each(?)),
            newest AS MATERIALIZED (
                SELECT w.place, (SELECT n.id FROM conversation n WHERE n.brand_id = wb.id
                           AND n.network = w.network AND n.root = w.root
                       ORDER BY n.generation DESC LIMIT 1) AS id
                FROM wanted w JOIN brand wb ON wb.name = w.brand)
            SELECT newest.place, found.* FROM newest JOIN ({_SELECT}) found
              ON found.id = newest.id""",
        (dumps([[brand, network, storable(root)] for brand, network, root in asked]),),
    )
    found = {asked[row["place"]]: conversation_of(row) for row in rows}
    return await _after_merges(connection, found)


async def _after_merges(
    connection: Connection, found: dict[RootKey, Conversation]
) -> dict[RootKey, Conversation]:
    followed: set[int] = set()
    while merged := {one.merged_into for one in found.values() if one.merged_into} - followed:
        followed |= merged
        newest = await connection.fetch(
            """SELECT k.id, n.id AS newest FROM conversation k JOIN conversation n
                   ON n.brand_id = k.brand_id AND n.network = k.network AND n.root = k.root
               WHERE k.id IN (SELECT value FROM json_each(?))
               ORDER BY n.generation""",
            (dumps(list(merged)),),
        )
        on_in = {row["id"]: row["newest"] for row in newest}
        kept = await load_conversations(connection, on_in.values())
        found = {
            root: kept.get(on_in.get(one.merged_into or 0, 0), one) for root, one in found.items()
        }
    return found


async def load_conversations(connection: Connection, ids: Iterable[int]) -> dict[int, Conversation]:
    """Return conversations by id; one that does not exist is missing from the answer."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE c.id IN (SELECT value FROM json_each(?))", (dumps(list(ids)),)
    )
    return {row["id"]: conversation_of(row) for row in rows}


async def save_conversations(
    connection: Connection, conversations: Sequence[Conversation]
) -> list[Conversation]:
    """Store conversations and return them in order, with their ids and new versions.

    ``id`` 0 is a new one. The others must have the version they were read with.

    Raises:
        ChangedError: one of them was changed since; the whole write is then rolled back.
    """
    if not conversations:
        return []
    known = [one for one in conversations if one.id]
    await check_versions(connection, "conversation", [(one.id, one.version) for one in known])
    saved = await _numbered(connection, conversations)
    await connection.many(
        _INSERT,
        [
            (now.id, now.brand, now.network, storable(now.root), now.generation, *_values(now))
            for before, now in zip(conversations, saved, strict=True)
            if not before.id
        ],
    )
    await connection.many(_UPDATE, [(*_values(one), one.id) for one in known])
    await _save_tags(connection, saved)
    return saved


async def _numbered(
    connection: Connection, conversations: Sequence[Conversation]
) -> list[Conversation]:
    (row,) = await connection.fetch("SELECT coalesce(max(id), 0) AS highest FROM conversation")
    number = row["highest"]
    numbered = []
    for one in conversations:
        if not one.id:
            number += 1
            numbered.append(replace(one, id=number, version=1))
        else:
            numbered.append(replace(one, version=one.version + 1))
    return numbered


async def _save_tags(connection: Connection, conversations: Sequence[Conversation]) -> None:
    """Write the tags that changed, and no others: campaigns follow every change."""
    tags = [(one.id, storable(tag)) for one in conversations for tag in dict.fromkeys(one.tags)]
    await connection.fetch(
        """DELETE FROM conversation_tag
           WHERE conversation_id IN (SELECT value FROM json_each(?))
             AND (conversation_id, tag) NOT IN (
                 SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')
                 FROM json_each(?))""",
        (dumps([one.id for one in conversations]), dumps([list(tag) for tag in tags])),
    )
    if tags:
        await connection.many(
            "INSERT OR IGNORE INTO conversation_tag (conversation_id, tag) VALUES (?, ?)", tags
        )


def conversation_of(row: Row) -> Conversation:
    """Return the conversation a row of this module's SELECT holds."""
    return Conversation(
        id=row["id"],
        version=row["version"],
        brand=row["brand"],
        network=row["network"],
        root=row["root"],
        generation=row["generation"],
        state=ConversationState(row["state"]),
        in_queue=bool(row["in_queue"]),
        title=row["title"],
        url=row["url"],
        opener_key=row["opener_key"],
        waiting_since=micros(row["waiting_since"]),
        due_at=micros(row["due_at"]),
        tier=row["tier"],
        score=row["score"],
        manual_priority=row["manual_priority"],
        reasons=to_sentences(row["reasons"]),
        need=to_reason(row["need"]),
        assignee=row["assignee"],
        snoozed_until=micros(row["snoozed_until"]),
        snooze_kind=cast(Literal["", "time", "reply"], row["snooze_kind"]),
        reopened=row["reopened"],
        messages=row["messages"],
        notes=row["notes"],
        opened_at=Micros(row["opened_at"]),
        last_at=Micros(row["last_at"]),
        state_since=Micros(row["state_since"]),
        last_outside_id=row["last_outside_id"],
        last_part=Part(row["last_part"]) if row["last_part"] else None,
        first_response_at=micros(row["first_response_at"]),
        answered_by_hand=bool(row["answered_by_hand"]),
        linked_to=row["linked_to"],
        merged_into=row["merged_into"],
        template_id=row["template_id"],
        tags=to_strings(row["tag_list"]),
    )


def _values(one: Conversation) -> tuple[object, ...]:
    return (
        one.state.value,
        one.in_queue,
        storable(one.title),
        storable(one.url),
        one.network,
        storable(one.opener_key),
        one.waiting_since,
        one.due_at,
        one.tier,
        one.score,
        one.manual_priority,
        one.rank,
        from_sentences(one.reasons),
        from_reason(one.need),
        storable(one.assignee),
        one.snoozed_until,
        one.snooze_kind,
        one.reopened,
        one.messages,
        one.notes,
        one.opened_at,
        one.last_at,
        one.state_since,
        one.last_outside_id,
        one.last_part.value if one.last_part else "",
        one.first_response_at,
        one.answered_by_hand,
        one.linked_to,
        one.merged_into,
        one.template_id,
    )
