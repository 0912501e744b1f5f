"""What became of mentions: why each matched, and what was done with its conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from listeners.model import Micros, Sentence
from listeners.store.codec import storable, to_sentences, to_strings
from listeners.store.database import Store

Outcome = Literal["answered", "acted", "dismissed", "untouched"]
"""*acted*: a person did something else with it than dismissing it."""


@dataclass(frozen=True, slots=True)
class Treated:
    """One mention, and what became of its conversation."""

    mention: int
    network: str
    author_key: str
    author: str
    title: str
    text: str
    links: tuple[str, ...]
    tags: tuple[str, ...]
    lang: str | None
    reasons: tuple[Sentence, ...]
    outcome: Outcome


async def treated(store: Store, brand: str, since: Micros, after: int, limit: int) -> list[Treated]:
    """Return up to ``limit`` outside mentions of a brand stored after number ``after``."""
    rows = await store.fetch(_TREATED, (after, since, storable(brand), limit))
    return [
        Treated(
            mention=row["id"],
            network=row["network"],
            author_key=row["author_key"],
            author=row["author"],
            title=row["title"],
            text=row["text"],
            links=tuple(to_strings(row["links"])),
            tags=tuple(to_strings(row["tags"])),
            lang=row["lang"],
            reasons=to_sentences(row["reasons"]),
            outcome=row["outcome"],
        )
        for row in rows
    ]


async def count_treated(store: Store, brand: str, since: Micros) -> int:
    """Return how many mentions ``treated`` will return in all."""
    (row,) = await store.fetch(
        """SELECT count(*) AS n FROM mention m JOIN brand b ON b.id = m.brand_id
           WHERE m.sort_at >= ? AND b.name = ? AND m.part != 'ours' AND m.deleted_at IS NULL""",
        (since, storable(brand)),
    )
    return int(row["n"])


_TREATED = """
SELECT m.id, m.network, a.key AS author_key, coalesce(nullif(a.handle, ''), a.key) AS author,
       m.title, m.text, m.links, m.tags, m.lang, m.reasons,
       CASE WHEN c.state = 'ignored' THEN 'dismissed'
            WHEN c.first_response_at IS NOT NULL OR c.answered_by_hand = 1 THEN 'answered'
            WHEN EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'conversation'
                         AND e.subject_id = c.id AND e.actor != 'hubbub' AND e.undone = 0)
            THEN 'acted' ELSE 'untouched' END AS outcome
FROM mention m JOIN brand b ON b.id = m.brand_id JOIN account a ON a.id = m.account_id
LEFT JOIN conversation c ON c.id = m.conversation_id
WHERE m.id > ? AND m.sort_at >= ? AND b.name = ? AND m.part != 'ours' AND m.deleted_at IS NULL
ORDER BY m.id LIMIT ?
"""
