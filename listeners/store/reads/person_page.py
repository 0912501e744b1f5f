"""All about one person: what they said, our answers, notes, mood by week, their own words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from listeners.model import Micros, SafeText
from listeners.people.caring import cares_about
from listeners.people.rows import Contact, PersonRow
from listeners.planning.calendar import week_of
from listeners.rows import EventRow, Note
from listeners.store.codec import dumps
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.people import heads_of
from listeners.store.profile_links import links_of
from listeners.store.reads.person_rows import people
from listeners.store.stages import MoveRow, moves_of
from listeners.store.subjects import event_of

WEEKS: Final = 26
"""Weeks of the mood over time."""
MOST: Final = 1_000
"""Messages of the list, the newest."""
_TEXTS: Final = 300
_EVERYBODY: Final = 1_500
_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class Week:
    """The scored mentions of a week, from ``start`` on."""

    start: Micros
    positive: int = 0
    negative: int = 0
    neutral: int = 0

    @property
    def net(self) -> float | None:
        """Net sentiment in [-1, 1], ``None`` where nothing was scored."""
        scored = self.positive + self.negative + self.neutral
        return (self.positive - self.negative) / scored if scored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One person, whole. ``messages`` are ids of theirs and of our answers, newest first.

    ``links`` are the addresses of their profiles, by account; ``weeks`` end with this one.
    ``cares`` are the words that stand out in what they say. ``merged`` are the numbers of those
    who were merged into them.
    """

    row: PersonRow
    merged: tuple[int, ...]
    contacts: tuple[Contact, ...]
    links: dict[int, tuple[str, ...]]
    first_at: Micros | None
    messages: tuple[int, ...]
    answers: int
    conversations: tuple[int, ...]
    weeks: tuple[Week, ...]
    cares: tuple[SafeText, ...]
    notes: tuple[Note, ...]
    moves: tuple[MoveRow, ...]
    log: tuple[EventRow, ...]


async def person_page(
    store: Store,
    person: int,
    brand: str,
    now: Micros,
    zone: tzinfo | None,
    leave_out: Collection[str] = (),
) -> PersonPage | None:
    """Return the page of a person, or of the one they were merged into; ``None`` for nobody.

    ``brand`` narrows counts, mood and stage, not the messages. ``leave_out`` are the names of our
    brands, which are no words of theirs.
    """

    async def head(connection: Connection) -> int:
        return (await heads_of(connection, [person])).get(person, 0)

    number = await store.read(head)
    row = (await people(store, [number], brand)).get(number)
    if row is None:
        return None
    family = await _family(store, number)
    accounts = [one.id for one in row.accounts]
    messages, answers = await _messages(store, accounts)
    first, weeks = await _weeks(store, accounts, now, zone)
    contacts = await store.fetch(
        "SELECT kind, value, network FROM contact WHERE person_id = ?", (number,)
    )
    return PersonPage(
        row=row,
        merged=family[1:],
        contacts=tuple(Contact(one["kind"], one["value"], one["network"]) for one in contacts),
        links=await links_of(store, accounts),
        first_at=first,
        messages=messages,
        answers=answers,
        conversations=await _conversations(store, accounts),
        weeks=weeks,
        cares=await _cares(store, accounts, leave_out),
        notes=await _notes(store, family),
        moves=tuple(await moves_of(store, number, brand)),
        log=await _log(store, family),
    )


async def _family(store: Store, person: int) -> tuple[int, ...]:
    """Return a person and whoever was merged into them."""
    rows = await store.fetch(
        """WITH RECURSIVE family(id) AS (
               SELECT ? UNION SELECT p.id FROM family f JOIN person p ON p.merged_into = f.id)
           SELECT id FROM family""",
        (person,),
    )
    return tuple(row["id"] for row in rows)


async def _messages(store: Store, accounts: list[int]) -> tuple[tuple[int, ...], int]:
    """Return the newest messages of theirs and of ours to them, and how many are ours."""
    rows = await store.fetch(
        f"""WITH theirs AS MATERIALIZED (
                SELECT m.id, m.sort_at, m.conversation_id FROM json_each(?) w
                JOIN mention m ON m.account_id = w.value WHERE m.deleted_at IS NULL
                ORDER BY m.sort_at DESC, m.id DESC LIMIT {MOST}),
            talks AS MATERIALIZED (
                SELECT conversation_id AS id, min(sort_at) AS since FROM theirs
                WHERE conversation_id IS NOT NULL GROUP BY conversation_id)
            SELECT id, sort_at, 0 AS ours FROM theirs
            UNION
            SELECT o.id, o.sort_at, 1 FROM talks t JOIN mention o ON o.conversation_id = t.id
            WHERE o.part = 'ours' AND o.sort_at >= t.since AND o.deleted_at IS NULL
            ORDER BY 2 DESC, 1 DESC LIMIT {MOST}""",
        (dumps(accounts),),
    )
    return tuple(row["id"] for row in rows), sum(row["ours"] for row in rows)


