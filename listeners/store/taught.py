"""What words mean for a brand: one row a word, taken away and brought back by its ``removed``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.model import Micros, SafeText
from listeners.store.codec import storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtWord:
    """A word (or phrase), its weight in [-4, 4] for one brand, and who said so."""

    id: int
    brand: str
    word: SafeText
    weight: float
    author: SafeText
    at: Micros


@dataclass(frozen=True, slots=True)
class Kept:
    """A word as its row has it, taken away or not."""

    id: int
    weight: float
    removed: bool


_WORDS = """
SELECT t.id, b.name AS brand, t.word, t.weight, t.author, t.at
FROM taught_word t JOIN brand b ON b.id = t.brand_id WHERE t.removed = 0
"""


async def taught_words(store: Store, brand: str = "") -> list[TaughtWord]:
    """Return the words in force of one brand, or of all, in the order of the alphabet."""
    rows = await store.fetch(
        _WORDS + "AND (? = '' OR b.name = ?) ORDER BY b.name, t.word", (brand, brand)
    )
    return [_word(row) for row in rows]


async def taught_by_brand(store: Store) -> Mapping[str, Mapping[str, float]]:
    """Return every brand's words and their weights."""
    found: dict[str, dict[str, float]] = {}
    for row in await store.fetch(_WORDS):
        found.setdefault(row["brand"], {})[row["word"]] = row["weight"]
    return found


async def word_of(connection: Connection, brand: str, word: str) -> Kept | None:
    """Return the row of a word, also of one that was taken away."""
    rows = await connection.fetch(
        """SELECT t.id, t.weight, t.removed FROM taught_word t JOIN brand b ON b.id = t.brand_id
           WHERE b.name = ? AND t.word = ? ORDER BY t.removed, t.id DESC LIMIT 1""",
        (brand, storable(word)),
    )
    return Kept(rows[0]["id"], rows[0]["weight"], bool(rows[0]["removed"])) if rows else None


async def word_by_id(connection: Connection, word_id: int) -> TaughtWord | None:
    """Return a word by its number, taken away or not."""
    rows = await connection.fetch(
        """SELECT t.id, b.name AS brand, t.word, t.weight, t.author, t.at
           FROM taught_word t JOIN brand b ON b.id = t.brand_id WHERE t.id = ?""",
        (word_id,),
    )
    return _word(rows[0]) if rows else None


async def keep_word(
    connection: Connection, brand: str, word: str, weight: float, author: str, now: Micros
) -> int:
    """Write a word down, in the place of its former row if it has one; return its number."""
    kept = await word_of(connection, brand, word)
    if kept is not None:
        await connection.fetch(
            "UPDATE taught_word SET weight = ?, removed = 0, author = ?, at = ? WHERE id = ?",
            (weight, storable(author), now, kept.id),
        )
        return kept.id
    (row,) = await connection.fetch(
        """INSERT INTO taught_word (brand_id, word, weight, author, at)
           SELECT id, ?, ?, ?, ? FROM brand WHERE name = ? RETURNING id""",
        (storable(word), weight, storable(author), now, brand),
    )
    return int(row["id"])


async def take_word(connection: Connection, word_id: int) -> None:
    """Take a word away."""
    await connection.fetch("UPDATE taught_word SET removed = 1 WHERE id = ?", (word_id,))


def _word(row: Row) -> TaughtWord:
    return TaughtWord(
        id=row["id"],
        brand=row["brand"],
        word=SafeText(row["word"]),
        weight=row["weight"],
        author=SafeText(row["author"]),
        at=Micros(row["at"]),
    )
