"""Which other conversations may be the same matter as one: to be offered for merging."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from listeners.rows import ConversationRow
from listeners.store.database import Store
from listeners.store.reads.queue import conversations
from listeners.text import fold

Why = Literal["person", "words", "open"]

_WORD = re.compile(r"\w{4,}")
_ALIKE = 3
"""Longer words in common from which on two conversations speak alike."""
_LOOKED_AT = 200
"""Open conversations whose words are compared at most."""


class Candidate(NamedTuple):
    """A conversation, and why it may be the same matter; same person first, then same words."""

    row: ConversationRow
    why: Why


async def merge_candidates(store: Store, conversation_id: int, limit: int = 40) -> list[Candidate]:
    """Return other live conversations of the brand, the likeliest first."""
    here = (await conversations(store, [conversation_id])).get(conversation_id)
    if here is None:
        return []
    known = [row["id"] for row in await store.fetch(_SAME_PERSON, (conversation_id,))]
    said = [row["id"] for row in await store.fetch(_SAME_TEXT, (conversation_id,))]
    rest = [row["id"] for row in await store.fetch(_OPEN, (conversation_id, _LOOKED_AT))]
    rows = await conversations(store, dict.fromkeys([*known, *said, *rest]))
    words = _words(here)
    alike = [id_ for id_ in rest if id_ in rows and len(words & _words(rows[id_])) >= _ALIKE]
    found: dict[int, Why] = dict.fromkeys(known, "person")
    for id_ in (*said, *alike):
        found.setdefault(id_, "words")
    for id_ in rest:
        found.setdefault(id_, "open")
    return [Candidate(rows[id_], why) for id_, why in found.items() if id_ in rows][:limit]


async def absorbed_rows(store: Store, conversation_id: int) -> list[ConversationRow]:
    """Return what was merged into a conversation itself, the latest first."""
    found = await store.fetch(
        "SELECT id FROM conversation WHERE merged_into = ? ORDER BY id DESC", (conversation_id,)
    )
    ids = [row["id"] for row in found]
    rows = await conversations(store, ids)
    return [rows[id_] for id_ in ids if id_ in rows]


async def shown_in(store: Store, conversation_id: int) -> int:
    """Return the conversation in which this one is shown: itself, or what it was merged into."""
    rows = await store.fetch(
        """WITH RECURSIVE up(id) AS (SELECT ? UNION
               SELECT c.merged_into FROM up JOIN conversation c ON c.id = up.id
               WHERE c.merged_into IS NOT NULL)
           SELECT c.id FROM up JOIN conversation c ON c.id = up.id
           WHERE c.merged_into IS NULL""",
        (conversation_id,),
    )
    return rows[0]["id"] if rows else conversation_id


def _words(row: ConversationRow) -> set[str]:
    return set(_WORD.findall(fold(f"{row.title} {row.excerpt}")))


_LIVE = "c.state IN ('open', 'waiting', 'snoozed') AND c.merged_into IS NULL"
_SAME_PERSON = f"""
SELECT DISTINCT c.id FROM conversation h
JOIN mention x ON x.conversation_id = h.id AND x.part = 'outside'
JOIN account xa ON xa.id = x.account_id
JOIN account a ON a.id = xa.id OR (xa.person_id IS NOT NULL AND a.person_id = xa.person_id)
JOIN mention m ON m.account_id = a.id AND m.conversation_id IS NOT NULL
JOIN conversation c ON c.id = m.conversation_id
WHERE h.id = ? AND c.id != h.id AND c.brand_id = h.brand_id AND {_LIVE}
ORDER BY c.last_at DESC LIMIT 20
"""
_SAME_TEXT = f"""
SELECT DISTINCT c.id FROM conversation h
JOIN mention x ON x.conversation_id = h.id AND x.asks = 1 AND x.fold != ''
JOIN mention m ON m.fold = x.fold AND m.asks = 1 AND m.fold != ''
JOIN conversation c ON c.id = m.conversation_id
WHERE h.id = ? AND c.id != h.id AND c.brand_id = h.brand_id AND {_LIVE}
ORDER BY c.last_at DESC LIMIT 20
"""
_OPEN = f"""
SELECT c.id FROM conversation h JOIN conversation c ON c.brand_id = h.brand_id
WHERE h.id = ? AND c.id != h.id AND c.state = 'open' AND c.in_queue = 1 AND {_LIVE}
ORDER BY c.rank, c.due_at LIMIT ?
"""
