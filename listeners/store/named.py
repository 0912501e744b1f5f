"""Notes that name a member: kept until that member has seen them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from listeners.model import Micros, SafeText
from listeners.store.codec import micros, storable
from listeners.store.connection import Connection
from listeners.store.database import Store

_UNSEEN = """
SELECT n.*, m.seen_at FROM note_mention m JOIN note n ON n.id = m.note_id
WHERE m.member = ? AND m.seen_at IS NULL AND n.removed = 0 ORDER BY n.at DESC, n.id DESC
"""


@dataclass(frozen=True, slots=True)
class NamedNote:
    """A note that names somebody, and where it stands."""

    id: int
    kind: Literal["conversation", "alert"]
    subject: int
    at: Micros
    author: SafeText
    text: SafeText
    seen_at: Micros | None


async def name_in_note(connection: Connection, note_id: int, members: Iterable[str]) -> None:
    """Keep who is named in a note."""
    await connection.many(
        "INSERT OR IGNORE INTO note_mention (note_id, member) VALUES (?, ?)",
        [(note_id, storable(member)) for member in members],
    )


async def notes_naming(store: Store, member: str) -> list[NamedNote]:
    """Return the notes that name a member and that they have not seen, newest first."""
    return [
        NamedNote(
            id=row["id"],
            kind=row["subject_kind"],
            subject=row["subject_id"],
            at=Micros(row["at"]),
            author=SafeText(row["author"]),
            text=SafeText(row["text"]),
            seen_at=micros(row["seen_at"]),
        )
        for row in await store.fetch(_UNSEEN, (storable(member),))
    ]


async def count_naming(store: Store, member: str) -> int:
    """Return how many notes name a member and wait to be seen."""
    (row,) = await store.fetch(
        """SELECT count(*) AS n FROM note_mention m JOIN note n ON n.id = m.note_id
           WHERE m.member = ? AND m.seen_at IS NULL AND n.removed = 0""",
        (storable(member),),
    )
    return int(row["n"])


async def see_notes(store: Store, member: str, kind: str, subject: int, now: Micros) -> int:
    """Keep that a member has seen the notes of a subject; return how many were new to them.

    Raises:
        StoreError: it could not be stored.
    """
    unseen = """FROM note_mention WHERE member = ? AND seen_at IS NULL AND note_id IN
        (SELECT id FROM note WHERE subject_kind = ? AND subject_id = ?)"""
    where = (storable(member), kind, subject)
    (row,) = await store.fetch(f"SELECT count(*) AS n {unseen}", where)
    if not row["n"] or store.read_only:
        return 0

    async def work(connection: Connection) -> None:
        await connection.fetch(
            """UPDATE note_mention SET seen_at = ? WHERE member = ? AND seen_at IS NULL
               AND note_id IN (SELECT id FROM note WHERE subject_kind = ? AND subject_id = ?)""",
            (now, *where),
        )

    await store.write(work, urgent=True)
    return int(row["n"])
