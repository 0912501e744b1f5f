"""What undo and redo read of the log and write beside it: steps, later changes, mutes, rows."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.rows import EventRow
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.subjects import event_of

# fmt: off
ROWS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "rule": ("rule", ("name", "position", "enabled", "conditions", "effects", "removed")),
    "template": ("template", ("name", "lang", "brand", "text", "removed")),
    "outbox": ("outbox", ("state",)),
    "maintenance": ("maintenance", ("from_at", "to_at", "removed")),
    "word": ("taught_word", ("weight", "removed")),
    "model": ("sentiment_model", ("state",)),
    "history": ("backfill", ("state", "since_at", "ended_at")),
    "campaign": (
        "campaign",
        (
            "name", "aim", "audience", "channels", "terms", "tags", "from_at", "to_at",
            "maintenance_id", "removed",
        ),
    ),
    "planned": (
        "planned",
        (
            "campaign_id", "kind", "title", "text", "channel", "owner", "state", "at", "end_at",
            "all_day", "remind", "done_at", "mention_id", "removed",
        ),
    ),
    "cadence": ("cadence", ("a_week", "removed")),
    "duty": ("duty", ("brand", "member", "from_at", "to_at", "note", "removed")),
    "charge": ("charge", ("brand", "kind", "what", "member", "removed")),
}
# fmt: on
"""Kinds of subject that are one row of a table: the table, and the columns that can be undone."""

_VERSIONED = frozenset({"campaign", "planned"})
"""Tables of which a form keeps the version it saw: a step taken back is a change like any other."""


async def last_step(connection: Connection, actor: str, *, past_replies: bool = False) -> int:
    """Return a person's newest step that is not taken back, 0 if there is none.

    ``past_replies`` passes over the steps that sent a reply.
    """
    rows = await connection.fetch(
        f"""SELECT step FROM event e WHERE actor = ? AND step > 0 AND undone = 0
            {_NO_REPLY if past_replies else ""} ORDER BY step DESC LIMIT 1""",
        (storable(actor),),
    )
    return rows[0]["step"] if rows else 0


_NO_REPLY = """AND NOT EXISTS (SELECT 1 FROM event r
                WHERE r.actor = e.actor AND r.step = e.step AND r.verb = 'reply')"""


async def step_to_redo(connection: Connection, actor: str) -> tuple[str, int]:
    """Return whose step a person took back last and has not done again, and its number.

    0 if there is none.

    A new step after an undo leaves nothing to redo.
    """
    (newest,) = await connection.fetch(
        """SELECT max(id) AS id FROM event WHERE actor = ? AND step =
               (SELECT max(step) FROM event WHERE actor = ? AND undone = 0 AND step > 0)""",
        (storable(actor), storable(actor)),
    )
    rows = await connection.fetch(
        """SELECT json_extract(u.after, '$.turned') AS step,
                  json_extract(u.after, '$.whose') AS whose FROM event u
           WHERE u.actor = ? AND u.step = 0 AND u.verb = 'undo' AND u.id > ?
             AND EXISTS (SELECT 1 FROM event e WHERE e.actor = json_extract(u.after, '$.whose')
                 AND e.step = json_extract(u.after, '$.turned') AND e.undone = 1)
           ORDER BY u.id DESC LIMIT 1""",
        (storable(actor), newest["id"] or 0),
    )
    return (rows[0]["whose"], rows[0]["step"]) if rows else (actor, 0)


async def events_of_step(connection: Connection, actor: str, step: int) -> list[EventRow]:
    """Return the events of one step of a person, newest first."""
    rows = await connection.fetch(
        "SELECT * FROM event WHERE actor = ? AND step = ? AND step > 0 ORDER BY id DESC",
        (storable(actor), step),
    )
    return [event_of(row) for row in rows]


async def events_of_reply(connection: Connection, outbox_id: int) -> list[EventRow]:
    """Return what the log holds of a reply that is not taken back, by its outbox row."""
    rows = await connection.fetch(
        """SELECT e.* FROM outbox o JOIN event e ON e.subject_kind = 'conversation'
               AND e.subject_id = o.conversation_id
           WHERE o.id = ? AND e.verb = 'reply' AND e.undone = 0
             AND json_extract(e.after, '$.outbox_id') = o.id ORDER BY e.id DESC""",
        (outbox_id,),
    )
    return [event_of(row) for row in rows]


async def changes_since(
    connection: Connection, kind: str, subject_id: int, event_id: int
) -> list[EventRow]:
    """Return what happened to a subject after an event and still holds, newest first."""
    rows = await connection.fetch(
        """SELECT * FROM event WHERE subject_kind = ? AND subject_id = ? AND id > ?
             AND undone = 0 ORDER BY id DESC""",
        (kind, subject_id, event_id),
    )
    return [event_of(row) for row in rows]


async def turn_row(
    connection: Connection,
    kind: str,
    row_id: int,
    was: Mapping[str, object],
    left: Mapping[str, object],
) -> tuple[str, ...]:
    """Put the columns of a row of ``ROWS`` back from ``left`` to ``was``.

    Returns the columns that are neither any more, or all of them if they are back already: then
    nothing was written.
    """
    table, columns = ROWS[kind]
    names = [name for name in columns if name in was and name in left]
    rows = await connection.fetch(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
    if not rows or not names:
        return tuple(names) or ("id",)
    now = {name: rows[0][name] for name in names}
    moved = tuple(name for name in names if now[name] not in (left[name], was[name]))
    if moved or all(now[name] == was[name] for name in names):
        return moved or tuple(names)
    version = ", version = version + 1" if table in _VERSIONED else ""
    await connection.fetch(
        f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)}{version} WHERE id = ?",
        (*(was[name] for name in names), row_id),
    )
    return ()


async def turn_away(
    connection: Connection, was: Mapping[str, object], left: Mapping[str, object]
) -> tuple[str, ...]:
    """Put a member's absence back from ``left`` to ``was``.

    Both hold ``member``, ``since`` (``None``: not away) and ``until_at``. Returns the fields that
    have moved on since; then nothing was written.
    """
    member = storable(str(was.get("member") or left.get("member") or ""))
    rows = await connection.fetch("SELECT since, until_at FROM away WHERE member = ?", (member,))
    now = (rows[0]["since"], rows[0]["until_at"]) if rows else (None, None)
    if now != (left.get("since"), left.get("until_at")):
        return ("since", "until_at")
    await connection.fetch("DELETE FROM away WHERE member = ?", (member,))
    if was.get("since") is not None:
        await connection.fetch(
            "INSERT INTO away (member, since, until_at) VALUES (?, ?, ?)",
            (member, was["since"], was.get("until_at")),
        )
    return ()


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
