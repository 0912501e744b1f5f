"""What may be muted for the rule of an alert: the words that stand out in it, and who wrote it."""

from __future__ import annotations

from collections import Counter

from listeners.model import DAY
from listeners.risk.noise import NoiseKind
from listeners.risk.stand_out import stand_out
from listeners.rows import AlertRow
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.evidence import said_in

WORDS = 5
AUTHORS = 3
USUAL = 300
"""Mentions of the brand from before it that the words are compared with."""

_USUAL = """
SELECT m.text FROM mention m JOIN brand b ON b.id = m.brand_id
WHERE b.name = ? AND m.sort_at < ? AND m.sort_at > ? AND m.deleted_at IS NULL
  AND m.id NOT IN (SELECT value FROM json_each(?)) ORDER BY m.sort_at DESC LIMIT ?
"""


async def words_of(store: Store, row: AlertRow, limit: int = WORDS) -> tuple[str, ...]:
    """Return the words over-represented in the evidence of an alert, the most telling first."""
    return (await _found(store, row, limit))[0]


async def candidates(store: Store, row: AlertRow) -> list[tuple[NoiseKind, str]]:
    """Return words and authors (``network:key``) of its evidence that may be muted."""
    words, authors = await _found(store, row, WORDS)
    return [
        *(("rule word", one) for one in words),
        *(("rule author", one) for one in authors),
    ]


async def _found(
    store: Store, row: AlertRow, limit: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    async def work(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
        said = await said_in(connection, row.evidence)
        rows = await connection.fetch(
            _USUAL,
            (row.brand, row.last_at, row.first_at - 28 * DAY, dumps(list(row.evidence)), USUAL),
        )
        texts = [one.text for one in said.values()]
        # One piece of evidence says every word of it once: twice makes each of them count.
        texts = texts * 2 if len(texts) == 1 else texts
        words = stand_out(texts, (one["text"] for one in rows), leave_out=(row.brand,), limit=limit)
        authors = Counter(one.author for one in said.values()).most_common(AUTHORS)
        return words, tuple(name for name, _count in authors)

    return await store.read(work)
