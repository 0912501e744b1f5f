"""Rows of people by id: what a list shows of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from listeners.model import Micros, SafeText
from listeners.people.rows import AccountRow, PersonRow
from listeners.store.codec import dumps
from listeners.store.connection import Row
from listeners.store.database import Store

NEWEST: Final = 20
"""Scored mentions from which the mood is taken."""

_OF_THE_BRAND: Final = """m.deleted_at IS NULL
    AND (?1 = '' OR m.brand_id = (SELECT b.id FROM brand b WHERE b.name = ?1))"""
HEARD: Final = f"""
coalesce((SELECT sum((SELECT count(*) FROM mention m WHERE m.account_id = k.id AND m.repost = 0
                      AND {_OF_THE_BRAND})) FROM account k WHERE k.person_id = p.id), 0)
    AS mentions,
coalesce((SELECT max((SELECT m.sort_at FROM mention m WHERE m.account_id = k.id
             AND {_OF_THE_BRAND} ORDER BY m.sort_at DESC LIMIT 1))
          FROM account k WHERE k.person_id = p.id), 0) AS last_at
"""
"""How often and how lately person ``p`` was heard; the first parameter is the brand's name."""


async def people(store: Store, ids: Iterable[int], brand: str = "") -> dict[int, PersonRow]:
    """Return people by id; how often and when they were heard, stage and mood are the brand's."""
    asked = dumps(list(ids))
    rows = await store.fetch(
        f"""SELECT p.*, {HEARD} FROM json_each(?2) w JOIN person p ON p.id = w.value
            WHERE p.removed = 0""",
        (brand, asked),
    )
    muted = await _muted(store)
    accounts: dict[int, list[AccountRow]] = {}
    for row in await store.fetch(
        """SELECT a.* FROM json_each(?) w JOIN account a ON a.person_id = w.value""", (asked,)
    ):
        accounts.setdefault(row["person_id"], []).append(_account(row, muted))
    tags: dict[int, list[SafeText]] = {}
    for row in await store.fetch(
        "SELECT t.person_id, t.tag FROM json_each(?) w JOIN person_tag t ON t.person_id = w.value",
        (asked,),
    ):
        tags.setdefault(row["person_id"], []).append(SafeText(row["tag"]))
    stages = await _stages(store, asked, brand)
    moods = await _moods(store, asked, brand)
    return {
        row["id"]: _person(
            row,
            sorted(accounts.get(row["id"], ()), key=lambda one: one.id),
            tuple(sorted(tags.get(row["id"], ()))),
            stages.get(row["id"], ""),
            moods.get(row["id"]),
        )
        for row in rows
    }


def _person(
    row: Row,
    accounts: Sequence[AccountRow],
    tags: tuple[SafeText, ...],
    stage: str,
    mood: float | None,
) -> PersonRow:
    best = max(accounts, key=lambda one: (bool(one.name), one.followers or 0), default=None)
    called = SafeText("") if best is None else SafeText(best.name or best.called)
    return PersonRow(
        id=row["id"],
        name=SafeText(row["name"] or called),
        given=SafeText(row["name"]),
        role=row["role"] or max((one.role for one in accounts), default=""),
        outlet=SafeText(row["outlet"]),
        beat=SafeText(row["beat"]),
        accounts=tuple(accounts),
        reach=row["reach"],
        mentions=row["mentions"] or 0,
        last_at=Micros(row["last_at"]) if row["last_at"] else None,
        mood=mood,
        stage=stage,
        tags=tags,
        muted=bool(accounts) and all(one.muted for one in accounts),
    )


def _account(row: Row, muted: frozenset[str]) -> AccountRow:
    return AccountRow(
        id=row["id"],
        network=row["network"],
        key=row["key"],
        handle=SafeText(row["handle"]),
        name=SafeText(row["name"]),
        url=row["url"],
        followers=row["followers"],
        automated=bool(row["automated"]),
        role=row["role"],
        muted=f"{row['network']}:{row['key']}" in muted,
    )


async def _muted(store: Store) -> frozenset[str]:
    rows = await store.fetch(
        "SELECT value FROM mute WHERE kind = 'account' AND removed = 0 AND until_at IS NULL"
    )
    return frozenset(row["value"] for row in rows)


async def _stages(store: Store, asked: str, brand: str) -> dict[int, str]:
    """Return the stage of each person with a brand; with all, that of the newest acquaintance."""
    rows = await store.fetch(
        """SELECT s.person_id, s.stage, s.last_at FROM json_each(?) w
           JOIN standing s ON s.person_id = w.value JOIN brand b ON b.id = s.brand_id
           WHERE ? IN ('', b.name)""",
        (asked, brand),
    )
    ordered = sorted(rows, key=lambda row: int(row["last_at"]))
    return {row["person_id"]: row["stage"] for row in ordered}


async def _moods(store: Store, asked: str, brand: str) -> Mapping[int, float]:
    rows = await store.fetch(
        """SELECT a.person_id, (SELECT group_concat(at || ' ' || label) FROM (
               SELECT m.sort_at AS at, m.label AS label FROM mention m
               WHERE m.account_id = a.id AND m.deleted_at IS NULL AND m.label < 3
                 AND m.repost = 0
                 AND (?2 = '' OR m.brand_id = (SELECT b.id FROM brand b WHERE b.name = ?2))
               ORDER BY m.sort_at DESC LIMIT ?3)) AS said
           FROM json_each(?1) w JOIN account a ON a.person_id = w.value""",
        (asked, brand, NEWEST),
    )
    said: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        for one in (row["said"] or "").split(","):
            at, _space, label = one.partition(" ")
            if label:
                said.setdefault(row["person_id"], []).append((int(at), int(label)))
    return {
        person: sum(label - 1 for _at, label in newest) / len(newest)
        for person, each in said.items()
        if (newest := sorted(each, reverse=True)[:NEWEST])
    }
