"""What the team has, did and leaves: the figures of the team screen and of the hand-over sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from listeners.model import MINUTE, Micros, SafeText
from listeners.rows import EventRow
from listeners.store.codec import dumps, micros, storable
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids
from listeners.store.subjects import event_of

DUE_SOON = 15 * MINUTE
ANSWERS = ("answered", "reply")
"""The verbs of a person that answer."""

_LOADS = """
SELECT assignee, count(*) AS open, count(*) FILTER (WHERE due_at < ?) AS overdue,
       count(*) FILTER (WHERE due_at >= ? AND due_at <= ?) AS due_soon,
       min(waiting_since) AS waiting_since
FROM conversation
WHERE brand_id IN (SELECT value FROM json_each(?)) AND state = 'open' AND in_queue = 1
  AND merged_into IS NULL
GROUP BY assignee
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a member has open; an empty name is what nobody has."""

    member: str
    open: int
    overdue: int
    due_soon: int
    waiting_since: Micros | None


async def loads(store: Store, brand: str, now: Micros) -> list[Load]:
    """Return what each member has open, nobody's pile among them."""
    ids = await brand_ids(store, brand)
    return [
        Load(
            row["assignee"],
            row["open"],
            row["overdue"],
            row["due_soon"],
            micros(row["waiting_since"]),
        )
        for row in await store.fetch(_LOADS, (now, now, now + DUE_SOON, dumps(ids)))
    ]


async def answered_since(store: Store, since: Micros) -> dict[str, int]:
    """Return how many conversations each member answered since then, and did not take back."""
    rows = await store.fetch(
        """SELECT actor, count(DISTINCT subject_id) AS n FROM event
           WHERE verb IN (SELECT value FROM json_each(?)) AND at >= ? AND undone = 0
             AND subject_kind = 'conversation' AND step > 0 GROUP BY actor""",
        (dumps(ANSWERS), since),
    )
    return {row["actor"]: row["n"] for row in rows}


async def last_step_at(store: Store, members: Iterable[str]) -> dict[str, Micros]:
    """Return when each member last did something here."""
    rows = await store.fetch(
        """SELECT w.value AS member, (SELECT at FROM event WHERE actor = w.value AND step > 0
               ORDER BY step DESC LIMIT 1) AS at FROM json_each(?) w""",
        (dumps([storable(member) for member in members]),),
    )
    return {row["member"]: Micros(row["at"]) for row in rows if row["at"] is not None}


async def done_since(store: Store, since: Micros) -> list[EventRow]:
    """Return what members did to conversations since then and did not take back, oldest first."""
    rows = await store.fetch(
        """SELECT * FROM event WHERE at >= ? AND step > 0 AND undone = 0
           AND subject_kind = 'conversation' ORDER BY at, id""",
        (since,),
    )
    return [event_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class LeftNote:
    """A note written since, and where it stands."""

    kind: Literal["conversation", "alert"]
    subject: int
    at: Micros
    author: SafeText
    text: SafeText


async def notes_since(store: Store, since: Micros) -> list[LeftNote]:
    """Return the notes written since then, oldest first."""
    rows = await store.fetch(
        """SELECT n.* FROM event e JOIN note n ON n.id = json_extract(e.after, '$.note_id')
           WHERE e.verb = 'note' AND e.at >= ? AND n.removed = 0 ORDER BY n.at, n.id""",
        (since,),
    )
    return [
        LeftNote(
            row["subject_kind"],
            row["subject_id"],
            Micros(row["at"]),
            SafeText(row["author"]),
            SafeText(row["text"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class LeftDraft:
    """A reply somebody began and did not send."""

    conversation: int
    author: str
    text: str
    updated_at: Micros


async def drafts_left(store: Store) -> list[LeftDraft]:
    """Return every draft, the newest first."""
    rows = await store.fetch("SELECT * FROM draft ORDER BY updated_at DESC")
    return [
        LeftDraft(row["conversation_id"], row["author"], row["text"], Micros(row["updated_at"]))
        for row in rows
    ]
