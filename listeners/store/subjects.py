"""What the actions do inside one write: load, decide elsewhere, save, and log.

A *subject* is what a person does something to: a conversation, an alert, a mention, a rule, a
template, a reply in the outbox, a member of the team. Every change by a person is saved together
with its events; undo reads them back, newest step first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from listeners.model import Micros, SafeText
from listeners.rows import EventRow
from listeners.store.alert_rows import (
    add_evidence,
    latest_alerts,
    live_alerts,
    load_alerts,
    save_alerts,
)
from listeners.store.codec import dumps, storable, to_mapping
from listeners.store.connection import Connection, Row
from listeners.store.conversation_rows import load_conversations, save_conversations
from listeners.store.versions import ChangedError

__all__ = [
    "ChangedError",
    "NewEvent",
    "SubjectKind",
    "add_events",
    "add_evidence",
    "add_mute",
    "add_note",
    "event_of",
    "latest_alerts",
    "live_alerts",
    "load_alerts",
    "load_conversations",
    "mark_undone",
    "mutes_now",
    "next_step",
    "remove_mute",
    "remove_note",
    "restore_mute",
    "restore_note",
    "save_alerts",
    "save_conversations",
]

SubjectKind = Literal[
    "conversation",
    "alert",
    "mention",
    "rule",
    "template",
    "outbox",
    "member",
    "maintenance",
    "history",
    "word",
    "model",
    "rescoring",
    "person",
    "stage",
    "campaign",
    "planned",
    "cadence",
    "duty",
    "charge",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One line for the log. ``step`` 0 is what happened by itself and cannot be undone by a key.

    ``before`` and ``after`` hold the fields that changed, as JSON can hold them.
    """

    at: Micros
    actor: str
    verb: str
    subject_kind: SubjectKind
    subject_id: int
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    step: int = 0


async def add_events(connection: Connection, events: Iterable[NewEvent]) -> None:
    """Append lines to the log, each with the version its subject has now.

    By that version a later write knows whether a screen has shown what the line says.
    """
    await connection.many(
        """INSERT INTO event (at, actor, verb, subject_kind, subject_id, before, after, step)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE ?4
               WHEN 'conversation' THEN json_set(?7, '$.row_version',
                   (SELECT version FROM conversation WHERE id = ?5))
               WHEN 'alert' THEN json_set(?7, '$.row_version',
                   (SELECT version FROM alert WHERE id = ?5))
               ELSE ?7 END, ?8)""",
        [
            (
                one.at,
                storable(one.actor),
                one.verb,
                one.subject_kind,
                one.subject_id,
                dumps(dict(one.before)),
                dumps(dict(one.after)),
                one.step,
            )
            for one in events
        ],
    )


async def next_step(connection: Connection, actor: str) -> int:
    """Return the number of this person's next step; all events of one key press share it."""
    (row,) = await connection.fetch(
        "SELECT coalesce(max(step), 0) AS last FROM event WHERE actor = ?", (storable(actor),)
    )
    return int(row["last"]) + 1


async def mark_undone(
    connection: Connection, event_ids: Iterable[int], undone: bool = True
) -> None:
    """Mark events as undone, or as done again."""
    await connection.many(
        "UPDATE event SET undone = ? WHERE id = ?", [(undone, id_) for id_ in event_ids]
    )


def event_of(row: Row) -> EventRow:
    """Return the event a row of table ``event`` holds."""
    after = to_mapping(row["after"])
    after.pop("row_version", None)
    return EventRow(
        id=row["id"],
        at=Micros(row["at"]),
        actor=SafeText(row["actor"]),
        verb=row["verb"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        before=to_mapping(row["before"]),
        after=after,
        undone=bool(row["undone"]),
        step=row["step"],
    )


async def add_note(
    connection: Connection,
    kind: Literal["conversation", "alert", "person", "campaign"],
    subject_id: int,
    author: str,
    text: SafeText,
    now: Micros,
) -> int:
    """Add a note of ours and return its id. The subject's count of notes is its saver's affair."""
    (row,) = await connection.fetch(
        """INSERT INTO note (subject_kind, subject_id, at, author, text) VALUES (?, ?, ?, ?, ?)
           RETURNING id""",
        (kind, subject_id, now, storable(author), storable(text)),
    )
    return int(row["id"])


async def remove_note(connection: Connection, note_id: int) -> None:
    """Take a note away, for an undo."""
    await connection.fetch("UPDATE note SET removed = 1 WHERE id = ?", (note_id,))


async def restore_note(connection: Connection, note_id: int) -> None:
    """Bring a note back, for a redo."""
    await connection.fetch("UPDATE note SET removed = 0 WHERE id = ?", (note_id,))


MuteKind = Literal["account", "conversation", "word", "rule", "rule word", "rule author"]


async def add_mute(
    connection: Connection, kind: MuteKind, value: str, now: Micros, until: Micros | None = None
) -> int:
    """Mute an account, conversation, word or rule, and return the mute's id."""
    (row,) = await connection.fetch(
        "INSERT INTO mute (kind, value, at, until_at) VALUES (?, ?, ?, ?) RETURNING id",
        (kind, storable(value), now, until),
    )
    return int(row["id"])


async def remove_mute(connection: Connection, mute_id: int) -> None:
    """Take a mute away."""
    await connection.fetch("UPDATE mute SET removed = 1 WHERE id = ?", (mute_id,))


async def restore_mute(connection: Connection, mute_id: int) -> None:
    """Bring a mute back, for an undo."""
    await connection.fetch("UPDATE mute SET removed = 0 WHERE id = ?", (mute_id,))


async def mutes_now(connection: Connection, now: Micros) -> dict[str, frozenset[str]]:
    """Return the muted values in force at ``now`` by kind."""
    rows = await connection.fetch(
        """SELECT kind, value FROM mute
           WHERE removed = 0 AND (until_at IS NULL OR until_at > ?)""",
        (now,),
    )
    kinds = {row["kind"] for row in rows}
    return {kind: frozenset(r["value"] for r in rows if r["kind"] == kind) for kind in kinds}
