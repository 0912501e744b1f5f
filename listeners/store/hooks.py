"""Where each hook has got to in the log, what is new there, and what went wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import Sentence
from listeners.rows import EventRow
from listeners.store.codec import dumps, from_sentence, to_mapping, to_sentence
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.settings import remember, setting
from listeners.store.subjects import event_of

_PLACE = "hook.place "
_TROUBLE = "hook.trouble "


@dataclass(frozen=True, slots=True)
class Place:
    """How far a hook has come: the last line of the log, mention and alert it knows of."""

    event: int
    mention: int
    alert: int


async def newest(store: Store) -> Place:
    """Return the place after everything that has happened so far."""
    (row,) = await store.fetch(
        """SELECT (SELECT coalesce(max(id), 0) FROM event) AS event,
                  (SELECT coalesce(max(id), 0) FROM mention) AS mention,
                  (SELECT coalesce(max(id), 0) FROM alert) AS alert"""
    )
    return Place(row["event"], row["mention"], row["alert"])


async def place_of(store: Store, hook: str) -> Place | None:
    """Return how far a hook has come, ``None`` if it never ran on this store."""
    kept = to_mapping(await setting(store, _PLACE + hook) or "{}")
    if not kept:
        return None
    return Place(int(kept["event"]), int(kept["mention"]), int(kept["alert"]))


async def keep_place(store: Store, hook: str, place: Place) -> None:
    """Remember how far a hook has come."""
    kept = {"event": place.event, "mention": place.mention, "alert": place.alert}
    await remember(store, _PLACE + hook, dumps(kept))


async def events_after(store: Store, event: int, limit: int) -> list[EventRow]:
    """Return the lines of the log after one, oldest first."""
    rows = await store.fetch("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", (event, limit))
    return [event_of(row) for row in rows]


async def mentions_after(store: Store, last: int, limit: int) -> list[tuple[int, int | None]]:
    """Return the mentions that came after one, each with the conversation it began to wait in.

    ``None`` where the mention asks for nothing, or its conversation had asked before.
    """
    rows = await store.fetch(
        """SELECT m.id, iif(m.asks = 1 AND NOT EXISTS (
                   SELECT 1 FROM mention e WHERE e.conversation_id = m.conversation_id
                     AND e.asks = 1 AND e.id < m.id), m.conversation_id, NULL) AS begins
           FROM mention m WHERE m.id > ? ORDER BY m.id LIMIT ?""",
        (last, limit),
    )
    return [(row["id"], row["begins"]) for row in rows]


async def alerts_after(store: Store, last: int, limit: int) -> list[int]:
    """Return the alerts raised after one."""
    rows = await store.fetch("SELECT id FROM alert WHERE id > ? ORDER BY id LIMIT ?", (last, limit))
    return [row["id"] for row in rows]


async def note_with_names(store: Store, note_id: int) -> tuple[str, tuple[str, ...]]:
    """Return the text of a note and whom it names."""
    rows = await store.fetch("SELECT text FROM note WHERE id = ?", (note_id,))
    names = await store.fetch(
        "SELECT member FROM note_mention WHERE note_id = ? ORDER BY member", (note_id,)
    )
    return (rows[0]["text"] if rows else ""), tuple(row["member"] for row in names)


async def hook_fault(store: Store, hook: str, sentence: Sentence | None) -> None:
    """Remember what is wrong with a hook, or with ``None`` that it is well again."""
    await remember(store, _TROUBLE + hook, from_sentence(sentence) or "")


async def hook_faults(store: Store, hooks: Iterable[str]) -> list[Sentence]:
    """Return what is wrong with these hooks."""
    keys = [_TROUBLE + hook for hook in hooks]
    if not keys:
        return []

    async def work(connection: Connection) -> list[Sentence]:
        rows = await connection.fetch(
            """SELECT value FROM setting
               WHERE key IN (SELECT value FROM json_each(?)) AND value <> ''""",
            (dumps(keys),),
        )
        found = [to_sentence(row["value"]) for row in rows]
        return [one for one in found if one is not None]

    return await store.read(work)
