"""What people did to a subject since a screen showed it."""

from __future__ import annotations

from listeners.rows import EventRow
from listeners.store.codec import storable
from listeners.store.connection import Connection
from listeners.store.subjects import SubjectKind, event_of


async def done_by_others(
    connection: Connection, kind: SubjectKind, subject: int, version: int, but: tuple[str, ...]
) -> list[EventRow]:
    """Return what holds of what others did since ``version`` of a subject, newest first.

    ``but`` are those who do not count.
    """
    rows = await connection.fetch(
        f"""SELECT * FROM event WHERE subject_kind = ? AND subject_id = ? AND undone = 0
            AND json_extract(after, '$.row_version') > ?
            AND actor NOT IN ({", ".join("?" * len(but))}) ORDER BY id DESC""",
        (kind, subject, version, *(storable(name) for name in but)),
    )
    return [event_of(row) for row in rows]
