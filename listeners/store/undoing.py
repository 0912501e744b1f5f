"""What undo asks of the log beyond its steps: who changed a subject since, and what is muted."""

from __future__ import annotations

from listeners.model import EventRow
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.subjects import SubjectKind, event_of


async def changes_since(
    connection: Connection, kind: SubjectKind, subject_id: int, event_id: int
) -> list[EventRow]:
    """Return what happened to a subject after an event and still holds, newest first."""
    rows = await connection.fetch(
        """SELECT * FROM event WHERE subject_kind = ? AND subject_id = ? AND id > ?
             AND undone = 0 ORDER BY id DESC""",
        (kind, subject_id, event_id),
    )
    return [event_of(row) for row in rows]


async def set_aside(connection: Connection, event_ids: list[int]) -> None:
    """Take events out of their person's steps: they stay done, and no key undoes them."""
    await connection.fetch(
        "UPDATE event SET step = 0 WHERE id IN (SELECT value FROM json_each(?))",
        (dumps(event_ids),),
    )


async def mutes_of(connection: Connection, kind: str, value: str) -> list[int]:
    """Return the ids of the mutes of this value that are not taken away."""
    rows = await connection.fetch(
        "SELECT id FROM mute WHERE kind = ? AND value = ? AND removed = 0",
        (kind, storable(value)),
    )
    return [row["id"] for row in rows]


async def steps_of(
    store: Store, actor: str, limit: int, *, undone: bool = False
) -> list[tuple[int, list[EventRow]]]:
    """Return a person's newest steps that can be undone (or were), each with its events."""
    rows = await store.fetch(
        """SELECT * FROM event WHERE actor = ? AND undone = ? AND step IN (
               SELECT DISTINCT step FROM event WHERE actor = ? AND undone = ? AND step > 0
               ORDER BY step DESC LIMIT ?) ORDER BY step DESC, id""",
        (storable(actor), undone, storable(actor), undone, limit),
    )
    steps: dict[int, list[EventRow]] = {}
    for row in rows:
        steps.setdefault(row["step"], []).append(event_of(row))
    return list(steps.items())
