"""Planned actions and posts in their table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from uuid import uuid4

from listeners.model import DAY, HOUR, SECOND, Micros, SafeText
from listeners.planning.entry import (
    LONGEST,
    REMIND_MOST,
    Planned,
    begins,
    ends,
    is_late,
    is_to_ring,
    kind_of,
    over_at,
    reminds_at,
    state_of,
)
from listeners.planning.matching import NEAR, OwnPost
from listeners.store.codec import dumps, micros, storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.sources import register_brands

COLUMNS = (
    "campaign_id", "kind", "title", "text", "channel", "owner", "state", "at", "end_at", "all_day",
    "remind", "done_at", "mention_id",
)  # fmt: skip
"""What a person may change of an entry: the columns that are logged and taken back."""

_ZONES = 15 * HOUR
"""How far a date that is stored as midnight UTC may lie from the midnight of any place."""
_MOST = 5000
"""Entries that one question returns at most."""
_BACK = 7 * DAY
"""How long after its time a planned post is still looked for, where nobody listened meanwhile."""
_ROW = "SELECT p.*, b.name AS brand FROM planned p JOIN brand b ON b.id = p.brand_id"
_OF_BRAND = "p.removed = 0 AND p.brand_id IN (SELECT id FROM brand WHERE ? IN ('', name))"


# --- reading --------------------------------------------------------------------------------------


async def planned(
    store: Store, brand: str, from_at: Micros, to_at: Micros, *, zone: tzinfo | None = None
) -> list[Planned]:
    """Return what is planned for some of [from_at, to_at), by its time.

    An empty brand is every brand. ``zone`` is where the days are those of a calendar, ``None`` the
    machine's.
    """
    rows = await store.fetch(
        f"""{_ROW} WHERE {_OF_BRAND} AND p.at >= ? AND p.at < ? ORDER BY p.at, p.id LIMIT ?""",
        (brand, from_at - LONGEST - _ZONES, to_at + _ZONES, _MOST),
    )
    found = [planned_of(row) for row in rows]
    return [
        one
        for one in found
        if begins(one, zone) < to_at and (ends(one, zone) > from_at or one.at >= from_at)
    ]


async def late(
    store: Store, brand: str, now: Micros, *, zone: tzinfo | None = None
) -> list[Planned]:
    """Return what should have been done by now, the longest late first."""
    rows = await store.fetch(
        f"""{_ROW} WHERE {_OF_BRAND} AND p.state != 'done' AND p.at < ?
            ORDER BY p.at, p.id LIMIT ?""",
        (brand, now + _ZONES, _MOST),
    )
    return [one for one in map(planned_of, rows) if is_late(one, now, zone)]


async def ringing(
    store: Store, member: str, now: Micros, *, zone: tzinfo | None = None
) -> list[Planned]:
    """Return what a member was reminded of and is still before them, the next one first.

    What nobody has concerns everybody.
    """
    rows = await store.fetch(
        f"""{_ROW} WHERE p.removed = 0 AND p.state != 'done' AND p.owner IN ('', ?)
            AND p.reminded_at IS NOT NULL AND p.at > ? ORDER BY p.at, p.id LIMIT 20""",
        (storable(member), now - LONGEST),
    )
    return [
        one
        for one in map(planned_of, rows)
        if now <= over_at(one, zone)
        and one.reminded_at is not None
        and (reminds_at(one, zone) or now + 1) <= one.reminded_at
    ]


async def by_numbers(store: Store, numbers: Sequence[int]) -> dict[int, Planned]:
    """Return entries by their numbers; removed ones are left out."""
    rows = await store.fetch(
        f"{_ROW} WHERE p.removed = 0 AND p.id IN (SELECT value FROM json_each(?))",
        (dumps(list(numbers)),),
    )
    return {row["id"]: planned_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Span:
    """A campaign as a calendar draws it."""

    id: int
    brand: str
    name: SafeText
    from_at: Micros
    to_at: Micros


async def campaign_spans(store: Store, brand: str) -> list[Span]:
    """Return the campaigns of a brand, the first to begin on top."""
    rows = await store.fetch(
        """SELECT c.id, b.name AS brand, c.name, c.from_at, c.to_at
           FROM campaign c JOIN brand b ON b.id = c.brand_id
           WHERE c.removed = 0 AND (? = '' OR b.name = ?) ORDER BY c.from_at, c.id LIMIT ?""",
        (brand, brand, _MOST),
    )
    return [
        Span(
            row["id"],
            row["brand"],
            SafeText(row["name"]),
            Micros(row["from_at"]),
            Micros(row["to_at"]),
        )
        for row in rows
    ]


# --- inside a write -------------------------------------------------------------------------------


async def load_planned(connection: Connection, numbers: Iterable[int]) -> dict[int, Planned]:
    """Return entries by their numbers; removed ones are left out."""
    rows = await connection.fetch(
        f"{_ROW} WHERE p.removed = 0 AND p.id IN (SELECT value FROM json_each(?))",
        (dumps(list(numbers)),),
    )
    return {row["id"]: planned_of(row) for row in rows}


async def load_by_uid(
    connection: Connection, uids: Iterable[str]
) -> dict[str, tuple[Planned, bool]]:
    """Return entries by their calendar id, each with whether it is removed."""
    rows = await connection.fetch(
        f"{_ROW} WHERE p.uid IN (SELECT value FROM json_each(?))",
        (dumps([storable(uid) for uid in uids]),),
    )
    return {row["uid"]: (planned_of(row), bool(row["removed"])) for row in rows}


async def occurrences(connection: Connection, uid: str, since: Micros) -> list[Planned]:
    """Return what came of a repeated entry of a calendar file from ``since`` on."""
    low = storable(uid) + "#"
    rows = await connection.fetch(
        f"{_ROW} WHERE p.removed = 0 AND p.uid > ? AND p.uid < ? AND p.at >= ?",
        (low, low[:-1] + "$", since),
    )
    return [planned_of(row) for row in rows]


async def removed_by_hand(connection: Connection, numbers: Iterable[int]) -> frozenset[int]:
    """Return those of removed entries that a person took away and did not bring back."""
    rows = await connection.fetch(
        """SELECT w.value AS id FROM json_each(?) w WHERE 'remove' = (
               SELECT e.verb FROM event e WHERE e.subject_kind = 'planned'
               AND e.subject_id = w.value AND e.undone = 0 AND e.verb NOT IN ('undo', 'redo')
               ORDER BY e.id DESC LIMIT 1)""",
        (dumps(list(numbers)),),
    )
    return frozenset(row["id"] for row in rows)


async def insert_planned(connection: Connection, one: Planned, author: str, now: Micros) -> int:
    """Keep a new entry and return its number; one without a calendar id is given one."""
    (row,) = await connection.fetch(
        f"""INSERT INTO planned (uid, brand_id, author, changed_at, {", ".join(COLUMNS)})
            VALUES (?, ?, ?, ?, {", ".join("?" for _ in COLUMNS)}) RETURNING id""",
        (
            storable(one.uid) or f"{uuid4()}@hubbub",
            (await register_brands(connection, [one.brand]))[storable(one.brand)],
            storable(author),
            now,
            *columns_of(one).values(),
        ),
    )
    return int(row["id"])


async def update_planned(
    connection: Connection, number: int, columns: Mapping[str, object], now: Micros
) -> None:
    """Write some columns of an entry; ``removed`` may be one of them."""
    names = [name for name in (*COLUMNS, "removed") if name in columns]
    await connection.fetch(
        f"""UPDATE planned SET {", ".join(f"{name} = ?" for name in names)},
            version = version + 1, changed_at = ? WHERE id = ?""",
        (*(columns[name] for name in names), now, number),
    )


async def rung(connection: Connection, numbers: Iterable[int], now: Micros) -> None:
    """Write down that these reminders have rung."""
    await connection.many(
        "UPDATE planned SET reminded_at = ? WHERE id = ?", [(now, number) for number in numbers]
    )


# --- what time and our own posts ask for ----------------------------------------------------------


_TO_RING = f"""{_ROW} WHERE {_OF_BRAND} AND p.state != 'done' AND p.remind IS NOT NULL
    AND p.at > ? AND p.at < ?"""


async def to_ring(store: Store, now: Micros, *, zone: tzinfo | None = None) -> list[Planned]:
    """Return the entries whose reminder is due and has not rung."""
    rows = await store.fetch(_TO_RING, _ringing_times(now))
    return [one for one in map(planned_of, rows) if is_to_ring(one, now, zone)]


async def to_ring_in(connection: Connection, now: Micros) -> list[Planned]:
    """Return the entries that may have to ring, inside a write."""
    return [planned_of(row) for row in await connection.fetch(_TO_RING, _ringing_times(now))]


def _ringing_times(now: Micros) -> tuple[str, int, int]:
    return "", now - LONGEST, now + REMIND_MOST * SECOND + _ZONES


@dataclass(frozen=True, slots=True)
class Hoped:
    """Planned posts whose time has come, our own posts around it, and what is decided already."""

    entries: Sequence[Planned]
    posts: Sequence[OwnPost]
    taken: frozenset[int]
    refused: frozenset[tuple[int, int]]


async def hoped_for(store: Store, now: Micros) -> Hoped | None:
    """Return what is needed to see which planned posts were posted, ``None``: none is awaited."""
    rows = await store.fetch(
        f"""{_ROW} WHERE {_OF_BRAND} AND p.kind = 'post' AND p.state != 'done'
            AND p.at > ? AND p.at < ?""",
        ("", now - _BACK, now + NEAR + _ZONES),
    )
    if not rows:
        return None
    entries = [planned_of(row) for row in rows]
    since = Micros(min(one.at for one in entries) - NEAR - DAY)
    posts = await own_posts(store, "", since, now)
    ids = dumps([post.id for post in posts])
    taken = await store.fetch(
        """SELECT mention_id FROM planned WHERE removed = 0
           AND mention_id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    refused = await store.fetch(
        """SELECT subject_id, json_extract(after, '$.mention_id') AS mention FROM event
           WHERE subject_kind = 'planned' AND subject_id IN (SELECT value FROM json_each(?))
             AND json_extract(after, '$.mention_id') IS NOT NULL""",
        (dumps([one.id for one in entries]),),
    )
    return Hoped(
        entries,
        posts,
        frozenset(row["mention_id"] for row in taken),
        frozenset((row["subject_id"], row["mention"]) for row in refused),
    )