async def _conversations(store: Store, accounts: list[int]) -> tuple[int, ...]:
    """Return the conversations in which they spoke, the latest first."""
    rows = await store.fetch(
        f"""SELECT coalesce(c.merged_into, c.id) AS id, max(m.sort_at) AS at FROM json_each(?) w
            JOIN mention m ON m.account_id = w.value JOIN conversation c ON c.id = m.conversation_id
            WHERE m.deleted_at IS NULL GROUP BY 1 ORDER BY 2 DESC LIMIT {_LINES}""",
        (dumps(accounts),),
    )
    return tuple(row["id"] for row in rows)


async def _weeks(
    store: Store, accounts: list[int], now: Micros, zone: tzinfo | None
) -> tuple[Micros | None, tuple[Week, ...]]:
    starts = [week_of(now, zone, -back) for back in reversed(range(WEEKS))]
    rows = await store.fetch(
        """SELECT m.sort_at, m.label FROM json_each(?) w JOIN mention m ON m.account_id = w.value
           WHERE m.sort_at >= ? AND m.deleted_at IS NULL AND m.repost = 0 AND m.label < 3""",
        (dumps(accounts), starts[0]),
    )
    counted: dict[Micros, list[int]] = {start: [0, 0, 0] for start in starts}
    for row in rows:
        week = week_of(Micros(row["sort_at"]), zone)
        if week in counted:
            counted[week][row["label"]] += 1
    weeks = tuple(
        Week(start, positive, negative, neutral)
        for start, (negative, neutral, positive) in counted.items()
    )
    (oldest,) = await store.fetch(
        """SELECT min(a.first) AS at FROM (
               SELECT (SELECT m.sort_at FROM mention m WHERE m.account_id = w.value
                         AND m.deleted_at IS NULL ORDER BY m.sort_at LIMIT 1) AS first
               FROM json_each(?) w) a""",
        (dumps(accounts),),
    )
    return (None if oldest["at"] is None else Micros(oldest["at"])), weeks


async def _cares(
    store: Store, accounts: list[int], leave_out: Collection[str]
) -> tuple[SafeText, ...]:
    own = await store.fetch(
        f"""SELECT m.title, m.text FROM json_each(?) w JOIN mention m ON m.account_id = w.value
            WHERE m.deleted_at IS NULL AND m.repost = 0 AND m.withheld_at IS NULL
            ORDER BY m.sort_at DESC LIMIT {_TEXTS}""",
        (dumps(accounts),),
    )
    if len(own) < 2:
        return ()
    others = await store.fetch(
        """SELECT m.title, m.text FROM mention m WHERE m.id > (SELECT max(id) FROM mention) - ?
           AND m.account_id NOT IN (SELECT value FROM json_each(?)) AND m.deleted_at IS NULL""",
        (_EVERYBODY, dumps(accounts)),
    )
    words = cares_about(
        [f"{row['title']} {row['text']}" for row in own],
        [f"{row['title']} {row['text']}" for row in others],
        leave_out,
    )
    return tuple(SafeText(word) for word in words)


async def _notes(store: Store, family: tuple[int, ...]) -> tuple[Note, ...]:
    rows = await store.fetch(
        """SELECT n.id, n.at, n.author, n.text FROM json_each(?) w JOIN note n
               ON n.subject_kind = 'person' AND n.subject_id = w.value WHERE n.removed = 0""",
        (dumps(list(family)),),
    )
    ordered = sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)
    return tuple(
        Note(
            id=row["id"],
            at=Micros(row["at"]),
            author=SafeText(row["author"]),
            text=SafeText(row["text"]),
        )
        for row in ordered
    )


async def _log(store: Store, family: tuple[int, ...]) -> tuple[EventRow, ...]:
    rows = await store.fetch(
        f"""SELECT e.* FROM json_each(?) w JOIN event e
                ON e.subject_kind = 'person' AND e.subject_id = w.value
            ORDER BY e.id DESC LIMIT {_LINES}""",
        (dumps(list(family)),),
    )
    return tuple(event_of(row) for row in rows)


async def persons_of_subject(
    store: Store, kind: str, subject: int, mention: int | None = None
) -> list[int]:
    """Return whose a mention, a conversation or an alert is, the most telling person first.

    Of a conversation: who wrote ``mention``, else its newest message from outside, else who began
    it. Of an alert: those of its evidence, the newest first.
    """
    if kind == "mention" or mention is not None:
        rows = await store.fetch(
            "SELECT a.person_id AS id, a.ours FROM mention m JOIN account a ON a.id = m.account_id "
            "WHERE m.id = ?",
            (mention or subject,),
        )
        if kind == "mention" or any(not row["ours"] for row in rows):
            return [row["id"] for row in rows]
    if kind == "conversation":
        rows = await store.fetch(
            """SELECT a.person_id AS id FROM conversation c LEFT JOIN mention m
                   ON m.id = c.last_outside_id
               JOIN account a ON a.id = coalesce(m.account_id, c.opener_id) WHERE c.id = ?""",
            (subject,),
        )
        return [row["id"] for row in rows]
    rows = await store.fetch(
        """SELECT a.person_id AS id, max(m.sort_at) AS at FROM alert_mention e
           JOIN mention m ON m.id = e.mention_id JOIN account a ON a.id = m.account_id
           WHERE e.alert_id = ? AND a.ours = 0 GROUP BY a.person_id ORDER BY at DESC LIMIT 20""",
        (subject,),
    )
    return [row["id"] for row in rows]
