"""What a report counts, from the mentions and moves themselves: each figure has its rows.

Reports are made a few times a week and may take a second; so nothing is kept for them, and no sum
can be off from the rows that ``hubbub mentions`` lists. A mention counts as everywhere: not
deleted, not our own voice; reposts and history count. People are those who wrote themselves, our
own accounts and staff aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.model import Micros, SafeText, Sentence
from listeners.rows import Bucket
from listeners.store.codec import dumps, micros, storable, to_sentence
from listeners.store.connection import Connection
from listeners.store.database import Store

Networks = Mapping[str, Bucket]
"""The counts of each network in one stretch."""

_HEARD = """
SELECT m.network, count(*) AS total, count(*) FILTER (WHERE m.label = 0) AS negative,
       count(*) FILTER (WHERE m.label = 1) AS neutral,
       count(*) FILTER (WHERE m.label = 2) AS positive,
       count(*) FILTER (WHERE m.label = 3) AS unscored, total(m.compound) AS compound_sum
FROM mention m WHERE m.brand_id = (SELECT id FROM brand WHERE name = ?)
  AND m.sort_at >= ? AND m.sort_at < ? AND m.deleted_at IS NULL AND m.part != 'ours'
GROUP BY m.network
"""

_ROLE = """coalesce(nullif(p.role, ''),
    (SELECT max(k.role) FROM account k WHERE k.person_id = p.id), '')"""

_SPOKE = f"""
WITH b AS (SELECT id FROM brand WHERE name = ?1),
who AS (
    SELECT a.person_id AS person, count(*) AS mentions, max(m.sort_at) AS last_at, m.account_id
    FROM mention m JOIN account a ON a.id = m.account_id
    WHERE m.brand_id = (SELECT id FROM b) AND m.sort_at >= ?2 AND m.sort_at < ?3
      AND m.deleted_at IS NULL AND m.part != 'ours' AND m.repost = 0 AND a.ours = 0
    GROUP BY a.person_id),
named AS (
    SELECT w.*, p.name, p.outlet, p.reach, {_ROLE} AS role
    FROM who w JOIN person p ON p.id = w.person)
SELECT n.person, n.mentions, n.role, n.outlet, n.reach,
       coalesce(nullif(n.name, ''), nullif(a.name, ''), nullif(a.handle, ''), a.key) AS name,
       NOT EXISTS (SELECT 1 FROM account k CROSS JOIN mention e ON e.account_id = k.id
           WHERE k.person_id = n.person AND e.sort_at < ?2 AND e.brand_id = (SELECT id FROM b)
             AND e.deleted_at IS NULL AND e.part != 'ours' AND e.repost = 0) AS is_new
FROM named n JOIN account a ON a.id = n.account_id
WHERE n.role != 'staff' AND NOT EXISTS (
    SELECT 1 FROM account o WHERE o.person_id = n.person AND o.ours = 1)
ORDER BY n.mentions DESC, n.person
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """Somebody who spoke of the brand in a stretch; ``new``: for the first time."""

    person: int
    name: SafeText
    role: str
    outlet: SafeText
    reach: int | None
    mentions: int
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One move of somebody to a stage; ``was`` is empty for whoever is new."""

    person: int
    name: SafeText
    at: Micros
    was: str
    stage: str
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A stretch that a source may have missed. Its ends are ``None`` where not known."""

    key: str
    network: str
    label: SafeText
    from_at: Micros | None
    to_at: Micros | None
    reason: Sentence
    filled: bool


async def heard_in(
    store: Store, brand: str, stretches: Sequence[tuple[Micros, Micros]]
) -> list[Networks]:
    """Return what was heard of a brand in each stretch [since, until), by network.

    All stretches are counted of one state of the store.
    """

    async def work(connection: Connection) -> list[Networks]:
        found: list[Networks] = []
        for since, until in stretches:
            rows = await connection.fetch(_HEARD, (storable(brand), since, until))
            found.append(
                {
                    row["network"]: Bucket(
                        since,
                        row["total"],
                        row["negative"],
                        row["neutral"],
                        row["positive"],
                        row["unscored"],
                        row["compound_sum"],
                    )
                    for row in rows
                }
            )
        return found

    return await store.read(work)


