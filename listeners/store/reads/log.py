"""What was noted and done, and what an author said before."""

from __future__ import annotations

from typing import Literal

from listeners.model import Micros, SafeText
from listeners.rows import EventRow, MentionRow, Note
from listeners.store.database import Store
from listeners.store.reads.stream import mentions
from listeners.store.subjects import event_of


async def notes(
    store: Store, kind: Literal["conversation", "alert"], subject_id: int
) -> list[Note]:
    """Return our notes on a subject and what was merged into it, oldest first."""
    family = _FAMILY if kind == "conversation" else "WITH family(id) AS (SELECT ?)"
    rows = await store.fetch(
        f"""{family} SELECT n.id, n.at, n.author, n.text FROM family JOIN note n
              ON n.subject_kind = ? AND n.subject_id = family.id WHERE n.removed = 0""",
        (subject_id, kind),
    )
    return [
        Note(
            id=row["id"],
            at=Micros(row["at"]),
            author=SafeText(row["author"]),
            text=SafeText(row["text"]),
        )
        for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
    ]


_FAMILY = """WITH RECURSIVE family(id) AS (
    SELECT ? UNION SELECT c.id FROM family JOIN conversation c ON c.merged_into = family.id)"""


async def events(
    store: Store,
    kind: str | None = None,
    subject_id: int | None = None,
    limit: int = 200,
) -> list[EventRow]:
    """Return the newest lines of the log, newest first, of one subject or of all."""
    if kind is None:
        rows = await store.fetch("SELECT * FROM event ORDER BY id DESC LIMIT ?", (limit,))
    else:
        rows = await store.fetch(
            """SELECT * FROM event WHERE subject_kind = ? AND subject_id = ?
               ORDER BY id DESC LIMIT ?""",
            (kind, subject_id, limit),
        )
    return [event_of(row) for row in rows]


async def account_history(
    store: Store,
    kind: Literal["mention", "conversation"],
    subject_id: int,
    limit: int = 20,
) -> list[MentionRow]:
    """Return what the author of a mention, or of a conversation's newest message, said lately.

    Newest first, on that account alone; deleted mentions are left out.
    """
    author = (
        "SELECT account_id FROM mention WHERE id = ?"
        if kind == "mention"
        else """SELECT coalesce(m.account_id, c.opener_id) FROM conversation c
                LEFT JOIN mention m ON m.id = c.last_outside_id WHERE c.id = ?"""
    )
    rows = await store.fetch(
        f"""SELECT id FROM mention WHERE account_id = ({author}) AND deleted_at IS NULL
            ORDER BY sort_at DESC LIMIT ?""",
        (subject_id, limit),
    )
    ids = [row["id"] for row in rows]
    found = await mentions(store, ids)
    return [found[id_] for id_ in ids if id_ in found]