async def own_posts(store: Store, brand: str, since: Micros, until: Micros) -> list[OwnPost]:
    """Return what our own accounts posted to open a thread in [since, until], oldest first.

    Replies, reposts and what was deleted are left out; an empty brand is all of ours.
    """
    rows = await store.fetch(
        """SELECT m.id, b.name AS brand, m.network, substr(m.text, 1, 1000) AS text, m.sort_at
           FROM account a CROSS JOIN mention m ON m.account_id = a.id
             JOIN brand b ON b.id = m.brand_id
           WHERE a.ours = 1 AND m.sort_at >= ? AND m.sort_at <= ? AND m.part = 'ours'
             AND m.parent_id IS NULL AND (m.root_id IS NULL OR m.root_id = m.native_id)
             AND m.repost = 0 AND m.deleted_at IS NULL
             AND b.competitor_of IS NULL AND (? = '' OR b.name = ?)
           ORDER BY m.sort_at, m.id""",
        (since, until, brand, brand),
    )
    return [
        OwnPost(row["id"], row["brand"], row["network"], row["text"], Micros(row["sort_at"]))
        for row in rows
    ]


# --- between rows and entries ---------------------------------------------------------------------


def columns_of(one: Planned) -> dict[str, object]:
    """Return what a person may change of an entry, as the table holds it."""
    return {
        "campaign_id": one.campaign,
        "kind": one.kind,
        "title": storable(one.title),
        "text": storable(one.text),
        "channel": storable(one.channel),
        "owner": storable(one.owner),
        "state": one.state,
        "at": one.at,
        "end_at": one.end_at,
        "all_day": int(one.all_day),
        "remind": one.remind,
        "done_at": one.done_at,
        "mention_id": one.mention_id,
    }


def planned_of(row: Row) -> Planned:
    """Return the entry a row of the table holds; it names its ``brand``."""
    return Planned(
        id=row["id"],
        version=row["version"],
        uid=row["uid"],
        brand=row["brand"],
        campaign=row["campaign_id"],
        kind=kind_of(row["kind"]) or "action",
        title=row["title"],
        text=row["text"],
        channel=row["channel"],
        owner=row["owner"],
        state=state_of(row["state"]) or "idea",
        at=Micros(row["at"]),
        end_at=micros(row["end_at"]),
        all_day=bool(row["all_day"]),
        remind=row["remind"],
        reminded_at=micros(row["reminded_at"]),
        done_at=micros(row["done_at"]),
        mention_id=row["mention_id"],
        author=row["author"],
        changed_at=Micros(row["changed_at"]),
    )