async def heard_from(store: Store, brand: str) -> Micros | None:
    """Return the time of a brand's first mention that is stored, ``None`` for none."""
    rows = await store.fetch(
        """SELECT sort_at FROM mention WHERE brand_id = (SELECT id FROM brand WHERE name = ?)
             AND deleted_at IS NULL AND part != 'ours' ORDER BY sort_at LIMIT 1""",
        (storable(brand),),
    )
    return Micros(rows[0]["sort_at"]) if rows else None


async def spoke_in(store: Store, brand: str, since: Micros, until: Micros) -> list[Spoke]:
    """Return who spoke of a brand in [since, until), those who said most first."""
    rows = await store.fetch(_SPOKE, (storable(brand), since, until))
    return [
        Spoke(
            person=row["person"],
            name=SafeText(row["name"]),
            role=row["role"],
            outlet=SafeText(row["outlet"]),
            reach=row["reach"],
            mentions=row["mentions"],
            new=bool(row["is_new"]),
        )
        for row in rows
    ]


async def moves_in(store: Store, brand: str, since: Micros, until: Micros) -> list[Moved]:
    """Return every move to a stage in [since, until), oldest first."""
    rows = await store.fetch(
        """SELECT s.person_id, s.at, s.was, s.stage, s.author != '' AS by_hand,
               coalesce(nullif(p.name, ''), (SELECT coalesce(nullif(a.name, ''), a.handle)
                   FROM account a WHERE a.person_id = p.id ORDER BY a.id LIMIT 1), '') AS name
           FROM stage_move s JOIN person p ON p.id = s.person_id
           WHERE s.brand_id = (SELECT id FROM brand WHERE name = ?)
             AND s.at >= ? AND s.at < ? AND s.removed = 0 AND s.was != s.stage
             AND s.stage != '' ORDER BY s.at, s.id""",
        (storable(brand), since, until),
    )
    return [
        Moved(
            person=row["person_id"],
            name=SafeText(row["name"]),
            at=Micros(row["at"]),
            was=row["was"],
            stage=row["stage"],
            by_hand=bool(row["by_hand"]),
        )
        for row in rows
    ]


async def opened_in(store: Store, brand: str, since: Micros, until: Micros) -> int:
    """Return how many conversations that asked for an answer were opened in [since, until)."""
    (row,) = await store.fetch(
        """SELECT count(*) AS n FROM conversation
           WHERE brand_id = (SELECT id FROM brand WHERE name = ?) AND in_queue = 1
             AND merged_into IS NULL AND opened_at >= ? AND opened_at < ?""",
        (storable(brand), since, until),
    )
    return int(row["n"])


async def missed_in(store: Store, since: Micros, until: Micros) -> list[Missed]:
    """Return the gaps that touch [since, until), filled ones too, oldest first."""
    rows = await store.fetch(
        """SELECT s.key, s.network, s.label, g.from_at, g.to_at, g.reason, g.filled_at
           FROM gap g JOIN source s ON s.id = g.source_id
           WHERE coalesce(g.from_at, g.seen_at) < ? AND coalesce(g.to_at, g.seen_at) >= ?
           ORDER BY coalesce(g.from_at, g.seen_at), g.id""",
        (until, since),
    )
    return [
        Missed(
            key=row["key"],
            network=row["network"],
            label=SafeText(row["label"]),
            from_at=micros(row["from_at"]),
            to_at=micros(row["to_at"]),
            reason=to_sentence(row["reason"]) or Sentence(""),
            filled=row["filled_at"] is not None,
        )
        for row in rows
    ]


async def said_about_alerts(store: Store, alerts: Sequence[int]) -> dict[int, SafeText]:
    """Return the newest note on each of these alerts that has one."""
    rows = await store.fetch(
        """SELECT n.subject_id, n.text FROM json_each(?) w
           JOIN note n ON n.subject_kind = 'alert' AND n.subject_id = w.value
           WHERE n.removed = 0 ORDER BY n.at, n.id""",
        (dumps(list(alerts)),),
    )
    return {row["subject_id"]: SafeText(row["text"]) for row in rows}
